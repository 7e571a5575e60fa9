#!/usr/bin/env python3
"""Live capture equals replay: shipped captures are sent over a wire on which the sensor
listens and records what it judges; what it told is what a replay of that record tells,
line by line. It has to have seen as many packets as were sent."""

import sys
import tempfile
from pathlib import Path

from common import SOURCE, need_ringfence, need_tool, replay
from live_kit import Sensor, Wire, comparable, need_sensor, packets

# Captures and how much faster than they were recorded; 0 = as fast as it goes.
ROWS = [
    ("benign/call.pcap", 4), ("benign/b2bua.pcap", 4), ("benign/register.pcap", 0),
    ("benign/tcp.pcap", 4), ("benign/qinq.pcap", 4), ("benign/vxlan6.pcap", 4),
    ("attack/svcrack-long.pcap", 0), ("attack/svwar-long.pcap", 0), ("attack/malformed.pcap", 0),
    ("attack/sip-reflection.pcap", 0),
]


def differences(live, replayed):
    if len(live) != len(replayed):
        yield f"{len(live)} lines live, {len(replayed)} replayed"
    for number, (one, other) in enumerate(zip(live, replayed), 1):
        if one != other:
            yield f"line {number}:\n  live     {one[:1500]}\n  replayed {other[:1500]}"
            return


def judge(name, wire, folder, sends):
    """Sends captures on several pairs at once and compares."""
    sensor = Sensor(wire, folder / name,
                    **{"capture.interfaces": [f"b{i}" for i in range(len(sends))]}).start()
    senders = []
    for i, (capture, speed) in enumerate(sends):
        code = f"from live_kit import send_packets; send_packets({str(capture)!r}, 'a{i}', {speed})"
        senders.append(wire.start(sys.executable, "-c", code,
                                  cwd=SOURCE / "tests" / "system"))
    bad = sum(s.wait(60) for s in senders)
    sensor.stop()
    live = comparable(sensor.events())
    events = replay(sensor.folder / "record.pcapng")
    complaints = list(differences(live, comparable(events)))
    summary = events[-1]
    print(f"{name}: {len(live)} lines, {summary['packets']} packets: "
          f"{'equal' if not complaints else complaints[0]}")
    sent = sum(1 for capture, _ in sends for _ in packets(capture))
    if summary["packets"] != sent:
        print(f"  {sent} packets were sent")
        bad += 1
    return bad + bool(complaints)


def main():
    need_ringfence()
    need_sensor()
    need_tool("sysctl")
    chosen = [row for row in ROWS if not sys.argv[1:] or Path(row[0]).stem in sys.argv[1:]]
    bad = 0
    with tempfile.TemporaryDirectory() as name, Wire(pairs=2) as wire:
        folder = Path(name)
        for capture, speed in chosen:
            path = SOURCE / "captures" / capture
            bad += judge(path.stem, wire, folder, [(path, speed)])
        if not sys.argv[1:]:
            both = [(SOURCE / "captures/benign/call.pcap", 4),
                    (SOURCE / "captures/attack/svwar-default.pcap", 1)]
            bad += judge("two-interfaces", wire, folder, both)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
