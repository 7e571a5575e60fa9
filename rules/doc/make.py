#!/usr/bin/env python3
"""Writes the pages of the rules: one a pack from the pack, and the catalogue from running each rule's captures.

Usage: rules/doc/make.py [FOLDER]; the program is $RINGFENCE, or the one in build/dev/bin.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
RULES = HERE.parent
CAPTURES = RULES.parent / "captures"
RINGFENCE = os.environ.get("RINGFENCE", RULES.parent / "build" / "dev" / "bin" / "ringfence")


def trigger_words(trigger):
    if isinstance(trigger, str):
        return trigger
    (kind, settings), = trigger.items()
    plain = [f"{key} {value}" for key, value in settings.items() if not isinstance(value, (dict, list))]
    return " ".join([kind, *plain])


def rule_words(rule):
    off = ", off by default" if rule.get("enabled") is False else ""
    yield f"## {rule['id']}"
    yield f"{rule['title']} (severity {rule['severity']}{off}). Trigger: {trigger_words(rule['trigger'])}."
    for part in ("doc", "advice"):
        if part in rule:
            yield rule[part]
    if "except" in rule:
        yield f"Exceptions: {', '.join(e['name'] for e in rule['except'])}."
    yield ""


def packs():
    """Each pack's name, the comment at its head, and its rules."""
    for pack in sorted(RULES.glob("*.yaml")):
        text = pack.read_text(encoding="utf-8")
        head = []
        for line in text.splitlines():
            if not line.startswith("# "):
                break
            head.append(line[2:])
        yield pack.stem, " ".join(head), yaml.safe_load(text)["rules"]


class Runs:
    """What all rules say of a capture, run once for each setting."""

    def __init__(self):
        self.kept = {}

    def of(self, test):
        """By rule: how many alerts, and what the first one says."""
        setting = (test["capture"], test.get("site"), test.get("geo"), test.get("certificates"))
        if setting not in self.kept:
            self.kept[setting] = self.run(*setting)
        return self.kept[setting]

    @staticmethod
    def run(capture, *settings):
        options = [part for flag, value in zip(("--site", "--geo", "--certificates"), settings) if value for part in (flag, CAPTURES / value)]
        done = subprocess.run([RINGFENCE, "replay", "--json", "--rules", RULES, *options, CAPTURES / capture], stdout=subprocess.PIPE, check=False)
        found = {}
        for line in done.stdout.splitlines():
            event = json.loads(line)
            if event["event_type"] == "alert":
                count, text = found.get(event["alert"]["rule_id"], (0, event["alert"]["explain"]["text"]))
                found[event["alert"]["rule_id"]] = (count + 1, text)
        return found


def fires(test):
    return test.get("alerts", test.get("min", 1)) > 0


def response_words(rule):
    names = [entry if isinstance(entry, str) else next(iter(entry)) for entry in rule.get("respond", [])]
    return ", ".join(name for name in names if name != "alert") or "alert"


def map_words(rule):
    return " ".join(str(value) for value in rule.get("map", {}).values())


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def catalogue_row(rule, runs):
    tests = rule.get("tests", [])
    fired, silent = [], []
    for test in tests:
        count, text = runs.of(test).get(rule["id"], (0, ""))
        if fires(test):
            fired.append(f"`{test['capture']}` {count}× “{cell(text)}”")
        else:
            silent.append(f"`{test['capture']}`" + (f" {count}× **wrong**" if count else ""))
    off = " (off)" if rule.get("enabled") is False else ""
    return (f"| {rule['id']}{off} | {rule['severity']} | {response_words(rule)} | {map_words(rule)} | "
            f"{'<br>'.join(fired)} | {'<br>'.join(silent)} |")


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    runs = Runs()
    table = ["# Catalogue", "", "Every rule, with the captures in which it fires and what it then says, and those in which it stays silent. "
             "Written by `make.py` from running them.", ""]
    for name, head, rules in packs():
        lines = [f"# {name.capitalize()}", "", head, ""]
        for rule in rules:
            lines += rule_words(rule)
        (folder / f"{name}.md").write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
        table += [f"## {name.capitalize()}", "", "| rule | severity | response | mapping | fires | silent |", "|---|---|---|---|---|---|"]
        table += [catalogue_row(rule, runs) for rule in rules]
        table.append("")
    (folder / "catalogue.md").write_text("\n".join(table), encoding="utf-8")


if __name__ == "__main__":
    main()
