#!/usr/bin/env python3
"""Manual pages and completion are made of the tables that the programs read their options
by: each page passes groff and mandoc without a warning and names every option of the help,
each completion script is good for its shell and completes what the tables hold."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import RINGFENCE, need_ringfence, need_tool

BIN = Path(RINGFENCE).parent
DAEMONS = ("ringfence-sensor", "ringfence-filter", "ringfence-api")
FAILED = []


def expect(what, fine, told=""):
    if not fine:
        print(f"FAILED {what}: {str(told)[-600:]}")
        FAILED.append(what)


def said(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=30, check=False, **more)


def verbs():
    listed = said(RINGFENCE, "--help").stdout
    return re.findall(r"^  ([a-z]+) +\S", listed.split("\n\n")[2], re.M)


def pages():
    yield "ringfence(1)", [RINGFENCE], "--help=man"
    for verb in verbs():
        yield f"ringfence-{verb}(1)", [RINGFENCE, verb], "--help=man"
    for daemon in DAEMONS:
        yield f"{daemon}(8)", [BIN / daemon], "--help=man"
        yield f"{daemon}(5)", [BIN / daemon], "--help=man-config"


def manual():
    count = 0
    for name, command, option in pages():
        page = said(*command, option)
        expect(f"{name} is printed", page.returncode == 0 and page.stdout.startswith(".TH "), page)
        shown = said("man", "--warnings", "-l", "-", input=page.stdout,
                     env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200"})
        expect(f"{name}: groff warns of nothing", shown.returncode == 0 and not shown.stderr, shown.stderr)
        lint = said("mandoc", "-Tlint", "-Wwarning", input=page.stdout)
        expect(f"{name}: mandoc warns of nothing", lint.returncode == 0 and not lint.stdout, lint.stdout)
        text = shown.stdout
        if option == "--help=man":
            for word in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said(*command, "--help").stdout)):
                expect(f"{name} names {word}", word in text, text)
        else:
            sample = said(*command, "--sample-config").stdout
            for leaf in re.findall(r"^\s*# ([a-z_]+): ", sample, re.M):
                expect(f"{name} names {leaf}", leaf in text)
        count += 1
    expect("all pages were there", count == 1 + len(verbs()) + 6, count)


def completed(script, *words):
    """What bash offers for the last word."""
    done = subprocess.run(["bash", "-c", """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_ringfence
printf '%s\\n' "${COMPREPLY[@]}"
""", "bash", script, *words], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.split()


def completion(folder):
    script = folder / "bash"
    script.write_text(said(RINGFENCE, "completion", "bash").stdout)
    expect("all verbs are offered", set(verbs()) <= set(completed(script, "ringfence", "")))
    expect("a verb is completed", completed(script, "ringfence", "quali") == ["quality"])
    expect("actions", completed(script, "ringfence", "alerts", "t") == ["tail"])
    expect("options", "--evidence" in completed(script, "ringfence", "replay", "--ev"))
    expect("values", completed(script, "ringfence", "calls", "list", "-o", "n") == ["ndjson"])
    expect("behind a format", completed(script, "ringfence", "-o", "csv", "alerts", "s") == ["show"])
    (folder / "some.pcap").touch()
    expect("files", completed(script, "ringfence", "replay", f"{folder}/some") == [f"{folder}/some.pcap"])
    for shell in ("bash", "zsh", "fish"):
        text = said(RINGFENCE, "completion", shell).stdout
        for verb in verbs():
            options = set(re.findall(r"^ .*?--([a-z-]+)", said(RINGFENCE, verb, "--help").stdout, re.M))
            for option in options - {"help"}:
                expect(f"{shell} knows {verb} --{option}",
                       f"--{option}" in text or f"-l {option}" in text)
        if not shutil.which(shell):
            print(f"{shell} is not installed: its script is not run")
            continue
        path = folder / f"script.{shell}"
        path.write_text(text)
        checked = said(shell, "-n", path)
        expect(f"{shell} takes its script", checked.returncode == 0, checked.stderr)
    if shutil.which("fish"):
        offered = said("fish", "-c", f"source {folder}/script.fish; complete -C 'ringfence alerts t'").stdout
        expect("fish completes", "tail" in offered, offered)
    expect("another shell is refused", said(RINGFENCE, "completion", "csh").returncode == 2)


def main():
    need_ringfence()
    need_tool("man")
    need_tool("mandoc")
    manual()
    with tempfile.TemporaryDirectory() as name:
        completion(Path(name))
    print(f"{len(FAILED)} failures")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
