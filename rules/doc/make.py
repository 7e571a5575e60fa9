#!/usr/bin/env python3
"""Writes the page of each rule pack from the pack: rules/doc/make.py, run anywhere."""

from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent


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


def main():
    for pack in sorted(HERE.parent.glob("*.yaml")):
        text = pack.read_text(encoding="utf-8")
        head = []
        for line in text.splitlines():
            if not line.startswith("# "):
                break
            head.append(line[2:])
        lines = [f"# {pack.stem.capitalize()}", "", " ".join(head), ""]
        for rule in yaml.safe_load(text)["rules"]:
            lines += rule_words(rule)
        (HERE / f"{pack.stem}.md").write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
