#!/usr/bin/env python3
"""The verbs that ask a running ringfence-api, and the demo that runs everything."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from api_kit import DEADLINE_S, RINGFENCE, SOURCE, Server, expect, first_user, token_of
from common import need_tool


def verb(server, token, *words, code=0, environment=None):
    done = subprocess.run(
        [RINGFENCE, *words], capture_output=True, text=True, timeout=60,
        env={**os.environ, "RINGFENCE_SERVER": f"http://127.0.0.1:{server.port}",
             "RINGFENCE_TOKEN": token, **(environment or {})})
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def lists_and_actions(server, token):
    table = verb(server, token, "alerts", "list")
    assert table.splitlines()[0].split()[:3] == ["ID", "LEVEL", "STATE"], table
    rows = [json.loads(line) for line in verb(
        server, token, "alerts", "list", "-o", "ndjson", "--limit", "1000").splitlines()]
    assert len(rows) == len(table.splitlines()) - 1 > 4
    some = rows[0]["id"]
    assert json.loads(verb(server, token, "alerts", "show", some))["id"] == some
    assert "would_change" in verb(server, token, "alerts", "close", some, "--dry-run")
    verb(server, token, "alerts", "close", some, "--note", 'the "old" phone')
    closed = json.loads(verb(server, token, "alerts", "show", some))
    assert closed["state"] == "closed" and closed["note"] == 'the "old" phone', closed
    assert some not in verb(server, token, "alerts", "list", "--query", "is:open").split()
    verb(server, token, "alerts", "reopen", some)
    csv = verb(server, token, "alerts", "list", "-o", "csv").splitlines()
    assert csv[0].startswith("id,timestamp,rule_id") and len(csv) == len(rows) + 1
    assert "MOS" in verb(server, token, "quality", "--by", "codec")
    assert "USER" in verb(server, token, "registrations")


def wrong_is_told(server, token):
    assert "field" in verb(server, token, "alerts", "list", "--query", "nofield:1", code=3)
    assert "no such alert" in verb(server, token, "alerts", "show", "999999", code=3)
    assert "no id" in verb(server, token, "alerts", "close", "x", code=2)
    assert "token" in verb(server, "rf_no_no", "alerts", "list", code=3)
    assert "Redis" in verb(server, token, "nodes", code=4)
    assert "127.0.0.1:9" in verb(
        server, token, "alerts", "list", code=4,
        environment={"RINGFENCE_SERVER": "http://127.0.0.1:9"})


def demo_runs_and_leaves_nothing():
    """Its page answers with alerts and calls; Ctrl-C ends all it started."""
    demo = subprocess.Popen(
        [RINGFENCE, "demo", "--listen", "127.0.0.1:0", "--captures", SOURCE / "captures"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    text = ""
    while "Ctrl-C" not in text:
        line = demo.stdout.readline()
        assert line, demo.stderr.read()
        text += line
    port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", text).group(1))
    password = re.search(r"password\s+(\S+)", text).group(1)
    children = subprocess.run(["ps", "--ppid", str(demo.pid), "-o", "pid="],
                              capture_output=True, text=True).stdout.split()
    assert len(children) == 2, children

    class Place:  # what Server.ask needs
        ask = Server.ask
    place = Place()
    place.port = port
    status, headers, _ = place.ask("POST", "/api/v1/session", {"name": "demo", "password": password})
    assert status == 200
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        alerts = expect(place.ask("GET", "/api/v1/alerts?limit=1000", headers=cookie), 200)["data"]
        calls = expect(place.ask("GET", "/api/v1/calls?limit=1000", headers=cookie), 200)["data"]
        if len(alerts) > 60 and len(calls) > 20:
            break
        time.sleep(0.2)
    else:
        raise AssertionError((len(alerts), len(calls)))
    expect(place.ask("GET", "/api/v1/nodes", headers=cookie), 200)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(DEADLINE_S) == 0, demo.stderr.read()
    demo.stdout.close()
    demo.stderr.close()
    for child in children:
        assert not pathlib.Path(f"/proc/{child}").exists(), child


def main():
    need_tool("redis-server")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-verbs-"))
    server = None
    try:
        server = Server(directory)
        token = token_of(server, first_user(server), name="admin", role="admin")
        capture = expect(server.ask(
            "POST", "/api/v1/captures", (SOURCE / "captures/attack/svcrack-long.pcap").read_bytes(),
            token), 201)["id"]
        job = expect(server.ask("POST", f"/api/v1/captures/{capture}/replay", token=token), 202)
        while expect(server.ask("GET", f"/api/v1/jobs/{job['id']}", token=token),
                     200)["state"] in ("queued", "running"):
            time.sleep(0.1)
        lists_and_actions(server, token)
        wrong_is_told(server, token)
        server.stop()
        server = None
        demo_runs_and_leaves_nothing()
    finally:
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
