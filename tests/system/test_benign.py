#!/usr/bin/env python3
"""Ordinary shared captures raise no alert of level medium or above.

Every alert, also on a capture of an attack, has a row with its reason in
benign_exceptions.tsv, or fails the test.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase

from common import SHARED, SOURCE, alerts_of, need_ringfence, need_shared, read_tsv, replay

GRAVE = {"critical", "high", "medium"}


def judge(path):
    name = str(path)[:-len(".json")]
    try:
        events = alerts_of(replay(SHARED / "files" / name))
    except RuntimeError as error:
        return name, {f"unreadable: {error}": 1}
    rules = {}
    for event in events:
        if event["alert"]["level"] in GRAVE:
            rule = event["alert"]["rule_id"]
            rules[rule] = rules.get(rule, 0) + 1
    return name, rules


def main():
    need_ringfence()
    need_shared()
    rows = read_tsv(SOURCE / "tests" / "system" / "benign_exceptions.tsv")
    truths = sorted(p.relative_to(SHARED / "truth") for p in (SHARED / "truth").rglob("*.json"))
    bad, excused = 0, 0
    with ThreadPoolExecutor(2) as pool:
        for name, rules in pool.map(judge, truths):
            for rule, count in sorted(rules.items()):
                if any(fnmatchcase(name, r[0]) and fnmatchcase(rule, r[1]) for r in rows):
                    excused += 1
                    continue
                print(f"{name}\t{rule}\t{count}")
                bad += 1
    print(f"{len(truths)} captures, {bad} unexpected rules, {excused} with a reason")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
