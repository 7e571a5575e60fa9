#!/usr/bin/env python3
"""Mutated messages of H.323, by seed: what the program calls right, tshark reads alike.

One octet of each message is changed. Where no anomaly is named, every leaf of the tree
must equal tshark's; where tshark gives a packet up as malformed, an anomaly must be
named. Arguments: seeds, 1 and 2 unless given.
"""

import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import need_ringfence, need_tool, replay
from test_h323_tshark import SCHEMA, Capture, Connection, compare, encode, our_frames, tpkt, tshark_frames
import messages as m
from wire import TYPES, q931, uuie

MUTANTS = 700


def originals():
    for value in (m.gatekeeper_request(), m.gatekeeper_confirm(),
                  m.registration_request(aliases=m.ALIASES[:2]), m.registration_confirm(),
                  m.admission_request(), m.admission_confirm(), m.disengage_request(),
                  m.information_response()):
        yield None, encode(SCHEMA, "RasMessage", value)
    own = {"h245Tunnelling": True}
    channel = m.open_channel(1, media=(m.CALLER, 5000), control=(m.CALLER, 5001))
    for body, pdu in ((m.setup(fastStart=[m.channel(1, media=(m.CALLER, 5000))]), {}),
                      (m.answer("alerting"), own), (m.answer("connect"), {}), (m.release(), {}),
                      (m.facility(), {}), (("empty", None), {**own, "h245Control": [channel]}),
                      (("empty", None), {**own, "h245Control": [m.capabilities(6)]})):
        yield TYPES[body[0]], encode(SCHEMA, "H323-UserInformation",
                                     {"h323-uu-pdu": {"h323-message-body": body, **pdu}})


def mutate(rng, data):
    data = bytearray(data)
    at = rng.randrange(len(data))
    data[at] ^= rng.choice((1 << rng.randrange(8), rng.randrange(1, 256)))
    return bytes(data)


def mutants(seed):
    rng = random.Random(seed)
    capture = Capture()
    bases = list(originals())
    for number in range(MUTANTS):
        kind, data = rng.choice(bases)
        data = mutate(rng, data)
        if kind is None:
            capture.udp(m.CALLER, m.GATEKEEPER, data, (1719, 1719))
        else:
            connection = Connection(capture, (m.CALLER, 10000 + number), (m.CALLEE, 1720))
            connection.send(0, tpkt(q931(kind, 77, False, uuie(data))))
    return capture


def malformed_frames(path):
    done = subprocess.run(["tshark", "-n", "-r", str(path), "-Y", "_ws.malformed", "-T", "fields",
                           "-e", "frame.number"], capture_output=True, timeout=120, check=True)
    return {int(line) for line in done.stdout.split()}


def odd_frames(path):
    """Frames with an anomaly, and frames with a message at all."""
    odd, seen = set(), set()
    for event in replay(path, "--events", "h323"):
        if event["event_type"] == "h323":
            seen.add(event["pcap_cnt"])
            if event["h323"]["anomalies"]:
                odd.add(event["pcap_cnt"])
    return odd, seen


def only_text(leaf, theirs):
    """tshark escapes what is not printable in texts, and drops it in some."""
    return isinstance(leaf, tuple) and (len(leaf) == 1 or leaf[0].endswith("_raw_b64") or any(
        not " " <= character <= "~" for character in str(leaf[1])))


def judge(path):
    malformed = malformed_frames(path)
    odd, seen = odd_frames(path)
    mine = our_frames(path)
    counts = Counter()
    for number, theirs in tshark_frames(path):
        if number in odd or number not in seen:
            counts["odd"] += 1
        elif number in malformed:
            counts["odd for tshark alone"] += 1
        else:
            wrong = [pair for pair in compare(mine[number], theirs) if not only_text(*pair)]
            counts["different" if wrong else "equal"] += 1
            for leaf, other in wrong:
                print(f"frame {number}: ours {leaf}, tshark {other}")
    return counts, len(malformed)


def main():
    need_ringfence()
    need_tool("tshark")
    bad = 0
    for seed in [int(argument) for argument in sys.argv[1:]] or [1, 2]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mutants.pcap"
            mutants(seed).write(path)
            counts, malformed = judge(path)
        print(f"seed {seed}: {dict(counts)}, {malformed} malformed for tshark")
        bad += counts["different"]
        bad += counts["odd for tshark alone"]
        bad += counts["equal"] < MUTANTS // 4
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
