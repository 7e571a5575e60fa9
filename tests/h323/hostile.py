"""Malformed and hostile H.323, class by class, made from a seed.

Every class says what is sent in the middle of an ordinary call and which anomaly names it.
"""

import struct

import messages as m
from per import Bits
from wire import SCHEMA, TYPES, call, element, encode, q931, tpkt, transport, uuie

CLASSES = {}


def hostile(anomaly, where="call"):
    """where: "call" = a payload of a TPKT, "stream" = bytes of the stream, "ras", "control"."""
    def note(function):
        CLASSES[function.__name__] = (anomaly, where, function)
        return function
    return note


def body_of(body, **pdu):
    return encode(SCHEMA, "H323-UserInformation", {"h323-uu-pdu": {"h323-message-body": body, **pdu}})


def facility(**pdu):
    return message(body_of(m.facility(), **pdu))


def message(data, *elements, kind=TYPES["facility"]):
    return q931(kind, 77, False, *elements, uuie(data))


def control(value):
    return encode(SCHEMA, "MultimediaSystemControlMessage", value)


def tunnelled(*parts):
    return facility(h245Tunnelling=True, h245Control=list(parts))


# Framing

@hostile("tpkt-length", "stream")
def tpkt_length_below_header(rng):
    return struct.pack(">BBH", 3, 0, rng.randrange(4))


@hostile("tpkt-huge", "stream")
def tpkt_huge(rng):
    return struct.pack(">BBH", 3, 0, rng.randrange(40000, 65536)) + rng.randbytes(8)


@hostile("tpkt-version", "stream")
def tpkt_wrong_version(rng):
    return bytes([rng.choice((0, 1, 2, 4, 200))]) + tpkt(facility())[1:]


@hostile("tpkt-garbage", "stream")
def garbage_between(rng):
    return bytes(rng.choice(range(4, 256)) for _ in range(rng.randrange(1, 300)))


@hostile(None, "stream")
def keep_alives(rng):
    return tpkt(b"") * rng.randrange(1, 9)


@hostile(None, "stream")
def pipelined(rng):
    return tpkt(facility()) * rng.randrange(2, 9)


# Q.931

@hostile("q931-header")
def no_discriminator(rng):
    return bytes([rng.choice((0, 3, 9, 255))]) + facility()[1:]


@hostile("q931-reference")
def reference_length(rng):
    length = rng.choice((0, 1, 3, 4, 15))
    return bytes([8, length]) + rng.randbytes(length) + facility()[4:]


@hostile("q931-header")
def nothing_behind_reference(rng):
    return bytes([8, 2, rng.randrange(128), 1])


@hostile("q931-type")
def unknown_type(rng):
    return message(body_of(m.facility()), kind=rng.choice((0x1f, 0x33, 0x7f, 0x50)))


@hostile("q931-overrun")
def element_beyond_end(rng):
    return facility() + bytes([0x28, rng.randrange(20, 256)]) + b"Bob"


@hostile("q931-overrun")
def user_user_beyond_end(rng):
    data = body_of(m.facility())
    return q931(0x62, 77, False, b"\x7e" + struct.pack(">H", len(data) + rng.randrange(10, 9999)) + b"\5" + data)


@hostile("q931-uuie-short")
def user_user_short(rng):
    return q931(0x62, 77, False, b"\x7e" + rng.choice((b"\0\0", b"\0\1\5")))


@hostile("q931-uuie-missing")
def user_user_missing(rng):
    return q931(0x62, 77, False, element(0x28, rng.randbytes(5)))


@hostile("q931-uuie-duplicate")
def user_user_twice(_):
    data = uuie(body_of(m.facility()))
    return q931(0x62, 77, False, data, data)


@hostile("q931-uuie-protocol")
def user_user_protocol(rng):
    return q931(0x62, 77, False, uuie(body_of(m.facility()), rng.choice((0, 4, 8))))


@hostile("q931-codeset")
def codeset_shift(rng):
    return message(body_of(m.facility()), bytes([rng.choice((0x90, 0x98)) | rng.randrange(1, 8)]) + element(0x28, b"x"))


@hostile("q931-codeset")
def codeset_hides_user_user(_):
    return q931(0x62, 77, False, b"\x96", uuie(body_of(m.facility())))


@hostile("q931-many")
def many_elements(rng):
    return message(body_of(m.facility()), *[element(0x1e, b"\x81\x88")] * rng.randrange(50, 900))


@hostile("q931-duplicate")
def element_twice(_):
    return message(body_of(m.facility()), element(0x6c, b"\x811"), element(0x6c, b"\x812"))


@hostile("q931-element")
def element_empty(rng):
    return message(body_of(m.facility()), element(rng.choice((0x08, 0x6c, 0x70, 0x4c)), b""))


@hostile("h323-body")
def body_of_another_message(rng):
    return message(body_of(m.facility()), kind=rng.choice((0x01, 0x02, 0x7d)))


# PER

@hostile("per-broken")
def cut_short(rng):
    data = body_of(m.facility())
    return message(data[:rng.randrange(1, 12)])


@hostile("per-broken")
def choice_beyond_root(_):
    bits = Bits()
    bits.put(0, 2)      # H323-UserInformation: no extension, no user-data
    bits.put(0, 2)      # H323-UU-PDU: the same
    bits.put(0b0111, 4)  # h323-message-body: the eighth of seven
    return message(bits.bytes() + bytes(20))


@hostile("per-trailing")
def bytes_behind(rng):
    return message(body_of(m.facility()) + rng.randbytes(rng.randrange(1, 40)))


@hostile("per-nested")
def nested_length(rng):
    good = control(m.determination())
    return tunnelled(good[:rng.randrange(1, 4)], good)


@hostile("per-nested")
def nested_fragment(rng):
    # A general length that tells of fragments which nobody can send (X.691 11.9.3.8).
    return tunnelled(b"\x03\x40" + bytes([rng.choice((0xc0, 0xc5, 0xff))]), control(m.determination()))


@hostile("per-nested")
def count_beyond_data(_):
    # capabilityTable with 256 entries and no data: 02 70, sequence number, OID, count
    return tunnelled(b"\x02\x20\x01\x06\x00\x08\x81\x75\x00\x10\xff", control(m.determination()))


@hostile("per-nested-trailing")
def nested_trailing(rng):
    return tunnelled(control(m.determination()) + rng.randbytes(rng.randrange(1, 20)))


@hostile("per-extension")
def unknown_alternative(rng):
    # MultimediaSystemControlMessage: extension 20, an open type
    content = rng.randbytes(rng.randrange(1, 30))
    return tunnelled(bytes([0x80 | 20, len(content)]) + content)


@hostile("per-range")
def bad_alphabet(_):
    data = body_of(("facility", {**m.facility()[1], "alternativeAliasAddress": [("dialledDigits", "9999")]}))
    assert data.count(b"\xcc\xcc") == 1
    return message(data.replace(b"\xcc\xcc", b"\xff\xff"))


@hostile("per-oid-empty")
def empty_oid(_):
    return message(body_of(("facility", {**m.facility()[1], "protocolIdentifier": b""})))


@hostile("per-oid-long")
def huge_oid(rng):
    return message(body_of(("facility", {**m.facility()[1],
                                         "protocolIdentifier": bytes([0x81]) * rng.randrange(200, 9000) + b"\1"})))


@hostile("h323-version")
def other_protocol(rng):
    return message(body_of(("facility", {**m.facility()[1],
                                         "protocolIdentifier": f"1.3.6.{rng.randrange(1, 99)}"})))


@hostile("per-exhausted")
def recursion(rng):
    parameter = {"id": ("standard", 1), "content": ("bool", True)}
    for _ in range(rng.randrange(60, 90)):
        parameter = {"id": ("standard", 1), "content": ("compound", [parameter])}
    return facility(h245Tunnelling=False, genericData=[{"id": ("standard", 99), "parameters": [parameter]}])


@hostile("h323-fast-start-many")
def fast_start_bomb(rng):
    channels = [m.channel(number + 1) for number in range(rng.randrange(65, 900))]
    return call("facility", 77, **{**m.facility()[1], "fastStart": channels})


@hostile("h323-tunnel-many")
def tunnel_bomb(rng):
    return tunnelled(*[control(m.determination(number)) for number in range(rng.randrange(33, 400))])


@hostile("h323-many")
def pdu_bomb(rng):
    return tunnelled(*[control(m.determination(number)) for number in range(rng.randrange(600, 2000))])


@hostile("h450-bad")
def service_argument(rng):
    apdu = {"serviceApdu": ("rosApdus", [("invoke", {
        "invokeId": rng.randrange(65536), "opcode": ("local", 9), "argument": b"\x7f\xff\xff"})])}
    return facility(h245Tunnelling=False, h4501SupplementaryService=[apdu])


@hostile("h460-bad")
def feature_parameter(rng):
    return facility(h245Tunnelling=False, genericData=[m.feature(18, (1, ("raw", b"\x70" + rng.randbytes(2))))])


# H.245

@hostile("h245-ack-control", "control")
def ack_without_control(_):
    return control(m.channel_ack(1, control=None))


@hostile("h245-capabilities-many", "control")
def many_capabilities(rng):
    return control(m.capabilities(rng.randrange(65, 257)))


@hostile("tpkt-several", "control")
def several_in_one(_):
    return control(m.capabilities()) + control(m.determination())


@hostile("per-broken", "control")
def control_cut_short(rng):
    data = control(m.capabilities(20))
    return data[:rng.randrange(3, len(data) - 3)]


# RAS

def datagram(value):
    return encode(SCHEMA, "RasMessage", value)


@hostile("ras-address", "ras")
def registration_of_no_address(rng):
    bad = [transport(rng.choice(("0.0.0.0", "255.255.255.255", "224.0.1.41")), 1720)]
    return datagram(m.registration_request(9, signalling=bad, ras=bad))


@hostile("per-exhausted", "ras")
def node_bomb(rng):
    # Five values in four octets each, in the largest datagram that there is.
    parameters = [{"id": ("standard", number % 100), "content": ("bool", True)} for number in range(512)]
    name, fields = m.gatekeeper_request(9)
    return datagram((name, {**fields, "genericData": [
        {"id": ("standard", rng.randrange(100)), "parameters": parameters}] * 28}))


@hostile("per-broken", "ras")
def ras_cut_short(rng):
    data = datagram(m.registration_request(9))
    return data[:rng.randrange(4, len(data) - 4)]


@hostile("per-broken", "ras")
def ras_beyond_root(rng):
    return bytes([rng.choice((25, 27, 31)) << 2]) + bytes(rng.choice(range(1, 256)) for _ in range(40))


@hostile("per-trailing", "ras")
def ras_bytes_behind(rng):
    return datagram(m.admission_request(9)) + rng.randbytes(rng.randrange(1, 60))


@hostile("per-oid-empty", "ras")
def ras_empty_oid(_):
    name, fields = m.gatekeeper_request(9)
    return datagram((name, {**fields, "protocolIdentifier": b""}))
