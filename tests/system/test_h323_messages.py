#!/usr/bin/env python3
"""Messages of every protocol of H.323, encoded here from the schema, sent through a replay.

What the program says of each must be the value it was made of: the whole tree, the list
of what is nested in it, the elements of Q.931. DTMF and keys must not be shown.
"""

import struct
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "h323"))

from common import need_ringfence, replay  # noqa: E402
import messages as m  # noqa: E402
from wire import Capture, Connection, SCHEMA, TYPES, element, encode, number, q931, tpkt, uuie  # noqa: E402
from per import split_spec  # noqa: E402

SECRET = {"hash", "alphanumeric", "password"}


def shown(spec, value):
    """The value as the program writes it in JSON."""
    if spec in SCHEMA.types:
        kind, _, root, additions = SCHEMA.types[spec]
        specs = {name: inner for name, inner, _ in root + additions}
        if kind == "enum":
            return value
        if kind == "choice":
            value = dict([value])
        return {name: "secret" if name in SECRET else shown(specs[name], part)
                for name, part in value.items()}
    if spec.startswith("["):
        inner, _, limits = spec[1:-1].rpartition(" ")
        inner = inner if inner and limits[0] in "-.0123456789" else spec[1:-1]
        return [shown(inner, item) for item in value]
    word, _, inner = split_spec(spec)
    if word == "null":
        return True
    if inner and not isinstance(value, bytes):
        return shown(inner, value)
    return value.hex() if isinstance(value, bytes) else value


def masked(value):
    """What was read, with everything that is redacted named alike."""
    if isinstance(value, dict):
        if value.get("redacted"):
            return "secret"
        return {name: masked(part) for name, part in value.items()}
    return [masked(part) for part in value] if isinstance(value, list) else value


def service_row(name, opcode, kind, argument, nested=True):
    return (name, ("facility", m.facility(), {"h245Tunnelling": False, "h4501SupplementaryService": [
        m.service(opcode, kind, argument)]}), [("h225", "facility"), ("h450", "invoke", opcode)],
        shown(kind, argument) if nested else None)


def call_row(name, body, pdus, content=None, **pdu):
    return name, (body[0], body, pdu), pdus, content


def ras_in_call():
    data = encode(SCHEMA, "RasMessage", m.registration_request())
    return call_row("h460_17", ("empty", None), [
        ("h225", "empty"), ("feature", "genericData", 17), ("ras", "registrationRequest")],
        shown("RasMessage", m.registration_request()),
        h245Tunnelling=False, genericData=[m.feature(17, (1, ("raw", data)))])


RAS = [
    ("grq", m.gatekeeper_request(), []),
    ("gcf", m.gatekeeper_confirm(), []),
    ("rrq", m.registration_request(**m.TOKENS), [("token", "tokens"), ("token", "cryptoTokens")]),
    ("rcf", m.registration_confirm(), []),
    ("arq", m.admission_request(), [("feature", "supportedFeatures", 9)]),
    ("acf", m.admission_confirm(), []),
    ("drq", m.disengage_request(), []),
    ("irr", m.information_response(), [("h225", "alerting")]),
    ("sci", m.incoming_call(), [("feature", "genericData", 18)]),
    ("qos", m.quality_report(), [("feature", "genericData", 9)]),
    *((f"rrq_v{version}", m.registration_request(version=version), []) for version in range(1, 8)),
]
CALLS = [
    *(call_row(f"setup_v{version}", m.setup(version), [("h225", "setup")]) for version in range(1, 8)),
    call_row("fast_start", m.setup(fastStart=[m.channel(1, media=(m.CALLER, 5000)),
                                              m.channel(2, reverse=True, control=(m.CALLER, 5001))]),
             [("h225", "setup"), ("fastStart", "openLogicalChannel"),
              ("fastStart", "openLogicalChannel")]),
    call_row("parallel", m.setup(parallelH245Control=[m.capabilities(), m.determination()]),
             [("h225", "setup"), ("h245", "terminalCapabilitySet"),
              ("h245", "masterSlaveDetermination")], h245Tunnelling=True),
    call_row("tunnelled", ("empty", None), [
        ("h225", "empty"), ("h245", "openLogicalChannel"), ("h245", "userInput"),
        ("feature", "genericInformation", 19)],
        {"multiplexedMediaChannel": {"unicastAddress": {"iPAddress": {
            "network": "c0000201", "tsapIdentifier": 3000}}}, "multiplexID": 4000000000,
            "keepAliveChannel": {"unicastAddress": {"iPAddress": {
                "network": "c0000201", "tsapIdentifier": 3001}}},
            "keepAlivePayloadType": 97, "keepAliveInterval": 19},
        h245Tunnelling=True,
        h245Control=[m.open_channel(1, generic=m.traversal()), m.user_input()]),
    call_row("h460_24", ("empty", None), [("h225", "empty"), ("h245", "genericIndication"),
                                          ("feature", "genericInformation", 24)],
             {"addresses": [{"sessionID": 1, "multiplexID": 7}]}, h245Tunnelling=True,
             h245Control=[("indication", ("genericIndication", {
                 "messageIdentifier": ("standard", "0.0.8.460.24.2"), "messageContent": [{
                     "parameterIdentifier": ("standard", 0), "parameterValue": ("octetString", encode(
                         SCHEMA, "AlternateAddresses",
                         {"addresses": [{"sessionID": 1, "multiplexID": 7}]}))}]}))]),
    call_row("setup_tokens", m.setup(**m.TOKENS),
             [("h225", "setup"), ("token", "tokens"), ("token", "cryptoTokens")]),
    service_row("transfer", 9, "CTInitiateArg",
                {"callIdentity": "12", "reroutingNumber": m.endpoint("5552000")}),
    service_row("transfer_setup", 10, "CTSetupArg", {"callIdentity": ""}),
    service_row("diversion", 21, "DivertingLegInformation2Arg",
                {"diversionCounter": 2, "diversionReason": "cfb", "divertingNr": m.endpoint("5553000")}),
    service_row("rerouting", 19, "CallReroutingArg", {
        "reroutingReason": "cfu", "calledAddress": m.endpoint("900123"), "diversionCounter": 1,
        "h225InfoElement": b"\x04\x03\x80\x90\xa3", "lastReroutingNr": m.endpoint("5551000"),
        "subscriptionOption": "noNotification", "callingNumber": m.endpoint("4930123456"),
        "redirectingInfo": "Desk"}),
    service_row("hold", 101, "HoldNotificArg", {}),
    service_row("remote_hold", 103, "HoldNotificArg", {"extensionArg": []}),
    service_row("name", 0, "NameArg", {"name": ("namePresentationAllowed", ("simpleName", b"Bob"))}),
    service_row("park", 106, "CpRequestArg", {
        "parkingNumber": m.endpoint("1"), "parkedNumber": m.endpoint("2"),
        "parkedToNumber": m.endpoint("3"), "parkedToPosition": 9}),
    service_row("intrusion", 43, "CIRequestArg", {"ciCapabilityLevel": 3}),
    service_row("waiting_message", 80, "MWIActivateArg", {
        "servedUserNr": m.endpoint("5551000"), "basicService": "speech", "nbOfMessages": 3}),
    ras_in_call(),
]
CONTROL = [
    ("capabilities", [m.capabilities()]),
    ("several_in_one", [m.capabilities(), m.determination(), m.capabilities_ack()]),
    ("channel", [m.open_channel(1)]),
    ("channel_ack", [m.channel_ack(1)]),
    ("digits", [m.user_input()]),
    ("end", [m.end_session()]),
]


def h323_events(capture):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.pcap"
        capture.write(path)
        events = replay(path, "--events", "h323")
    return [event["h323"] for event in events if event["event_type"] == "h323"], events[-1]


def differences(name, event, trees, pdus, content=None):
    got = [(p["kind"], p["name"], *([p["code"]] if "code" in p else [])) for p in event["pdus"]]
    yield name, "pdus", pdus, got
    yield name, "trees", trees, masked(event["trees"])
    yield name, "anomalies", [], [a for a in event["anomalies"] if a != "tpkt-several"]
    if content is not None:
        contents = [masked(p["content"]) for p in event["pdus"] if "content" in p]
        yield name, "content", [content], contents


def ras_check():
    capture = Capture()
    for _, value, _ in RAS:
        capture.udp(m.CALLER, m.GATEKEEPER, encode(SCHEMA, "RasMessage", value), (20000, 30000))
    events, _ = h323_events(capture)
    yield "ras", "count", len(RAS), len(events)
    for (name, value, nested), event in zip(RAS, events):
        yield from differences(name, event, [shown("RasMessage", value)],
                               [("ras", value[0]), *nested])


def call_check():
    capture = Capture()
    connection = Connection(capture, (m.CALLER, 30000), (m.CALLEE, 4711))
    values = []
    for _, (kind, body, pdu), _, _ in CALLS:
        value = {"h323-uu-pdu": {"h323-message-body": body, **pdu}}
        values.append(value)
        data = encode(SCHEMA, "H323-UserInformation", value)
        connection.send(0, tpkt(q931(TYPES[kind], 77, False, uuie(data))), piece=300)
    events, _ = h323_events(capture)
    yield "calls", "count", len(CALLS), len(events)
    for (name, _, pdus, content), value, event in zip(CALLS, values, events):
        yield from differences(name, event, [shown("H323-UserInformation", value)], pdus, content)


def control_check():
    capture = Capture()
    connection = Connection(capture, (m.CALLER, 30001), (m.CALLEE, 4712))
    root = "MultimediaSystemControlMessage"
    for _, values in CONTROL:
        connection.send(0, tpkt(b"".join(encode(SCHEMA, root, value) for value in values)))
    events, summary = h323_events(capture)
    yield "control", "count", len(CONTROL), len(events)
    for (name, values), event in zip(CONTROL, events):
        yield from differences(name, event, [shown(root, value) for value in values],
                               [("h245", value[1][0]) for value in values])
    yield "control", "summary", {"endSessionCommand": 1, "masterSlaveDetermination": 1,
                                 "openLogicalChannel": 1, "openLogicalChannelAck": 1,
                                 "terminalCapabilitySet": 2, "terminalCapabilitySetAck": 1,
                                 "userInput": 1}, summary["h323"]["h245"]


def element_check():
    capture = Capture()
    connection = Connection(capture, (m.CALLER, 30002), (m.CALLEE, 1720))
    data = encode(SCHEMA, "H323-UserInformation", {"h323-uu-pdu": {"h323-message-body": m.setup()}})
    elements = [element(0x04, b"\x80\x90\xa3"), element(0x08, b"\x80\x90"),
                element(0x1c, b""), element(0x1e, b"\x81\x88"), b"\xa1", element(0x28, b"\xb1Bob"),
                element(0x2c, b"42"), element(0x4c, number("5551001", 2, 1, screening=3)),
                element(0x6c, number("4930123456", 1, 1, screening=1, presentation=1)),
                element(0x70, number("5551000", 4, 9)),
                element(0x74, b"\x21\x01\x8f" + b"5553000")]
    connection.send(0, tpkt(q931(5, 77, True, *elements, uuie(data))))
    events, _ = h323_events(capture)
    q = events[0]["q931"]
    yield "elements", "calling", {"digits": "4930123456", "type": 1, "plan": 1, "presentation": 1,
                                  "screening": 1}, q["calling"]
    yield "elements", "called", {"digits": "5551000", "type": 4, "plan": 9}, q["called"]
    yield "elements", "connected", {"digits": "5551001", "type": 2, "plan": 1, "presentation": 0,
                                    "screening": 3}, q["connected"]
    yield "elements", "redirecting", {"digits": "5553000", "type": 2, "plan": 1, "presentation": 0,
                                      "screening": 1, "reason": 15}, q["redirecting"]
    rest = {"display": "Bob", "cause": 16, "progress": 8, "keypad_digits": 2, "call_reference": 77,
            "from_destination": True, "name": "SETUP"}
    yield "elements", "rest", rest, {key: q.get(key) for key in rest}
    yield "elements", "ids", [4, 8, 28, 30, 0xa1, 40, 44, 0x4c, 0x6c, 0x70, 0x74, 0x7e], q["elements"]
    yield "elements", "anomalies", [], events[0]["anomalies"]


def multiplexed_check():
    """H.460.19: the identifier of the channel stands before RTP."""
    capture = Capture()
    connection = Connection(capture, (m.CALLER, 30001), (m.CALLEE, 4712))
    connection.send(0, tpkt(encode(SCHEMA, "MultimediaSystemControlMessage",
                                   m.channel_ack(1, media=(m.GATEKEEPER, 3000), generic=m.traversal()))))
    for number in range(50):
        packet = struct.pack(">IBBHII", m.MULTIPLEX_ID, 0x80, 8, number, number * 160, 0x1234)
        capture.udp(m.CALLEE, m.GATEKEEPER, packet + bytes(160), (6000, 3000))
        capture.wait(0.019)
    _, summary = h323_events(capture)
    streams = [(s["ssrc"], s["dst"], s["packets"]) for s in summary["rtp"]["streams"]]
    yield "multiplexed", "streams", [("0x00001234", f"{m.GATEKEEPER}:3000", 50)], streams


def main():
    need_ringfence()
    bad = count = 0
    for check in (ras_check, call_check, control_check, element_check, multiplexed_check):
        for name, what, expected, got in check():
            count += 1
            if expected != got:
                bad += 1
                print(f"{name}: {what}: expected {expected}\n\tgot {got}")
    print(f"{count} comparisons, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
