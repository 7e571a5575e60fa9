#!/usr/bin/env python3
"""Every shared capture, replayed and compared with what Wireshark counted in it.

Deliberate differences stand with their reason in truth_exceptions.tsv; any other
difference fails the test. Without arguments all captures, else those whose name
contains an argument.
"""

import ipaddress
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase

from common import SHARED, SOURCE, need_ringfence, need_shared, read_tsv, replay

# Streams that only Wireshark's heuristic sees and that are shorter than this are not
# demanded: it takes single datagrams of other applications for RTP.
HEURISTIC_PACKETS_MIN = 10
JITTER_TOLERANCE = 0.01
JITTER_TOLERANCE_MS = 0.0015  # the truth is printed with three digits


def address_key(address, port):
    return f"{ipaddress.ip_address(address)} {int(port)}"


def endpoint_key(text):
    host, _, port = text.rpartition(":")
    return address_key(host.strip("[]"), port)


def truth_key(stream):
    return (address_key(stream["src"], stream["sport"]),
            address_key(stream["dst"], stream["dport"]), int(stream["ssrc"], 16))


def ours_key(stream):
    return endpoint_key(stream["src"]), endpoint_key(stream["dst"]), int(stream["ssrc"], 16)


def key_name(key):
    return f"{key[0].replace(' ', ':')}>{key[1].replace(' ', ':')}/0x{key[2]:08x}"


def compare_counts(what, truth, ours):
    for name in sorted(set(truth) | set(ours)):
        if truth.get(name, 0) != ours.get(name, 0):
            yield f"{what}.{name}", truth.get(name, 0), ours.get(name, 0)


def compare_jitter(name, truth, ours):
    for ours_field, truth_field in (("jitter_ms_max", "max_jitter_ms"),
                                    ("jitter_ms_mean", "mean_jitter_ms")):
        expected, value = truth[truth_field], ours.get(ours_field, 0.0)
        if abs(value - expected) > max(JITTER_TOLERANCE * abs(expected), JITTER_TOLERANCE_MS):
            yield f"rtp.{ours_field}.{name}", expected, value


def compare_rtp(truth, summary):
    ours = {}
    for stream in summary.get("rtp", {}).get("streams", []):
        ours[ours_key(stream)] = stream
    signalled = {truth_key(s): s for s in truth["rtp_streams"]}
    # Where signalling came late, only the heuristic saw the whole stream.
    timed = {truth_key(s): s for s in truth["rtp_streams_heuristic"]}
    counted = {truth_key(s): s for s in truth["rtp_seq"]}
    for key, stream in counted.items():
        name = key_name(key)
        if key not in ours:
            if key in signalled or stream["packets"] >= HEURISTIC_PACKETS_MIN:
                yield f"rtp.missing.{name}", stream["packets"], 0
            continue
        for field in ("packets", "lost", "duplicates"):
            if stream[field] != ours[key].get(field, 0):
                yield f"rtp.{field}.{name}", stream[field], ours[key].get(field, 0)
        if stream["duplicates"] == 0 and key in timed:
            yield from compare_jitter(name, timed[key], ours[key])
    for key in ours.keys() - counted.keys():
        yield f"rtp.extra.{key_name(key)}", 0, ours[key]["packets"]


def compare_h323(truth, summary):
    # H.323 counts appear in the summary as soon as the program decodes H.323 at all.
    ours = summary.get("h323")
    if ours is None:
        return
    yield from compare_counts("h323.ras", truth["h225_ras"], ours.get("ras", {}))
    yield from compare_counts("h323.h225", truth["h225_cs"], ours.get("h225", {}))
    inner = {}
    for name, count in truth["h245"].items():
        name = name.partition(".")[2]
        inner[name] = inner.get(name, 0) + count
    yield from compare_counts("h323.h245", inner, ours.get("h245", {}))


def compare(truth, summary):
    sip = summary.get("sip", {})
    yield from compare_counts("sip.requests", truth["sip"]["requests"], sip.get("requests", {}))
    yield from compare_counts("sip.responses", truth["sip"]["responses"], sip.get("responses", {}))
    if truth["sip"]["distinct_call_ids"] != sip.get("call_ids", 0):
        yield "sip.call_ids", truth["sip"]["distinct_call_ids"], sip.get("call_ids", 0)
    yield from compare_rtp(truth, summary)
    rtcp = sum(truth["rtcp_packets_by_type"].values())
    if rtcp != summary.get("rtcp", {}).get("packets", 0):
        yield "rtcp.packets", rtcp, summary.get("rtcp", {}).get("packets", 0)
    other = truth["other"]
    fragments = other.get("ipv4_fragment_frames", 0) + other.get("ipv6_fragment_frames", 0)
    if fragments != summary.get("frames", {}).get("fragments", 0):
        yield "frames.fragments", fragments, summary.get("frames", {}).get("fragments", 0)
    yield from compare_h323(truth, summary)


def judge(path):
    truth = json.loads(path.read_text(encoding="utf-8"))
    try:
        events = replay(SHARED / "files" / truth["file"])
        return truth["file"], list(compare(truth, events[-1]))
    except Exception as error:  # a capture that cannot be replayed is a difference too
        return truth["file"], [("replay", "a summary", f"{type(error).__name__}: {error}")]


def explained(rows, used, file, what):
    for index, row in enumerate(rows):
        if fnmatchcase(file, row[0]) and fnmatchcase(what, row[1]):
            used.add(index)
            return True
    return False


def main():
    need_ringfence()
    need_shared()
    rows = read_tsv(SOURCE / "tests" / "system" / "truth_exceptions.tsv")
    used = set()
    truths = sorted((SHARED / "truth").rglob("*.json"))
    truths = [p for p in truths if not sys.argv[1:] or any(a in str(p) for a in sys.argv[1:])]
    bad, excused = 0, 0
    with ThreadPoolExecutor(2) as pool:
        for file, differences in pool.map(judge, truths):
            for what, truth, ours in differences:
                if explained(rows, used, file, what):
                    excused += 1
                    continue
                bad += 1
                print(f"{file}\t{what}\ttruth {truth}\tours {ours}")
    print(f"{len(truths)} captures, {bad} differences, {excused} deliberate ones")
    if not sys.argv[1:]:
        for index, row in enumerate(rows):
            if index not in used:
                print(f"note: exception no longer needed: {row[0]}\t{row[1]}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
