#!/usr/bin/env python3
"""Writes captures of ordinary traffic that resembles attacks.

Usage: make_lookalikes.py DIRECTORY [NAME...]; the same arguments give the same bytes. No
rule of level medium or above may fire on any of them.
"""

import hashlib

from kit import (PHONE, SDP_TYPE, SERVER, START_US, call_with, challenge, credentials, exchange, request,
                 response, run_maker, sdp)

SCENES = {}
OTHER_SERVER, OFFICE, CARRIER = "192.0.2.21", "203.0.113.40", "203.0.113.80"


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def digest(user, nonce, method="REGISTER", nc=1, password="corr3ct-horse!"):
    """The right answer of RFC 2617 with qop=auth, as a header line."""
    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()
    first = md5(f"{user}:example.net:{password}")
    second = md5(f"{method}:sip:example.net")
    return credentials(user, nonce, int(md5(f"{first}:{nonce}:{nc:08x}:c0ffee:auth:{second}"), 16), nc)


def register(capture, number, user="100", src=PHONE, **more):
    """A phone registers: challenged, then accepted."""
    nonce = more.get("nonce", f"nonce{number}")
    contact = more.get("contact", f"<sip:{user}@{src}:5060>")
    expires = more.get("expires", 3600)
    common = {"src": src, "user": user, "to": user, "call": f"reg-{user}-{src}", "contact": contact}
    lines = [f"User-Agent: {more.get('agent', 'Deskphone 4.1')}", f"Expires: {expires}", *more.get("lines", [])]
    exchange(capture, request("REGISTER", number, cseq=2 * number + 1, branch=f"z9hG4bKr{number}a", lines=lines, **common),
             401, challenge(nonce), src=src)
    message = request("REGISTER", number, cseq=2 * number + 2, branch=f"z9hG4bKr{number}b",
                      lines=[*lines, digest(user, nonce, nc=more.get("nc", 1))], **common)
    granted = more.get("granted", [f"{contact};expires={expires}"] if expires else [])
    exchange(capture, message, 200, *(f"Contact: {one}" for one in granted), src=src)


def talk(capture, number, src=PHONE, dst=SERVER, **more):
    """A call that is answered, acknowledged and ended by the caller."""
    common = {"src": src, "call": f"call-{number}@{src}", "to": more.get("to", "200"), "user": more.get("user", "100")}
    body = more.get("body", sdp(src))
    invite = request("INVITE", number, lines=[*SDP_TYPE, *more.get("lines", [])], body=body, **common)
    capture.udp(src, dst, invite)
    capture.udp(dst, src, response(invite, 180))
    capture.wait(more.get("ring", 1))
    capture.udp(dst, src, response(invite, 200, *SDP_TYPE, f"Contact: <sip:200@{dst}>", body=sdp(dst)))
    if more.get("acked", True):
        capture.udp(src, dst, request("ACK", number, to_tag=";tag=srv", **common))
    capture.wait(more.get("talk", 3))
    exchange(capture, request("BYE", number, cseq=2, to_tag=";tag=srv", **common), 200, src=src, dst=dst)


@scene
def agent_names(capture):
    """Names that hold those of scanners, ids that look like a scanner's, a subject like sipp's."""
    names = ["Softphone (no friendly-scanner)", "Sipura/SPA-942", "VOIP-Phone 2", "iWarm 3", "pplsipphone 1", "My sip-scan free phone"]
    for i, name in enumerate(names):
        src = f"192.0.2.{30 + i}"
        message = request("OPTIONS", i, src=src, call=str(7_000_000_000 + i), branch=f"z9hG4bK-{4000 + i}",
                          lines=[f"User-Agent: {name}", "Subject: Performance Review", "Accept: application/sdp"])
        tag = b"tag=" + f"0a1b2c3d4e5f60718293a4b5c{i}d2".encode()
        exchange(capture, message.replace(f"tag=tag{i}".encode(), tag), 200, src=src)
        capture.wait(2)


@scene
def qualify(capture):
    """A switchboard asks its phones every minute whether they are there, a carrier the switchboard."""
    for turn in range(3):
        for i in range(30):
            phone = f"192.0.2.{100 + i}"
            exchange(capture, request("OPTIONS", turn * 100 + i, src=SERVER, to=str(100 + i)), 200, src=SERVER, dst=phone)
        for i in range(30):
            exchange(capture, request("OPTIONS", 1000 + turn * 100 + i, src=CARRIER, to=str(100 + i)), 200, src=CARRIER)
        capture.wait(60)


@scene
def border_ports(capture):
    """A phone keeps three ports of one border controller alive, which answers on all."""
    for turn in range(5):
        for i, port in enumerate((5060, 5062, 5080)):
            message = request("OPTIONS", turn * 10 + i, src=PHONE)
            capture.udp(PHONE, SERVER, message, (5060, port))
            capture.udp(SERVER, PHONE, response(message, 200), (port, 5060))
        capture.wait(25)


@scene
def keepalive(capture):
    """A registered phone keeps its hole in the NAT open: CRLF, NUL and empty datagrams."""
    register(capture, 1)
    for i in range(12):
        capture.udp(PHONE, SERVER, (b"\r\n\r\n", b"\0", b"", b"\0\0\0\0")[i % 4])
        capture.wait(15)
    message = request("OPTIONS", 2, src=PHONE, lines=["User-Agent: Deskphone 4.1"])
    exchange(capture, message, 400, "Warning: 399 example.net \"no\"", src=PHONE)


@scene
def office(capture):
    """Forty phones behind one address come back, one after the other, within a minute."""
    for i in range(40):
        register(capture, i, user=str(500 + i), src=OFFICE, contact=f"<sip:{500 + i}@10.0.0.{i + 1}:5060>")
        capture.wait(1.4)
    for i in range(14):
        exchange(capture, request("SUBSCRIBE", 100 + i, src=OFFICE, to=str(500 + i), lines=[digest(str(500 + i), f"nonce{i}", "SUBSCRIBE", 2)]),
                 200, src=OFFICE)
        capture.wait(2)


@scene
def restart(capture):
    """A server comes back and two hundred phones, each at its own address, register anew."""
    for i in range(200):
        register(capture, i, user=str(1000 + i), src=f"10.1.{i // 100}.{i % 100 + 1}")
        capture.wait(0.9)


@scene
def dialler(capture):
    """A call centre dials: some numbers are wrong, some busy, some silent, most answer."""
    for i in range(48):
        status = {1: 404, 5: 480, 7: 486}.get(i % 9)
        number = f"030{7_000_000 + 37 * i}"
        if status:
            exchange(capture, request("INVITE", i, src=OFFICE, to=number, uri=f"sip:{number}@{SERVER}"), status, src=OFFICE)
        else:
            talk(capture, i, src=OFFICE, to=number, ring=0.3, talk=0.6)
        capture.wait(0.4)


@scene
def misdials(capture):
    """Many customers misdial now and then; none does it often."""
    for i in range(40):
        src = f"198.51.100.{100 + i % 20}"
        exchange(capture, request("INVITE", i, src=src, to=str(2000 + i % 12)), 404, src=src)
        capture.wait(14)


@scene
def busy_phone(capture):
    """A phone that starts: all that it has to do with its server, within seconds."""
    register(capture, 1)
    for i, method in enumerate(("SUBSCRIBE", "OPTIONS", "PUBLISH", "MESSAGE")):
        exchange(capture, request(method, 10 + i, src=PHONE), 200, src=PHONE)
    exchange(capture, request("NOTIFY", 20, src=PHONE, to_tag=";tag=srv"), 200, src=PHONE)
    talk(capture, 30)


@scene
def redial(capture):
    """A user dials a number without, then with its prefix, then is challenged and goes on."""
    for i, (prefix, status) in enumerate((("", 484), ("0", 407), ("0", 200))):
        number = f"{prefix}3055512345"
        exchange(capture, request("INVITE", i, src=PHONE, to=number, uri=f"sip:{number}@{SERVER}"), status, src=PHONE)
        capture.wait(20)
    for i in range(6):
        number = f"00493055512{i:03d}"
        exchange(capture, request("INVITE", 10 + i, src=PHONE, to=number, uri=f"sip:{number}@{SERVER}"), 407, challenge(f"m{i}"), src=PHONE)
        talk(capture, 20 + i, to=number, lines=[digest("100", f"m{i}", "INVITE")])
        capture.wait(15)


@scene
def mistyped(capture):
    """Three users mistype their password once or twice, then get it right."""
    for user in range(3):
        src, name = f"192.0.2.{50 + user}", str(600 + user)
        for i in range(3):
            message = request("REGISTER", user * 10 + i, src=src, user=name, to=name, cseq=2 + i, call=f"reg-{name}",
                              branch=f"z9hG4bKm{user}{i}", lines=["User-Agent: Deskphone 4.1", credentials(name, f"n{user}{i}", 3 * user + i + 1)])
            capture.udp(SERVER, src, response(message, 401, challenge(f"n{user}{i}")).replace(b"CSeq: ", b"CSeq: 9"))
            exchange(capture, message, 200 if i == 2 else 403, *([f"Contact: <sip:{name}@{src}:5060>;expires=3600"] if i == 2 else []), src=src)
            capture.wait(9)


@scene
def old_password(capture):
    """A phone whose password was changed tries the old one every two minutes, from one place after the other."""
    for i in range(36):
        src = ("192.0.2.60", "198.51.100.8", "203.0.113.9")[i // 12]
        exchange(capture, request("REGISTER", 2 * i, src=src, user="610", to="610"), 401, challenge(f"o{i}"), src=src)
        exchange(capture, request("REGISTER", 2 * i + 1, src=src, user="610", to="610", lines=[credentials("610", f"o{i}", i + 1)]), 403, src=src)
        capture.wait(119)


@scene
def password_reset(capture):
    """Nine phones of one office still have the old password; each tries twice."""
    for turn in range(2):
        for i in range(9):
            number, user = turn * 20 + i, str(700 + i)
            exchange(capture, request("REGISTER", 2 * number, src=OFFICE, user=user, to=user), 401, challenge(f"p{number}"), src=OFFICE)
            exchange(capture, request("REGISTER", 2 * number + 1, src=OFFICE, user=user, to=user, lines=[credentials(user, f"p{number}", number + 1)]),
                     403, src=OFFICE)
            capture.wait(20)
        capture.wait(60)


@scene
def nonce_kept(capture):
    """A phone goes on with one nonce, counting, and its requests are lost and sent again."""
    exchange(capture, request("REGISTER", 1, src=PHONE), 401, challenge("kept"), src=PHONE)
    for i in range(8):
        method = ("REGISTER", "SUBSCRIBE")[i % 2]
        message = request(method, 10 + i, src=PHONE, lines=[digest("100", "kept", method, i + 1)])
        capture.udp(PHONE, SERVER, message)
        capture.wait(0.5)
        exchange(capture, message, 200, src=PHONE)
        capture.wait(30)


@scene
def nonce_before(capture):
    """Phones challenged before the capture began: accepted, or told that the nonce is stale."""
    for i in range(5):
        message = request("REGISTER", i, src=PHONE, cseq=10 + i, branch=f"z9hG4bKb{i}", lines=[credentials("100", f"early{i}", i + 1)])
        if i % 2:
            exchange(capture, message, 200, src=PHONE)
        else:
            exchange(capture, message, 401, challenge(f"fresh{i}") + ", stale=true", src=PHONE)
        capture.wait(30)


@scene
def two_digests(capture):
    """A server offers SHA-256 and MD5 side by side (RFC 8760); another realm has MD5 alone."""
    for i in range(4):
        exchange(capture, request("REGISTER", 2 * i, src=PHONE), 401, challenge(f"t{i}", "SHA-256"), challenge(f"u{i}"), src=PHONE)
        exchange(capture, request("REGISTER", 2 * i + 1, src=PHONE), 401, challenge(f"v{i}", realm="old.example.org"), src=PHONE, dst=OTHER_SERVER)
        capture.wait(60)


@scene
def trunk_challenge(capture):
    """A carrier challenges our BYE as it challenged our INVITE: that is its way."""
    for i in range(2):
        common = {"src": SERVER, "to": "4930123456", "call": f"out-{i}"}
        invite = request("INVITE", 10 * i, lines=SDP_TYPE, body=sdp(SERVER), **common)
        exchange(capture, invite, 407, challenge(f"c{i}").replace("WWW", "Proxy"), src=SERVER, dst=CARRIER)
        invite = request("INVITE", 10 * i + 1, cseq=2, lines=[*SDP_TYPE, digest("trunk", f"c{i}", "INVITE").replace("Auth", "Proxy-Auth")], body=sdp(SERVER), **common)
        capture.udp(SERVER, CARRIER, invite)
        capture.udp(CARRIER, SERVER, response(invite, 200, *SDP_TYPE, body=sdp(CARRIER)))
        capture.udp(SERVER, CARRIER, request("ACK", 10 * i + 2, cseq=2, to_tag=";tag=srv", **common))
        capture.wait(4)
        exchange(capture, request("BYE", 10 * i + 3, cseq=3, to_tag=";tag=srv", **common), 407, challenge(f"d{i}").replace("WWW", "Proxy"), src=SERVER, dst=CARRIER)
        exchange(capture, request("BYE", 10 * i + 4, cseq=4, to_tag=";tag=srv", lines=[digest("trunk", f"d{i}", "BYE").replace("Auth", "Proxy-Auth")], **common),
                 200, src=SERVER, dst=CARRIER)
        capture.wait(5)


@scene
def keyed_media(capture):
    """Media is secured by DTLS: a fingerprint in the description is no secret."""
    more = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=setup:actpass\r\na=cryptogram:none\r\n"
    talk(capture, 1, body=sdp(PHONE, more=more).replace(b"RTP/AVP", b"UDP/TLS/RTP/SAVPF"))


@scene
def roaming(capture):
    """A phone gets a new address, another a new firmware, a third sits behind a proxy."""
    register(capture, 1)
    register(capture, 2, src="192.0.2.11")
    register(capture, 3, user="101", src="192.0.2.12", agent="Deskphone 4.1")
    register(capture, 4, user="101", src="192.0.2.12", agent="Deskphone 4.2")
    register(capture, 5, user="102", src="192.0.2.13", contact="<sip:102@10.0.0.5:5060>")
    for i in range(3):
        register(capture, 10 + i, user="103", src=f"192.0.2.{70 + i}", nonce=f"three{i}",
                 granted=[f"<sip:103@192.0.2.{70 + j}:5060>;expires=3600" for j in range(i + 1)])
    register(capture, 20, user="104", src="192.0.2.14", contact="<sip:104@9.9.9.14:5060>",
             lines=["Via: SIP/2.0/UDP 9.9.9.14:5060;branch=z9hG4bKinner", "Supported: path"])


@scene
def travelling(capture):
    """A phone changes from the office to a mobile network of its country; another one's
    registration had ended before it came up abroad."""
    register(capture, 1, src="192.0.2.10")
    register(capture, 2, src="203.0.113.7")
    register(capture, 3, user="101", src="192.0.2.11", expires=60)
    capture.wait(90)
    register(capture, 4, user="101", src="198.51.100.9")


@scene
def unregister(capture):
    """A phone removes all of its own bindings before it restarts, and keeps a short interval."""
    register(capture, 1)
    message = request("REGISTER", 2, src=PHONE, user="100", to="100", call=f"reg-100-{PHONE}", cseq=9, contact="*",
                      lines=["Expires: 0", digest("100", "nonce1", nc=2)])
    exchange(capture, message, 200, src=PHONE)
    capture.wait(40)
    for i in range(14):
        register(capture, 10 + i, expires=50, nonce=f"short{i}")
        capture.wait(45)


@scene
def morning(capture):
    """An office comes to work: registrations grow from minute to minute."""
    number = 0
    for minute, count in enumerate((30, 60, 90, 120, 210, 240)):
        capture.now_us = START_US + minute * 60_000_000
        for i in range(count):
            number += 1
            src = f"10.2.{number % 200}.{number // 200 + 1}"
            exchange(capture, request("REGISTER", number, src=src, user=str(i), to=str(i)), 200, src=src)
            capture.wait(0.2)


@scene
def campaign(capture):
    """A show asks its viewers to call: sixty callers within a few seconds, at several numbers."""
    for i in range(60):
        src = f"198.51.{100 + i // 30}.{10 + i % 30}"
        exchange(capture, request("INVITE", i, src=src, user=f"4930{i:06d}", to=str(900 + i % 5)), 486, src=src)
        capture.wait(0.13)


@scene
def lossy(capture):
    """Answered calls of one office of which some ACKs are lost."""
    for i in range(30):
        talk(capture, i, src=OFFICE, acked=i % 5 != 0, ring=0.5, talk=1.2)


@scene
def presence(capture):
    """A presence server's phones subscribe with credentials, and somebody writes a few messages."""
    for i in range(30):
        exchange(capture, request("SUBSCRIBE", i, src=OFFICE, to=str(300 + i), lines=[credentials("300", f"s{i}", i + 1)]), 200, src=OFFICE)
        capture.wait(1.5)
    for i in range(12):
        exchange(capture, request("MESSAGE", 50 + i, src=PHONE), 202, src=PHONE)
        capture.wait(4)


@scene
def large_answers(capture):
    """A console that has authenticated polls a server, whose answers are long."""
    exchange(capture, request("REGISTER", 0, src=PHONE), 401, challenge("console"), src=PHONE)
    for i in range(520):
        line = [digest("100", "console", "OPTIONS", i + 1)] if i % 50 == 0 else []
        exchange(capture, request("OPTIONS", 10 + i, src=PHONE, lines=line), 200, *(f"X-Feature-{n}: {'x' * 40}" for n in range(50)), src=PHONE)
        capture.wait(0.07)


@scene
def spiral(capture):
    """A forwarded call passes one border controller twice; one call ends in too many hops."""
    for i in range(2):
        capture.udp(SERVER, OTHER_SERVER, request("INVITE", 1, src=SERVER, hops=70 - 2 * i, branch=f"z9hG4bKspiral{i}"))
        capture.udp(OTHER_SERVER, SERVER, request("INVITE", 1, src=OTHER_SERVER, hops=69 - 2 * i, branch=f"z9hG4bKback{i}"))
    exchange(capture, request("INVITE", 5, src=PHONE, call="far@example.net"), 483, src=PHONE)


@scene
def hotline(capture):
    """A call centre's number: fifteen customers within five minutes, who talk."""
    for i in range(15):
        talk(capture, i, src=CARRIER, user=f"4989{i:06d}", to="800555", talk=14)


@scene
def browsers(capture):
    """A few softphones behind one address open their connections, one of them again and again."""
    for i in range(12):
        capture.tcp(OFFICE, SERVER, 30000 + i, request("OPTIONS", i, src=OFFICE, transport="TCP"))
        capture.wait(0.6)


@scene
def slow_link(capture):
    """Over a thin line a long message takes seconds, and the next comes after a minute's pause."""
    body = sdp(PHONE, more="a=x:" + "y" * 900 + "\r\n")
    message = call_with(1, body, src=PHONE, transport="TCP")
    parts = [message[i:i + 300] for i in range(0, len(message), 300)]
    capture.stream(PHONE, SERVER, 22000, parts, 1.5)
    capture.wait(60)
    capture.tcp(PHONE, SERVER, 22001, request("OPTIONS", 2, src=PHONE, transport="TCP"))


@scene
def web_upload(capture):
    """A browser uploads a text about SIP to a web server at port 5060."""
    text = b"A request begins with a line like this one:\r\nREGISTER sip:example.net SIP/2.0\r\n" + b"." * 900
    head = f"POST /notes HTTP/1.1\r\nHost: {SERVER}:5060\r\nContent-Length: {3 * len(text)}\r\n\r\n".encode()
    capture.stream(PHONE, SERVER, 22002, [head + text, text, text], 0.2)


@scene
def odd_devices(capture):
    """Devices with a quirk each, in every message, and a server that answers what it did not like."""
    for i in range(24):
        old = request("REGISTER", i, src="192.0.2.61").replace(b"branch=z9hG4bK", b"branch=")
        exchange(capture, old, 200, src="192.0.2.61")
        compact = request("OPTIONS", 100 + i, src="192.0.2.62").replace(b"Call-ID:", b"i:").replace(b"\r\nVia:", b"\r\nv:")
        capture.udp("192.0.2.62", SERVER, compact)
        capture.udp("192.0.2.63", SERVER, request("OPTIONS", 200 + i, src="192.0.2.63").replace(b"Max-Forwards: 70\r\n", b""))
        capture.wait(3)
    broken = request("INVITE", 300, src="192.0.2.64").replace(b"SIP/2.0\r\nVia", b"SIP/3.0\r\nVia").replace(b"CSeq: 1 ", b"CSeq: x ")
    exchange(capture, request("OPTIONS", 301, src=PHONE), 200, src=PHONE)
    exchange(capture, broken, 505, src="192.0.2.64")
    for i in range(4):
        exchange(capture, request("OPTIONS", 310 + i, src=PHONE), 200, src=PHONE)
        capture.wait(5)


@scene
def long_fields(capture):
    """What is long for a reason: an IMS phone's Contact, a signed identity, many Via headers."""
    features = ";".join(f'+g.3gpp.feature-{i}="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"' for i in range(5))
    lines = ["Identity: " + "eyJhbGciOiJFUzI1NiJ9" * 40 + ";info=<https://cert.example.net/a>;alg=ES256", *SDP_TYPE,
             *(f"Record-Route: <sip:edge{i}.example.net;lr>" for i in range(8))]
    exchange(capture, request("INVITE", 1, src=PHONE, contact=f"<sip:100@{PHONE}:5060>;{features}", lines=lines, body=sdp(PHONE)), 486, src=PHONE)


@scene
def translated(capture):
    """A router's SIP helper rewrote an address and left Content-Length; a phone ends with an empty line more."""
    for i in range(3):
        body = sdp("198.51.100.77")
        message = call_with(i, sdp("10.0.0.7"), src="198.51.100.77").replace(b"10.0.0.7", b"198.51.100.77")
        capture.udp("198.51.100.77", SERVER, message)
        capture.udp(PHONE, SERVER, call_with(10 + i, body, src=PHONE) + b"\r\n")
        capture.wait(20)


@scene
def honest_headers(capture):
    """Identity headers as a carrier sends them: once, folded, and beside unknown relatives."""
    lines = ["P-Asserted-Identity: \"Office\"\r\n <sip:100@example.net>", "P-Charging-Vector: icid-value=1", "Privacy: none",
             "X-Asserted: yes", "Remote-Party-Id: <sip:100@example.net>;party=calling"]
    for i in range(3):
        exchange(capture, request("INVITE", i, src=CARRIER, lines=lines), 486, src=CARRIER)


@scene
def odd_names(capture):
    """Names and agents with quotes, brackets and words of programs in them."""
    names = ["Liam O'Brien", "D'Angelo and Sons", "Selection -- Union Street", "Drop In; Insert Coin", "A|B Testing Ltd", "Price $ (net)",
             "Java Script Cafe", "Cat & Dog", "Sam `Sammy` Smith"]
    for i, name in enumerate(names):
        message = request("INVITE", i, src=PHONE, user="o'brien", lines=[f"User-Agent: Deskphone <rev {i}>; it's good", f"Subject: {name}"])
        exchange(capture, message.replace(b"From: <", f'From: "{name}" <'.encode()), 486, src=PHONE)
        capture.wait(3)


@scene
def browser_call(capture):
    """A browser's description: many candidates, three media, all in one bundle."""
    media = "".join(f"a=candidate:{i} 1 udp {2130706431 - i} 192.0.2.{i} {50000 + i} typ host generation 0\r\n" for i in range(1, 16))
    more = media + f"m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=fmtp:96 x-google-max-bitrate=2500;odd\r\n{media}m=application 4004 UDP/DTLS/SCTP 5000\r\n"
    talk(capture, 1, body=sdp(PHONE, more=more))


@scene
def hold_music(capture):
    """Hold in its old form (0.0.0.0), and a carrier whose media comes from another of its hosts."""
    talk(capture, 1, body=sdp("0.0.0.0"))
    talk(capture, 2, src="9.9.9.80", body=sdp("9.9.9.81"))
    talk(capture, 3, body=sdp("10.0.0.7"))


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
