#!/usr/bin/env python3
"""The command line's contract: exit codes, help, the same bytes twice, golden output.

The golden capture is made here, so that its bytes are known; with --bless the golden
files are written anew from what the program says now.
"""

import json
import os
import re
import struct
import sys
import tempfile
from pathlib import Path

from common import RINGFENCE, SOURCE, need_ringfence, run

GOLDEN = SOURCE / "tests" / "golden"
PCAP_MAGIC = 0xA1B2C3D4
START = 1767225600  # 2026-01-01 00:00:00 UTC
ALICE, BOB = "192.0.2.10", "192.0.2.20"

SDP = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP 0\r\n"


def ip(text):
    return bytes(int(part) for part in text.split("."))


def udp_frame(src, sport, dst, dport, payload):
    udp = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, ip(src), ip(dst))
    return bytes(12) + b"\x08\x00" + header + udp


def message(start, cseq, to_tag="", body="", extra=""):
    return (f"{start}\r\nVia: SIP/2.0/UDP {ALICE}:5060;branch=z9hG4bK-{cseq.replace(' ', '')}\r\n"
            f"Max-Forwards: 70\r\nFrom: \"Al\xefce\" <sip:alice@example.com>;tag=a1\r\n"
            f"To: <sip:bob@example.com>{to_tag}\r\nCall-ID: golden@example.com\r\n"
            f"CSeq: {cseq}\r\nContact: <sip:alice@{ALICE}>\r\n{extra}"
            + ("Content-Type: application/sdp\r\n" if body else "")
            + f"Content-Length: {len(body)}\r\n\r\n{body}").encode("latin-1")


def golden_packets():
    """A call of two seconds with media one way; the display name is no UTF-8."""
    there, back = (ALICE, 5060, BOB, 5060), (BOB, 5060, ALICE, 5060)
    tag = ";tag=b1"
    secret = 'Authorization: Digest username="alice",realm="r",nonce="n",uri="sip:b",response="5ec5e7"\r\n'
    yield 0.0, udp_frame(*there, message("INVITE sip:bob@example.com SIP/2.0", "1 INVITE",
                                         body=SDP.format(ALICE, 4000), extra=secret))
    yield 0.1, udp_frame(*back, message("SIP/2.0 180 Ringing", "1 INVITE", tag))
    yield 0.5, udp_frame(*back, message("SIP/2.0 200 OK", "1 INVITE", tag, SDP.format(BOB, 5000)))
    yield 0.6, udp_frame(*there, message("ACK sip:bob@example.com SIP/2.0", "1 ACK", tag))
    for i in range(90):
        if i == 40:
            continue  # one lost packet
        rtp = struct.pack("!BBHII", 0x80, 0, 1000 + i, 160 * i, 0xCAFE) + b"\xff" * 160
        yield 0.7 + i * 0.02, udp_frame(ALICE, 4000, BOB, 5000, rtp)
    yield 2.6, udp_frame(*there, message("BYE sip:bob@example.com SIP/2.0", "2 BYE", tag))
    yield 2.7, udp_frame(*back, message("SIP/2.0 200 OK", "2 BYE", tag))


def pcap(packets, snaplen=65535):
    data = struct.pack("<IHHiIII", PCAP_MAGIC, 2, 4, 0, 0, snaplen, 1)
    for offset, frame in packets:
        micros = round(offset * 1e6)
        data += struct.pack("<IIII", START + micros // 1000000, micros % 1000000,
                            len(frame), len(frame)) + frame
    return data


def check(name, fine, told=""):
    if not fine:
        print(f"FAILED {name}: {told}")
    return not fine


def exit_codes(folder, golden):
    whole = golden.read_bytes()
    inputs = {
        "empty.pcap": b"",
        "garbage.pcap": bytes(range(256)) * 16,
        "truncated.pcap": whole[:-30],
        "header_cut.pcap": whole[:10],
        "huge_snaplen.pcap": pcap(golden_packets(), snaplen=0xFFFFFFFF),
        "header_alone.pcap": whole[:24],
    }
    for name, data in inputs.items():
        (folder / name).write_bytes(data)
    rows = [
        (0, ["replay", golden]), (0, ["replay", golden, "--json"]),
        (0, ["replay", golden, golden, "-o", "json"]), (0, ["replay", golden, "-o", "csv"]),
        (3, ["replay", golden, "--geo", folder / "missing.mmdb"]), (3, ["replay", golden, "--geo", golden]),
        (3, ["replay", golden, "--geo", folder]), (3, ["replay", golden, "--site", folder / "missing.yaml"]),
        (0, ["replay", golden, "--geo", SOURCE / "captures" / "site" / "places.mmdb"]),
        (0, ["replay", golden, "--geo", SOURCE / "captures" / "site"]),
        (3, ["replay", folder / "missing.pcap"]), (3, ["replay", folder]),
        (3, ["replay", folder / "empty.pcap"]), (3, ["replay", folder / "garbage.pcap"]),
        (3, ["replay", folder / "truncated.pcap"]), (3, ["replay", folder / "header_cut.pcap"]),
        (0, ["replay", folder / "huge_snaplen.pcap"]), (0, ["replay", folder / "header_alone.pcap"]),
        (3, ["replay", folder / "garbage.pcap", golden]),
        (4, ["replay", golden, "--memory", "1M"]),
        (4, ["replay", golden, "--report", folder / "no" / "such" / "page.html"]),
        (2, []), (2, ["nonsense"]), (2, ["replay"]), (2, ["replay", golden, "--nonsense"]),
        (2, ["replay", golden, "--memory", "lots"]), (2, ["replay", golden, "--memory"]),
        (2, ["replay", golden, "--fail-on", "awful"]), (2, ["replay", golden, "--speed", "9x"]),
        (2, ["replay", golden, "--events", "nonsense"]), (2, ["replay", golden, "-o", "xml"]),
        (2, ["replay", "-", "--evidence", folder / "evidence"]),
        (0, ["replay", golden, "--speed=max", "--fail-on=info"]),
        (2, ["rules"]), (2, ["rules", "dance"]), (2, ["rules", "list", "-o", "xml"]),
        (0, ["rules", "list", "-o", "csv"]), (0, ["rules", "explain"]), (2, ["rules", "show", "nothing"]),
        (0, ["calls", "list", golden, "-o", "csv"]), (2, ["calls", "list", golden, "-o", "text"]),
        (2, ["calls", "ladder", golden, "--call", "1", "--format", "gif"]), (2, ["calls", "dance", golden]),
        (4, ["calls", "list", "--server", "http://127.0.0.1:9"]), (2, ["calls", "active", golden]),
        (4, ["block", "list", "--server", "http://127.0.0.1:9"]), (2, ["block", "add", "nonsense"]),
        (2, ["allow"]), (2, ["allow", "add"]), (2, ["allow", "add", "192.0.2.1", "--ttl", "soon"]),
        (4, ["allow", "list", "--server", "http://127.0.0.1:9"]),
        (2, ["calls", "ladder", golden]), (2, ["calls", "pcap", golden, "--call", "1"]),
        (0, ["calls", "list", golden]), (0, ["calls", "show", golden, "--call", "golden@example.com"]),
        (0, ["calls", "ladder", golden, "--call", "1"]),
        (0, ["calls", "ladder", golden, "--call", "1", "--format", "svg"]),
        (0, ["calls", "ladder", golden, "--call", "1", "--format=json"]),
        (0, ["calls", "pcap", golden, "--call", "1", "-w", folder / "call.pcapng"]),
        (3, ["calls", "ladder", golden, "--call", "77"]),
        (3, ["rules", "list", "--rules", folder / "missing"]),
        (0, ["--version"]), (0, ["--help"]),
    ]
    bad = 0
    for code, arguments in rows:
        done = run([RINGFENCE, *arguments], timeout=120)
        name = " ".join(str(a) for a in arguments)
        bad += check(f"exit code of '{name}'", done.returncode == code,
                     f"{done.returncode} instead of {code}: {done.stderr.decode()[-300:]}")
        if code >= 2:
            bad += check(f"'{name}' says why", done.stderr.strip())
    return bad


def helps():
    bad = 0
    listed = run([RINGFENCE, "--help"]).stdout.decode()
    verbs = re.findall(r"^  ([a-z]+) +\S", listed.split("\n\n")[2], re.M)
    bad += check("the verbs are listed", len(verbs) >= 12, listed)
    for verb in verbs:
        done = run([RINGFENCE, verb, "--help"])
        text = done.stdout.decode()
        bad += check(f"{verb} --help", done.returncode == 0 and "Example:" in text
                     and f"usage: ringfence {verb}" in text, text)
    return bad


def damaged_file_beside_a_good_one(folder, golden):
    done = run([RINGFENCE, "replay", "--json", folder / "garbage.pcap", golden])
    summary = json.loads(done.stdout.splitlines()[-1])
    return check("the good file is read beside the bad one", summary["sip"]["calls"] == 1, summary)


def golden_output(folder, golden):
    bad = 0
    os.chdir(folder)
    for name, options in {"call.ndjson": ["--json", "--events", "all"], "call.txt": []}.items():
        options = [*options, "--rules", "empty-rules"]
        first = run([RINGFENCE, "replay", golden.name, *options])
        again = run([RINGFENCE, "replay", golden.name, *options])
        bad += check(f"{name}: the same bytes twice", first.stdout == again.stdout)
        bad += check(f"{name}: exit code", first.returncode == 0, first.stderr.decode())
        if "--bless" in sys.argv:
            (GOLDEN / name).write_bytes(first.stdout)
        bad += check(f"{name}: as in tests/golden (--bless writes it anew)",
                     first.stdout == (GOLDEN / name).read_bytes(), first.stdout.decode()[-2000:])
    bad += check("no digest response in clear",
                 b"5ec5e7" not in (GOLDEN / "call.ndjson").read_bytes())
    return bad


def page(folder, golden):
    path = folder / "page.html"
    done = run([RINGFENCE, "replay", golden, "--report", path])
    text = path.read_text(encoding="utf-8")
    asks_outside = any(word in text for word in ("src=", "url(", "@import", "<script", "href='http", "href='/"))
    return check("audit page", done.returncode == 0 and "<svg" in text and not asks_outside)


def story(folder):
    """The page tells who cracked an account, what came of it and what would have stopped it, with its captures."""
    path, evidence = folder / "story.html", folder / "evidence"
    done = run([RINGFENCE, "replay", SOURCE / "captures" / "attack" / "svcrack-long.pcap", "--report", path, "--evidence", evidence])
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"href='([^'#][^']*)'", text)
    anchors = set(re.findall(r"href='#([^']*)'", text))
    costly = run([RINGFENCE, "replay", SOURCE / "captures" / "fraud" / "budget.pcap", "--site", SOURCE / "captures" / "site" / "fraud.yaml"])
    told = re.search(r"Enforced, the rule (\S+) would have", text)
    return (check("an incident is told", done.returncode == 0 and told and b"Incidents" in done.stdout, done.stdout[:600])
            + check("its links lead to captures", links and all((folder / link).is_file() for link in links), links)
            + check("money is told", b"8 min of talk, for EUR 13.60" in costly.stdout, costly.stdout[:900])
            + check("its anchors exist", all(f"id='{anchor}'" in text for anchor in anchors), anchors))


def extracted_call(folder):
    done = run([RINGFENCE, "replay", "--json", folder / "call.pcapng"])
    summary = json.loads(done.stdout.splitlines()[-1])
    return check("an extracted call has all its packets", summary["packets"] == 95, summary)


def lists_are_json(golden):
    bad = 0
    for arguments in (["rules", "list"], ["calls", "list", golden], ["replay", golden]):
        done = run([RINGFENCE, *arguments, "-o", "json"])
        name = f"'{arguments[0]} {arguments[1]}' is one array of JSON"
        try:
            bad += check(name, isinstance(json.loads(done.stdout), list))
        except ValueError as error:
            bad += check(name, False, error)
    return bad


def explains(rule, *words):
    text = run([RINGFENCE, "rules", "explain", rule]).stdout.decode()
    return sum(check(f"'rules explain {rule}' tells of {word}", word in text, text) for word in words)


def main():
    need_ringfence()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        golden = folder / "call.pcap"
        golden.write_bytes(pcap(golden_packets()))
        (folder / "empty-rules").mkdir()
        bad = exit_codes(folder, golden) + helps()
        bad += damaged_file_beside_a_good_one(folder, golden)
        bad += lists_are_json(golden)
        bad += explains("auth-bruteforce", "401, 403 or 407", "capacity 5", "trusted_trunks", "T1110")
        bad += explains("scan-tool-struct", "sipvicious.ua weighs 1.0")
        bad += page(folder, golden) + story(folder) + extracted_call(folder)
        bad += golden_output(folder, golden)
        os.chdir("/")
    print(f"{bad} failures")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
