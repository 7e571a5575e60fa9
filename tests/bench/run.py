#!/usr/bin/env python3
"""One command for the numbers: builds a release, makes traffic, measures in one run.

Everything is printed beside a bare libpcap loop that touches every byte of the same
files, and beside tshark, sngrep and ndpiReader where they are installed, because only
ratios can be compared between machines. `--quick` makes everything ten times smaller.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build" / "bench"
BIN = BUILD / "bin"
QUICK = "--quick" in sys.argv
SCALE = 10 if QUICK else 1


def build():
    for command in (["cmake", "-S", SOURCE, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Release",
                     "-DCMAKE_C_FLAGS_RELEASE=-O2 -g"],
                    ["cmake", "--build", BUILD, "-j2", "--target", "ringfence", "gen_traffic",
                     "bare_loop", "bench_per"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(command, env=None):
    """Seconds of processor time, peak resident bytes, exit code and the last line."""
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        child = subprocess.Popen([str(c) for c in command], stdout=output,
                                 stderr=subprocess.DEVNULL, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        output.seek(0)
        last = b""
        for last in output:
            pass
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall,
            "rss": usage.ru_maxrss * 1024, "code": child.returncode, "last": last}


def best(command, env=None):
    return min((measure(command, env) for _ in range(1 if QUICK else 3)), key=lambda m: m["cpu"])


def ringfence(capture):
    result = best([BIN / "ringfence", "replay", "--json", capture])
    if result["code"] not in (0, 1):
        sys.exit(f"ringfence ended with {result['code']} on {capture}")
    result["summary"] = json.loads(result["last"])
    return result


def bare(capture):
    result = best([BIN / "bare_loop", capture])
    result["packets"] = json.loads(result["last"])["packets"]
    return result


def make(folder, name, mode, **options):
    path = Path(folder) / f"{name}.pcap"
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    subprocess.run([BIN / "gen_traffic", mode, path, *words], check=True)
    return path


def make_h323(folder, calls):
    path = Path(folder) / "h323.pcap"
    script = SOURCE / "tests" / "h323" / "make_traffic.py"
    subprocess.run([sys.executable, script, path, "--calls", str(calls)], check=True)
    return path


def per(folder):
    """The decoder of aligned PER alone, over ordinary messages."""
    path = Path(folder) / "ordinary.txt"
    with open(path, "wb") as file:
        script = SOURCE / "tests" / "h323" / "make_ordinary.py"
        subprocess.run([sys.executable, script], stdout=file, check=True)
    done = subprocess.run([BIN / "bench_per", path, str(20000 // SCALE)], capture_output=True,
                          check=True, encoding="ascii")
    print(f"\nPER: {done.stdout.strip()}")


def peers(capture):
    """Commands of other programs that read the same capture without a screen."""
    config = Path(capture).with_suffix(".sngreprc")
    config.write_text("set capture.limit 1000000\n", encoding="ascii")
    commands = {
        "tshark": ["tshark", "-n", "-r", capture, "-q", "-z", "sip,stat", "-z", "rtp,streams"],
        "sngrep": ["sngrep", "-f", config, "-N", "-q", "-r", "-I", capture],
        "ndpiReader": ["ndpiReader", "-q", "-i", capture],
    }
    for name, command in commands.items():
        if shutil.which(name):
            yield name, command


def compare(title, capture, unit):
    floor, ours = bare(capture), ringfence(capture)
    packets = floor["packets"]
    print(f"\n{title}: {packets} packets")
    print(f"  {'':12} {unit + '/s':>14} {'x bare loop':>12} {'RSS MB':>8}")
    rows = [("bare loop", floor), ("ringfence", ours)]
    for name, command in peers(capture):
        rows.append((name, measure(["timeout", "300", *command])))
    for name, result in rows:
        if result["code"] not in (0, 1):
            print(f"  {name:12} ended with {result['code']}")
            continue
        print(f"  {name:12} {packets / result['cpu']:14,.0f} {result['cpu'] / floor['cpu']:12.1f} "
              f"{result['rss'] / 1e6:8.1f}")
    return ours


def memory(folder):
    """What a dialog, and a call with two streams, adds to the resident memory."""
    # Below the capacity of the default ceiling, so that nothing is evicted.
    low, high = 1000, 41000 // SCALE
    # Without its BYE (5 messages) a dialog is still open when the capture ends.
    for title, options in (("dialog", {}), ("call with two streams", {"packets": 3})):
        sizes = []
        for calls in (low, high):
            capture = make(folder, f"memory-{calls}", "calls", calls=calls, messages=5, **options)
            sizes.append(ringfence(capture)["rss"])
            capture.unlink()
        print(f"  RSS per {title}: {(sizes[1] - sizes[0]) / (high - low):,.0f} bytes")


def scaling(folder):
    # Two small and two large runs of about the same number of packets.
    runs = (
        ("RTP", {"calls": 800, "packets": 800 // SCALE}),
        ("RTP", {"calls": 7500, "packets": 85 // SCALE}),
        ("SIP", {"calls": 1000, "waves": 500 // SCALE}),
        ("SIP", {"calls": 1000000 // SCALE, "messages": 5}),
    )
    print("\nCost of size")
    for kind, options in runs:
        capture = make(folder, "size", "calls", **options)
        ours, floor = ringfence(capture), bare(capture)
        count = f"{options['calls']:,} concurrent calls"
        if kind == "RTP":
            count = f"{2 * options['calls']:,} streams"
        full = {name: value for name, value in ours["summary"].get("limits", {}).items()
                if value and name.startswith(("evicted", "limited", "lost"))}
        print(f"  {kind}, {count:28} {ours['cpu'] / floor['packets'] * 1e9:8.0f} ns a packet, "
              f"{ours['rss'] / 1e6:7.0f} MB, limits reached: {full or 'none'}")
        capture.unlink()


def main():
    build()
    with tempfile.TemporaryDirectory() as folder:
        sip = make(folder, "sip", "calls", calls=1000, waves=100 // SCALE)
        compare("SIP", sip, "messages")
        sip.unlink()
        rtp = make(folder, "rtp", "calls", calls=500, packets=2000 // SCALE)
        compare("RTP in 1,000 streams", rtp, "packets")
        rtp.unlink()
        attacks = make(folder, "attacks", "attacks", calls=1000, waves=20 // SCALE)
        compare("attacks among calls", attacks, "packets")
        attacks.unlink()
        h323 = make_h323(folder, 20000 // SCALE)
        compare("H.323, 21 messages in 26 packets", h323, "packets")
        h323.unlink()
        spoofed = make(folder, "spoofed", "spoofed", sources=1000000 // SCALE)
        compare("forged sources", spoofed, "messages")
        spoofed.unlink()
        per(folder)
        print("\nMemory")
        memory(folder)
        scaling(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
