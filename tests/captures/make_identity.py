#!/usr/bin/env python3
"""Writes the captures of who callers say they are, with signatures (STIR/SHAKEN) that hold
and that do not; and the certificates of these.

Usage: make_identity.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import sys
from pathlib import Path

from kit import SERVER, credentials, exchange, request, response, run_maker
from signer import certificate, number_range, one_number, provider, token

SCENES = {}
CARRIER = "8.8.8.8"
CALLER, CALLED, THIRD = "12155551212", "12155551213", "12155551214"
ROOT, SIGNER, LATE, STRANGER, OTHER = (0xa11ce + n * 0x10001 for n in range(5))
HOST = "certs.example.net"
ORIGIN = "123e4567-e89b-12d3-a456-426655440000"


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def certificates():
    """What is held: by the path of its URL."""
    named = {"numbers": [provider("1234")]}
    return {
        "roots/root.pem": certificate(ROOT, "Root", ROOT, "Root", authority=True),
        f"{HOST}/carrier.pem": certificate(SIGNER, "Carrier", ROOT, "Root", **named),
        f"{HOST}/late.pem": certificate(LATE, "Late", ROOT, "Root", until="2025-06-01", **named),
        f"{HOST}/stranger.pem": certificate(STRANGER, "Stranger", STRANGER, "Stranger", **named),
        f"{HOST}/range.pem": certificate(OTHER, "Range", ROOT, "Root", numbers=[
            number_range("12155559000", 100), one_number("12155551299")]),
    }


KEYS = {"carrier": SIGNER, "late": LATE, "stranger": STRANGER, "range": OTHER}


def identity(capture, name="carrier", ppt="shaken", age=1, **more):
    """A value of Identity; more: claims, and url, alg, key, parameters."""
    url = more.pop("url", f"https://{HOST}/{name}.pem")
    alg, key = more.pop("alg", "ES256"), more.pop("key", KEYS.get(name, SIGNER))
    header = {"alg": alg, "typ": "passport", "x5u": url, "ppt": ppt}
    payload = {"iat": capture.now_us // 1_000_000 - age, "orig": {"tn": CALLER}, "dest": {"tn": [CALLED]}}
    if ppt == "shaken":
        payload |= {"attest": "A", "origid": ORIGIN}
    payload |= more
    return f"Identity: {token(key, header, payload)};info=<{url}>;alg={alg};ppt={ppt}"


def invite(number, *lines, **more):
    return request("INVITE", number, **{"src": CARRIER, "user": f"+{CALLER}", "to": f"+{CALLED}", "lines": list(lines), **more})


def call(capture, number, *lines, status=486, **more):
    message = invite(number, *lines, **more)
    exchange(capture, message, status, src=more.get("src", CARRIER))
    capture.wait(1)
    return message


@scene
def signed(capture):
    """Calls that are signed well: one is repeated, one challenged, one diverted on its way to a second leg."""
    call(capture, 1, identity(capture))
    message = invite(2, identity(capture))
    capture.udp(CARRIER, SERVER, message)
    capture.wait(0.5)
    exchange(capture, message, 486, src=CARRIER)
    again = identity(capture)
    call(capture, 3, again, status=407, call="challenged", branch="z9hG4bKfirst")
    call(capture, 3, again, call="challenged", cseq=2, branch="z9hG4bKsecond")
    first = identity(capture)
    second = identity(capture, ppt="div", div={"tn": CALLED}, dest={"tn": [THIRD]})
    call(capture, 4, first, second, to=f"+{THIRD}")


@scene
def signed_two_legs(capture):
    """A border controller passes a call on under another Call-ID, and what was signed with it."""
    value = identity(capture)
    first = invite(1, value)
    capture.udp(CARRIER, SERVER, first)
    capture.wait(0.05)
    second = request("INVITE", 2, src=SERVER, user=f"+{CALLER}", to=f"+{CALLED}", lines=[value])
    exchange(capture, second, 486, src=SERVER, dst="192.0.2.30")
    capture.udp(SERVER, CARRIER, response(first, 486))


@scene
def signed_anonymous(capture):
    """From keeps the caller's number back; P-Asserted-Identity has it in national form."""
    call(capture, 1, identity(capture), "P-Asserted-Identity: <tel:2155551212;phone-context=+1>", user="anonymous")


@scene
def signed_long_ago(capture):
    call(capture, 1, identity(capture, age=300))


@scene
def signed_a_while_ago(capture):
    call(capture, 1, identity(capture, age=45))


@scene
def signed_by_nothing(capture):
    """The algorithm "none" of careless libraries."""
    call(capture, 1, identity(capture, alg="none"))


@scene
def attested_x(capture):
    call(capture, 1, identity(capture, attest="X"))


@scene
def signed_as_of_old(capture):
    """RFC 4474, before PASSporTs."""
    call(capture, 1, f'Identity: "{"ZYNBbHC00VMZr2kZ" * 10}="', f"Identity-Info: <https://{HOST}/old.cer>;alg=rsa-sha1")


@scene
def signed_for_another(capture):
    call(capture, 1, identity(capture, orig={"tn": THIRD}))


@scene
def signed_to_another(capture):
    call(capture, 1, identity(capture, dest={"tn": [THIRD]}))


@scene
def changed_behind(capture):
    """Somebody made an A of a C and left the signature."""
    honest = identity(capture, attest="C")
    better = identity(capture, attest="A")
    head, payload, _ = better.split(".", 2)
    call(capture, 1, f"{head}.{payload}.{honest.split('.', 2)[2]}")


@scene
def certificate_unknown(capture):
    """Nobody holds the certificate, so nobody knows."""
    call(capture, 1, identity(capture, "nowhere", key=0x1234567))


@scene
def certificate_by_http(capture):
    call(capture, 1, identity(capture, "nowhere", url=f"http://{HOST}/carrier.pem"))


@scene
def certificate_inside(capture):
    call(capture, 1, identity(capture, "nowhere", url="https://169.254.169.254/latest/meta-data"))


@scene
def certificate_other_port(capture):
    call(capture, 1, identity(capture, "nowhere", url=f"https://{HOST}:8443/carrier.pem"))


@scene
def certificate_late(capture):
    call(capture, 1, identity(capture, "late"))


@scene
def certificate_of_stranger(capture):
    call(capture, 1, identity(capture, "stranger"))


@scene
def certificate_of_other_numbers(capture):
    call(capture, 1, identity(capture, "range"))


@scene
def certificate_of_number(capture):
    call(capture, 1, identity(capture, "range", orig={"tn": "12155559042"}), user="+12155559042")


@scene
def signed_once_used_twice(capture):
    value = identity(capture)
    call(capture, 1, value)
    capture.wait(20)
    call(capture, 2, value, src="8.8.4.4")


@scene
def signed_compact(capture):
    """Header and payload are left to the message; the receiver makes them anew (RFC 8224 4.1)."""
    url = f"https://{HOST}/carrier.pem"
    now = capture.now_us // 1_000_000
    whole = token(SIGNER, {"alg": "ES256", "typ": "passport", "x5u": url},
                  {"iat": now, "orig": {"tn": CALLER}, "dest": {"tn": [CALLED]}})
    call(capture, 1, f"Identity: ..{whole.split('.')[2]};info=<{url}>", "Date: Thu, 01 Jan 2026 00:00:00 GMT")


# Numbers without signatures

PARTNER, GATE, OFFICE, PHONE = "203.0.113.10", "203.0.113.20", "192.0.2.30", "192.0.2.10"
ABROAD = "203.0.113.30"


def say(capture, number, user, *lines, src=PARTNER, to="+4930901100", status=486, **more):
    """A call that claims to be from a number."""
    message = request("INVITE", number, src=src, user=user, to=to, lines=list(lines), **more)
    exchange(capture, message, status, src=src)
    capture.wait(2)


def login(user, number):
    return credentials(user, f"n0nce{number}", 7 + number)


@scene
def numbers_apart(capture):
    """One account shows numbers that its gateway does not assert."""
    for n in range(4):
        say(capture, n, f"+4930555{n}000", "P-Asserted-Identity: <sip:+4930901777@example.net>", login("alice", n), src=PHONE, to="+49891234567")
        capture.wait(60)


@scene
def numbers_agree(capture):
    """The same number in three forms, a PBX that shows its extensions, a caller who hides, a diverted call."""
    for n in range(4):
        say(capture, 10 * n, "+4930901777", "P-Asserted-Identity: <tel:030901777>", "Remote-Party-ID: <sip:0049-30-901777@example.net>",
            login("alice", 10 * n), src=PHONE, to="+49891234567")
        say(capture, 10 * n + 1, f"+493090120{n}", "P-Asserted-Identity: <sip:+4930901200@example.net>", login("office", 10 * n + 1), src=OFFICE, to="+49891234567")
        say(capture, 10 * n + 2, "anonymous", "P-Asserted-Identity: <sip:+4930901777@example.net>", "Privacy: id", login("alice", 10 * n + 2), src=PHONE, to="+49891234567")
        say(capture, 10 * n + 3, f"+4989123450{n}", "P-Asserted-Identity: <sip:+4930901777@example.net>",
            "Diversion: <sip:+4930901777@example.net>;reason=unconditional", login("alice", 10 * n + 3), src=PHONE, to="+49891234567")
        capture.wait(600)


@scene
def asserted_by_phone(capture):
    """A host outside tells the network who it is, in the network's own words."""
    say(capture, 1, "+4930111222", "P-Asserted-Identity: <sip:+4930901100@example.net>", src="198.51.100.66")


@scene
def asserted_by_trunk(capture):
    say(capture, 1, "+4989777888", "P-Asserted-Identity: <sip:+4989777888@example.net>", src=GATE)


@scene
def preferred_by_phone(capture):
    """What a phone may say: which of its numbers it prefers (RFC 3325 9.2)."""
    say(capture, 1, "+4930901777", "P-Preferred-Identity: <sip:+4930901777@example.net>", login("alice", 1), src=PHONE, to="+49891234567")


@scene
def impossible_callers(capture):
    """Numbers that nobody has: too short, of no country, of no area, no number at all."""
    for n, user in enumerate(("+49301", "+9991234567", "+11115551212", "Bank", "+4930123456789012", "+2102223334444")):
        say(capture, n, user)


@scene
def odd_callers(capture):
    """Hidden, an extension, and numbers that exist."""
    for n, user in enumerate(("anonymous", "4711", "+4989777888", "+12125551212", "+442079460123", "+393312345678", "+4930901")):
        say(capture, n, user, src=GATE)


@scene
def own_number_outside(capture):
    """Calls from outside that claim to be from this site, and from the police."""
    say(capture, 1, "+4930901777")
    say(capture, 2, "110", src=GATE)


@scene
def own_number_comes_back(capture):
    """A call that was diverted outside and comes back keeps its caller."""
    say(capture, 1, "+4930901777", "Diversion: <sip:+4989777888@example.net>;reason=no-answer")
    say(capture, 2, "+4989777888")


@scene
def domestic_from_abroad(capture):
    say(capture, 1, "+4989777888", src=ABROAD)


@scene
def roamer_from_abroad(capture):
    say(capture, 1, "+491701234567", src=ABROAD)
    say(capture, 2, "+33142685300", src=ABROAD)


def many_callers(capture, users, src=PHONE):
    for n, user in enumerate(users):
        say(capture, n, user, src=src, to=f"+4989120{n:04d}")
        capture.wait(20)


@scene
def caller_changes(capture):
    many_callers(capture, [f"+49{30 + 7 * n}5550{n:02d}1" for n in range(12)], src="198.51.100.66")


@scene
def caller_changes_login(capture):
    """One account's credentials, another number each time."""
    for n in range(12):
        say(capture, n, f"+49{30 + 7 * n}5550{n:02d}1", login("alice", n), src=PHONE, to=f"+4989120{n:04d}")
        capture.wait(20)


@scene
def office_callers(capture):
    """Twelve phones behind one address, each with its own account and number."""
    for n in range(12):
        say(capture, n, f"+49309012{n:02d}", login(f"49309012{n:02d}", n), src=OFFICE, to=f"+4989120{n:04d}")
        capture.wait(20)


@scene
def caller_stays(capture):
    """An office with three lines."""
    many_callers(capture, [f"+493090120{n % 3}" for n in range(12)], src=OFFICE)


@scene
def caller_of_trunk(capture):
    """A carrier brings calls of many people, which is what carriers do."""
    many_callers(capture, [f"+49{30 + 7 * n}5550{n:02d}1" for n in range(12)], src=GATE)


@scene
def neighbours(capture):
    """Each called party sees a number much like their own."""
    for n in range(12):
        say(capture, n, f"+4989120{n:03d}7", src="198.51.100.66", to=f"+4989120{n:03d}1")
        capture.wait(20)


@scene
def neighbours_some(capture):
    """A school calls parents, some of whom live next door."""
    for n in range(12):
        say(capture, n, "+498912000", src=OFFICE, to=f"+4989120{n:03d}1" if n % 3 == 0 else f"+49170120{n:04d}")
        capture.wait(20)


# Key figures of a trunk

def window(capture, number, answered, refused, ring=0.3, talk=3):
    """Some calls to a carrier within five minutes; refused: by its network."""
    for n in range(answered + refused):
        message = request("INVITE", 100 * number + n, src=PHONE, user="+4930901777", to=f"+4989120{n:04d}",
                          uri=f"sip:+4989120{n:04d}@{GATE}", call=f"w{number}-{n}")
        capture.udp(PHONE, GATE, message)
        capture.wait(ring)
        if n >= answered:
            capture.udp(GATE, PHONE, response(message, 503))
            continue
        capture.udp(GATE, PHONE, response(message, 180))
        capture.wait(1)
        capture.udp(GATE, PHONE, response(message, 200))
        common = {"src": PHONE, "call": f"w{number}-{n}", "to_tag": ";tag=srv"}
        capture.udp(PHONE, GATE, request("ACK", 100 * number + n, **common))
        capture.wait(talk)
        bye = request("BYE", 100 * number + n, cseq=2, **common)
        exchange(capture, bye, 200, src=PHONE, dst=GATE)


def windows(capture, shares):
    start = capture.now_us
    for number, share in enumerate(shares):
        capture.now_us = start + number * 300_000_000 + 1_000_000
        window(capture, number, *share)
    capture.now_us = start + len(shares) * 300_000_000 + 1_000_000
    say(capture, 9999, "+4989777888", src=GATE)


@scene
def trunk_fails(capture):
    windows(capture, [(23, 2), (24, 1), (22, 3), (24, 1), (6, 19)])


@scene
def trunk_short(capture):
    """People hang up at once."""
    windows(capture, [(23, 2, 0.3, 9), (24, 1, 0.3, 10), (22, 3, 0.3, 9), (24, 1, 0.3, 1)])


@scene
def trunk_slow(capture):
    windows(capture, [(23, 2), (24, 1), (22, 3), (24, 1, 5)])


@scene
def trunk_wavers(capture):
    windows(capture, [(23, 2), (24, 1), (22, 3), (24, 1), (20, 5)])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for held, text in certificates().items():
            path = Path(sys.argv[1]) / "certificates" / held
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="ascii")
    run_maker(SCENES, __doc__)
