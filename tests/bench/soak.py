#!/usr/bin/env python3
"""The sensor under load: soak.py [SECONDS] [PACKETS_PER_SECOND] [BIN]

Sends calls with media over a wire at a steady rate to a sensor of a release build, watches
its memory, and accounts for every packet: judged, or lost in the kernel and said so. Tells
what each thread took, the judge's room (how many packets a second would fill its thread),
and the whole sensor's time a packet beside that of a replay on one thread. Ends with 1 when
packets are missing without a word or memory grows after the first third.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BIN = Path(sys.argv[3] if len(sys.argv) > 3 else SOURCE / "build" / "release" / "bin")
os.environ.setdefault("RINGFENCE_SENSOR", str(BIN / "ringfence-sensor"))
sys.path.insert(0, str(SOURCE / "tests" / "system"))
from live_kit import Sensor, Wire, need_sensor  # noqa: E402

GROWTH_MAX = 1.05


def memory_mib(pid):
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def threads_s(pid):
    """Processor time of each thread, the busiest first."""
    times = []
    # The scheduler's own count: ticks miss threads that sleep often.
    for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        times.append(int(stat.read_text(encoding="ascii").split()[0]) / 1e9)
    return sorted(times, reverse=True)


def replay_us(path):
    """Microseconds of processor a packet that a replay of the same traffic takes."""
    best = None
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = subprocess.run([BIN / "ringfence", "replay", "--json", "--memory", "1G", path],
                             stdout=subprocess.PIPE, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        packets = int(re.search(rb'"event_type":"summary".*?"packets":(\d+)', out).group(1))
        best = min(best or used, used)
    return best / packets * 1e6


def dropped_on(wire, device):
    """What the sending side could not hand over: veth counts it."""
    text = wire.command("cat", f"/sys/class/net/{device}/statistics/tx_dropped").stdout
    return int(text)


def soak(seconds, rate):
    with tempfile.TemporaryDirectory() as name, Wire() as wire:
        folder = Path(name)
        path = folder / "traffic.pcap"
        subprocess.run([BIN / "gen_traffic", "calls", path, "--calls", "200", "--packets", "400"],
                       check=True)
        sensor = Sensor(wire, folder / "soak", **{
            "memory": "1G", "capture.buffer": "256M", "evidence.record": ""}).start()
        sender = wire.start(BIN / "send_packets", path, "a0", rate, seconds,
                            stdout=subprocess.PIPE, text=True)
        sizes = []
        while sender.poll() is None:
            time.sleep(1)
            sizes.append(memory_mib(sensor.child.pid))
        threads = threads_s(sensor.child.pid)
        sent = int(sender.stdout.read())
        # What did not fit into the veth's queue never was on the wire.
        never = dropped_on(wire, "a0")
        alone_us = replay_us(path)
        sensor.stop()
        summary = sensor.events()[-1]
        lost = sum(e["node"]["value"] for e in sensor.events()
                   if e["event_type"] == "node" and e["node"]["what"] == "drops")
    judged = summary["packets"]
    missing = sent - never - judged - lost
    third = sizes[len(sizes) // 3]
    growth = max(sizes[len(sizes) // 3:]) / third
    print(f"{sent / seconds:,.0f} packets/s for {seconds} s: {sent:,} sent, {judged:,} judged, "
          f"{lost:,} lost and told ({100 * lost / sent:.2f} %), {missing:,} missing")
    print(f"memory {third:.0f} MiB after a third, x {growth:.3f} at most later")
    live_us = sum(threads) / judged * 1e6
    print("threads took " + ", ".join(f"{t / seconds:.2f}" for t in threads if t / seconds > 0.005)
          + f" processors; the busiest would be full at {judged / threads[0]:,.0f} packets/s")
    print(f"{live_us:.2f} us a packet for the whole sensor, {alone_us:.2f} for a replay: x {live_us / alone_us:.2f}")
    return 1 if missing or growth > GROWTH_MAX else 0


if __name__ == "__main__":
    need_sensor()
    sys.exit(soak(int(sys.argv[1]) if len(sys.argv) > 1 else 600,
                  int(sys.argv[2]) if len(sys.argv) > 2 else 200000))
