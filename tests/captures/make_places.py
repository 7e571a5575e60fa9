#!/usr/bin/env python3
"""Writes a small MaxMind database that says where the captures' made-up addresses are.

Usage: make_places.py FILE; the same bytes every time. The format is MaxMind DB 2.0:
a binary tree over the address bits, data, and a description behind a marker.
"""

import struct
import sys

PLACES = [("192.0.2.0", 24, "DE", 64500), ("203.0.113.0", 24, "DE", 64501), ("198.51.100.0", 24, "VU", 64502)]
MARKER = b"\xab\xcd\xefMaxMind.com"
TYPES = {"text": 2, "u16": 5, "u32": 6, "map": 7, "u64": 9, "list": 11}


def control(kind, size):
    number = TYPES[kind]
    if number > 7:
        return bytes([size, number - 7])
    return bytes([number << 5 | size])


def encode(value):
    if isinstance(value, str):
        data = value.encode()
        if len(data) < 29:
            return control("text", len(data)) + data
        return control("text", 29) + bytes([len(data) - 29]) + data
    if isinstance(value, dict):
        return control("map", len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return control("list", len(value)) + b"".join(encode(item) for item in value)
    kind, number = value
    data = number.to_bytes(8, "big").lstrip(b"\0")
    return control(kind, len(data)) + data


def tree(records):
    """Nodes as pairs of [child or None]; a leaf is ("data", offset)."""
    nodes = [[None, None]]
    for address, bits, offset in records:
        number = struct.unpack(">I", bytes(int(part) for part in address.split(".")))[0]
        at = 0
        for depth in range(bits):
            bit = number >> (31 - depth) & 1
            if depth == bits - 1:
                nodes[at][bit] = ("data", offset)
            elif nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
                at = len(nodes) - 1
            else:
                at = nodes[at][bit]
    return nodes


def main():
    data, records = b"", []
    for address, bits, country, asn in PLACES:
        records.append((address, bits, len(data)))
        data += encode({"country": {"iso_code": country}, "autonomous_system_number": ("u32", asn)})
    nodes = tree(records)
    packed = b""
    for node in nodes:
        for child in node:
            if child is None:
                child = len(nodes)
            elif isinstance(child, tuple):
                child = len(nodes) + 16 + child[1]
            packed += child.to_bytes(3, "big")
    about = encode({
        "binary_format_major_version": ("u16", 2), "binary_format_minor_version": ("u16", 0),
        "build_epoch": ("u64", 1767225600), "database_type": "Ringfence-Test", "description": {"en": "made-up places"},
        "ip_version": ("u16", 4), "languages": ["en"], "node_count": ("u32", len(nodes)), "record_size": ("u16", 24)})
    with open(sys.argv[1], "wb") as file:
        file.write(packed + bytes(16) + data + MARKER + about)


if __name__ == "__main__":
    main()
