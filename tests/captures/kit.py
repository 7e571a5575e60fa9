"""What the capture makers share: packets, SIP messages and a pcap file.

Packets are whole: Ethernet, IPv4 and UDP or TCP with right checksums. The same calls give
the same bytes.
"""

import struct
import sys
from pathlib import Path

ATTACKER, SERVER, PHONE = "198.51.100.66", "192.0.2.20", "192.0.2.10"
START_US = 1_767_225_600_000_000


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
        self.dscp = 0
        self.connections = {}

    def wait(self, seconds):
        self.now_us += round(seconds * 1e6)

    def packet(self, src, dst, protocol, payload):
        self.identity = self.identity % 65535 + 1
        header = struct.pack(">BBHHHBBH", 0x45, self.dscp << 2, 20 + len(payload), self.identity, 0, 64, protocol, 0)
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

    def stream(self, src, dst, port, parts, pause):
        """The same with many segments, some seconds apart."""
        self.tcp(src, dst, port, parts[0])
        at = 1001 + len(parts[0])
        for part in parts[1:]:
            self.wait(pause)
            self.segment(src, dst, (port, 5060), (at, 5001), 0x18, part)
            at += len(part)

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


def run_maker(scenes, usage):
    """The command line of a maker: DIRECTORY [NAME...]."""
    if len(sys.argv) < 2:
        sys.exit(usage)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or sorted(scenes):
        capture = Capture()
        scenes[name](capture)
        capture.write(folder / f"{name}.pcap")
