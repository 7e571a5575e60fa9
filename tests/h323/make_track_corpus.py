#!/usr/bin/env python3
"""Writes the seeds of the fuzz target track_h323. Usage: make_track_corpus.py FUZZ_CORPUS

The scenes of the calls' test and of the captures, one record for each of their messages.
"""

import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "captures"), str(HERE.parent / "system")]

import make_h323  # noqa: E402
import test_h323_calls  # noqa: E402
from kit import Capture  # noqa: E402

PORTS = {1719: 0, 1720: 1, 3000: 2, 1718: 3}


def record(frame):
    """The way and the payload of a frame; None where it is no message of H.323."""
    protocol, src, dst = frame[23], frame[26:30], frame[30:34]
    ports = struct.unpack(">HH", frame[34:38])
    head = 42 if protocol == 17 else 54
    payload = frame[head:]
    if protocol == 6:
        payload = payload[4:] if len(payload) > 4 else b""
    known = [port for port in ports if port in PORTS]
    if not payload or not known:
        return None
    back = ports[1] not in PORTS
    payload = payload[:4 * 255]
    payload += b"\0" * (-len(payload) % 4)
    return bytes([back | PORTS[known[-1]] << 1 | (src[3] & dst[3] & 1) << 3 | 3 << 4, len(payload) // 4]) + payload


def main():
    folder = Path(sys.argv[1]) / "track_h323"
    folder.mkdir(exist_ok=True)
    scenes = {name: make for name, make, _ in test_h323_calls.SCENES}
    scenes.update({name: make_h323.SCENES[name] for name in ("office-day", "alias-hijack", "malformed", "old-version")})
    for name, make in scenes.items():
        capture = Capture()
        make(capture)
        records = [record(frame) for _, frame in capture.records]
        (folder / name).write_bytes(b"".join(part for part in records if part)[:60000])


if __name__ == "__main__":
    main()
