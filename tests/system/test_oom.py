#!/usr/bin/env python3
"""Whichever allocation fails, the program says so and ends; it never crashes or hangs.

Each allocation of a replay is made to fail in turn, alone and with all that follow.
Where there are very many, the first ones and an even sample of the rest.
"""

import os
import sys
import tempfile
from pathlib import Path

from common import SOURCE, plain_ringfence, run

EACH = 300    # allocations that are tried one by one
SAMPLE = 100  # and evenly among the later ones
FINE = {0, 1, 2, 3, 4}  # the documented exit codes


def attempt(program, shim, capture, settings):
    env = dict(os.environ, LD_PRELOAD=shim, **settings)
    return run([program, "replay", "--json", capture], timeout=60, env=env)


def main():
    program = plain_ringfence()
    shim = os.environ.get("FAILING_MALLOC", str(SOURCE / "build/dev/tests/libfailing_malloc.so"))
    capture = SOURCE / "captures" / "benign" / "hold.pcap"
    with tempfile.TemporaryDirectory() as folder:
        counter = Path(folder) / "count"
        good = attempt(program, shim, capture, {"FAIL_COUNT": str(counter)})
        if good.returncode != 0 or b'"summary"' not in good.stdout:
            sys.exit(f"the run without a failure: exit code {good.returncode}, "
                     f"{len(good.stdout)} bytes")
        total = int(counter.read_text(encoding="ascii"))
        numbers = list(range(1, min(total, EACH) + 1))
        if total > EACH:
            numbers += range(EACH, total, max(1, (total - EACH) // SAMPLE))
        bad, clean = 0, 0
        for number in numbers:
            for after in ("0", "1"):
                done = attempt(program, shim, capture, {"FAIL_AT": str(number), "FAIL_AFTER": after})
                wrong = done.returncode not in FINE
                # Success with another output would be a silent loss.
                wrong = wrong or (done.returncode == 0 and done.stdout != good.stdout)
                clean += done.returncode == 0
                if wrong:
                    bad += 1
                    tail = done.stderr.decode("utf-8", "replace")[-200:]
                    print(f"allocation {number} (after={after}): exit {done.returncode} {tail}")
    print(f"{total} allocations, {2 * len(numbers)} runs, {clean} went on unharmed, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
