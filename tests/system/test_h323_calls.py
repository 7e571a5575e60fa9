#!/usr/bin/env python3
"""Calls, registrations and devices of H.323 as they are told.

Captures of real stacks (where RINGFENCE_SHARED names them) must yield what tests/golden/h323_calls.json
says: read by hand from Wireshark's view of each. The scenes below are made here and always run.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "h323"))

import messages as m  # noqa: E402
from common import RINGFENCE, SHARED, SOURCE, need_ringfence, replay, run  # noqa: E402
from kit import Capture, call_with, request, response, sdp  # noqa: E402
from life import GATEKEEPER, Device, Leg, Zone, element, guid, number, simple_call, transport  # noqa: E402
from wire import SCHEMA, Connection, encode, tpkt  # noqa: E402

SCENES = []


def scene(**expected):
    """expected: for each call in order of its Setup, what it must say; paths are dotted."""
    def note(function):
        SCENES.append((function.__name__, function, expected))
        return function
    return note


def pair():
    return Device("192.0.2.10", "alice", "4930111"), Device("192.0.2.20", "bob", "5551000")


MEDIA = [("caller", "192.0.2.10:5000", ["PCMA"]), ("callee", "192.0.2.20:6000", ["PCMA"])]


@scene(calls=[{"caller": "192.0.2.10:30001", "callee": "192.0.2.20:1720", "from.user": "4930111",
               "to.user": "5551000", "account": "alice", "status": 200, "q850_cause": 16,
               "end_reason": "bye", "released_by": "caller", "pdd_ms": 2.0, "duration_s": 2.009,
               "caller_user_agent": "Example phone 1.2.3", "media": MEDIA, "h323.call_model": "direct",
               "h323.tunnelling": True, "h323.admission.bandwidth_bps": 128000,
               "quality.caller_sent.packets": 100, "quality.callee_sent.mos": 4.37}],
       registrations=["added alice", "added bob", "removed alice"])
def tunnelled(capture):
    zone, (alice, bob) = Zone(capture), pair()
    zone.register(alice)
    zone.register(bob)
    zone.admit(alice, "one", "5551000", destination=bob.address)
    simple_call(capture, "one", alice, bob, "5551000")
    zone.disengage(alice, "one")
    zone.unregister(alice)


@scene(calls=[{"media": MEDIA, "h323.h245_connection": True, "h323.tunnelling": False, "messages": 17,
               "quality.caller_sent.packets": 50}])
def separate_control(capture):
    alice, bob = pair()
    leg = Leg(capture, "apart", alice, bob, "5551000")
    leg.setup(tunnelling=False)
    leg.proceed("connect", tunnelling=False, h245Address=transport("192.0.2.20", 3000))
    leg.connect_control(1)
    leg.open_media()
    leg.talk(1)
    leg.end()


def fast_part(number_, codec, **more):
    return encode(SCHEMA, "OpenLogicalChannel", m.channel(number_, codec=codec, **more))


@scene(calls=[{"h323.fast_start": True, "early_media": True, "quality.caller_sent.packets": 50,
               "media": [("caller", "192.0.2.10:5000", ["PCMU"]), ("callee", "192.0.2.20:6000", ["PCMU"])]}])
def fast_start(capture):
    alice, bob = pair()
    leg = Leg(capture, "fast", alice, bob, "5551000")
    offered = []
    for at, codec in enumerate((("g711Alaw64k", 20), ("g711Ulaw64k", 20), ("g729", 2))):
        offered += [fast_part(1 + at, codec, control=("192.0.2.10", 5001)),
                    fast_part(11 + at, codec, media=("192.0.2.10", 5000), control=("192.0.2.10", 5001), reverse=True)]
    leg.setup(fastStart=offered)
    chosen = ("g711Ulaw64k", 20)
    leg.proceed("alerting", fastStart=[
        fast_part(2, chosen, media=("192.0.2.20", 6000), control=("192.0.2.20", 6001)),
        fast_part(12, chosen, control=("192.0.2.20", 6001), reverse=True)])
    leg.media = {0: ("192.0.2.10", 5000), 1: ("192.0.2.20", 6000)}
    leg.talk(0.5, payload_type=0)
    leg.proceed("connect")
    leg.talk(0.5, payload_type=0)
    leg.end()


@scene(calls=[{"caller": "192.0.2.10:30001", "callee": f"{GATEKEEPER}:1720", "correlation_id": 1,
               "h323.call_model": "gatekeeper-routed", "released_by": "callee"},
              {"caller": f"{GATEKEEPER}:30002", "callee": "192.0.2.20:1720", "correlation_id": 1,
               "h323.call_model": "gatekeeper-routed", "h323.from_gatekeeper": True}])
def routed(capture):
    zone, (alice, bob) = Zone(capture), pair()
    zone.discover(alice)
    zone.register(alice)
    zone.register(bob)
    zone.admit(alice, "routed", "5551000", routed=True)
    near = Leg(capture, "routed", alice, Device(GATEKEEPER, "zone"), "5551000")
    near.setup()
    far = Leg(capture, "routed", Device(GATEKEEPER, "zone"), bob, "5551000", port=30002)
    far.setup(source=[("dialledDigits", "4930111")])
    zone.admit(bob, "routed", "5551000", calling=["4930111"], answer=True, routed=True)
    for leg in (far, near):
        leg.proceed("alerting")
    for leg in (far, near):
        leg.proceed("connect")
    far.open_media(at=(alice.address, bob.address))
    near.open_media(at=(alice.address, bob.address))
    near.talk(1)
    for leg in (far, near):
        leg.end(1)


@scene(calls=[{"status": 486, "q850_cause": 17, "end_reason": "rejected", "released_by": "callee"},
              {"status": 487, "q850_cause": 16, "end_reason": "cancel", "released_by": "caller"},
              {"status": 480, "q850_cause": 20, "end_reason": "rejected",
               "h323.release_reason": "calledPartyNotRegistered"}])
def unanswered(capture):
    alice, bob = pair()
    for at, (side, cause, reason) in enumerate(((1, 17, None), (0, 16, None), (1, None, "calledPartyNotRegistered"))):
        leg = Leg(capture, f"un {at}", alice, bob, "5551000", port=30010 + at)
        leg.setup()
        leg.proceed("alerting")
        capture.wait(3)
        leg.release(side, cause, reason)
        leg.release(1 - side, cause, reason)


@scene(calls=[{"dtmf_count": 6}])
def digits(capture):
    alice, bob = pair()
    leg = Leg(capture, "digits", alice, bob, "5551000")
    leg.setup()
    leg.proceed("connect")
    leg.h245(0, m.user_input(b"12"), m.user_input(b"#"))
    for digit in "34!":
        leg.h245(0, ("indication", ("userInput", ("signal", {"signalType": digit}))))
    leg.send(0, ("information", {**leg.base(), "callIdentifier": {"guid": guid("digits")}}), [element(0x2c, b"5")])
    leg.end()


@scene(calls=[{"held": True}, {"held": True}, {"held": False}])
def hold(capture):
    alice, bob = pair()
    empty = ("request", ("terminalCapabilitySet", {"sequenceNumber": 2, "protocolIdentifier": "0.0.8.245.0.16"}))
    for at in range(3):
        leg = Leg(capture, f"hold {at}", alice, bob, "5551000", port=30020 + at)
        leg.setup()
        leg.proceed("connect")
        leg.open_media()
        if at == 0:
            leg.h245(0, empty)
            leg.h245(0, m.capabilities())
        if at == 1:
            leg.facility(0, services=[encode(SCHEMA, "H4501SupplementaryService", m.service(101, None, None))])
            leg.facility(0, services=[encode(SCHEMA, "H4501SupplementaryService", m.service(102, None, None))])
        leg.end()


@scene(calls=[{"transferred": True, "correlation_id": 1}, {"correlation_id": 1, "to.user": "5552000"}])
def transfer(capture):
    alice, bob = pair()
    leg = Leg(capture, "transferred", alice, bob, "5551000")
    leg.setup()
    leg.proceed("connect")
    leg.facility(1, services=[encode(SCHEMA, "H4501SupplementaryService", m.service(
        9, "CTInitiateArg", {"callIdentity": "1", "reroutingNumber": m.endpoint("5552000")}))])
    capture.wait(1)
    again = Leg(capture, "after", alice, Device("192.0.2.30", "carol"), "5552000", port=30005)
    again.setup()
    again.proceed("connect")
    leg.end()
    again.end()


@scene(calls=[{"diversion": "5559999", "h323.forwarded": True}, {"diversion": "5558888"}])
def diversion(capture):
    alice, bob = pair()
    leg = Leg(capture, "by service", alice, bob, "5551000")
    leg.setup(services=[encode(SCHEMA, "H4501SupplementaryService", m.service(
        21, "DivertingLegInformation2Arg", {"diversionCounter": 1, "diversionReason": "cfu",
                                            "divertingNr": m.endpoint("5559999")}))])
    leg.end()
    leg = Leg(capture, "by number", alice, bob, "5551000", port=30006)
    leg.setup(elements=[element(0x74, number("5558888", 2, 1, screening=0))])
    leg.end()


@scene(calls=[{"correlation_id": 1, "h323.conference": True, "h323.callee.role": "mcu"},
              {"correlation_id": 1, "h323.callee.role": "mcu"}, {"correlation_id": 3}])
def conference(capture):
    alice, bob = pair()
    mcu = Device("192.0.2.40", "room", role="mcu")
    for at, (who, name) in enumerate(((alice, "room"), (bob, "room"), (alice, "other"))):
        leg = Leg(capture, f"conference {at}", who, mcu, "room", port=30030 + at)
        leg.setup(conference=name)
        leg.proceed("connect")
        capture.wait(3)


@scene(calls=[{"protocol": "sip", "correlation_id": 1}, {"protocol": "h323", "correlation_id": 1}])
def interworking(capture):
    invite = call_with(1, sdp("192.0.2.50", 7000), src="192.0.2.50", to="5551000", user="4930222",
                       uri="sip:5551000@192.0.2.60")
    capture.udp("192.0.2.50", "192.0.2.60", invite)
    leg = Leg(capture, "onwards", Device("192.0.2.60", "4930222", role="gateway"), Device("192.0.2.20", "bob"),
              "5551000")
    leg.setup()
    leg.proceed("connect")
    leg.open_media()
    capture.udp("192.0.2.60", "192.0.2.50", response(invite, 200, body=b""))
    leg.end()


@scene(calls=[{"from.user": "4930111", "to.user": "5551000", "duration_s": 30.0, "status": 200,
               "end_reason": "bye", "released_by": "caller", "q850_cause": 16, "messages": 0},
              {"to.user": "666", "status": 480, "q850_cause": 20, "end_reason": "rejected"}])
def admission_alone(capture):
    zone, (alice, bob) = Zone(capture), pair()
    zone.register(alice)
    zone.admit(alice, "unseen", "5551000", destination=bob.address)
    capture.wait(40)
    zone.disengage(alice, "unseen", usageInformation={"nonStandardUsageFields": [], "connectTime": 1000,
                                                      "endTime": 1030},
                   terminationCause=("releaseCompleteCauseIE", b"\x80\x90"))
    zone.admit(alice, "refused", "666", reject="calledPartyNotRegistered")
    capture.wait(20)
    zone.register(alice, keep=True)


@scene(calls=[{"from.user": "alice", "h323.caller.h225_version": 1, "q850_cause": 16, "status": 200}])
def version_one(capture):
    alice, bob = Device("192.0.2.10", "alice"), Device("192.0.2.20", "bob")
    leg = Leg(capture, "old", alice, bob, "bob")
    leg.setup(version=1, tunnelling=False)
    leg.proceed("connect", version=1, tunnelling=False)
    leg.end()


@scene(calls=[{"from.user": "4930111", "h323.calling_number.type": "international",
               "h323.calling_number.plan": "e164", "h323.calling_number.screening": "network",
               "h323.calling_number.presentation": "restricted", "h323.called_number.digits": "5551000",
               "h323.called_number.type": "national", "from.display": "Al"}])
def numbers(capture):
    leg = Leg(capture, "numbers", Device("192.0.2.10", "alice"), Device("192.0.2.20", "bob"), None)
    leg.setup(elements=[element(0x28, b"Al\0"), element(0x6c, number("4930111", 1, 1, screening=3, presentation=1)),
                        element(0x70, number("5551000", 2, 1))])
    leg.end()


@scene(calls=[{"h323.call_reference": 5, "released_by": "caller", "q850_cause": 16},
              {"h323.call_reference": 6, "released_by": "callee", "q850_cause": 17}])
def shared_connection(capture):
    alice, bob = pair()
    first = Leg(capture, "first", alice, bob, "5551000", reference=5)
    first.setup()
    second = Leg.__new__(Leg)
    second.__dict__.update(first.__dict__, name="second", reference=6)
    second.setup()
    first.proceed("connect")
    second.release(1, 17)
    second.release(0, 17)
    first.release(0)
    first.release(1)


@scene(registrations=["added alice", "refreshed alice", "added carol", "removed carol", "expired alice"],
       devices={"192.0.2.10": {"role": "terminal", "vendor": "181-0-18", "registered": False,
                               "alternate_gatekeeper": "192.0.2.2:1719", "time_to_live_s": 60},
                "192.0.2.70": {"role": "gateway", "product": "Box"}, GATEKEEPER: {"role": "gatekeeper"}})
def registrations(capture):
    zone, (alice, _) = Zone(capture), pair()
    zone.discover(alice)
    zone.register(alice, ttl=60, confirm={"alternateGatekeeper": [
        {"rasAddress": transport("192.0.2.2", 1719), "needToRegister": True, "priority": 3}]})
    capture.wait(40)
    zone.register(alice, ttl=60, keep=True)
    carol = Device("192.0.2.70", "carol", role="gateway", product="Box")
    zone.register(carol)
    zone.unregister(carol)
    capture.wait(100)
    zone.discover(carol)


def value_at(tree, path):
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def media_of(call):
    return sorted((part["side"], part["signalled"], part["codecs"]) for part in call["media"])


def complaints_about(call, expected):
    for path, wanted in expected.items():
        if path == "media":
            got, wanted = media_of(call), sorted(tuple(part) for part in wanted)
        else:
            got = value_at(call, path)
        if got != wanted:
            yield f"{path} is {got!r}, not {wanted!r}"


def compare(events, expected):
    calls = sorted((event["call"] for event in events if event["event_type"] == "call"), key=lambda call: call["id"])
    wanted = expected.get("calls", [])
    if len(calls) != len(wanted):
        yield f"{len(calls)} calls, not {len(wanted)}"
    for call, want in zip(calls, wanted):
        for complaint in complaints_about(call, want):
            yield f"call {call['id']}: {complaint}"
    told = [f"{event['registration']['change']} {event['registration']['user']}"
            for event in events if event["event_type"] == "registration"]
    if "registrations" in expected and told != expected["registrations"]:
        yield f"registrations: {told}"
    last = {(event["device"].get("ras") or event["device"]["signalling"]).rsplit(":", 1)[0]: event["device"]
            for event in events if event["event_type"] == "device" and event["device"]["change"] == "last"}
    for address, want in expected.get("devices", {}).items():
        for complaint in complaints_about(last.get(address, {}), want):
            yield f"device {address}: {complaint}"


def ladder_complaints(path):
    """RAS, call signalling and H.245 of both legs stand in one ladder, in the order of the wire."""
    told = json.loads(run([RINGFENCE, "calls", "ladder", "--call", "1", "--format", "json", path]).stdout)
    labels = [message["label"] for message in told["messages"]]
    for wanted in ("RAS admissionRequest", "RAS admissionConfirm", "H.225 setup", "H.225 alerting", "H.225 connect",
                   "H.245 TCS MSD", "H.245 OLC", "H.245 OLCAck", "H.245 endSession", "H.225 releaseComplete"):
        if wanted not in labels:
            yield f"ladder: no {wanted} in {labels}"
    if labels.index("RAS admissionRequest") > labels.index("H.225 setup") or labels.count("H.225 setup") != 2:
        yield f"ladder: {labels}"


def main():
    need_ringfence()
    bad = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, make, expected in SCENES:
            capture = Capture()
            make(capture)
            path = Path(folder) / f"{name}.pcap"
            capture.write(path)
            told = list(compare(replay(path), expected))
            told += ladder_complaints(path) if name == "routed" else []
            print(*(f"{name}: {complaint}" for complaint in told), sep="\n", end="\n" if told else "")
            bad += len(told)
            count += 1
    golden = json.loads((SOURCE / "tests" / "golden" / "h323_calls.json").read_text())
    for name, expected in golden.items():
        path = SHARED / "files" / name if SHARED else None
        if not path or not path.exists():
            continue
        for complaint in compare(replay(path), expected):
            print(f"{name}: {complaint}")
            bad += 1
        count += 1
    print(f"{count} captures, {bad} complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
