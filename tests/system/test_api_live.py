#!/usr/bin/env python3
"""Calls that are up right now: from a sensor on a wire, through Redis, to the API."""

import pathlib
import shutil
import struct
import sys
import tempfile
import time


from api_kit import DEADLINE_S, SOURCE, Server, expect, first_user, token_of
from common import need_tool
from live_kit import Sensor, Wire, need_sensor, packets
from redis_kit import Server as Redis

CALL = SOURCE / "captures/benign/call.pcap"


def until(condition, what):
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(what)


def cut(directory):
    """The call up to its ACK, and the rest of it."""
    rows = list(packets(CALL))
    at = next(i for i, (_, data) in enumerate(rows) if b"ACK sip" in data) + 1
    files = []
    for number, part in enumerate((rows[:at], rows[at:])):
        data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
        for stamp, packet in part:
            data += struct.pack("<IIII", int(stamp), int(stamp % 1 * 1e6), len(packet),
                                len(packet)) + packet
        files.append(directory / f"part{number}.pcap")
        files[-1].write_bytes(data)
    return files


def run(api, redis, token, directory):
    def active(query=""):
        return expect(api.ask("GET", "/api/v1/active-calls" + query, token=token), 200)

    begun, ended = cut(directory)
    assert active()["data"] == []
    with Wire() as wire:
        sensor = Sensor(wire, directory / "s1", **{"redis.address": str(redis.socket)}).start()
        try:
            until(lambda: expect(api.ask("GET", "/api/v1/nodes", token=token), 200)["data"],
                  "the node")
            wire.send(begun)
            row = until(lambda: active()["data"], "the call")[0]
            until(lambda: active()["data"][0]["call"]["state"] == "answered", "its answer")
            call = active()["data"][0]["call"]
            assert row["node"] == "s1" and call["call_id"] and call["answer"], row
            assert active()["total"] == 1
            user = call["from"]["user"]
            assert len(active(f"?q=caller:{user}")["data"]) == 1
            assert not active(f"?q=-caller:{user}")["data"]
            for bad in ("?q=nofield:1", "?limit=0", "?limit=1001", "?x=1"):
                expect(api.ask("GET", "/api/v1/active-calls" + bad, token=token), 400)
            lines = api.ask("GET", "/api/v1/active-calls", token=token,
                            headers={"Accept": "text/csv"})[2].decode().splitlines()
            assert len(lines) == 2 and "call.call_id" in lines[0], lines
            # Redis began anew, empty: what runs tells of itself again.
            redis.cli("FLUSHALL")
            until(lambda: not active()["data"], "that nothing is known")
            until(lambda: len(active()["data"]) == 1, "the call once more")
            wire.send(ended)
            until(lambda: any(e["event_type"] == "call" for e in sensor.events()), "its end")
            until(lambda: not active()["data"], "that it is gone")
        finally:
            sensor.stop()
    expect(api.ask("GET", "/api/v1/pinholes", token=token), 200)


def main():
    need_tool("redis-server", "redis-cli")
    need_sensor()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-live-"))
    redis = Redis(directory / "redis")
    api = None
    try:
        redis.start()
        api = Server(directory, f"redis:\n  address: {redis.socket}\n")
        token = token_of(api, first_user(api), name="admin", role="admin")
        run(api, redis, token, directory)
        api.stop()
        api = None
        print("fine")
    finally:
        if api:
            api.process.kill()
            sys.stderr.write(api.process.stderr.read())
        redis.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
