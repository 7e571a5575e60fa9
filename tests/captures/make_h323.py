#!/usr/bin/env python3
"""Writes the captures of H.323: attacks, and ordinary days that resemble them.

Usage: make_h323.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "h323"))

import messages as m  # noqa: E402
from kit import run_maker  # noqa: E402
from life import GATEKEEPER, Device, Leg, Zone, element, guid, number, simple_call, transport  # noqa: E402
from wire import SCHEMA, Connection, encode, q931, tpkt, uuie  # noqa: E402

STRANGER = "198.51.100.66"
SCENES = {}


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def office(capture):
    """A zone with two phones that registered."""
    zone = Zone(capture)
    alice, bob = Device("192.0.2.10", "alice", "4930111"), Device("192.0.2.20", "bob", "5551000")
    zone.discover(alice)
    zone.register(alice)
    zone.register(bob)
    return zone, alice, bob


def tokens(seconds, random=1):
    return {"tokens": [{"tokenOID": "0.0.8.235.0.2.1", "timeStamp": seconds, "random": random}]}


# Attacks

@scene
def unadmitted_call(capture):
    _, _, bob = office(capture)
    stranger = Device(STRANGER, "toll", "0044123")
    simple_call(capture, "stolen", stranger, bob, "00882123456", seconds=1)


@scene
def setup_flood(capture):
    stranger, target = Device(STRANGER, "x"), Device("192.0.2.30", "gateway", role="gateway")
    for n in range(60):
        leg = Leg(capture, f"flood {n}", stranger, target, str(5000 + n), port=20000 + n)
        leg.setup()
        capture.wait(0.03)


@scene
def scanner(capture):
    target = Device("192.0.2.30", "gateway", role="gateway")
    probes = [(Device(STRANGER, "0", product="ooh323", version="0.8.1u", country=184, manufacturer=39),
               [element(0x28, b"cisco\0")]),
              (Device("198.51.100.67", "cisco", product="stack", country=184, manufacturer=39), []),
              (Device("198.51.100.68", "0", product="MERA RTU", version="1.0", country=9, manufacturer=31415), [])]
    for n, (source, elements) in enumerate(probes):
        leg = Leg(capture, f"probe {n}", source, target, "100", port=31000 + n)
        leg.setup(elements=elements)
        leg.release(1, 21)
        capture.wait(2)


@scene
def sweep(capture):
    stranger = Device(STRANGER, "x")
    for n in range(8):
        zone = Zone(capture, f"192.0.2.{100 + n}")
        ask = ("gatekeeperRequest", {
            "requestSeqNum": stranger.sequence(), "protocolIdentifier": "0.0.8.2250.0.4",
            "rasAddress": transport(*stranger.ras), "endpointType": stranger.type})
        zone.ask(stranger, ask)
        capture.wait(1)


@scene
def ghost_calls(capture):
    stranger, target = Device(STRANGER, "100"), Device("192.0.2.30", "pbx", role="gateway")
    for n in range(7):
        leg = Leg(capture, f"ghost {n}", stranger, target, "100", port=32000 + n)
        leg.setup()
        leg.proceed("alerting")
        capture.wait(4)
        leg.release(0)
        leg.release(1)
        capture.wait(6)


@scene
def alias_enumeration(capture):
    zone, alice, _ = office(capture)
    for n in range(14):
        zone.admit(alice, f"try {n}", str(2000 + n), reject="calledPartyNotRegistered", reference=100 + n)
        capture.wait(1)


@scene
def number_enumeration(capture):
    stranger, target = Device(STRANGER, "100"), Device("192.0.2.30", "pbx", role="gateway")
    for n in range(14):
        leg = Leg(capture, f"number {n}", stranger, target, str(3000 + n), port=33000 + n)
        leg.setup()
        leg.release(1, 1, "unreachableDestination")
        leg.flow.close()
        capture.wait(2)


@scene
def password_guessing(capture):
    zone = Zone(capture)
    stranger = Device(STRANGER, "alice")
    for n in range(12):
        zone.register(stranger, reject="securityDenial", **tokens(1_767_225_600 + n, n + 1))
        capture.wait(0.5)


@scene
def alias_hijack(capture):
    zone, _, _ = office(capture)
    capture.wait(20)
    zone.register(Device(STRANGER, "alice", "4930111"))


@scene
def forged_unregister(capture):
    zone, alice, _ = office(capture)
    capture.wait(20)
    zone.unregister(alice, source=Device(STRANGER, "alice"))


@scene
def rogue_gatekeeper(capture):
    zone, _, _ = office(capture)
    capture.wait(5)
    seeker = Device("192.0.2.40", "carol")
    n = seeker.sequence()
    zone.tell(seeker.address, "224.0.1.41", ("gatekeeperRequest", {
        "requestSeqNum": n, "protocolIdentifier": "0.0.8.2250.0.7", "rasAddress": transport(*seeker.ras),
        "endpointType": seeker.type}), (1719, 1718))
    for address in (GATEKEEPER, "192.0.2.66"):
        zone.tell(address, seeker.address, ("gatekeeperConfirm", {
            "requestSeqNum": n, "protocolIdentifier": "0.0.8.2250.0.7", "gatekeeperIdentifier": zone.name,
            "rasAddress": transport(address, 1719)}), (1719, 1719))


@scene
def ras_flood(capture):
    zone = Zone(capture)
    stranger = Device(STRANGER, "x")
    for _ in range(60):
        zone.ask(stranger, zone.registration(stranger))
        capture.wait(0.02)


@scene
def token_downgrade(capture):
    zone = Zone(capture)
    alice = Device("192.0.2.10", "alice")
    zone.register(alice, **tokens(1_767_225_600))
    capture.wait(60)
    zone.register(alice, keep=True, **tokens(1_767_225_660, 7))
    capture.wait(60)
    zone.register(alice)


@scene
def token_replay(capture):
    zone = Zone(capture)
    alice = Device("192.0.2.10", "alice")
    zone.register(alice, **tokens(1_767_225_600, 5))
    capture.wait(30)
    zone.register(alice, **tokens(1_767_225_630, 6))
    capture.wait(30)
    zone.register(alice, **tokens(1_767_225_600, 5))


@scene
def malformed(capture):
    flow = Connection(capture, (STRANGER, 34000), ("192.0.2.30", 1720))
    flow.send(0, bytes([3, 0, 0, 2]))
    for n in range(5):
        flow.send(0, tpkt(bytes([8, 2, 0, n, 5, 0x7e, 0, 200, 5, 0x20])))
        capture.wait(1)


@scene
def media_redirect(capture):
    caller, callee = Device("192.0.2.10", "alice"), Device("192.0.2.20", "bob")
    leg = Leg(capture, "redirected", caller, callee, "bob")
    leg.setup()
    leg.proceed("connect")
    leg.open_media(at=("203.0.113.99", "192.0.2.20"))
    leg.end()


@scene
def forged_release(capture):
    caller, callee, stranger = Device("192.0.2.10", "alice"), Device("192.0.2.20", "bob"), Device(STRANGER, "x")
    leg = Leg(capture, "cut off", caller, callee, "bob")
    leg.setup()
    leg.proceed("connect")
    leg.open_media()
    leg.talk(2)
    flow = Connection(capture, (stranger.address, 35000), (callee.address, 1720))
    leg.release(0, 16, flow=flow)
    leg.talk(1)
    leg.end()


@scene
def late_media(capture):
    """A release that one side never heard of: both go on talking."""
    leg = Leg(capture, "cut off", Device("192.0.2.10", "alice"), Device("192.0.2.20", "bob"), "bob")
    leg.setup()
    leg.proceed("connect")
    leg.open_media()
    leg.talk(2)
    leg.release(0, 16)
    leg.talk(4)
    capture.wait(10)


@scene
def forwarding(capture):
    zone, alice, bob = office(capture)
    for n in range(4):
        zone.admit(alice, f"forward {n}", "5551000", destination=bob.address, reference=50 + n)
        leg = Leg(capture, f"forward {n}", alice, bob, "5551000", port=36000 + n, reference=50 + n)
        leg.setup()
        leg.facility(1, "callForwarded", alternativeAliasAddress=[("dialledDigits", "00882555")])
        leg.release(0, 16, "facilityCallDeflection")
        leg.release(1)
        capture.wait(30)


@scene
def false_numbers(capture):
    zone, alice, bob = office(capture)
    for n in range(4):
        zone.admit(alice, f"false {n}", "5551000", destination=bob.address, reference=60 + n)
        leg = Leg(capture, f"false {n}", alice, bob, "5551000", port=37000 + n, reference=60 + n)
        leg.setup(elements=[element(0x6c, number("493098765432", 1, 1, screening=0))])
        leg.release(1, 21)
        capture.wait(30)


@scene
def private_leak(capture):
    """A phone behind a router without any help calls a public gateway."""
    zone = Zone(capture, "203.0.113.1")
    phone, gateway = Device("198.18.0.1", "home"), Device("203.0.113.5", "gateway", role="gateway")
    phone.address, phone.ras = "8.8.4.4", ("192.168.1.20", 1719)
    zone.capture.udp(phone.address, zone.address,
                     encode(SCHEMA, "RasMessage", zone.registration(phone, signal="192.168.1.20")), (1719, 1719))
    leg = Leg(capture, "leak", phone, gateway, "4930999")
    leg.setup()
    leg.proceed("connect")
    leg.open_media(at=("192.168.1.20", "203.0.113.5"))
    leg.end()


@scene
def old_version(capture):
    caller = Device("192.0.2.10", "alice")
    callee = Device("192.0.2.20", "old")
    leg = Leg(capture, "old", caller, callee, "old")
    fast = [encode(SCHEMA, "OpenLogicalChannel", part) for part in
            (m.channel(1, control=("192.0.2.10", 5001)),
             m.channel(2, media=("192.0.2.10", 5000), control=("192.0.2.10", 5001), reverse=True))]
    leg.setup(fastStart=fast)
    leg.proceed(version=2, tunnelling=False)
    leg.proceed("connect", version=2, tunnelling=False, h245Address=transport("192.0.2.20", 3000))
    leg.connect_control(1)
    leg.open_media()
    leg.end()


# Ordinary days

@scene
def office_day(capture):
    """Registrations that come and go, admitted and refused calls, misdials, one forward, a
    phone that moves by DHCP, an alias that its phone gave up, a mistyped password, a neighbour's
    direct calls to an unregistered room system, and a genuine device with a telling name."""
    zone, alice, bob = office(capture)
    for name in ("first", "second"):
        zone.admit(alice, name, "5551000", destination=bob.address)
        zone.admit(bob, name, "5551000", calling=alice.aliases, answer=True)
        simple_call(capture, name, alice, bob, "5551000", port=40000 + len(name))
        zone.disengage(alice, name)
        zone.disengage(bob, name, answered=True)
        capture.wait(20)
    for n in range(4):
        zone.admit(alice, f"misdial {n}", str(2000 + n), reject="calledPartyNotRegistered", reference=10 + n)
        capture.wait(8)
    zone.register(alice, keep=True)
    capture.wait(30)
    moved = Device("192.0.2.11", "alice", "4930111", identity=alice.identity)
    zone.register(moved)
    zone.unregister(bob)
    zone.register(Device("192.0.2.21", "bob", "5551000"))
    typed = Device("192.0.2.50", "carol")
    for n in range(3):
        zone.register(typed, reject="securityDenial", **tokens(1_767_225_900 + n, n + 1))
        capture.wait(4)
    zone.register(typed, **tokens(1_767_225_930, 9))
    # The gatekeeper routes: the leg to the phone comes from it, and media from the far phone.
    zone.admit(moved, "routed", "5551000", routed=True)
    router = Device(GATEKEEPER, "alice")
    leg = Leg(capture, "routed", moved, router, "5551000", port=41000)
    leg.setup(elements=[element(0x6c, number("4930111", 2, 1, screening=3))])
    far = Leg(capture, "routed", router, Device("192.0.2.21", "bob"), "5551000", port=41001)
    far.setup(source=[("dialledDigits", "4930111")])
    far.proceed("connect")
    leg.proceed("connect")
    far.open_media(at=("192.0.2.11", "192.0.2.21"))
    leg.open_media(at=("192.0.2.11", "192.0.2.21"))
    leg.talk(1)
    for part in (leg, far):
        part.end()
    zone.disengage(moved, "routed")
    # A forward, a hang-up while ringing, and a genuine device that is called cisco.
    room, neighbour = Device("192.0.2.90", "room"), Device("192.0.2.91", "cisco", product="TelePresence")
    for n, side in enumerate((0, 1)):
        leg = Leg(capture, f"neighbour {n}", neighbour, room, None, port=42000 + n)
        leg.setup()
        leg.proceed("alerting")
        capture.wait(10)
        if side:
            leg.facility(1, "callForwarded", alternativeAliasAddress=[("h323-ID", "desk")])
        leg.release(0)
        leg.release(1)
        capture.wait(20)
    # The zone's second gatekeeper, as the first one announces it.
    for address in (GATEKEEPER, "192.0.2.2"):
        n = typed.sequence()
        zone.address = address
        zone.ask(typed, ("gatekeeperRequest", {
            "requestSeqNum": n, "protocolIdentifier": "0.0.8.2250.0.7", "rasAddress": transport(*typed.ras),
            "endpointType": typed.type}), ("gatekeeperConfirm", {
                "requestSeqNum": n, "protocolIdentifier": "0.0.8.2250.0.7", "gatekeeperIdentifier": zone.name,
                "rasAddress": transport(address, 1719), "alternateGatekeeper": [
                    {"rasAddress": transport("192.0.2.2", 1719), "needToRegister": True, "priority": 1}]}))


@scene
def busy_gateway(capture):
    """A gateway in the busy hour: seven calls a second, each admitted."""
    zone = Zone(capture)
    gateway, target = Device("192.0.2.30", "gateway", role="gateway"), Device("192.0.2.20", "callcentre")
    zone.register(gateway)
    zone.register(target)
    capture.wait(10)
    for n in range(60):
        zone.admit(gateway, f"busy {n}", "callcentre", calling=[str(4930000 + n)], reference=n,
                   destination=target.address)
        leg = Leg(capture, f"busy {n}", gateway, target, "callcentre", port=20000 + n, reference=n)
        leg.setup(source=[("dialledDigits", str(4930000 + n))])
        leg.proceed("connect")
        capture.wait(0.13)


@scene
def odd_vendor(capture):
    """A device with an empty version, an extension that no standard has and a cut nested value,
    call after call: what vendors do send."""
    caller, callee = Device("192.0.2.10", "alice", version="\0"), Device("192.0.2.20", "bob")
    strange = encode(SCHEMA, "MultimediaSystemControlMessage", m.determination())[:3]
    for n in range(6):
        leg = Leg(capture, f"odd {n}", caller, callee, "bob", port=43000 + n)
        leg.setup(elements=[element(0x28, b"al\0"), element(0x1c, b"")])
        leg.flow.send(0, tpkt(b""))
        leg.facility(0, protocolIdentifier=b"")
        for part in (strange, bytes([0x80 | 20, 3, 1, 2, 3])):
            data = encode(SCHEMA, "H323-UserInformation", {"h323-uu-pdu": {
                "h323-message-body": ("empty", None), "h245Tunnelling": True, "h245Control": [part]}})
            leg.flow.send(0, tpkt(q931(0x62, leg.reference, False, uuie(data))))
        leg.proceed("connect")
        leg.release(0)
        leg.release(1)
        capture.wait(5)


@scene
def media_elsewhere(capture):
    """Media from a board beside the signalling one, from a known device, and an MCU's group."""
    zone, alice, bob = office(capture)
    board = Device("192.0.2.60", "boards", role="gateway")
    for n, at in enumerate((("192.0.2.61", "192.0.2.20"), ("192.0.2.10", "192.0.2.20"), ("239.1.1.1", "192.0.2.20"))):
        zone.admit(alice, f"board {n}", "5551000", destination=bob.address)
        leg = Leg(capture, f"board {n}", board, bob, "5551000", port=44000 + n)
        leg.setup()
        leg.proceed("connect")
        leg.open_media(at=at)
        leg.end()
        capture.wait(5)


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
