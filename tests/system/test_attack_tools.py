#!/usr/bin/env python3
"""Real attack tools against a real responder, in two network namespaces of the test.

Each attack is captured, replayed and must raise the alerts that its row names, each
within a second of the packet that crossed the threshold; ordinary traffic that resembles
an attack must raise none of level medium or above. Arguments choose rows.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from attack_judge import judge
from attack_range import MORE_SOURCES, TARGET, Range
from common import SOURCE, need_ringfence, need_tool, skip

NMAP = ["-Pn", "-n", "-sU", "-p", "5060"]
OWN = str(SOURCE / "tests" / "system" / "attacker.py")

# Name, tool, its arguments, rules that must fire.
ATTACKS = [
    ("svmap", "svmap", ["-p", "5060", TARGET], ["scan-tool-struct", "scan-tool-ua"]),
    ("svmap-invite", "svmap", ["-p", "5060", "-m", "INVITE", TARGET], ["scan-tool-struct"]),
    ("svmap-register", "svmap", ["-p", "5060", "-m", "REGISTER", "-e", "100", TARGET], ["scan-tool-struct"]),
    ("svmap-compact", "svmap", ["-p", "5060", "-c", "--fromname", "reception", TARGET], ["scan-tool-struct"]),
    ("svmap-network", "svmap", ["-p", "5060", "10.99.7.11-18"], ["scan-tool-struct", "scan-options-sweep"]),
    ("svmap-ports", "svmap", ["-p", "5060-5064", "10.99.7.11"], ["scan-tool-struct", "scan-port-sweep"]),
    ("svwar", "svwar", ["-m", "REGISTER", "-e", "90-140", TARGET], ["ext-enum", "scan-tool-struct"]),
    ("svwar-options", "svwar", ["-m", "OPTIONS", "--force", "-e", "90-120", TARGET], ["scan-tool-struct"]),
    ("svwar-invite", "svwar", ["-m", "INVITE", "-e", "90-140", TARGET], ["ext-enum", "scan-tool-struct"]),
    ("svwar-words", "svwar", ["-m", "REGISTER", "-d", "{names}", TARGET], ["ext-enum", "scan-tool-struct"]),
    ("svcrack", "svcrack", ["-u", "100", "-r", "1000-1040", TARGET],
     ["auth-bruteforce", "scan-tool-struct"]),
    ("svcrack-words", "svcrack", ["-u", "100", "-d", "{words}", TARGET], ["auth-bruteforce", "scan-tool-struct"]),
    ("sipsak", "sipsak", ["-s", f"sip:100@{TARGET}"], ["scan-tool-ua"]),
    ("sipsak-users", "sipsak", ["-U", "-b", "1", "-e", "15", "-x", "30", "-s", f"sip:user@{TARGET}"], ["scan-tool-ua"]),
    ("sipsak-flood", "sipsak", ["-F", "-e", "400", "-s", f"sip:100@{TARGET}"], ["scan-tool-ua", "flood-any-known"]),
    ("nmap-plain", "nmap", [*NMAP, TARGET], ["scan-empty-probe"]),
    ("nmap-version", "nmap", [*NMAP, "-sV", "--version-intensity", "5", TARGET], ["scan-tool-struct"]),
    ("nmap-methods", "nmap", [*NMAP, "--script", "sip-methods", TARGET], ["scan-tool-struct"]),
    ("nmap-enum", "nmap", [*NMAP, "--script", "sip-enum-users", "--script-args",
                           "sip-enum-users.minext=90,sip-enum-users.maxext=130", TARGET], ["ext-enum"]),
    ("nmap-spoof", "nmap", [*NMAP, "--script", "sip-call-spoof", "--script-args", "sip-call-spoof.timeout=2s", TARGET],
     ["scan-tool-struct"]),
    # nmap 7.93 gives up after the challenge: it never sends credentials to be judged.
    ("nmap-brute", "nmap", [*NMAP, "--script", "sip-brute", "--script-args",
                            "userdb={users},passdb={words},unpwdb.timelimit=20s", TARGET],
     ["scan-tool-struct"]),
    ("sipp-flood", "sipp", ["-sn", "uac", "-m", "300", "-r", "100", "-l", "300", "-timeout", "20s",
                            "-nostdin", f"{TARGET}:5080"], ["flood-invite"]),
    ("brute", OWN, ["brute", TARGET], ["auth-bruteforce", "auth-bruteforce-user"]),
    ("brute-distributed", OWN, ["brute-distributed", TARGET, *MORE_SOURCES], ["auth-bruteforce-dist"]),
    ("crack", OWN, ["crack", TARGET], ["auth-crack-success"]),
    ("enumerate", OWN, ["enumerate-users", TARGET], ["ext-enum"]),
    ("enumerate-distributed", OWN, ["enumerate-distributed", TARGET, *MORE_SOURCES], ["ext-enum-distributed"]),
    ("methods", OWN, ["methods", TARGET], ["method-probe"]),
    ("prefixes", OWN, ["prefixes", TARGET], ["dialplan-prefix-probe"]),
    ("flood-register", OWN, ["flood-register", TARGET], ["flood-register", "flood-any"]),
    ("flood-options", OWN, ["flood-options", TARGET], ["flood-any-known"]),
    ("flood-spoofed", OWN, ["flood-spoofed", TARGET], ["flood-distributed"]),
    ("probes", OWN, ["probes", TARGET, *MORE_SOURCES], ["scan-empty-probe"]),
    ("fuzz", OWN, ["fuzz", TARGET], ["fuzz-burst"]),
]

# Ordinary traffic: none of level medium or above may fire.
ORDINARY = [(name, OWN, [name, TARGET], None) for name in ("office", "mistyped", "keep-alives", "dialler")]


def write_words(folder):
    words = {"users": ["100", "101"], "words": [f"word{i}" for i in range(20)],
             "names": ["admin", "test", "sales", "office", "phone", "info", "root", "guest", "lobby", "fax", "voip", "1000"]}
    for name, lines in words.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="ascii")
    return {f"{{{name}}}": str(folder / name) for name in words}


def main():
    need_ringfence()
    if os.geteuid() != 0:
        skip("network namespaces need root")
    need_tool("ip", "tcpdump")
    chosen = [row for row in ATTACKS + ORDINARY if not sys.argv[1:] or row[0] in sys.argv[1:]]
    need_tool(*{row[1] for row in chosen if row[1] != OWN})
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = write_words(folder)
        field = Range(folder)
        try:
            try:
                field.open()
            except OSError as error:
                skip(f"no network namespaces here: {error}")
            field.serve()
            for attack, tool, arguments, rules in chosen:
                path = folder / f"{attack}.pcap"
                filled = [re.sub(r"\{\w+\}", lambda m: places[m.group()], a) for a in arguments]
                output = field.capture(path, [sys.executable, tool, *filled] if tool == OWN else [tool, *filled])
                complaints = list(judge(path, rules))
                print(f"{attack}: {'ok' if not complaints else '; '.join(complaints)}", flush=True)
                if complaints:
                    print(output[-600:])
                if os.environ.get("KEEP_CAPTURES"):
                    shutil.copy(path, os.environ["KEEP_CAPTURES"])
                bad += bool(complaints)
        finally:
            field.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
