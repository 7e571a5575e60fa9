"""A day on tape: what happens when, and the packets of it as a pcap stream.

Everything that lives in the simulation is a generator that sends what it has to say and
yields the seconds until it goes on. The clock wakes the one whose time comes next, so that
the packets come out in the order of their times without ever standing in memory together.
"""

import heapq
import struct

START = 1_772_409_600  # Monday, 2026-03-02 00:00:00 UTC
ETHERNET = bytes.fromhex("020000000002" "020000000001" "0800")
FLUSH = 1 << 20


class Host:
    """An address and a port, ready for headers of packets and for text."""

    __slots__ = ("ip", "port", "packed", "total")

    def __init__(self, ip, port=5060):
        self.ip, self.port = ip, port
        parts = [int(part) for part in ip.split(".")]
        self.packed = bytes(parts)
        self.total = (parts[0] << 8 | parts[1]) + (parts[2] << 8 | parts[3])

    def at(self, port):
        return Host(self.ip, port)

    def __str__(self):
        return f"{self.ip}:{self.port}"


class Tape:
    def __init__(self, file):
        self.file, self.parts, self.size = file, [], 0
        self.now, self.identity, self.packets = 0.0, 0, 0
        self.agenda, self.turn = [], 0
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))

    def start(self, life, after=0.0):
        """Lets a generator live from now on, or from some seconds later."""
        self.turn += 1
        heapq.heappush(self.agenda, (self.now + after, self.turn, life))

    def run(self, until):
        """Until nobody has anything to do before that second of the day."""
        agenda = self.agenda
        while agenda and agenda[0][0] < until:
            self.now, turn, life = heapq.heappop(agenda)
            pause = next(life, None)
            if pause is not None:
                heapq.heappush(agenda, (self.now + pause, turn, life))
        self.flush()

    def stamp(self):
        """Now, as alerts will tell it: microseconds since 1970."""
        return START * 1_000_000 + round(self.now * 1e6)

    def udp(self, src, dst, payload):
        self.identity = identity = self.identity % 65535 + 1
        length = 28 + len(payload)
        total = 0x4500 + length + identity + 0x4011 + src.total + dst.total
        total = (total & 0xffff) + (total >> 16)
        total = ~((total & 0xffff) + (total >> 16)) & 0xffff
        # No UDP checksum: IPv4 allows it, and it would take most of the time.
        self.frame(struct.pack(">BBHHHBBH4s4sHHHH", 0x45, 0, length, identity, 0, 64, 17, total, src.packed, dst.packed,
                               src.port, dst.port, length - 20, 0) + payload)

    def frame(self, packet):
        micros = self.stamp()
        size = len(packet) + 14
        self.parts += (struct.pack("<IIII", micros // 1_000_000, micros % 1_000_000, size, size), ETHERNET, packet)
        self.packets += 1
        self.size += size
        if self.size > FLUSH:
            self.flush()

    def flush(self):
        self.file.write(b"".join(self.parts))
        self.parts, self.size = [], 0
