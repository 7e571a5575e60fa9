#!/usr/bin/env python3
"""A million forged sources, and as many calls, stay below 512 MB of resident memory."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import gen_traffic, plain_ringfence

CEILING_KB = 512 * 1024
SOURCES = 1000000


def peak_of(program, capture):
    """Peak resident kilobytes and the summary of a replay."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen([program, "replay", "--json", str(capture)], stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            sys.exit(f"exit code {child.returncode}")
        output.seek(0)
        last = None
        for last in output:
            pass
        return usage.ru_maxrss, json.loads(last)


def main():
    program = plain_ringfence()
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "spoofed.pcap"
        gen_traffic("spoofed", capture, "--sources", SOURCES)
        peak, summary = peak_of(program, capture)
    seen = sum(summary["sip"]["requests"].values())
    print(f"{SOURCES} sources: {peak / 1024:.0f} MB at the peak (ceiling {CEILING_KB // 1024} MB), "
          f"{seen} requests counted, limits {summary.get('limits')}, alerts {summary.get('alerts')}")
    return 0 if peak <= CEILING_KB and seen == SOURCES else 1


if __name__ == "__main__":
    sys.exit(main())
