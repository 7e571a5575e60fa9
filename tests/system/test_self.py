#!/usr/bin/env python3
"""The sensor tells that a table fills up before it must forget, and what it then judges is
marked: while time steps, proof counts for nothing."""

import struct
import sys
import tempfile
from pathlib import Path

from common import SOURCE, alerts_of, need_ringfence, replay

sys.path.insert(0, str(SOURCE / "tests" / "captures"))
from kit import SERVER, START_US, Capture, challenge, credentials, exchange, request  # noqa: E402

FAILURES = []


def expect(what, fine, detail=""):
    print(("fine    " if fine else "FAILED  ") + what, detail if not fine else "")
    if not fine:
        FAILURES.append(what)


def told(capture, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.pcap"
        capture.write(path)
        return alerts_of(replay(path, *options))


def full_table():
    """So many streams begin that a small memory holds no more; with more memory nothing is told."""
    capture = Capture()
    for n in range(12_000):
        capture.udp("203.0.113.7", SERVER, struct.pack(">BBHII", 0x80, 0, 4000, 160, 0x10000 + n) + b"\x55" * 20, (4000, 5000))
        capture.now_us = START_US + n * 1000
    small, large = told(capture, "--memory", "32M"), told(capture, "--memory", "512M")
    full = [a["alert"] for a in small if a["alert"]["rule_id"] == "mon-table-full"]
    expect("a table that fills up is told once", len(full) == 1, full)
    expect("and how full it is", full and float(full[0]["explain"]["text"].split()[-1].rstrip(")")) > 90, full)
    expect("one with room is not", not [a for a in large if a["alert"]["rule_id"] == "mon-table-full"])


def guessing(step):
    """A password is guessed by a proven source; the clock steps before the last tries."""
    capture = Capture()
    for n in range(12):
        if step and n == 5:
            capture.wait(-3600)
        exchange(capture, request("REGISTER", 2 * n, call=f"a{n}"), 401, challenge(f"nonce{n}"))
        exchange(capture, request("REGISTER", 2 * n + 1, call=f"a{n}", cseq=2, lines=[credentials("100", f"nonce{n}", n)]), 401, challenge(f"nonce{n}"))
    return [a["alert"] for a in told(capture) if a["alert"]["rule_id"] == "auth-bruteforce"]


def unsure():
    sure, stepped = guessing(False), guessing(True)
    expect("a guesser that is proven to be real", sure and sure[0]["response"]["proven"], sure)
    expect("is not when the clock stepped", stepped and not stepped[0]["response"]["proven"], stepped)
    expect("and the count is a lower bound", stepped and stepped[0]["lower_bound"], stepped)


def main():
    need_ringfence()
    full_table()
    unsure()
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
