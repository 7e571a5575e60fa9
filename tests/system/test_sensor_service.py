#!/usr/bin/env python3
"""The sensor as a service: it tells systemd that it is up, beats, reloads all or nothing,
gives up root and system calls, refuses bad configurations with their place, writes
captures of alerts within a quota."""

import json
import os
import pwd
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from common import SOURCE, need_ringfence, need_tool, replay, run
from live_kit import FAILURES, SENSOR, Sensor, Wire, expect, need_sensor, until

RULE = """
- id: {identity}
  title: Any request
  category: policy
  severity: low
  on: sip.request
  when: {{ method: {{ in: [REGISTER, INVITE] }} }}
  key: [ src.ip ]
  trigger: first
  suppress: {{ for: 100ms }}
  evidence: {{ messages: 5, pcap: true }}
  respond: [ alert ]
"""


def fired(sensor):
    return [e["alert"]["rule_id"] for e in sensor.events() if e["event_type"] == "alert"]


class Manager:
    """What systemd is to a service: a socket it is told things on."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        os.chmod(path, 0o777)
        self.heard = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.heard.append(self.socket.recv(4096).decode())

    def hears(self, word, seconds=10):
        return until(lambda: any(word in h for h in self.heard), seconds)


def status_of(sensor, field):
    text = Path(f"/proc/{sensor.child.pid}/status").read_text(encoding="ascii")
    return re.search(rf"^{field}:\s*(.*)$", text, re.M).group(1)


def reload(wire, folder):
    rules = folder / "rules"
    rules.mkdir()
    (rules / "one.yaml").write_text(RULE.format(identity="rule-one"), encoding="ascii")
    manager = Manager(folder / "notify")
    sensor = Sensor(wire, folder / "served", **{"rules": str(rules)})
    sensor.start(env={**os.environ, "NOTIFY_SOCKET": str(manager.path)})
    expect("it tells when it is ready", manager.hears("READY=1"))
    expect("it beats", manager.hears("WATCHDOG=1"))
    expect("system calls are filtered", status_of(sensor, "Seccomp") == "2")
    expect("it can gain no rights", status_of(sensor, "NoNewPrivs") == "1")
    ring = SOURCE / "captures/attack/svwar-default.pcap"
    wire.send(ring)
    expect("it judges by its rules", until(lambda: "rule-one" in fired(sensor)))
    (rules / "one.yaml").write_text(RULE.format(identity="rule-two"), encoding="ascii")
    sensor.send_signal(signal.SIGHUP)
    expect("it tells that it reloads", manager.hears("RELOADING=1"))
    expect("and that it did", until(lambda: "reloaded" in sensor.told()))
    sensor.json.rename(sensor.folder / "moved.json")
    sensor.send_signal(signal.SIGHUP)
    until(sensor.json.exists)
    wire.send(ring)
    expect("new rules hold, in a new file", until(lambda: set(fired(sensor)) == {"rule-two"}),
           str(fired(sensor)))
    (rules / "one.yaml").write_text(RULE.format(identity="rule-three") + "  colour: red\n",
                                    encoding="ascii")
    sensor.send_signal(signal.SIGHUP)
    expect("bad rules are refused with their place",
           until(lambda: "one.yaml:13:3" in sensor.told() and "stays as it was" in sensor.told()),
           sensor.told()[-500:])
    good = sensor.config.read_text(encoding="utf-8")
    sensor.config.write_text(good.replace('"memory"', '"memroy"'), encoding="utf-8")
    sensor.send_signal(signal.SIGHUP)
    expect("a bad file, too", until(lambda: "'memroy'" in sensor.told()))
    wire.send(ring)
    time.sleep(1)
    expect("and all stays as it was", set(fired(sensor)) == {"rule-two"}, str(fired(sensor)))
    sensor.stop()
    expect("it tells that it stops", manager.hears("STOPPING=1"))


def user(wire, folder):
    folder.chmod(0o755)
    own = folder / "own"
    own.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(own, nobody.pw_uid, nobody.pw_gid)
    sensor = Sensor(wire, own, **{"run.user": "nobody"})
    sensor.start()
    expect("it is not root", status_of(sensor, "Uid").split() == [str(nobody.pw_uid)] * 4)
    expect("it has no capabilities", int(status_of(sensor, "CapEff"), 16) == 0
           and int(status_of(sensor, "CapPrm"), 16) == 0 and int(status_of(sensor, "CapBnd"), 16) == 0)
    wire.send(SOURCE / "captures/benign/call.pcap", speed=20)
    sensor.stop()
    expect("and works", any(e["event_type"] == "call" for e in sensor.events()))


def evidence(wire, folder):
    rules = folder / "rules-evidence"
    rules.mkdir()
    (rules / "one.yaml").write_text(RULE.format(identity="rule-one"), encoding="ascii")
    keep = folder / "evidence"
    sensor = Sensor(wire, folder / "witness", **{
        "rules": str(rules), "evidence.directory": str(keep), "evidence.after": "1s",
        "evidence.floor": 0, "evidence.size": "1M"}).start()
    wire.send(SOURCE / "captures/benign/call.pcap")
    expect("an alert names its capture", until(lambda: any(
        e["alert"].get("evidence", {}).get("file") for e in sensor.events() if e["event_type"] == "alert")),
           str(sensor.events()[:1])[:900])
    time.sleep(1.5)
    wire.send(SOURCE / "captures/attack/svwar-default.pcap")
    time.sleep(1.5)
    sensor.stop()
    alerts = [e for e in sensor.events() if e["event_type"] == "alert"]
    files = [keep / a["alert"]["evidence"]["file"] for a in alerts if "file" in a["alert"]["evidence"]]
    expect("each capture is there", files and all(f.exists() for f in files), str(files))
    first = replay(files[0])[-1]
    expect("the call is in it as a whole, its media too",
           first["sip"]["calls"] == 1 and first["rtp"]["packets"] == 600, json.dumps(first)[:600])


def floor(wire, folder):
    rules = folder / "rules-evidence"
    keep = folder / "evidence-none"
    sensor = Sensor(wire, folder / "low", **{
        "rules": str(rules), "evidence.directory": str(keep), "evidence.floor": "900000G"}).start()
    wire.send(SOURCE / "captures/benign/call.pcap")
    sensor.stop()
    expect("no capture where the disk runs low", not list(keep.glob("*")), str(list(keep.glob("*"))))


def refusals(folder):
    rows = [("capture: { interfaces: [nosuch0] }\n", 4, "nosuch0"),
            ("capture: { interfaces: [lo] }\nlog: { levl: info }\n", 3, "bad.yaml:2:8"),
            ("capture: { buffer: 3 }\n", 3, "bad.yaml:1:"),
            ("nonsense: [\n", 3, "bad.yaml:"),
            ("capture: { interfaces: [lo], filter: 'udp and' }\n", 4, "filter"),
            ("events: { syslog: 'http://x' }\ncapture: { interfaces: [lo] }\n", 4, "http://x"),
            ("{}\n", 4, "interfaces")]
    path = folder / "bad.yaml"
    for text, code, wanted in rows:
        path.write_text(text, encoding="ascii")
        done = run([SENSOR, "--config", path], timeout=20)
        said = done.stderr.decode("utf-8", "replace")
        expect(f"refused: {text.splitlines()[0]}", done.returncode == code and wanted in said,
               f"{done.returncode} {said[:300]}")
    path.write_text("capture: { interfaces: [lo] }\n", encoding="ascii")
    expect("a good one is good", run([SENSOR, "--config", path, "--check-config"]).returncode == 0)
    sample = run([SENSOR, "--sample-config"])
    path.write_bytes(sample.stdout)
    expect("the sample is good", run([SENSOR, "--config", path, "--check-config"]).returncode == 0,
           run([SENSOR, "--config", path, "--check-config"]).stderr.decode()[:300])


def main():
    need_ringfence()
    need_sensor()
    need_tool("sysctl")
    with tempfile.TemporaryDirectory() as name, Wire() as wire:
        folder = Path(name)
        refusals(folder)
        reload(wire, folder)
        user(wire, folder)
        evidence(wire, folder)
        floor(wire, folder)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
