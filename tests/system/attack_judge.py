"""When an attack crossed the thresholds of rules, and whether the alerts came then."""

import datetime
import re
import sys
from pathlib import Path

from common import alerts_of, replay

SLACK_S = 1.0
GRAVE = {"critical", "high", "medium"}


def datagrams(path):
    """Time, source, destination and payload of each UDP datagram of a pcap file."""
    data, at = Path(path).read_bytes(), 24
    while at + 16 <= len(data):
        word = [int.from_bytes(data[at + i:at + i + 4], sys.byteorder) for i in (0, 4, 8)]
        frame = data[at + 16:at + 16 + word[2]]
        at += 16 + word[2]
        # Ethernet, IPv4, UDP: the test's own network has nothing else.
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        start = 14 + 4 * (frame[14] & 15)
        end = start + int.from_bytes(frame[start + 4:start + 6], "big")
        yield (word[0] + word[1] / 1e6, frame[26:30], frame[30:34] + frame[start + 2:start + 4],
               frame[start + 8:end])


def header(name, text):
    found = re.search(rb"\n" + name + rb":[ \t]*([^\r\n]*)", text, re.IGNORECASE)
    return found.group(1) if found else b""


def user_of(text, name=b"To"):
    found = re.search(rb"sips?:([^@>;]*)@", header(name, text) or header(name[:1].lower(), text))
    return found.group(1) if found else b""


class Facts:
    """What a capture holds, counted without the program under test."""

    def __init__(self, path):
        self.requests, self.refused, self.failed, self.accepted, self.empty = [], [], [], [], []
        asked = {}
        for stamp, src, dst, payload in datagrams(path):
            if len(payload) <= 16:
                self.empty.append(stamp)
                continue
            start, _, rest = payload.partition(b"\n")
            text = b"\n" + rest
            words = start.split()
            if start.startswith(b"SIP/2.0 "):
                self.answer(stamp, int(words[1]), asked.get(header(b"CSeq", text) + header(b"Call-ID", text) or None))
            elif len(words) >= 3:
                row = (stamp, src, dst, words[0], text, words[1])
                self.requests.append(row)
                asked[header(b"CSeq", text) + header(b"Call-ID", text)] = row

    def answer(self, stamp, status, request):
        if not request:
            return
        row = (stamp, *request[1:])
        proven = b"\nAuthorization:" in request[4]
        if status in (401, 403, 407) and proven:
            self.failed.append(row)
        elif status in (401, 403, 404, 407, 480, 484):
            self.refused.append(row)
        elif 200 <= status < 300 and proven:
            self.accepted.append(row)


def nth(rows, number):
    return rows[number - 1][0] if len(rows) >= number else None


def distinct(rows, value, number, least=1):
    """When the number-th different value of least rows was seen."""
    seen = set()
    for count, row in enumerate(rows, 1):
        seen.add(value(row))
        if len(seen) >= number and count >= least:
            return row[0]
    return None


def burst(rows, number, span_s):
    times = [row[0] for row in rows]
    for last in range(number - 1, len(times)):
        if times[last] - times[last - number + 1] <= span_s:
            return times[last]
    return None


def crossings(path):
    """When each rule's threshold was crossed."""
    facts = Facts(path)
    of = {method: [r for r in facts.requests if r[3] == method] for method in (b"INVITE", b"REGISTER", b"OPTIONS")}
    other = [r for r in facts.requests if r[3] != b"OPTIONS"]
    first = nth(facts.requests, 1)
    cracked = [r for r in facts.accepted if len(facts.failed) >= 5 and r[0] > facts.failed[4][0]]
    def user(row):
        return user_of(row[4])

    def number(row):
        return row[5].split(b"@")[0].removeprefix(b"sip:")[:-8]

    return {
        "scan-tool-struct": first, "scan-tool-ua": first,
        "scan-empty-probe": facts.empty[0] if facts.empty else None,
        "scan-options-sweep": distinct(facts.requests, lambda r: r[2][:4], 5),
        "scan-port-sweep": min((t for t in (distinct([r for r in facts.requests if r[2][:4] == host], lambda r: r[2], 3)
                                            for host in {r[2][:4] for r in facts.requests}) if t), default=None),
        "auth-bruteforce": nth(facts.failed, 6), "auth-bruteforce-user": nth(facts.failed, 6),
        "auth-bruteforce-dist": distinct(facts.failed, lambda r: r[1], 5, 10),
        "auth-crack-success": cracked[0][0] if cracked else None,
        "ext-enum": distinct(facts.refused, user, 10),
        "ext-enum-distributed": distinct(facts.refused, user, 50),
        "method-probe": distinct(facts.requests, lambda r: r[3], 8),
        "dialplan-prefix-probe": distinct(of[b"INVITE"], number, 3),
        "flood-invite": burst(of[b"INVITE"], 100, 60), "flood-register": burst(of[b"REGISTER"], 100, 60),
        "flood-any": burst(other, 17, 2), "flood-any-known": burst(of[b"OPTIONS"], 31, 2),
        "flood-distributed": distinct(facts.requests, lambda r: r[1], 51, 500),
        "fuzz-burst": nth(facts.requests, 5),
    }


def seconds_of(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def judge(path, rules):
    """What is wrong with the alerts of one attack."""
    alerts = alerts_of(replay(path))
    if rules is None:
        for alert in alerts:
            if alert["alert"]["level"] in GRAVE:
                yield f"{alert['alert']['rule_id']} fired: {alert['alert']['explain']['text']}"
        return
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
