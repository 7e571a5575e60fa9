#!/usr/bin/env python3
"""The page in a real Chromium, over a real server with replayed captures."""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

from api_kit import DEADLINE_S, SOURCE, Server, expect, first_user, token_of
from common import need_tool
from redis_kit import Server as Redis

HOSTILE = '"><script>window.hostile=1</script><img src=x onerror=window.hostile=2>'


def hostile_capture():
    """A call whose every text tries to become markup."""
    def frame(source, destination, text):
        payload = text.replace("\n", "\r\n").encode()
        udp = struct.pack("!HHHH", 5060, 5060, 8 + len(payload), 0) + payload
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                         bytes(source), bytes(destination))
        return b"\0" * 12 + b"\x08\0" + ip + udp

    head = ('Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\n'
            'From: "' + HOSTILE.replace('"', '\\"') + '" <sip:%3Cscript%3Ehostile@a>;tag=1\n'
            'To: <sip:<script>hostile</script>@b>\nCall-ID: hostile<script>1</script>\n'
            'CSeq: 1 INVITE\nUser-Agent: ' + HOSTILE + '\nContent-Length: 0\n\n')
    packets = [frame((192, 0, 2, 1), (192, 0, 2, 2), "INVITE sip:<script>hostile@b SIP/2.0\n" + head),
               frame((192, 0, 2, 2), (192, 0, 2, 1), "SIP/2.0 486 <script>hostile</script>\n" + head)]
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number, packet in enumerate(packets):
        data += struct.pack("<IIII", 1767225600 + number, 0, len(packet), len(packet)) + packet
    return data


def replay(server, token, data, name):
    capture = expect(server.ask("POST", f"/api/v1/captures?name={name}", data, token), 201)["id"]
    job = expect(server.ask("POST", f"/api/v1/captures/{capture}/replay", token=token), 202)
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        job = expect(server.ask("GET", f"/api/v1/jobs/{job['id']}", token=token), 200)
        if job["state"] not in ("queued", "running"):
            break
        time.sleep(0.1)
    assert job["state"] == "done", job
    return capture


def row_of(server, token, path):
    return expect(server.ask("GET", path, token=token), 200)["data"][0]["id"]


def main():
    need_tool("chromium", "node", "npm", "redis-server", "redis-cli")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-page-"))
    redis = Redis(directory / "redis")
    server = None
    try:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / "tests/browser" / name, directory)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=directory, check=True,
                       timeout=300)
        redis.start()
        server = Server(directory, f"redis:\n  address: {redis.socket}\n",
                        requests_per_second=100000, rules=SOURCE / "rules")
        cookie = first_user(server)
        token = token_of(server, cookie, name="admin", role="admin")
        attack = replay(server, token, (SOURCE / "captures/attack/svcrack-long.pcap").read_bytes(),
                        "svcrack.pcap")
        call = replay(server, token, (SOURCE / "captures/benign/call.pcap").read_bytes(),
                      "call.pcap")
        replay(server, token, hostile_capture(), "hostile.pcap")
        alert = row_of(server, token, f"/api/v1/alerts?capture={attack}&rule_id=auth-bruteforce")
        done = subprocess.run(
            ["node", SOURCE / "tests/browser/page.mjs", f"http://127.0.0.1:{server.port}",
             cookie.split("=", 1)[1], directory, alert,
             row_of(server, token, f"/api/v1/calls?capture={call}")],
            capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        print(done.stdout.strip(), "fine in Chromium")
        server.stop()
        server = None
    finally:
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        redis.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
