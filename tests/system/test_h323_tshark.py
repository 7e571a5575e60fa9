#!/usr/bin/env python3
"""Field by field: what the program reads in real H.323 messages, and what tshark reads.

Every leaf of our tree must stand in tshark's dissection of the same frame, in the same
order, under the same name, with the same value. Names that tshark changes, what it adds
of its own, and its known faults stand in the tables below with their reasons.
"""

import calendar
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "h323"))

from common import SHARED, need_ringfence, need_tool, replay  # noqa: E402
import messages as m  # noqa: E402
from wire import Capture, Connection, call, encode, SCHEMA, tpkt  # noqa: E402

PROTOCOLS = {"h225", "h245", "h235", "h450", "h4501", "h460"}
# Octets that both show as they are; below them tshark goes on where it knows a content.
OPAQUE = {"raw", "octetString", "argument"}
RENAMED = {"ipV4": "ip", "ipV4_port": "port", "ipV6": "ip", "ipV6_port": "port", "ip4_network": "network",
           "ip6_network": "network", "mip4_network": "network", "mip6_network": "network",
           "ipv4_tsapIdentifier": "tsapIdentifier",
           "ipv6_tsapIdentifier": "tsapIdentifier", "standardOid": "standard", "h245Ip": "ip",
           "h245IpPort": "port"}
# Faults of tshark or of a sender: file, our leaf, reason.
KNOWN = {
    ("h323.pcap", "iso9797"): "the sender wrote an empty object identifier, on which tshark gives up",
    ("h323.pcap", "additionalSourceAddresses"): "the sender encoded it wrongly: raw here, an error there",
    ("h323.pcap", "h245Tunnelling"): "tshark gave the message up at the field before",
}
# Fields that tshark makes up: no part of the message.
OWN = {"Manufacturer", "dissector_try_string", "reqframe", "rspframe", "timedelta", "RasTap", "responsein",
       "responseto", "ras_dup", "duplicate"}
CAPTURES = ("made-h323", "ntop__nDPI/h323.pcap", "t0data__PCAP_wireshark/rtp_example.raw.gz",
            "wrapped/h323_otp_ericsson_arq_setup_faststart.pcap")


def leaves(element, into):
    """Leaves of tshark's tree in order: name, text, octets."""
    for field in element:
        protocol, _, rest = (field.get("name") or "").partition(".")
        name = rest.rpartition(".")[2].removesuffix("_element")
        if protocol not in PROTOCOLS or field.tag == "proto" or not name:
            leaves(field, into)
            continue
        inner = []
        if name not in OPAQUE:
            leaves(field, inner)
        if inner:
            into.extend(inner)
        elif name not in OWN:
            into.append((RENAMED.get(name, name), field.get("show") or "", field.get("value") or ""))


def tshark_frames(path):
    done = subprocess.run(["tshark", "-n", "-r", str(path), "-T", "pdml", "-Y", "h225 or h245"],
                          capture_output=True, timeout=120, check=True)
    # Text of the wire goes into the XML as it is, also what XML does not allow.
    xml = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", done.stdout.decode("utf-8", "replace"))
    for packet in ElementTree.fromstring(xml).iter("packet"):
        found = []
        number = 0
        for protocol in packet.findall("proto"):
            if protocol.get("name") == "geninfo":
                number = int(protocol[0].get("show"))
            if protocol.get("name") in ("h225", "h245"):
                leaves(protocol, found)
        yield number, found


def ours(value, name, into):
    if isinstance(value, dict) and not value.get("redacted"):
        if not value:
            into.append((name, True))
        for key, part in value.items():
            ours(part, key.replace("-", "_"), into)
    elif isinstance(value, list):
        if not value:
            into.append((name, []))
        for part in value:
            ours(part, None, into)
    else:
        into.append((name, value))


def our_frames(path):
    frames = {}
    for event in replay(path, "--events", "h323"):
        if event["event_type"] == "h323":
            for tree in event["h323"]["trees"]:
                ours(tree, None, frames.setdefault(event["pcap_cnt"], ([], []))[0])
            # What raw octets hold stands with its PDU, in tshark's tree below them.
            for pdu in event["h323"]["pdus"]:
                if "content" in pdu:
                    ours(pdu["content"], None, frames[event["pcap_cnt"]][1])
    return frames


def seconds(text):
    """Of a time as tshark shows it: 'Nov 23, 2026 00:48:32.000000000 UTC'."""
    try:
        return calendar.timegm(time.strptime(text.partition(".")[0], "%b %d, %Y %H:%M:%S"))
    except ValueError:
        return None


def same_value(value, text, octets):
    if isinstance(value, dict):
        return True  # redacted: only its place can be compared
    if isinstance(value, bool):
        return text in (("", "1", "True") if value else ("0", "False"))
    if isinstance(value, int):
        number = re.fullmatch(r"-?\d+|0x[0-9a-f]+", text)
        return int(text, 0) == value if number else seconds(text) == value
    if isinstance(value, list):
        return text.startswith("0")
    # Enumerations are a name here and a number there.
    return value in (text, octets) or value.partition("\0")[0] == text or text.isdigit()


def same(mine, theirs):
    name, value = mine
    other, text, octets = theirs
    return (name is None or name == other) and same_value(value, text, octets)


def compare(mine, theirs):
    """Walks both in order; tshark may have more where it shows what is no leaf here."""
    mine, contents = mine
    at = 0
    for leaf in mine:
        begun = at
        while at < len(theirs) and not same(leaf, theirs[at]):
            at += 1
        if at == len(theirs):
            yield leaf, theirs[begun:begun + 3]
            at = begun
        else:
            # What lies between is the octets around a nested message, or made up.
            for more in theirs[begun:at]:
                if not more[0].endswith("_item") and not any(same(leaf, more) for leaf in contents):
                    yield ("nothing",), more
            at += 1


def judge(path):
    mine = our_frames(path)
    count = 0
    for number, theirs in tshark_frames(path):
        leaves_here = mine.get(number, ([], []))
        count += len(leaves_here[0]) + len(leaves_here[1])
        for leaf, other in compare(leaves_here, theirs):
            if (path.name, leaf[0]) not in KNOWN:
                yield number, leaf, other
        if number not in mine and theirs:
            yield number, "no message", theirs[:3]
    print(f"{path.name}: {count} leaves")


def own_capture(folder):
    """Messages of ours, where the shared captures are not there."""
    capture = Capture()
    for value in (m.gatekeeper_request(), m.gatekeeper_confirm(), m.registration_request(),
                  m.registration_confirm(), m.admission_request(), m.admission_confirm(),
                  m.disengage_request()):
        capture.udp(m.CALLER, m.GATEKEEPER, encode(SCHEMA, "RasMessage", value), (1719, 1719))
    connection = Connection(capture, (m.CALLER, 30000), (m.CALLEE, 1720))
    own = {"h245Tunnelling": True}
    connection.send(0, tpkt(call("setup", 77, pdu=own, **m.setup(fastStart=[
        m.channel(1, media=(m.CALLER, 5000)), m.channel(2, reverse=True, control=(m.CALLER, 5001))])[1])))
    connection.send(1, tpkt(call("alerting", 77, True, pdu=own, **m.answer("alerting")[1])))
    connection.send(1, tpkt(call("connect", 77, True, pdu={**own, "h245Control": [
        m.capabilities(), m.determination(), m.open_channel(1), m.channel_ack(1)]},
        **m.answer("connect")[1])))
    connection.send(0, tpkt(call("releaseComplete", 77, pdu=own, **m.release()[1])))
    path = Path(folder) / "own.pcap"
    capture.write(path)
    return path


def paths(folder):
    yield own_capture(folder)
    for name in CAPTURES:
        path = SHARED / "files" / name
        if path.is_dir():
            yield from sorted(path.glob("*.pcap"))
        elif path.is_file():
            yield path


def main():
    need_ringfence()
    need_tool("tshark")
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths(folder):
            for number, leaf, other in judge(path):
                bad += 1
                print(f"{path.name} frame {number}: ours {leaf}, tshark {other}")
    print(f"{bad} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
