#!/usr/bin/env python3
"""What sensors share in Redis: published rules reach every sensor, are verified, compiled
beside, kept on disk and acknowledged, and bad ones are refused; a sensor starts without
Redis; a threshold on an account holds over two sensors that see half of its calls each, on one
server and on a cluster of three."""

import json
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, need_tool
from live_kit import FAILURES, Sensor, Wire, expect, need_sensor, packets, until
from redis_kit import Cluster, Probe, Server, need_redis

SITE = """
- id: account-calls
  title: Many calls of one account over all sensors
  category: fraud
  severity: high
  on: sensor
  when: { sensor.what: account.calls, sensor.value: 20 }
  key: [ sensor.where ]
  trigger: first
  entity: { type: account, field: sensor.where }
  respond: [ alert ]
"""


def rule(identity, severity="low"):
    """A rule that every OPTIONS, REGISTER and INVITE raises, as it is published: JSON."""
    return {"id": identity, "title": "Any request", "category": "policy", "severity": severity,
            "on": "sip.request", "when": {"method": {"in": ["REGISTER", "INVITE", "OPTIONS"]}},
            "key": ["src.ip"], "trigger": "first", "suppress": {"for": "100ms"},
            "respond": ["alert"]}


def body(*rules):
    return json.dumps({"packs": {f"{r['id']}.yaml": [r] for r in rules}}, separators=(",", ":")) \
        .replace(" ", "\\u0020")


def alerts(sensor, identity=None):
    return [e for e in sensor.events() if e["event_type"] == "alert"
            and identity in (None, e["alert"]["rule_id"])]


def state(server, node):
    words = server.cli("HGETALL", f"rf:node:{node}").splitlines()
    return dict(zip(words[::2], words[1::2]))


def acknowledged(server, node, version):
    return until(lambda: state(server, node).get("rules") == str(version))


def rules(wire, folder):
    server = Server(folder / "redis-rules").start()
    probe = Probe(f"unix={server.socket}")
    sensor = Sensor(wire, folder / "ruled", **{"redis.address": str(server.socket)}).start()
    ring = SOURCE / "captures/attack/svwar-default.pcap"
    try:
        expect("a sensor tells of itself", until(lambda: state(server, "ruled").get("state") == "fine"),
               str(state(server, "ruled")))
        expect("published", probe.ask("publish", 0, body(rule("any-one")), "anna", "first") == "ok 1")
        expect("taken and acknowledged", acknowledged(server, "ruled", 1))
        wire.send(ring)
        expect("it judges by them", until(lambda: alerts(sensor, "any-one")))
        expect("and by nothing else", not [a for a in alerts(sensor) if a["alert"]["rule_id"] != "any-one"])
        bad = body(rule("bad", "extreme"))
        expect("bad rules are published", probe.ask("publish", 1, bad, "otto", "oops") == "ok 2")
        expect("and refused", until(lambda: state(server, "ruled").get("rules_refused") == "2"))
        expect("which its state says", until(lambda: state(server, "ruled").get("state") == "degraded"))
        expect("the good ones stay", state(server, "ruled").get("rules") == "1")
        expect("the place is told", "published:2:" in sensor.told(), sensor.told()[-300:])
        expect("rolled back", probe.ask("rollback", 2, 1, "anna", "back") == "ok 3")
        expect("all is fine again", acknowledged(server, "ruled", 3)
               and until(lambda: state(server, "ruled").get("state") == "fine"))
        server.cli("HSET", "{rf:rules}:set:4", "body", "forged", "sha256", "0" * 64)
        server.cli("SET", "{rf:rules}:ver", "4")
        expect("a forged body is not taken",
               until(lambda: "SHA-256" in state(server, "ruled").get("problem", "")))
        sensor.stop()
        server.stop()
        count = len(alerts(sensor))
        sensor.start()
        wire.send(ring)
        expect("without Redis it starts by the last good rules",
               until(lambda: len(alerts(sensor, "any-one")) > count),
               f"{sorted({a['alert']['rule_id'] for a in alerts(sensor)})} {sensor.told()[-600:]}")
        sensor.stop()
    finally:
        probe.close()
        server.stop()


def spread(wire, folder, address):
    """Two sensors, an account, half of its calls on each wire."""
    folder.mkdir()
    site = folder / "site.yaml"
    site.write_text(SITE, encoding="ascii")
    sensors = [Sensor(wire, folder / f"half{i}", **{
        "redis.address": address, "capture.interfaces": [f"b{i}"], "site": str(site)}).start()
        for i in range(2)]
    calls = one_account(folder)
    for device, path in zip(("a0", "a1"), calls):
        wire.send(path, device)
    expect("each sees its half", until(lambda: all(
        sum(e["event_type"] == "call" for e in s.events()) >= 12 for s in sensors), 30),
        str([len(s.events()) for s in sensors]))
    until(lambda: any(alerts(s, "account-calls") for s in sensors), 8)
    time.sleep(1.5)
    for sensor in sensors:
        sensor.stop()
    fired = [a for s in sensors for a in alerts(s, "account-calls")]
    expect("one alert for both", len(fired) == 1, str(len(fired)))
    expect("about the account", fired and fired[0]["entity"] == {"type": "account", "value": "u00001"},
           str(fired[:1]))


def one_account(folder):
    """The shipped call, 24 times with other Call-IDs, tags, branches and ports: two files."""
    original = list(packets(SOURCE / "captures/benign/call.pcap"))
    head = (SOURCE / "captures/benign/call.pcap").read_bytes()[:24]
    signalling = [(stamp, data) for stamp, data in original if b"SIP/2.0" in data]
    files = [folder / "first.pcap", folder / "second.pcap"]
    for half, path in enumerate(files):
        with open(path, "wb") as out:
            out.write(head)
            for call in range(12):
                mark = f"{half}{call:02d}".encode()
                for stamp, data in signalling:
                    data = renamed(data, mark)
                    out.write(int(stamp).to_bytes(4, "little") + b"\0\0\0\0"
                              + 2 * len(data).to_bytes(4, "little") + data)
    return files


def renamed(data, mark):
    """The same length, so that no length field changes; checksums of UDP are optional."""
    at = data.index(b"Call-ID: ") + 9
    data = data[:at] + mark + data[at + 3:]
    for tag in (b"branch=z9hG4bK", b";tag="):
        start = 0
        while (found := data.find(tag, start)) >= 0:
            at = found + len(tag)
            data = data[:at] + mark + data[at + 3:]
            start = at
    return data[:40] + b"\0\0" + data[42:]


def main():
    need_sensor()
    need_redis()
    need_tool("sysctl")
    with tempfile.TemporaryDirectory() as name, Wire(pairs=2) as wire:
        folder = Path(name)
        if "spread" not in sys.argv:
            rules(wire, folder)
        server = Server(folder / "redis-accounts").start()
        try:
            spread(wire, folder / "alone", str(server.socket))
        finally:
            server.stop()
        cluster = Cluster(folder / "cluster", ("ip", "netns", "exec", wire.name))
        try:
            cluster.start()
            spread(wire, folder / "spread", f"127.0.0.1:{cluster.servers[0].port}")
            shards = [key for s in cluster.servers for key in s.cli("KEYS", "rf:events:*").split()]
            expect("a cluster keeps their streams", {"rf:events:{half0}", "rf:events:{half1}"} <=
                   set(shards), str(shards))
        finally:
            cluster.stop()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
