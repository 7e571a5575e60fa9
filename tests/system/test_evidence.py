#!/usr/bin/env python3
"""The capture written for an alert proves it: replayed alone, it raises the same alert.

Shipped attacks only. Rules whose reason lies long before the alert are listed.
"""

import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import RINGFENCE, SOURCE, alerts_of, need_ringfence, replay, run

# What they compare with is what the account, the server or the connection did before all that counts.
LOOK_BACK = {"reg-flap", "reg-storm", "reg-ua-change", "reg-wipe", "alg-slipstream"}
# Sums of other alerts, each of which has a capture of its own.
SUMS = {"fraud-score"}
# What they tell is that nothing came for a time, which no packet of theirs can show.
SILENCE = {"peer-crash-suspect", "stream-abuse-slow"}


def judge(path):
    """Alerts of a capture, and complaints about their evidence."""
    complaints = []
    with tempfile.TemporaryDirectory() as folder:
        done = run([RINGFENCE, "replay", "--evidence", folder, path])
        files = sorted(Path(folder).iterdir())
        if done.returncode:
            complaints.append(f"{path.name}: exit code {done.returncode}")
        for file in files:
            rule = re.fullmatch(r"\d+-(.*)\.pcapng", file.name).group(1)
            fired = {alert["alert"]["rule_id"] for alert in alerts_of(replay(file))}
            if rule not in fired | LOOK_BACK | SILENCE | SUMS:
                complaints.append(f"{path.name}: {file.name} raises {sorted(fired)}")
    return len(files), complaints


def main():
    need_ringfence()
    alerts, bad = 0, 0
    with ThreadPoolExecutor(2) as pool:
        for count, complaints in pool.map(judge, sorted((SOURCE / "captures" / "attack").glob("*.pcap"))):
            alerts += count
            bad += len(complaints)
            if complaints:
                print(*complaints, sep="\n")
    print(f"{alerts} alerts, {bad} without proof")
    return 1 if bad or not alerts else 0


if __name__ == "__main__":
    sys.exit(main())
