#!/usr/bin/env python3
"""A carrier's day of 50,000 accounts with attacks hidden in it: each is found, nearly nobody else is accused.

Prints for every attack the rule that told it first and how long that took, and for every
rule of severity medium and above its precision. Usage: test_carrier.py [ACCOUNTS [SEED]].
"""

import collections
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from common import SOURCE, plain_ringfence, read_tsv

FOLDER = SOURCE / "tests" / "carrier"
GRACE_US = 900 * 1_000_000  # what an attack did may be told so long after its last packet
FALSE_PER_CALLS = 100_000
# Sums of other alerts, about whole networks and countries too: right while any attack goes on.
SUMS = {"fraud-score"}


class Attack:
    def __init__(self, title, first, last, rules, names):
        self.title, self.first_us, self.last_us = title, int(first), int(last)
        self.rules, self.names = set(rules.split()), set(names.split())
        self.told, self.delay_s = None, 0.0

    def lasts(self, stamp):
        return self.first_us <= stamp <= (self.last_us or 1 << 62) + GRACE_US

    def concerns(self, names, stamp):
        return self.lasts(stamp) and not self.names.isdisjoint(names)


def play(accounts, seed, folder):
    """The day through the program: the attacks, the alerts and the summary."""
    truth = folder / "truth.tsv"
    day = subprocess.Popen([sys.executable, FOLDER / "day.py", "--accounts", str(accounts), "--seed", str(seed), "--attacks", truth],
                           stdout=subprocess.PIPE)
    judge = subprocess.Popen([plain_ringfence(), "replay", "--json", "--rules", SOURCE / "rules", "--site", FOLDER / "site.yaml",
                              "--geo", places(folder), "-"], stdin=day.stdout, stdout=subprocess.PIPE)
    day.stdout.close()
    alerts, summary = [], None
    for line in judge.stdout:
        if b'"event_type":"alert"' in line[:120]:
            alerts.append(json.loads(line))
        elif b'"event_type":"summary"' in line[:120]:
            summary = json.loads(line)
    if day.wait() or judge.wait() or summary is None:
        sys.exit(f"the day ended with {day.returncode}, the replay with {judge.returncode}")
    return [Attack(*row) for row in read_tsv(truth)], alerts, summary


def places(folder):
    """Where the day's addresses are."""
    sys.path.insert(0, str(SOURCE / "tests" / "captures"))
    import make_places
    home = [(f"{first}.0.0.0", 8, "DE", 64500 + first) for first in (81, 84, 85, 86, 87, 88, 89)]
    abroad = [("45.0.0.0", 8, "VU", 64600)] + [(f"{first}.0.0.0", 8, "XX", 64601) for first in range(140, 170)]
    make_places.PLACES = [*home, *abroad, ("192.0.2.0", 24, "DE", 64500), ("203.0.113.0", 24, "DE", 64501)]
    target = folder / "places.mmdb"
    sys.argv[1:] = [str(target)]
    make_places.main()
    return target


def names_of(alert):
    """Everybody whom an alert names: the parts of its key, its entity, its source."""
    key = [part.partition("=")[2] for part in alert["alert"].get("key", "").split()]
    named = {*key, alert.get("entity", {}).get("value", ""), alert.get("src_ip", "")}
    return named | {name.removeprefix("+") for name in named}


def judge(attacks, alerts):
    """Who was told, by what and when; returns the counts of right and false alerts a rule."""
    right, false = collections.Counter(), collections.defaultdict(list)
    for alert in alerts:
        stamp = round(datetime.datetime.fromisoformat(alert["timestamp"].replace("Z", "+00:00")).timestamp() * 1e6)
        names, rule = names_of(alert), alert["alert"]["rule_id"]
        meant = [attack for attack in attacks if attack.concerns(names, stamp)]
        for attack in meant:
            if attack.told is None and rule in attack.rules:
                attack.told, attack.delay_s = rule, (stamp - attack.first_us) / 1e6
        if meant or (rule in SUMS and any(attack.lasts(stamp) for attack in attacks)):
            right[rule] += 1
        elif alert["alert"]["level"] in ("critical", "high", "medium"):
            false[rule].append(alert)
    return right, false


def main():
    given = [int(text) for text in sys.argv[1:]]
    accounts, seed = (*given, *(50_000, 1)[len(given):])
    with tempfile.TemporaryDirectory() as name:
        attacks, alerts, summary = play(accounts, seed, Path(name))
    right, false = judge(attacks, alerts)
    calls = summary["sip"]["calls"] // 2  # each passes the tap twice
    for attack in attacks:
        print(f"{attack.title:40} {attack.told or 'MISSED: ' + ' '.join(sorted(attack.rules)):30} {attack.delay_s:10.3f} s")
    for rule in sorted({*right, *false}):
        wrong = len(false[rule])
        print(f"{rule:30} {right[rule]:6} right {wrong:6} false, precision {right[rule] / max(1, right[rule] + wrong):.3f}")
    for found in false.values():
        for alert in found[:3]:
            print("FALSE", alert["timestamp"], alert["alert"]["rule_id"], alert["alert"].get("key"), alert["alert"]["explain"]["text"])
    missed = sum(attack.told is None for attack in attacks)
    wrong = sum(map(len, false.values()))
    allowed = max(1, calls // FALSE_PER_CALLS)
    print(f"{len(attacks)} attacks, recall {1 - missed / len(attacks):.3f}; {calls} calls, {wrong} false alerts (allowed {allowed})")
    return 1 if missed or wrong > allowed else 0


if __name__ == "__main__":
    sys.exit(main())
