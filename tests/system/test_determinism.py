#!/usr/bin/env python3
"""The same capture a hundred times gives the same bytes a hundred times."""

import hashlib
import sys

from common import SOURCE, need_ringfence, replay_bytes

RUNS = 100
CAPTURES = ["benign/call.pcap", "attack/svwar-default.pcap"]


def main():
    need_ringfence()
    bad = 0
    for name in CAPTURES:
        capture = SOURCE / "captures" / name
        prints = set()
        for _ in range(RUNS):
            output = replay_bytes(capture)
            prints.add(hashlib.sha256(output).hexdigest())
        print(f"{name}: {RUNS} runs, {len(output)} bytes, {len(prints)} different outputs")
        bad += len(prints) != 1 or not output
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
