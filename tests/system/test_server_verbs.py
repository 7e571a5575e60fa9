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
from redis_kit import Server as Redis


def verb(server, token, *words, code=0, environment=None):
    done = subprocess.run(
        [RINGFENCE, *words], capture_output=True, text=True, timeout=60,
        env={**os.environ, "RINGFENCE_SERVER": f"http://127.0.0.1:{server.port}",
             "RINGFENCE_TOKEN": token, **(environment or {})})
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def judged(server, token, name):
    capture = expect(server.ask(
        "POST", "/api/v1/captures", (SOURCE / "captures" / name).read_bytes(), token), 201)["id"]
    job = expect(server.ask("POST", f"/api/v1/captures/{capture}/replay", token=token), 202)
    while expect(server.ask("GET", f"/api/v1/jobs/{job['id']}", token=token),
                 200)["state"] in ("queued", "running"):
        time.sleep(0.1)


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
    still = [line.split()[0] for line in verb(server, token, "alerts", "list", "--query", "is:open").splitlines()[1:]]
    assert some not in still, (some, still)
    verb(server, token, "alerts", "reopen", some)
    csv = verb(server, token, "alerts", "list", "-o", "csv").splitlines()
    assert csv[0].startswith("id,timestamp,rule_id") and len(csv) == len(rows) + 1
    assert "MOS" in verb(server, token, "quality", "--by", "codec")
    assert "USER" in verb(server, token, "registrations")


def calls_of_a_server(server, token, directory):
    """The same verb with and without a file: the same call."""
    rows = [json.loads(line) for line in verb(
        server, token, "calls", "list", "-o", "ndjson").splitlines()]
    call = next(r for r in rows if r["call"]["state"] == "ended")
    name = call["call"]["call_id"]
    assert name in verb(server, token, "calls", "list")
    assert verb(server, token, "calls", "list", "-o", "csv").count("\n") == len(rows) + 1
    for identity in (str(call["id"]), name):
        shown = json.loads(verb(server, token, "calls", "show", "--call", identity))
        assert shown["call"]["call_id"] == name, shown
    ladder = verb(server, token, "calls", "ladder", "--call", name)
    assert "INVITE" in ladder and "BYE" in ladder, ladder
    assert "<svg" in verb(server, token, "calls", "ladder", "--call", name, "--format", "svg")
    packets = directory / "call.pcapng"
    verb(server, token, "calls", "pcap", "--call", name, "-w", packets)
    summary = json.loads(subprocess.run(
        [RINGFENCE, "replay", "--json", packets], capture_output=True, check=True,
        timeout=60).stdout.splitlines()[-1])
    assert summary["sip"]["calls"] == 1 and summary["rtp"]["packets"] == 600, summary
    assert "no call" in verb(server, token, "calls", "show", "--call", "nobody@x", code=3)


def reports(server, token):
    table = verb(server, token, "report", "week")
    for title in ("alerts by level", "alerts by rule", "calls", "media"):
        assert f"\n{title}\n" in table, table
    whole = json.loads(verb(server, token, "report", "day", "-o", "json"))
    assert {"alerts_by_level", "calls", "media"} <= set(whole), whole
    assert "data" in whole["calls"]
    lines = verb(server, token, "report", "day", "-o", "ndjson").splitlines()
    assert len(lines) == len(whole) and all("list" in json.loads(line) for line in lines)
    rows = verb(server, token, "report", "week", "-o", "csv").splitlines()
    assert rows[0] == "section,row,column,value"
    assert all(row.count(",") >= 3 for row in rows)
    verb(server, token, "report", "year", code=2)


def lists_are_shared(server, token, directory):
    """Block and allow by a server, which writes them to a real Redis."""
    assert "would block 1 entity: 198.51.100.7" in verb(
        server, token, "block", "add", "198.51.100.7", "--dry-run")
    assert verb(server, token, "block", "list").splitlines()[0].split()[0] == "ENTITY"
    assert len(verb(server, token, "block", "list", "-o", "csv").splitlines()) == 1
    verb(server, token, "block", "add", "198.51.100.7", "--ttl", "1h", "--reason", 'a "scan"')
    verb(server, token, "block", "add", "198.51.100.128/25", "--ttl", "0")
    listed = [json.loads(line) for line in verb(
        server, token, "block", "list", "-o", "ndjson").splitlines()]
    assert {row["entity"] for row in listed} == {"198.51.100.7", "198.51.100.128/25"}, listed
    assert [r["detail"]["reason"] for r in listed if "until" in r] == ['a "scan"'], listed
    assert len(json.loads(verb(server, token, "block", "list", "-o", "json"))["data"]) == 2
    assert "your own address" in verb(server, token, "block", "add", "127.0.0.1", code=3)
    assert "1 entity" in verb(server, token, "block", "add", "127.0.0.1", "--force", "--ttl", "1s")
    assert json.loads(subprocess.run(
        [RINGFENCE, "block", "check", "198.51.100.200", "--server",
         f"http://127.0.0.1:{server.port}"], capture_output=True, timeout=60,
        env={**os.environ, "RINGFENCE_TOKEN": token}).stdout)["blocked"]
    exported = verb(server, token, "block", "export")
    rows = {line.split("\t")[0]: line.split("\t")[1] for line in exported.splitlines()}
    assert rows["198.51.100.128/25"] == "0" and 3500 < int(rows["198.51.100.7"]) <= 3600, rows
    verb(server, token, "block", "del", "198.51.100.7")
    verb(server, token, "block", "del", "198.51.100.7", code=3)
    (directory / "list").write_text(exported + "# a comment\n\n", encoding="utf-8")
    verb(server, token, "block", "import", str(directory / "list"), "--force")
    assert "198.51.100.7" in verb(server, token, "block", "list")
    (directory / "bad").write_text("192.0.2.1\t60\nnonsense\t5\n", encoding="utf-8")
    assert "nonsense" in verb(server, token, "block", "import", str(directory / "bad"), code=3)
    verb(server, token, "allow", "add", "192.0.2.0/24", "--reason", "trunk")
    assert "192.0.2.0/24" in verb(server, token, "allow", "list")
    verb(server, token, "block", "check", "192.0.2.1")  # allowed counts more: exit code 0
    assert "would" in verb(server, token, "allow", "del", "192.0.2.0/24", "--dry-run")
    assert "192.0.2.0/24" in verb(server, token, "allow", "list")
    verb(server, token, "allow", "del", "192.0.2.0/24")
    assert "192.0.2.0/24" not in verb(server, token, "allow", "list")
    assert "NODE" in verb(server, token, "nodes")


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
    redis = Redis(directory / "redis")
    try:
        server = Server(directory)
        token = token_of(server, first_user(server), name="admin", role="admin")
        judged(server, token, "attack/svcrack-long.pcap")
        lists_and_actions(server, token)
        judged(server, token, "benign/call.pcap")
        calls_of_a_server(server, token, directory)
        reports(server, token)
        wrong_is_told(server, token)
        server.stop()
        redis.start()
        server = Server(directory, f"redis:\n  address: {redis.socket}\n")
        lists_are_shared(server, token, directory)
        server.stop()
        server = None
        demo_runs_and_leaves_nothing()
    finally:
        redis.stop()
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
