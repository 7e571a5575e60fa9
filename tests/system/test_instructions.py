#!/usr/bin/env python3
"""Instructions per packet by callgrind: a number that no other load on the machine moves.

What a larger and a smaller capture of the same kind differ by is divided by the packets
they differ by, so that the start of the program does not count.
"""

import re
import sys
import tempfile
from pathlib import Path

from common import gen_traffic, need_tool, plain_ringfence, run

KINDS = {
    # name: mode and options, the option that grows, small, large, most instructions
    # allowed, and how many more with the shipped rules than without any
    "sip": (["calls", "--waves", 1], "--calls", 50, 350, 28000, 0.90),
    "rtp": (["calls", "--calls", 10], "--packets", 50, 350, 3600, 0.25),
}


def instructions(program, capture, folder, *options):
    done = run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out",
                program, "replay", "--json", *options, capture], timeout=600)
    found = re.search(rb"Collected : (\d+)", done.stderr)
    if done.returncode not in (0, 1) or not found:
        sys.exit(done.stderr.decode("utf-8", "replace")[-2000:])
    return int(found.group(1))


def packets(capture):
    """Records of a pcap file in this machine's byte order."""
    data, at, count = Path(capture).read_bytes(), 24, 0
    while at + 16 <= len(data):
        at += 16 + int.from_bytes(data[at + 8:at + 12], sys.byteorder)
        count += 1
    return count


def per_packet(program, folder, captures, *options):
    """Instructions of each further packet, and those of the start."""
    small, large = captures
    cost0, cost1 = (instructions(program, capture, folder, *options) for capture in captures)
    each = (cost1 - cost0) / (packets(large) - packets(small))
    return each, cost0 - each * packets(small)


def main():
    need_tool("valgrind")
    program = plain_ringfence()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        none = Path(folder) / "none"
        none.mkdir()
        (none / "none.yaml").write_text("rules: []\n", encoding="ascii")
        for kind, (mode, option, small, large, limit, most_over) in KINDS.items():
            captures = [Path(folder) / f"{kind}-{size}.pcap" for size in (small, large)]
            for capture, size in zip(captures, (small, large)):
                gen_traffic(mode[0], capture, *mode[1:], option, size)
            each, start = per_packet(program, folder, captures)
            bare, _ = per_packet(program, folder, captures, "--rules", none)
            over = each / bare - 1
            print(f"{kind}: {each:.0f} instructions per packet (limit {limit}), start {start:.0f}; "
                  f"{bare:.0f} without rules, which cost {over:.0%} (limit {most_over:.0%})")
            # Fewer than a handful a packet would mean that nothing was decoded.
            bad += not 50 < each <= limit or over > most_over
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
