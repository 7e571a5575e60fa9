#!/usr/bin/env python3
"""Live capture equals replay: shipped captures are sent over a wire on which the sensor
and tcpdump listen; what the sensor told is what a replay of tcpdump's file tells, line by
line, stamps included. With two interfaces the sensor merges by stamps as a replay does."""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, need_ringfence, need_tool, replay
from live_kit import Sensor, Wire, comparable, need_sensor

# Captures and how much faster than they were recorded; 0 = as fast as it goes.
ROWS = [
    ("benign/call.pcap", 4), ("benign/b2bua.pcap", 4), ("benign/register.pcap", 0),
    ("benign/tcp.pcap", 4), ("benign/qinq.pcap", 4), ("benign/vxlan6.pcap", 4),
    ("attack/svcrack-long.pcap", 0), ("attack/svwar-long.pcap", 0), ("attack/malformed.pcap", 0),
    ("attack/sip-reflection.pcap", 0),
]


def record(wire, device, path):
    child = wire.start("tcpdump", "-i", device, "-w", path, "-U", "-Z", "root", "-B", "65536",
                       "-s", "65535", stderr=subprocess.PIPE)
    child.stderr.readline()
    return child


def differences(live, replayed):
    if len(live) != len(replayed):
        yield f"{len(live)} lines live, {len(replayed)} replayed"
    for number, (one, other) in enumerate(zip(live, replayed), 1):
        if one != other:
            yield f"line {number}:\n  live     {one[:1500]}\n  replayed {other[:1500]}"
            return


def judge(name, wire, folder, sends):
    """Sends captures on several pairs at once and compares."""
    files = [folder / f"{name}-{i}.pcap" for i in range(len(sends))]
    dumps = [record(wire, f"b{i}", path) for i, path in enumerate(files)]
    sensor = Sensor(wire, folder / name,
                    **{"capture.interfaces": [f"b{i}" for i in range(len(sends))]}).start()
    time.sleep(0.3)
    senders = []
    for i, (capture, speed) in enumerate(sends):
        code = f"from live_kit import send_packets; send_packets({str(capture)!r}, 'a{i}', {speed})"
        senders.append(wire.start(sys.executable, "-c", code,
                                  cwd=SOURCE / "tests" / "system"))
    bad = sum(s.wait(60) for s in senders)
    time.sleep(0.5)
    for dump in dumps:
        dump.send_signal(signal.SIGINT)
        dump.wait(10)
    sensor.stop()
    live = comparable(sensor.events())
    events = replay(files[0], *files[1:])
    complaints = list(differences(live, comparable(events)))
    summary = events[-1]
    print(f"{name}: {len(live)} lines, {summary['packets']} packets: "
          f"{'equal' if not complaints else complaints[0]}")
    if not summary["packets"]:
        print("  nothing was recorded")
        bad += 1
    return bad + bool(complaints)


def main():
    need_ringfence()
    need_sensor()
    need_tool("tcpdump", "sysctl")
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
