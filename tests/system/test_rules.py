#!/usr/bin/env python3
"""The rule packs are valid and every rule's own captures raise what the rule says.

A rule has advice, a capture where it fires and one where it stays silent; which rule
cannot have the former is told, with its reason, in rules/README.md. The captures made by
make_attacks.py are still what the script makes.
"""

import filecmp
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import RINGFENCE, SOURCE, need_ringfence, run


def rules_verb(*arguments):
    return run([RINGFENCE, "rules", *arguments, "--rules", SOURCE / "rules", "--captures", SOURCE / "captures"])


def untested():
    """The rules that the README excuses: lines `- rule: reason` under their heading."""
    text = (SOURCE / "rules" / "README.md").read_text(encoding="utf-8")
    part = text.partition("## Rules without a capture where they fire")[2].partition("\n## ")[0]
    return set(re.findall(r"^- `([a-z0-9-]+)`: ", part, re.MULTILINE))


def judge_rule(rule, excused):
    text = rules_verb("show", rule).stdout.decode("utf-8")
    if "\n  advice: " not in text:
        yield f"{rule}: no advice"
    fires = re.search(r"\{ capture: [^}]*(min|alerts): [1-9]", text)
    silent = re.search(r"\{ capture: [^}]*alerts: 0 \}", text)
    if not silent:
        yield f"{rule}: no capture where it stays silent"
    if not fires and rule not in excused:
        yield f"{rule}: no capture where it fires, and no reason in rules/README.md"
    if fires and rule in excused:
        yield f"{rule}: has a capture, and a reason in rules/README.md for having none"


def stale_captures():
    with tempfile.TemporaryDirectory() as folder:
        script = SOURCE / "tests" / "captures" / "make_attacks.py"
        subprocess.run([sys.executable, str(script), folder], check=True)
        for made in sorted(Path(folder).iterdir()):
            kept = SOURCE / "captures" / "attack" / made.name
            if not kept.exists() or not filecmp.cmp(made, kept, shallow=False):
                yield f"{made.name}: is not what make_attacks.py makes"


def main():
    need_ringfence()
    complaints = []
    valid = rules_verb("validate")
    if valid.returncode:
        complaints.append(valid.stderr.decode("utf-8"))
    listed = rules_verb("list", "--output", "ndjson").stdout.decode("utf-8").splitlines()
    excused = untested()
    for line in listed:
        complaints += judge_rule(json.loads(line)["id"], excused)
    tested = rules_verb("test").stdout.decode("utf-8").splitlines()
    complaints += [line for line in tested if not line.startswith("fine")]
    complaints += stale_captures()
    print(*complaints, sep="\n")
    print(f"{len(listed)} rules, {len(tested)} tests, {len(complaints)} complaints")
    return 1 if complaints or not listed else 0


if __name__ == "__main__":
    sys.exit(main())
