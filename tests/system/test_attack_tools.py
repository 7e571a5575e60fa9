#!/usr/bin/env python3
"""Real attack tools against a real responder, in two network namespaces of the test.

Each attack is captured, replayed and must raise the alerts that its row names, each
within a second of the packet that crossed the threshold. Arguments choose attacks.
"""

import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, alerts_of, need_ringfence, need_tool, replay, run, skip

ATTACKER, TARGET = "10.99.7.2", "10.99.7.1"
USERS = ["100=secret9", "101=hard-to-guess", "115=115"]
SLACK_S = 1.0

# Name, tool, its arguments, rules that must fire.
ATTACKS = [
    ("svmap", "svmap", ["-p", "5060", TARGET], ["scan-tool-struct", "scan-tool-ua"]),
    ("svmap-invite", "svmap", ["-p", "5060", "-m", "INVITE", TARGET], ["scan-tool-struct"]),
    ("svwar", "svwar", ["-m", "REGISTER", "-e", "90-140", TARGET], ["ext-enum", "scan-tool-struct"]),
    ("svcrack", "svcrack", ["-u", "100", "-r", "1000-1040", TARGET],
     ["auth-bruteforce", "scan-tool-struct"]),
    ("sipsak", "sipsak", ["-s", f"sip:100@{TARGET}"], ["scan-tool-ua"]),
    ("nmap-methods", "nmap", ["-Pn", "-n", "-sU", "-p", "5060", "--script", "sip-methods", TARGET],
     ["scan-tool-struct"]),
    ("nmap-enum", "nmap", ["-Pn", "-n", "-sU", "-p", "5060", "--script", "sip-enum-users",
                           "--script-args", "sip-enum-users.minext=90,sip-enum-users.maxext=130",
                           TARGET], ["ext-enum"]),
    # nmap 7.93 gives up after the challenge: it never sends credentials to be judged.
    ("nmap-brute", "nmap", ["-Pn", "-n", "-sU", "-p", "5060", "--script", "sip-brute",
                            "--script-args",
                            "userdb={users},passdb={words},unpwdb.timelimit=20s", TARGET],
     ["scan-tool-struct"]),
    ("sipp-flood", "sipp", ["-sn", "uac", "-m", "300", "-r", "100", "-l", "300", "-timeout", "20s",
                            "-nostdin", f"{TARGET}:5080"], ["flood-invite"]),
]


class Range:
    """Two namespaces joined by a veth pair, a registrar and a sipp responder in one."""

    def __init__(self, folder):
        self.folder = folder
        self.red, self.blue = f"rf-red-{os.getpid()}", f"rf-blue-{os.getpid()}"
        self.children = []

    def ip(self, *arguments):
        done = run(["ip", *arguments])
        if done.returncode:
            raise OSError(done.stderr.decode("utf-8", "replace").strip())

    def start(self, name, *command):
        log = open(self.folder / "children.log", "ab")
        child = subprocess.Popen(["ip", "netns", "exec", name, *map(str, command)],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        self.children.append(child)
        return child

    def stop(self, child, number=signal.SIGTERM):
        self.children.remove(child)
        child.send_signal(number)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def open(self):
        self.ip("netns", "add", self.red)
        self.ip("netns", "add", self.blue)
        self.ip("link", "add", "red0", "netns", self.red, "type", "veth",
                "peer", "name", "blue0", "netns", self.blue)
        for name, device, address in ((self.red, "red0", ATTACKER), (self.blue, "blue0", TARGET)):
            self.ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            self.ip("-n", name, "link", "set", device, "up")
            self.ip("-n", name, "link", "set", "lo", "up")

    def serve(self):
        self.start(self.blue, sys.executable, SOURCE / "tests/system/registrar.py", TARGET, 5060,
                   *USERS)
        if shutil.which("sipp"):
            self.start(self.blue, "sipp", "-sn", "uas", "-i", TARGET, "-p", 5080, "-nostdin")
        time.sleep(1)

    def capture(self, path, command, timeout=60):
        """Runs a tool in the attacker's namespace and records it on the target's side."""
        dump = self.start(self.blue, "tcpdump", "-i", "blue0", "-U", "-w", path, "-Z", "root",
                          "--immediate-mode", "udp")
        time.sleep(1)
        try:
            tool = subprocess.run(
                ["ip", "netns", "exec", self.red, *map(str, command)], timeout=timeout,
                stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=self.folder)
            return (tool.stdout + tool.stderr).decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            return "ran into its time limit"
        finally:
            time.sleep(0.5)
            self.stop(dump, signal.SIGINT)

    def close(self):
        for child in list(self.children):
            self.stop(child)
        for name in (self.red, self.blue):
            run(["ip", "netns", "del", name])


def datagrams(path):
    """Time and payload of each UDP datagram of a pcap file, in this machine's byte order."""
    data, at = Path(path).read_bytes(), 24
    while at + 16 <= len(data):
        word = [int.from_bytes(data[at + i:at + i + 4], sys.byteorder) for i in (0, 4, 8)]
        frame = data[at + 16:at + 16 + word[2]]
        at += 16 + word[2]
        # Ethernet, IPv4, UDP: the test's own network has nothing else.
        payload = b""
        if frame[12:14] == b"\x08\x00" and frame[23] == 17:
            payload = frame[14 + 4 * (frame[14] & 15) + 8:]
        yield word[0] + word[1] / 1e6, payload


def nth(times, number):
    return times[number - 1] if len(times) >= number else None


def crossings(path):
    """When each rule's threshold was crossed, found without the program under test."""
    requests, invites, failures, unknown, users = [], [], [], [], set()
    answered_with = b""
    for stamp, payload in datagrams(path):
        start, _, rest = payload.partition(b"\r\n")
        user = re.search(rb"\nTo:[^\n]*sip:([^@\r\n]+)@", b"\n" + rest)
        if start.endswith(b"SIP/2.0"):
            requests.append(stamp)
            answered_with = b"\n" + rest
            if start.startswith(b"INVITE"):
                invites.append(stamp)
        elif start.startswith((b"SIP/2.0 401", b"SIP/2.0 404")):
            if b"\nAuthorization:" in answered_with:
                failures.append(stamp)
            if user and user.group(1) not in users:
                users.add(user.group(1))
                unknown.append(stamp)
    return {"scan-tool-struct": nth(requests, 1), "scan-tool-ua": nth(requests, 1),
            "auth-bruteforce": nth(failures, 6), "ext-enum": nth(unknown, 10),
            "flood-invite": nth(invites, 100)}


def seconds_of(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def judge(path, rules):
    """What is wrong with the alerts of one attack."""
    alerts = alerts_of(replay(path))
    crossed = crossings(path)
    for rule in rules:
        mine = [a for a in alerts if a["alert"]["rule_id"] == rule]
        if not mine:
            fired = sorted({a["alert"]["rule_id"] for a in alerts})
            yield f"{rule} did not fire (fired: {fired})"
        elif crossed[rule] is None:
            yield f"{rule} fired, but nothing in the capture crossed its threshold"
        elif abs(seconds_of(mine[0]["timestamp"]) - crossed[rule]) > SLACK_S:
            away = seconds_of(mine[0]["timestamp"]) - crossed[rule]
            yield f"{rule} fired {away:+.3f} s from the packet that crossed its threshold"


def main():
    need_ringfence()
    if os.geteuid() != 0:
        skip("network namespaces need root")
    need_tool("ip", "tcpdump")
    chosen = [row for row in ATTACKS if not sys.argv[1:] or row[0] in sys.argv[1:]]
    need_tool(*{row[1] for row in chosen})
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "users").write_text("100\n101\n", encoding="ascii")
        (folder / "words").write_text("".join(f"word{i}\n" for i in range(20)), encoding="ascii")
        field = Range(folder)
        try:
            try:
                field.open()
            except OSError as error:
                skip(f"no network namespaces here: {error}")
            field.serve()
            for attack, tool, arguments, rules in chosen:
                path = folder / f"{attack}.pcap"
                filled = [a.replace("{users}", str(folder / "users"))
                          .replace("{words}", str(folder / "words")) for a in arguments]
                output = field.capture(path, [tool, *filled])
                complaints = list(judge(path, rules))
                print(f"{attack}: {'ok' if not complaints else '; '.join(complaints)}")
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
