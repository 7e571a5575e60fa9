#!/usr/bin/env python3
"""One command for the numbers: builds a release, makes traffic, measures in one run.

Everything is printed beside a bare libpcap loop that touches every byte of the same
files, and beside tshark, sngrep and ndpiReader where they are installed, because only
ratios can be compared between machines. `--quick` makes everything ten times smaller.
The last table holds what is promised; it needs 4 GB of disk for a million calls.
"""

import json
import os
import re
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
RESULTS = []  # (what, measured, at most), for the last table


def build():
    for command in (["cmake", "-S", SOURCE, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Release",
                     "-DCMAKE_C_FLAGS_RELEASE=-O3 -g", "-DRINGFENCE_PAGE=OFF"],
                    ["cmake", "--build", BUILD, "-j2", "--target", "ringfence", "gen_traffic",
                     "bare_loop", "bench_per", "bench_sip"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(command):
    """Seconds of processor time, peak resident bytes, exit code and the last line."""
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        child = subprocess.Popen([str(c) for c in command], stdout=output,
                                 stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        output.seek(0)
        last = b""
        for last in output:
            pass
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall,
            "rss": usage.ru_maxrss * 1024, "code": child.returncode, "last": last}


def best(command, runs=1 if QUICK else 3):
    return min((measure(command) for _ in range(runs)), key=lambda m: m["cpu"])


def promise(what, measured, limit):
    RESULTS.append((what, measured, limit))


def ringfence(capture, *options, runs=1 if QUICK else 3):
    result = best([BIN / "ringfence", "replay", "--json", *options, capture], runs)
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


def sip_parser():
    """The parsers of SIP and SDP alone."""
    done = subprocess.run([BIN / "bench_sip", str(3000 // SCALE)], capture_output=True,
                          check=True, encoding="ascii")
    print(f"\nSIP parser:\n{done.stdout.strip()}")
    invite = float(re.search(r"^INVITE.* bytes +([0-9.]+) ns", done.stdout, re.M).group(1))
    promise("nanoseconds to parse an INVITE with its SDP", invite, 600)


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
    ours["over_floor"] = ours["cpu"] / floor["cpu"]
    ours["million_s"] = ours["cpu"] / packets * 1e6
    return ours


def synthetic_rules(count):
    """Rules that read like those of a large catalogue: few of them can match a message."""
    fields = ("from.user", "to.user", "user_agent", "call_id", "request.host", "contact.user")
    for i in range(count):
        kind = i % 4
        when = (f"{{ method: INVITE, {fields[i % 6]}: {{ contains: [ word{i}x, other{i}y ] }} }}",
                f"{{ {fields[i % 6]}: value-{i} }}",
                f"{{ status: {400 + i % 200}, {fields[i % 2]}: {{ starts: pre{i} }} }}",
                f"{{ cseq: {{ ge: {100000 + i} }}, auth.sent: true }}")[kind]
        on = "sip.transaction" if kind == 2 else "sip.request"
        yield (f"- id: synthetic-{i}\n  title: Synthetic\n  category: bench\n  severity: info\n"
               f"  on: {on}\n  when: {when}\n  key: [ src.ip ]\n  max_keys: 64\n"
               f"  trigger: {{ count: {{ n: 10, window: 60s }} }}\n")


def rules(folder):
    """What judging costs, and that it does not grow with the number of rules."""
    capture = make(folder, "rules", "calls", calls=1000, waves=100 // SCALE)
    count = bare(capture)["packets"]
    none = Path(folder) / "rules-none"
    many = Path(folder) / "rules-many"
    none.mkdir()
    (none / "none.yaml").write_text("rules: []\n", encoding="ascii")
    shutil.copytree(SOURCE / "rules", many)
    (many / "synthetic.yaml").write_text("rules:\n" + "".join(synthetic_rules(500)),
                                         encoding="ascii")
    print("\nCost of rules")
    base = None
    for title, path in (("none", none), ("shipped", SOURCE / "rules"),
                        ("shipped and 500 more", many)):
        command = [BIN / "ringfence", "replay", "--json", "--rules", path]
        start = best([*command, make(folder, "start", "calls", calls=1)])
        cost = (best([*command, capture])["cpu"] - start["cpu"]) / count * 1e9
        base = base or cost
        print(f"  {title:22} {cost:8.0f} ns a message, {cost / base:5.2f} x without rules, "
              f"start {start['cpu'] * 1e3:5.0f} ms")
    capture.unlink()


def memory(folder):
    """What a dialog, and a call with two streams, adds to the resident memory."""
    # Below the capacity of the ceiling, so that nothing is evicted.
    low, high = 2000, 32000
    # Without its BYE (5 messages) a dialog is still open when the capture ends.
    for title, options, limit in (("dialog", {}, 1024),
                                  ("call with its two streams", {"packets": 3}, 2048)):
        sizes = []
        for calls in (low, high):
            capture = make(folder, f"memory-{calls}", "calls", calls=calls, messages=5, **options)
            sizes.append(ringfence(capture, "--memory", "1G", runs=1)["rss"])
            capture.unlink()
        promise(f"bytes of memory a {title}", (sizes[1] - sizes[0]) / (high - low), limit)


def cost(folder, mode, options):
    """Nanoseconds of a packet, printed with what it took besides."""
    capture = make(folder, "size", mode, **options)
    ours = ringfence(capture, "--memory", "4G", runs=1 if QUICK else 2)
    summary = ours["summary"]
    full = {name: value for name, value in summary.get("limits", {}).items()
            if value and name.startswith(("evicted", "limited", "lost", "text"))}
    each = ours["cpu"] / summary["packets"] * 1e9
    words = ", ".join(f"{value:,} {name}" for name, value in options.items())
    print(f"  {mode}, {words:40} {each:8.0f} ns a packet, {ours['rss'] / 1e6:7.0f} MB, "
          f"limits reached: {full or 'none'}")
    capture.unlink()
    return each


def scaling(folder):
    # A small and a large run of about the same number of packets.
    print("\nCost of size")
    for order, shuffle in (("in turn", 0), ("in random order", 1)):
        few = cost(folder, "streams", {"calls": 800, "packets": 1700 // SCALE, "shuffle": shuffle})
        many = cost(folder, "streams", {"calls": 7500, "packets": 180 // SCALE, "shuffle": shuffle})
        promise(f"RTP packet, {order}: 15,000 streams over 1,600", many / few, 1.5)
    few = cost(folder, "calls", {"calls": 1000, "waves": 500 // SCALE})
    most = 1000000 // SCALE
    many = cost(folder, "calls", {"calls": most, "messages": 5})
    promise(f"message: {most:,} concurrent calls over 1,000", many / few, 1.5)


def executed(capture, *options):
    """Instructions of a replay."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         BIN / "ringfence", "replay", "--json", *options, capture], check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def instructions(folder):
    """Of a packet, the start of the program left out: does not depend on the load."""
    if not shutil.which("valgrind"):
        return
    none = Path(folder) / "no-rules"
    none.mkdir()
    (none / "none.yaml").write_text("rules: []\n", encoding="ascii")
    print("\nInstructions a packet")
    for title, mode, key, sizes in (("SIP", "calls", "waves", (1, 3)),
                                    ("RTP", "streams", "packets", (20, 220))):
        counts = []
        for size in sizes:
            capture = make(folder, "count", mode, calls=500 if mode == "calls" else 50,
                           **{key: size})
            counts.append((executed(capture), executed(capture, "--rules", none),
                           bare(capture)["packets"]))
            capture.unlink()
        (first, first_none, few), (second, second_none, many) = counts
        each = (second - first) / (many - few)
        without = (second_none - first_none) / (many - few)
        print(f"  {title}: {each:,.0f}, without rules {without:,.0f}")
        promise(f"instructions of a {title} packet: rules over none", each / without, 1.25)


def verdicts():
    print(f"\n{'What is promised':58} {'measured':>10} {'at most':>9}")
    for what, measured, limit in RESULTS:
        print(f"{what:58} {measured:10.2f} {limit:9.2f} {'' if measured <= limit else ' MISSED'}")


def main():
    build()
    with tempfile.TemporaryDirectory() as folder:
        sip = make(folder, "sip", "calls", calls=1000, waves=100 // SCALE)
        each = compare("SIP", sip, "messages")
        promise("SIP message over that of the bare loop", each["over_floor"], 7)
        promise("seconds of a million SIP messages", each["million_s"], 1 / 0.8)
        sip.unlink()
        rtp = make(folder, "rtp", "calls", calls=500, packets=2000 // SCALE)
        each = compare("RTP in 1,000 streams", rtp, "packets")
        promise("RTP packet over that of the bare loop", each["over_floor"], 2.2)
        promise("seconds of a million RTP packets", each["million_s"], 1 / 6)
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
        sip_parser()
        rules(folder)
        memory(folder)
        scaling(folder)
        instructions(folder)
        verdicts()
    return 0


if __name__ == "__main__":
    sys.exit(main())
