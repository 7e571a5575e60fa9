#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets q931, ras and tpkt. Usage: make_corpus.py FUZZ_CORPUS"""

import sys
from pathlib import Path

import messages as m
from wire import SCHEMA, TYPES, element, encode, number, q931, tpkt, uuie


def calls():
    opened = {"h245Tunnelling": True, "h245Control": [m.open_channel(1, generic=m.traversal()),
                                                     m.channel_ack(1), m.user_input()]}
    fast = [m.channel(1, media=(m.CALLER, 5000)), m.channel(2, reverse=True)]
    transfer = m.service(9, "CTInitiateArg", {"callIdentity": "1", "reroutingNumber": m.endpoint("55")})
    ras = encode(SCHEMA, "RasMessage", m.gatekeeper_request())
    yield "setup", m.setup(fastStart=fast, **m.TOKENS), {}
    yield "setup_v1", m.setup(1), {}
    yield "parallel", m.setup(parallelH245Control=[m.capabilities(), m.determination()]), {}
    yield "tunnel", ("empty", None), opened
    yield "transfer", m.facility(), {"h245Tunnelling": False, "h4501SupplementaryService": [transfer]}
    yield "ras", ("empty", None), {"h245Tunnelling": False,
                                   "genericData": [m.feature(17, (1, ("raw", ras)))]}
    yield "release", m.release(), {}


def main():
    corpus = Path(sys.argv[1])
    for name in ("q931", "ras", "tpkt"):
        (corpus / name).mkdir(exist_ok=True)
    elements = [element(0x04, b"\x80\x90\xa3"), element(0x28, b"Bob"),
                element(0x6c, number("4930123456", 1, 1, screening=1)), element(0x70, number("5551000"))]
    stream = b""
    for name, body, pdu in calls():
        data = encode(SCHEMA, "H323-UserInformation",
                      {"h323-uu-pdu": {"h323-message-body": body, **pdu}})
        message = q931(TYPES[body[0]], 77, False, *elements, uuie(data))
        (corpus / "q931" / name).write_bytes(message)
        stream += tpkt(message)
    (corpus / "tpkt" / "calls").write_bytes(b"\x20" + stream)
    (corpus / "tpkt" / "midway").write_bytes(b"\xa0" + stream[100:])
    (corpus / "tpkt" / "odd").write_bytes(
        b"\x07" + tpkt(b"") + b"\x03\0\0\x02" + stream[:200] + b"\x02\0\0\x20junk" + stream)
    controls = [m.capabilities(70), m.determination(), m.open_channel(1), m.channel_ack(1), m.end_session()]
    data = [encode(SCHEMA, "MultimediaSystemControlMessage", value) for value in controls]
    (corpus / "tpkt" / "control").write_bytes(b"\x50" + b"".join(tpkt(part) for part in data))
    (corpus / "ras" / "control").write_bytes(b"\x01" + b"".join(data))
    for value in (m.gatekeeper_request(), m.registration_request(**m.TOKENS), m.admission_request(),
                  m.admission_confirm(), m.information_response(), m.incoming_call(), m.quality_report()):
        (corpus / "ras" / value[0]).write_bytes(b"\0" + encode(SCHEMA, "RasMessage", value))


if __name__ == "__main__":
    main()
