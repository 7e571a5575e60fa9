#!/usr/bin/env python3
"""What the sensor tells reaches a file, a Redis stream and a syslog server, each line once
and in order, while they are killed, restarted empty, silent, full, or the sensor itself is
killed: what its spool holds is delivered."""

import json
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, need_tool
from live_kit import FAILURES, Sensor, Wire, expect, need_sensor, until
from redis_kit import Server, need_redis

ATTACK = SOURCE / "captures/attack/svwar-default.pcap"
CALL = SOURCE / "captures/benign/b2bua.pcap"
# RFC 5424: facility 4, a severity, version 1, a time, host, program, no process, the name.
SYSLOG = re.compile(r"^<3[2-9]>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ ringfence-sensor - alert "
                    r"- CEF:0\|Ringfence\|ringfence-sensor\|1\|[a-z0-9-]+\|[^|]+\|(10|[0-9])\|rt=\d+ ")


def stream(server, node):
    """The events of the node's stream, as they were told."""
    text = server.cli("--json", "XRANGE", f"rf:events:{{{node}}}", "-", "+")
    return [fields[1] for _, fields in json.loads(text)] if text.strip() else []


def lines(sensor):
    """All lines of the sensor's files, oldest first."""
    files = sorted(sensor.folder.glob("events.json.*"), key=lambda f: -int(f.suffix[1:]))
    return "".join(f.read_text(encoding="utf-8") for f in [*files, sensor.json]
                   if f.exists()).splitlines()


def messages(path):
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


class Syslog:
    def __init__(self, wire, kind, port, path):
        self.wire, self.words, self.path = wire, (kind, port, path), path
        self.start()

    def start(self):
        self.child = self.wire.start(sys.executable, SOURCE / "tests/system/syslog_sink.py",
                                     *self.words)
        time.sleep(0.5)

    def stop(self):
        self.child.kill()
        self.child.wait()


def trouble(wire, server, sensor):
    """Redis dies, comes back empty, falls silent and is full while events go on."""
    before = stream(server, sensor.folder.name)
    server.stop()
    wire.send(ATTACK)
    until(lambda: len(lines(sensor)) > len(before))
    expect("a dead Redis holds up no line", len(lines(sensor)) > len(before))
    expect("the log says that it is away", until(lambda: "redis is away" in sensor.told()))
    server.start()
    expect("restarted empty, it gets what it missed",
           until(lambda: before + stream(server, sensor.folder.name) == lines(sensor)))
    server.send(signal.SIGSTOP)
    wire.send(CALL, speed=50)
    time.sleep(3)
    server.send(signal.SIGCONT)
    expect("silent for a while, it gets each line once",
           until(lambda: before + stream(server, sensor.folder.name) == lines(sensor)),
           f"{len(before)} + {len(stream(server, sensor.folder.name))} of {len(lines(sensor))}")
    server.cli("CONFIG", "SET", "maxmemory", "1")
    wire.send(ATTACK)
    time.sleep(1.5)
    server.cli("CONFIG", "SET", "maxmemory", "0")
    expect("full for a while, too",
           until(lambda: before + stream(server, sensor.folder.name) == lines(sensor)))
    return before


def killed(wire, server, sensor, before):
    server.stop()
    wire.send(CALL, speed=20)
    time.sleep(1)
    told = len(lines(sensor))
    sensor.stop(signal.SIGKILL)
    server.start()
    kept = len(lines(sensor))
    sensor.start()
    expect("a killed sensor left all in its spool",
           until(lambda: len(stream(server, sensor.folder.name)) > 0) and kept >= told)
    wire.send(CALL, speed=20)
    sensor.stop()
    tail = lines(sensor)[-len(stream(server, sensor.folder.name)):]
    expect("and goes on behind it", tail == stream(server, sensor.folder.name)
           and json.loads(tail[-1])["event_type"] == "summary", f"{len(before)}")


def with_redis(wire, folder):
    server = Server(folder / "redis").start()
    sensor = Sensor(wire, folder / "one", **{"redis.address": str(server.socket),
                                             "events.types": ["sip"],
                                             "events.json.size": 16384, "events.json.keep": 500})
    try:
        sensor.start()
        wire.send(ATTACK)
        wire.send(CALL, speed=20)
        expect("the stream has the lines of the file",
               until(lambda: stream(server, "one") and stream(server, "one") == lines(sensor)))
        expect("the file is put aside when it grows", sensor.folder.joinpath("events.json.1").exists())
        before = trouble(wire, server, sensor)
        killed(wire, server, sensor, before)
    finally:
        server.stop()


def with_syslog(wire, folder, kind):
    path = folder / f"{kind}.log"
    server = Syslog(wire, kind, 5514, path)
    sensor = Sensor(wire, folder / f"to-{kind}", **{"events.syslog": f"{kind}://127.0.0.1:5514"})
    sensor.start()
    wire.send(ATTACK)

    def alerts():
        return [e for e in sensor.events() if e["event_type"] == "alert"]
    expect(f"syslog over {kind} gets each alert",
           until(lambda: alerts() and len(messages(path)) == len(alerts())))
    odd = [m for m in messages(path) if not SYSLOG.match(m)]
    expect("as RFC 5424 and CEF have it", not odd, odd[:1])
    server.stop()
    # What goes to nobody by UDP is known to be lost only when ICMP says so.
    if kind == "tcp":
        wire.send(SOURCE / "captures/attack/svcrack-long.pcap")
        until(lambda: "syslog is away" in sensor.told())
        server.start()
        expect("what it missed follows",
               until(lambda: len({m.split("externalId=")[1].split()[0] for m in messages(path)})
                     == len(alerts())), f"{len(messages(path))} of {len(alerts())}")
    sensor.stop()
    server.stop()


def main():
    need_sensor()
    need_redis()
    need_tool("sysctl")
    with tempfile.TemporaryDirectory() as name, Wire() as wire:
        folder = Path(name)
        with_redis(wire, folder)
        with_syslog(wire, folder, "tcp")
        with_syslog(wire, folder, "udp")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
