#!/usr/bin/env python3
"""Writes the captures of who callers say they are, with signatures (STIR/SHAKEN) that hold
and that do not; and the certificates of these.

Usage: make_identity.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import sys
from pathlib import Path

from kit import SERVER, exchange, request, response, run_maker
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


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for held, text in certificates().items():
            path = Path(sys.argv[1]) / "certificates" / held
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="ascii")
    run_maker(SCENES, __doc__)
