#!/usr/bin/env python3
"""The shipped captures raise exactly what captures/manifest.tsv says.

A rule named in the manifest must fire; one of level medium or above that is not named
must not.
"""

import sys

from common import SOURCE, alerts_of, need_ringfence, read_tsv, replay

GRAVE = {"critical", "high", "medium"}


def judge(name, expected):
    fired, grave = set(), set()
    for event in alerts_of(replay(SOURCE / "captures" / name)):
        fired.add(event["alert"]["rule_id"])
        if event["alert"]["level"] in GRAVE:
            grave.add(event["alert"]["rule_id"])
    for rule in sorted(expected - fired):
        yield f"{name}: {rule} did not fire"
    for rule in sorted(grave - expected):
        yield f"{name}: {rule} fired unexpectedly"


def main():
    need_ringfence()
    rows = read_tsv(SOURCE / "captures" / "manifest.tsv")
    listed = {row[0] for row in rows}
    bad = 0
    for path in sorted((SOURCE / "captures").rglob("*.pcap")):
        name = str(path.relative_to(SOURCE / "captures"))
        if name not in listed:
            print(f"{name}: not in the manifest")
            bad += 1
    for name, _, expected in rows:
        rules = set() if expected == "-" else set(expected.split(","))
        for complaint in judge(name, rules):
            print(complaint)
            bad += 1
    print(f"{len(rows)} captures, {bad} complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
