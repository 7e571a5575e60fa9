#!/usr/bin/env python3
"""The rule packs are valid and every rule's own captures raise what the rule says.

A rule has advice, a capture where it fires and one where it stays silent. The captures made by the
scripts of tests/captures are still what these make.
"""

import filecmp
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import RINGFENCE, SOURCE, need_ringfence, read_tsv, run


def rules_verb(*arguments):
    return run([RINGFENCE, "rules", *arguments, "--rules", SOURCE / "rules", "--captures", SOURCE / "captures"])


# What no capture holds: test_self.py, test_sensor_drops.py.
NOT_IN_CAPTURES = {"mon-drop", "mon-table-full", "mon-rule-slow", "mon-evidence-quota"}


def judge_rule(rule):
    text = rules_verb("show", rule).stdout.decode("utf-8")
    if "\n  advice: " not in text:
        yield f"{rule}: no advice"
    fires = re.search(r"\{ capture: [^}]*(min|alerts): [1-9]", text)
    silent = re.search(r"\{ capture: [^}]*alerts: 0 \}", text)
    if not silent:
        yield f"{rule}: no capture where it stays silent"
    if not fires and rule not in NOT_IN_CAPTURES:
        yield f"{rule}: no capture where it fires"


MAKERS = {"make_attacks.py": "attack", "make_calls.py": "calls", "make_dialogs.py": "dialog", "make_fraud.py": "fraud",
          "make_h323.py": "h323", "make_identity.py": "identity", "make_interop.py": "interop",
          "make_lookalikes.py": "lookalike", "make_media.py": "media", "make_self.py": "self"}


def stale_captures():
    for maker, room in MAKERS.items():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, str(SOURCE / "tests" / "captures" / maker), folder], check=True)
            for made in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
                kept = SOURCE / "captures" / room / made.relative_to(folder)
                if not kept.exists() or not filecmp.cmp(made, kept, shallow=False):
                    yield f"{made.name}: is not what {maker} makes"


def stale_places():
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "places.mmdb"
        subprocess.run([sys.executable, str(SOURCE / "tests" / "captures" / "make_places.py"), str(made)], check=True)
        if not filecmp.cmp(made, SOURCE / "captures" / "site" / "places.mmdb", shallow=False):
            yield "places.mmdb: is not what make_places.py makes"


KINDS = {"attack": r"T\d{4}(\.\d{3})?", "capec": r"CAPEC-\d+", "cwe": r"CWE-\d+"}


def wrong_mappings():
    """Each number in a rule's map is of its catalogue and named there; each named one is used."""
    named = {row[0] for row in read_tsv(SOURCE / "rules" / "doc" / "weaknesses.tsv")}
    used = set()
    for pack in sorted((SOURCE / "rules").glob("*.yaml")):
        for line in re.findall(r"^  map: \{ (.*) \}$", pack.read_text("utf-8"), re.MULTILINE):
            for part in line.split(", "):
                kind, number = part.split(": ")
                used.add(number)
                if kind not in KINDS or not re.fullmatch(KINDS[kind], number) or number not in named:
                    yield f"{pack.name}: {part} is in no catalogue"
    for number in sorted(named - used):
        yield f"weaknesses.tsv: no rule is mapped to {number}"


def main():
    need_ringfence()
    complaints = []
    valid = rules_verb("validate")
    if valid.returncode:
        complaints.append(valid.stderr.decode("utf-8"))
    listed = rules_verb("list", "--output", "ndjson").stdout.decode("utf-8").splitlines()
    for line in listed:
        complaints += judge_rule(json.loads(line)["id"])
    tested = rules_verb("test").stdout.decode("utf-8").splitlines()
    complaints += [line for line in tested if not line.startswith("fine")]
    complaints += stale_captures()
    complaints += stale_places()
    complaints += wrong_mappings()
    print(*complaints, sep="\n")
    print(f"{len(listed)} rules, {len(tested)} tests, {len(complaints)} complaints")
    return 1 if complaints or not listed else 0


if __name__ == "__main__":
    sys.exit(main())
