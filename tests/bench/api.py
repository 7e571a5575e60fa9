#!/usr/bin/env python3
"""How many requests ringfence-api answers, and how soon a live feed hears.

Usage: api.py [SECONDS]   (needs wrk; RINGFENCE is the release build's program)

Prints one line a measurement. The server, the clients and whoever else is on the machine
share its processors: run it on an idle one, and compare within one run.
"""

import calendar
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/system"))
os.environ.setdefault("RINGFENCE_SOURCE", str(SOURCE))
os.environ.setdefault("RINGFENCE", str(SOURCE / "build/release/bin/ringfence"))

from api_kit import Server, expect, first_user, token_of  # noqa: E402

LISTENERS = 2000
EVENTS = 40


def requests(server, path, token, seconds):
    """Requests a second and the latency that 99 of 100 stay below."""
    command = ["wrk", "-t", "1", "-c", "64", "-d", f"{seconds}s", "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    said = subprocess.run(command + [f"http://127.0.0.1:{server.port}{path}"],
                          capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))
    return rate, re.search(r"99%\s+([\d.]+\w+)", said).group(1)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def listeners_open(server, token, count):
    request = (f"GET /api/v1/stream?topics=jobs HTTP/1.1\r\nHost: x\r\n"
               f"Authorization: Bearer {token}\r\n\r\n").encode()
    sockets = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.send(request)
        sockets.append(one)
    for one in sockets:
        assert b"200 OK" in one.recv(4096)
    return sockets


def told(data, known):
    """When the events of these bytes were stamped; all listeners are sent the same bytes."""
    if data not in known:
        known[data] = []
        for stamp in re.findall(rb'"updated":"([^"]+)Z"', data):
            text, fraction = stamp.decode().split(".")
            known[data].append(calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))
                               + float("0." + fraction))
    return known[data]


def feed(server, token, capture):
    """Milliseconds from a job's event, as it is stamped, to each listener."""
    sockets = listeners_open(server, token, LISTENERS)
    poll = select.epoll()
    for one in sockets:
        one.setblocking(False)
        poll.register(one, select.EPOLLIN)
    late, known = [], {}
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for _ in range(EVENTS):
        connection.request("POST", f"/api/v1/captures/{capture}/replay",
                           headers={"Authorization": f"Bearer {token}"})
        connection.getresponse().read()
        end = time.time() + 1
        while time.time() < end:
            for number, _ in poll.poll(max(0.0, end - time.time())):
                data = os.read(number, 65536)
                now = time.time()
                late += [(now - stamp) * 1000 for stamp in told(data, known)]
    for one in sockets:
        one.close()
    return late


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-api-bench-"))
    server = Server(directory, requests_per_second=1000000, connections_max=8192)
    try:
        token = token_of(server, first_user(server), name="bench", role="admin")
        capture = expect(server.ask("POST", "/api/v1/captures", (
            SOURCE / "captures/benign/call.pcap").read_bytes(), token), 201)["id"]
        server.ask("POST", f"/api/v1/captures/{capture}/replay", token=token)
        time.sleep(1)
        for path, who in (("/livez", None), ("/api/v1/session", token),
                          ("/api/v1/calls?limit=1", token)):
            rate, slowest = requests(server, path, who, seconds)
            print(json.dumps({"path": path, "requests_per_s": round(rate), "p99": slowest}),
                  flush=True)
        late = feed(server, token, capture)
        print(json.dumps({"listeners": LISTENERS, "heard": len(late),
                          "p50_ms": round(percentile(late, 0.5), 1),
                          "p99_ms": round(percentile(late, 0.99), 1)}))
    finally:
        server.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
