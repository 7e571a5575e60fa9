#!/usr/bin/env python3
"""HEP3 in and out: a capture that an agent sends as HEP3 over UDP or TCP is judged as the
packets themselves are; what one sensor sends on as HEP3 another one judges alike; garbage
ends a connection and nothing else."""

import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, need_ringfence, need_tool, replay
from live_kit import FAILURES, Sensor, Wire, comparable, expect, need_sensor, packets, until

CALL = SOURCE / "captures/benign/call.pcap"
ATTACK = SOURCE / "captures/attack/svcrack-long.pcap"
PORT = 9060


def chunk(kind, value):
    return struct.pack(">HHH", 0, kind, 6 + len(value)) + value


def hep(stamp, frame):
    """An Ethernet frame of IPv4 and UDP as an agent would send it."""
    head = 14 + 4 * (frame[14] & 15)
    ports, payload = frame[head:head + 4], frame[head + 8:]
    body = (chunk(1, b"\x02") + chunk(2, b"\x11") + chunk(3, frame[26:30]) + chunk(4, frame[30:34])
            + chunk(7, ports[:2]) + chunk(8, ports[2:]) + chunk(9, struct.pack(">I", int(stamp)))
            + chunk(10, struct.pack(">I", int(stamp % 1 * 1e6))) + chunk(11, b"\x01")
            + chunk(12, struct.pack(">I", 1)) + chunk(15, payload))
    return b"HEP3" + struct.pack(">H", 6 + len(body)) + body


def send_hep(path, kind):
    """Runs inside the wire's namespace; stamps are moved to now, as an agent's are."""
    stream = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, stream) as out:
        out.connect(("127.0.0.1", PORT))
        first, now = None, time.time()
        for number, (stamp, frame) in enumerate(packets(path)):
            first = stamp if first is None else first
            message = hep(now + (stamp - first) / 100, frame)
            if kind == "tcp" and number % 3 == 0:
                # A stream may break anywhere.
                out.sendall(message[:5])
                time.sleep(0.002)
                message = message[5:]
            out.sendall(message)
            if number % 50 == 49:
                time.sleep(0.01)


def send(wire, path, kind):
    code = f"from test_sensor_hep import send_hep; send_hep({str(path)!r}, {kind!r})"
    child = wire.start(sys.executable, "-c", code, cwd=SOURCE / "tests" / "system")
    if child.wait(30):
        raise RuntimeError("the agent failed")


def facts(events):
    """What does not depend on the pace at which a capture was sent."""
    calls = [(e["call"]["call_id"], e["call"]["status"], e["call"]["end_reason"], e["src_ip"])
             for e in events if e["event_type"] == "call"]
    alerts = sorted({(e["alert"]["rule_id"], e["entity"]["value"]) for e in events
                     if e["event_type"] == "alert"})
    return calls, alerts


def agent(wire, folder, kind):
    sensor = Sensor(wire, folder / f"from-{kind}",
                    **{"capture.interfaces": [], f"hep.{kind}": f"127.0.0.1:{PORT}"}).start()
    if kind == "tcp":
        code = f"import socket; socket.create_connection(('127.0.0.1', {PORT})).sendall(b'GET / HTTP/1.0')"
        wire.start(sys.executable, "-c", code).wait(10)
        expect("garbage is told", until(lambda: "no HEP3" in sensor.told()))
    for path in (CALL, ATTACK):
        send(wire, path, kind)
    sensor.stop()
    events = sensor.events()
    wanted = sum(1 for path in (CALL, ATTACK) for _ in packets(path))
    expect(f"all messages over {kind} arrive", events[-1]["packets"] == wanted,
           f"{events[-1]['packets']} of {wanted}")
    direct = [facts(replay(path)) for path in (CALL, ATTACK)]
    got = facts(events)
    expect("and are judged as the packets are",
           got[0] == direct[0][0] + direct[1][0]
           and set(direct[0][1] + direct[1][1]) <= set(got[1]), f"{got} {direct}")
    again = comparable(replay(sensor.folder / "record.pcapng"))
    different = [pair for pair in zip(comparable(events), again) if pair[0] != pair[1]]
    expect("a replay of the record tells the same", comparable(events) == again, str(different[:1]))


def relay(wire, folder, kind):
    collector = Sensor(wire, folder / f"collector-{kind}",
                       **{"capture.interfaces": [], f"hep.{kind}": f"127.0.0.1:{PORT}"}).start()
    probe = Sensor(wire, folder / f"probe-{kind}",
                   **{"hep.out": f"{kind}://127.0.0.1:{PORT}"}).start()
    wire.send(CALL, speed=10)
    wire.send(ATTACK)
    time.sleep(1)
    probe.stop()
    collector.stop()
    one, two = facts(probe.events()), facts(collector.events())
    expect(f"what is sent on over {kind} is judged alike", one == two and one[0] and one[1],
           f"{one} {two}")


def main():
    need_ringfence()
    need_sensor()
    need_tool("sysctl")
    with tempfile.TemporaryDirectory() as name, Wire() as wire:
        folder = Path(name)
        for kind in ("udp", "tcp"):
            agent(wire, folder, kind)
            relay(wire, folder, kind)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
