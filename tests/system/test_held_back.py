#!/usr/bin/env python3
"""An alert is held back as long as its rule says, although its key was long forgotten.

The rule has room for a hundred keys; ten thousand sources come, and all of them again an
hour later. Each is told once.
"""

import struct
import sys
import tempfile
from pathlib import Path

from common import gen_traffic, replay

SOURCES = 10000
HOUR_S = 3600
RULE = """rules:
- id: once-a-day
  title: A source
  category: test
  severity: low
  on: sip.request
  key: [ src.ip ]
  max_keys: 100
  trigger: first
  suppress: { for: 24h }
  respond: [ alert ]
"""


def later(capture, into, seconds):
    """The same packets, that much later; a pcap of this machine's byte order."""
    data, at = bytearray(capture.read_bytes()), 24
    while at + 16 <= len(data):
        stamp, _, length = struct.unpack_from("=III", data, at)
        struct.pack_into("=I", data, at, stamp + seconds)
        at += 16 + length
    into.write_bytes(data)


def main():
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first.pcap", Path(folder) / "second.pcap"
        rules = Path(folder) / "rules"
        rules.mkdir()
        (rules / "once.yaml").write_text(RULE, encoding="ascii")
        gen_traffic("spoofed", first, "--sources", SOURCES)
        later(first, second, HOUR_S)
        summary = replay(first, second, "--rules", rules)[-1]
    told, requests = summary["alerts"]["once-a-day"], sum(summary["sip"]["requests"].values())
    print(f"{requests} requests of {SOURCES} sources, told {told} times")
    # Places that many keys share forget a few.
    return 0 if requests == 2 * SOURCES and SOURCES <= told <= SOURCES * 101 // 100 else 1


if __name__ == "__main__":
    sys.exit(main())
