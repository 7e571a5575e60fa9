#!/usr/bin/env python3
"""Writes the seeds of fuzz_frame: one input per link type, tunnel, fragment and TCP case.

usage: make_frame_corpus.py [DIRECTORY]    (default: corpus/frame beside this script)
"""
import os
import struct
import sys

LINKS = ["ethernet", "raw", "null", "ppp", "hdlc", "pppoe", "chdlc", "loop", "sll", "sll2",
         "erf", "nflog", "ipv6"]
SIP = b"OPTIONS sip:a@example.org SIP/2.0\r\nContent-Length: 0\r\n\r\n"


def udp(payload, dst=5060, src=5060):
    return struct.pack("!HHHH", src, dst, 8 + len(payload), 0) + payload


def ip4(payload, protocol=17, ident=1, fragment=0, last=1):
    return struct.pack("!BBHHHBBH4B4B", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol,
                       0, 10, 0, 0, last, 10, 0, 1, last) + payload


def ip6(payload, following=17, last=1):
    address = bytes([0xfd]) + bytes(14) + bytes([last])
    return struct.pack("!IHBB", 0x60000000, len(payload), following, 64) + address * 2 + payload


def ether(payload, kind=0x0800):
    return bytes.fromhex("020000000001020000000002") + struct.pack("!H", kind) + payload


def tcp(payload, seq, ack=0, flags=16, back=False):
    ports = (5060, 5061) if not back else (5061, 5060)
    return struct.pack("!HHIIBBHHH", *ports, seq, ack, 0x50, flags, 1000, 0, 0) + payload


def chunk(payload, tsn, flags=3, kind=0):
    body = struct.pack("!IHHI", tsn, 1, 1, 0) + payload
    return struct.pack("!BBH", kind, flags, 4 + len(body)) + body + bytes(-len(body) % 4)


def sctp(*chunks):
    return struct.pack("!HHII", 5060, 5060, 1, 0) + b"".join(chunks)


def gre(payload, kind, flags=0, fields=b""):
    return ip4(struct.pack("!HH", flags, kind) + fields + payload, 47, last=9)


def over_udp(header, payload, port):
    return ip4(udp(header + payload, port, 40000), last=9)


def hexes(text):
    return bytes.fromhex(text.replace(" ", ""))


def seeds():
    inner, inner6 = ip4(udp(SIP)), ip6(udp(SIP))
    frame = ether(inner)
    tail = udp(SIP) + bytes([1, 2, 2, 17]) + bytes(12)
    yield "ethernet", "ethernet", [frame, ether(inner6, 0x86dd)]
    yield "vlan", "ethernet", [ether(hexes("2005 0800") + inner, 0x8100)]
    yield "qinq", "ethernet", [ether(hexes("0007 8100 0008 0800") + inner, 0x88a8)]
    yield "qinq_9100", "ethernet", [ether(hexes("0007 8100 0008 0800") + inner, 0x9100)]
    yield "vn_tag", "ethernet", [ether(hexes("00000000 8100 000b 0800") + inner, 0x8926)]
    yield "backbone", "ethernet", [ether(hexes("00000102") + frame, 0x88e7)]
    yield "mpls", "ethernet", [ether(hexes("00010040 00020140") + inner, 0x8847),
                               ether(hexes("00020140") + frame, 0x8847),
                               ether(hexes("00020140 00000000") + frame, 0x8847)]
    yield "pppoe", "ethernet", [ether(hexes("1100 0009") + struct.pack("!H", len(inner) + 2) +
                                      hexes("0021") + inner, 0x8864)]
    yield "snap", "ethernet", [ether(hexes("aaaa03 000000 0800") + inner, len(inner) + 8)]
    yield "raw", "raw", [inner, inner6]
    yield "null", "null", [hexes("02000000") + inner, hexes("0000001e") + inner6]
    yield "ppp", "ppp", [hexes("ff030021") + inner, hexes("57") + inner6, hexes("0f000800") + inner]
    yield "pppoe_link", "pppoe", [hexes("1100 0009 0100 0021") + inner]
    yield "sll", "sll", [hexes("0000 0001 0006 020000000001 0000 0800") + inner]
    yield "sll2", "sll2", [hexes("86dd 0000 00000001 0001 00 06 0200000000010000") + inner6]
    yield "erf", "erf", [bytes(8) + hexes("02 04 0040 0000 0040 0000") + frame,
                         bytes(8) + hexes("82 04 0040 0000 0040") + bytes(8) + bytes(2) + frame]
    yield "nflog", "nflog", [hexes("02 00 0000 05000a0078000000") +
                             struct.pack("<HH", len(inner) + 4, 9) + inner]
    yield "ip_in_ip", "raw", [ip4(inner, 4, last=9), ip6(inner, 4, 9), ip4(inner6, 41, last=9),
                              ip6(inner6, 41, 9)]
    yield "headers", "raw", [ip4(hexes("1104") + bytes(22) + udp(SIP), 51),
                             ip6(hexes("3c00") + bytes(6) + hexes("2b00") + bytes(6) +
                                 hexes("1100") + bytes(6) + udp(SIP), 0)]
    yield "gre", "raw", [gre(inner, 0x0800), gre(frame, 0x6558, 0x2000, bytes([0, 0, 0, 9])),
                         gre(inner, 0x0800, 0xb000, bytes(12)),
                         gre(b"\x21" + inner, 0x880b, 0x3001, bytes(8))]
    yield "erspan", "raw", [gre(frame, 0x88be), gre(bytes(8) + frame, 0x88be, 0x1000, bytes(4)),
                            gre(bytes(12) + frame, 0x22eb, 0x1000, bytes(4)),
                            gre(bytes(11) + b"\x01" + bytes(8) + frame, 0x22eb, 0x1000, bytes(4))]
    yield "vxlan", "raw", [over_udp(hexes("08000000 00002a00"), frame, 4789)]
    yield "geneve", "raw", [over_udp(hexes("01006558 00002a00 00000000"), frame, 6081)]
    yield "gtpu", "raw", [over_udp(hexes("30ff") + struct.pack("!HI", len(inner), 42), inner, 2152),
                          over_udp(hexes("34ff") + struct.pack("!HI", len(inner) + 8, 42) +
                                   hexes("00000085 01000100"), inner, 2152)]
    yield "l2tp", "raw", [over_udp(hexes("0002 0000002a ff030021"), inner, 1701),
                          over_udp(hexes("0202 0000002a 0002 0000 0021"), inner, 1701),
                          over_udp(hexes("00030000 0000002a 00000000"), frame, 1701),
                          ip4(hexes("0000002a") + frame, 115)]
    yield "tzsp", "raw", [over_udp(hexes("0100 0001 000a 020707 01"), frame, 37008)]
    yield "teredo", "raw", [over_udp(hexes("0000 1111 01020304"), inner6, 3544),
                            over_udp(hexes("00010000") + bytes(9), inner6, 3544)]
    yield "esp_null", "raw", [ip4(hexes("0000002a 00000001") + tail, 50),
                              over_udp(hexes("0000002a 00000001"), tail, 4500)]
    yield "icmp", "raw", [ip4(hexes("0303000000000000") + inner, 1)]
    yield "nested", "raw", [ip4(ip4(ip4(gre(frame, 0x6558), 4), 4), 4)]
    whole = udp(SIP * 3)
    yield "fragments", "raw", [ip4(whole[:64], 17, 7, 0x2000), ip4(whole[128:], 17, 7, 16),
                               ip4(whole[64:136], 17, 7, 0x2008)]
    yield "fragments6", "ipv6", [ip6(hexes("1100 0001 00000007") + whole[:64], 44),
                                 ip6(hexes("1100 0040 00000007") + whole[64:], 44)]
    yield "fragments_in_fragments", "raw", fragments_in_fragments(whole)
    yield "tcp", "raw", [ip4(p, 6) for p in (
        tcp(b"", 99, 0, 2), tcp(SIP[:20], 100), tcp(SIP[40:], 140), tcp(SIP[10:40], 110),
        tcp(SIP, 100 + len(SIP)), tcp(b"", 100 + 2 * len(SIP), 0, 17))]
    yield "tcp_lost", "raw", [ip4(tcp(b"", 99, 0, 2), 6), ip4(tcp(SIP, 200), 6),
                              ip4(tcp(SIP, 400), 6), ip4(tcp(SIP, 9000000), 6),
                              ip4(tcp(b"", 5000, 1, 4), 6)]
    yield "sctp", "raw", [ip4(sctp(chunk(SIP, 1), chunk(SIP, 2), chunk(b"", 3, 0, 3)), 132),
                          ip4(sctp(chunk(SIP[:20], 4, 2)), 132),
                          ip4(sctp(chunk(SIP[20:], 5, 1)), 132),
                          ip4(sctp(chunk(SIP[20:], 5, 1, 64)), 132)]


def fragments_in_fragments(whole):
    parts = [ip4(whole[:64], 17, 7, 0x2000), ip4(whole[64:], 17, 7, 8)]
    packets = []
    for ident, part in enumerate(parts):
        packets.append(ip4(part[:48], 4, ident, 0x2000, 9))
        packets.append(ip4(part[48:], 4, ident, 6, 9))
    return packets


def main():
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "frame")
    directory = sys.argv[1] if len(sys.argv) > 1 else default
    os.makedirs(directory, exist_ok=True)
    for name, link, packets in seeds():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(bytes([LINKS.index(link)]))
            for packet in packets:
                file.write(struct.pack("!H", len(packet)) + packet)


if __name__ == "__main__":
    main()
