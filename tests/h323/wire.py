"""Q.931, TPKT and connections around what per.py writes."""

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "captures"))

from kit import Capture  # noqa: E402
from per import Schema, encode  # noqa: E402

SOURCE = Path(__file__).resolve().parents[2]
SCHEMA = Schema(SOURCE / "engine" / "decode" / "h323.schema")
VERSION = "0.0.8.2250.0.{}"
H245_VERSION = "0.0.8.245.0.16"
TYPES = {"setup": 0x05, "callProceeding": 0x02, "connect": 0x07, "alerting": 0x01,
         "information": 0x7b, "releaseComplete": 0x5a, "facility": 0x62, "progress": 0x03,
         "empty": 0x62, "status": 0x7d, "statusInquiry": 0x75, "setupAcknowledge": 0x0d,
         "notify": 0x6e}


def ras(name, **fields):
    return encode(SCHEMA, "RasMessage", (name, fields))


def h245(kind, name, value):
    return encode(SCHEMA, "MultimediaSystemControlMessage", (kind, (name, value)))


def olc(value):
    return encode(SCHEMA, "OpenLogicalChannel", value)


def user_information(body, fields, **pdu):
    content = None if body == "empty" else fields
    return encode(SCHEMA, "H323-UserInformation",
                  {"h323-uu-pdu": {"h323-message-body": (body, content), **pdu}})


def element(identity, content):
    return bytes([identity, len(content)]) + content


def uuie(data, discriminator=5):
    return b"\x7e" + struct.pack(">H", len(data) + 1) + bytes([discriminator]) + data


def number(digits, kind=0, plan=1, screening=None, presentation=0):
    """Octet 3, 3a where there is screening, and digits."""
    first = kind << 4 | plan
    if screening is None:
        return bytes([0x80 | first]) + digits.encode()
    return bytes([first, 0x80 | presentation << 5 | screening]) + digits.encode()


def q931(message_type, reference, answer, *elements):
    head = struct.pack(">BBHB", 8, 2, reference | (0x8000 if answer else 0), message_type)
    return head + b"".join(elements)


def call(body, reference, answer=False, elements=(), pdu=None, **fields):
    """A Q.931 message with the body of that name."""
    return q931(TYPES[body], reference, answer, *elements,
                uuie(user_information(body, fields, **(pdu or {}))))


def tpkt(payload):
    return struct.pack(">BBH", 3, 0, len(payload) + 4) + payload


def transport(address, port):
    return ("ipAddress", {"ip": bytes(int(part) for part in address.split(".")), "port": port})


def h245_transport(address, port):
    return ("unicastAddress", ("iPAddress", {
        "network": bytes(int(part) for part in address.split(".")), "tsapIdentifier": port}))


class Connection:
    """Both directions of a TCP connection inside a capture."""

    def __init__(self, capture, client, server, syn=True):
        self.capture, self.ends = capture, (client, server)
        self.next = [1001, 5001]
        if syn:
            self.segment(0, b"", 0x02, (1000, 0))
            self.segment(1, b"", 0x12, (5000, 1001))
            self.segment(0, b"", 0x10)

    def segment(self, side, payload, flags=0x18, numbers=None):
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        numbers = numbers or (self.next[side], self.next[1 - side])
        self.capture.segment(src, dst, (sport, dport), numbers, flags, payload)
        self.next[side] = (self.next[side] + len(payload)) % 2 ** 32

    def send(self, side, data, piece=1400):
        for at in range(0, len(data), piece):
            self.segment(side, data[at:at + piece])

    def close(self):
        self.segment(0, b"", 0x11)
        self.segment(1, b"", 0x11)


__all__ = ["Capture", "Connection", "SCHEMA", "VERSION", "H245_VERSION", "call", "element", "encode",
           "h245", "h245_transport", "number", "olc", "q931", "ras", "tpkt", "transport",
           "user_information", "uuie"]
