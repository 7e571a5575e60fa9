#!/usr/bin/env python3
"""ringfence-api from outside: a real server, real captures, real clients."""

import http.client
import io
import json
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import wave

from api_kit import API, DEADLINE_S, RINGFENCE, SOURCE, Server, expect, first_user, token_of

ATTACK = SOURCE / "captures/attack/svcrack-long.pcap"
CALL = SOURCE / "captures/benign/call.pcap"
NUMBERS = SOURCE / "captures/attack/dialplan-probe.pcap"


def cookies_need_their_origin(server, cookie):
    wanted = {"name": "x", "role": "viewer"}
    host = f"127.0.0.1:{server.port}"
    for origin in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"},
                   {"Origin": f"http://{host}.evil.example"}):
        expect(server.ask("POST", "/api/v1/tokens", wanted,
                          headers={"Cookie": cookie, **origin}), 403)
    expect(server.ask("GET", "/api/v1/alerts", headers={"Cookie": cookie}), 200)
    expect(server.ask("GET", "/api/v1/alerts", headers={"Cookie": "rf_session=x"}), 401)


def upload(server, token, path, name):
    answer = server.ask("POST", "/api/v1/captures?name=" + urllib.parse.quote(name),
                        path.read_bytes() if isinstance(path, pathlib.Path) else path, token)
    return expect(answer, 201)["id"]


def replayed(server, token, capture):
    job = expect(server.ask("POST", f"/api/v1/captures/{capture}/replay", token=token), 202)
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        job = expect(server.ask("GET", f"/api/v1/jobs/{job['id']}", token=token), 200)
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)


def offline(path):
    """What the replay says of the same capture without any server."""
    done = subprocess.run([RINGFENCE, "replay", "--json", path], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def archive_equals_replay(server, token):
    attack = upload(server, token, ATTACK, "svcrack.pcap")
    call = upload(server, token, CALL, "call.pcap")
    for capture, path in ((attack, ATTACK), (call, CALL)):
        assert replayed(server, token, capture)["state"] == "done"
        for kind, table in (("alert", "alerts"), ("call", "calls"), ("rtp", "streams")):
            want = [e for e in offline(path) if e["event_type"] == kind]
            got = expect(server.ask("GET", f"/api/v1/{table}?capture={capture}&limit=1000",
                                    token=token), 200)["data"]
            assert len(got) == len(want), (kind, len(got), len(want))
            for event in want:
                assert any(all(row[key] == event[key] for key in ("timestamp", "src_ip", kind)
                               if key != "alert") if kind != "alert" else
                           row["alert"]["rule_id"] == event["alert"]["rule_id"] for row in got)
    # A second replay of the same capture adds nothing.
    before = expect(server.ask("GET", "/api/v1/alerts", token=token), 200)
    replayed(server, token, attack)
    after = expect(server.ask("GET", "/api/v1/alerts", token=token), 200)
    assert before == after
    return attack, call


def pages_hold_all(server, token):
    every = expect(server.ask("GET", "/api/v1/alerts?limit=1000", token=token), 200)["data"]
    assert len(every) >= 5, every
    for limit in (1, 2, 3):
        seen, cursor = [], ""
        while True:
            page = expect(server.ask("GET", f"/api/v1/alerts?limit={limit}{cursor}",
                                     token=token), 200)
            seen += page["data"]
            if not page["page"]["has_more"]:
                assert page["page"]["next"] is None
                break
            assert len(page["data"]) == limit
            cursor = "&cursor=" + page["page"]["next"]
        assert seen == every, limit
    stamps = [row["timestamp"] for row in every]
    assert stamps == sorted(stamps, reverse=True)


def filters_hold(server, token):
    def count(query):
        return len(expect(server.ask("GET", "/api/v1/alerts?limit=1000&" + query,
                                     token=token), 200)["data"])

    everything = count("")
    brute = count("rule_id=auth-bruteforce")
    assert brute == 1
    assert count("rule_id=auth-bruteforce&rule_id=scan-tool-ua") == 2
    assert count("src_ip=127.0.0.0/8") == everything and count("src_ip=10.0.0.0/8") == 0
    assert count("q=" + urllib.parse.quote("rule_id:auth-*")) >= 2
    assert count("q=" + urllib.parse.quote("-rule_id:auth-bruteforce")) == everything - 1
    assert count("q=" + urllib.parse.quote('@ip:127.0.0.1 "password guessing"')) >= 1
    assert count("q=" + urllib.parse.quote("event_type:alert severity:<=2")) == \
        count("severity_lte=2")
    assert count("from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z") == 0
    groups = expect(server.ask("GET", "/api/v1/alerts/groups?by=rule_id", token=token), 200)
    assert sum(group["count"] for group in groups["data"]) == everything
    kpi = expect(server.ask("GET", "/api/v1/kpis", token=token), 200)["data"][0]
    assert kpi["asr_percent"] == 100 and abs(kpi["acd_s"] - 6.0) < 0.1, kpi
    quality = expect(server.ask("GET", "/api/v1/quality?by=codec", token=token), 200)["data"]
    assert quality[0]["key"] == "PCMU" and quality[0]["streams"] == 2, quality


def forms_hold(server, token):
    status, headers, data = server.ask("GET", "/api/v1/alerts", token=token,
                                       headers={"Accept": "text/csv"})
    lines = data.decode().split("\r\n")
    assert status == 200 and lines[0].startswith("id,timestamp,rule_id,"), lines[0]
    status, headers, data = server.ask("GET", "/api/v1/alerts?limit=2", token=token,
                                       headers={"Accept": "application/x-ndjson"})
    assert [json.loads(line)["event_type"] for line in data.splitlines()] == ["alert"] * 2
    assert headers["X-Next-Cursor"]
    expect(server.ask("GET", "/api/v1/alerts", token=token, headers={"Accept": "image/png"}),
           406)


def calls_open(server, token, call):
    row = expect(server.ask("GET", f"/api/v1/calls?capture={call}", token=token), 200)["data"][0]
    base = f"/api/v1/calls/{row['id']}"
    ladder = expect(server.ask("GET", base + "/ladder", token=token), 200)
    assert "INVITE" in json.dumps(ladder)
    messages = expect(server.ask("GET", base + "/messages", token=token), 200)["data"]
    assert messages == ladder["messages"] and len(messages) > 4, messages
    svg = server.ask("GET", base + "/ladder?format=svg", token=token)
    assert svg[0] == 200 and b"<svg" in svg[2] and b"<script" not in svg[2]
    expect(server.ask("GET", base + "/ladder?format=png", token=token), 400)
    status, _, packets = server.ask("GET", base + ".pcap", token=token)
    assert status == 200
    again = pathlib.Path(server.directory / "call.pcapng")
    again.write_bytes(packets)
    was = [e for e in offline(CALL) if e["event_type"] in ("call", "rtp")]
    now = [e for e in offline(again) if e["event_type"] in ("call", "rtp")]
    assert len(was) == len(now) == 3
    assert was[0]["call"]["quality"] == now[0]["call"]["quality"]
    assert len(expect(server.ask("GET", base + "/legs", token=token), 200)["data"]) == 1
    for stream in expect(server.ask("GET", base + "/quality", token=token), 200)["data"]:
        path = f"{base}/audio/{stream['rtp']['ssrc']}.wav"
        status, headers, sound = server.ask("GET", path, token=token)
        assert status == 200 and headers["Content-Type"] == "audio/wav", (status, sound[:200])
        with wave.open(io.BytesIO(sound)) as file:
            assert file.getframerate() == 8000 and file.getnchannels() == 1
            assert abs(file.getnframes() / 8000 - stream["rtp"]["packets"] * 0.02) < 1
    expect(server.ask("GET", base + "/audio/0x00000001.wav", token=token), 422)
    expect(server.ask("GET", base + "/audio/x.wav", token=token), 404)
    assert any(row["action"] == "call.audio" for row in expect(
        server.ask("GET", "/api/v1/audit", token=token), 200)["data"])


def others_are_told(server, token):
    """Indicators for others, the inventory, and what a caller's calls cost."""
    status, headers, bundle = server.ask("GET", "/api/v1/indicators", token=token)
    assert status == 200 and headers["Content-Type"] == "application/stix+json;version=2.1"
    kinds = [one["type"] for one in bundle["objects"]]
    assert kinds[0] == "identity" and kinds.count("indicator") == len(kinds) - 1 > 0, kinds
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
    for one in bundle["objects"][1:]:
        assert re.fullmatch("indicator--" + uuid, one["id"]), one
        assert re.fullmatch(r"\[ipv[46]-addr:value = '[0-9a-f.:]+'\]", one["pattern"]), one
        assert one["created"] <= one["modified"] and one["spec_version"] == "2.1"
    again = server.ask("GET", "/api/v1/indicators", token=token)[2]
    assert [one["id"] for one in again["objects"]] == [one["id"] for one in bundle["objects"]]
    total = expect(server.ask("GET", "/api/v1/kpis", token=token), 200)["data"][0]
    risk = expect(server.ask("GET", "/api/v1/kpis?at_risk=true", token=token), 200)["data"]
    assert not risk or risk[0]["attempts"] <= total["attempts"], risk
    expect(server.ask("GET", "/api/v1/kpis?by=country", token=token), 200)
    expect(server.ask("GET", "/api/v1/entities/asn/3320", token=token), 200)
    expect(server.ask("GET", "/api/v1/entities/asn/x", token=token), 400)
    register = upload(server, token, SOURCE / "captures/benign/register.pcap", "register.pcap")
    replayed(server, token, register)
    rows = expect(server.ask("GET", "/api/v1/inventory", token=token), 200)["data"]
    assert any(row["kind"] == "sip" and row["name"] and row["address"] for row in rows), rows


def alerts_open(server, token, attack):
    row = expect(server.ask("GET", f"/api/v1/alerts?capture={attack}&rule_id=auth-bruteforce",
                            token=token), 200)["data"][0]
    base = f"/api/v1/alerts/{row['id']}"
    assert expect(server.ask("GET", base, token=token), 200)["state"] == "open"
    status, _, packets = server.ask("GET", base + "/evidence.pcap", token=token)
    assert status == 200 and packets[:4] == b"\x0a\x0d\x0d\x0a"
    status, _, text = server.ask("GET", base + "/explain", token=token)
    assert status == 200 and b"bucket" in text, text
    action = {"action": "close", "ids": [row["id"]], "note": "customer's old phone"}
    dry = expect(server.ask("POST", "/api/v1/alerts/actions?dry_run=true", action, token), 200)
    assert dry == {"would_change": 1}
    assert expect(server.ask("GET", base, token=token), 200)["state"] == "open"
    assert expect(server.ask("POST", "/api/v1/alerts/actions", action, token), 200) == \
        {"changed": 1}
    closed = expect(server.ask("GET", base, token=token), 200)
    assert closed["state"] == "closed" and closed["note"] == action["note"]
    status, headers, report = server.ask("GET", f"/api/v1/captures/{attack}/report", token=token)
    assert status == 200 and b"<html" in report.lower()
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def roles_hold(server, cookie, token):
    viewer = token_of(server, cookie, name="viewer", role="viewer")
    analyst = token_of(server, cookie, name="analyst", role="analyst")
    exporter = token_of(server, cookie, name="exporter", role="analyst",
                        grants=["pcap:export", "payload:read"])
    elsewhere = token_of(server, cookie, name="elsewhere", role="admin", network="192.0.2.0/24")
    call = expect(server.ask("GET", "/api/v1/calls", token=token), 200)["data"][0]["id"]
    for path, least in (("/api/v1/alerts", viewer), ("/api/v1/captures", analyst),
                        (f"/api/v1/calls/{call}.pcap", exporter),
                        (f"/api/v1/calls/{call}/ladder", exporter), ("/api/v1/audit", token)):
        order = [viewer, analyst, exporter, token]
        for who in order:
            want = 200 if order.index(who) >= order.index(least) else 403
            assert server.ask("GET", path, token=who)[0] == want, (path, order.index(who))
        expect(server.ask("GET", path), 401)
    expect(server.ask("GET", "/api/v1/alerts", token=elsewhere), 401)
    tokens = json.dumps(expect(server.ask("GET", "/api/v1/tokens", token=token), 200))
    assert "digest" not in tokens and viewer not in tokens


def numbers_are_masked(server, cookie, token):
    """A viewer sees who is meant, not whom to call; nothing else changes."""
    viewer = token_of(server, cookie, name="masked", role="viewer")
    upload_id = upload(server, token, NUMBERS, "numbers.pcap")
    assert replayed(server, token, upload_id)["state"] == "done"
    path = f"/api/v1/calls?capture={upload_id}"
    clear = expect(server.ask("GET", path, token=token), 200)["data"][0]
    masked = expect(server.ask("GET", path, token=viewer), 200)["data"][0]
    number = next(clear["call"][side]["user"] for side in ("from", "to", "request")
                  if re.search(r"\d{6}", clear["call"][side]["user"]))
    assert number in json.dumps(clear) and number not in json.dumps(
        {key: value for key, value in masked["call"].items() if key != "call_id"})
    assert "\u2022" in json.dumps(masked, ensure_ascii=False) and masked["src_ip"] == clear["src_ip"]
    assert masked["call"]["duration_s"] == clear["call"]["duration_s"]


def audit_is_chained(server, token):
    import hashlib
    page = server.ask("GET", "/api/v1/audit?limit=1000", token=token)
    entries = expect(page, 200)["data"]
    assert entries[-1]["number"] == 1 and len(entries) > 10
    raw = subprocess.run(
        ["python3", "-c", "import sqlite3,sys\n"
         "for (body,) in sqlite3.connect(sys.argv[1]).execute(\"SELECT body FROM documents "
         "WHERE space='audit' ORDER BY key\"): print(body)",
         server.directory / "data/state.db"], capture_output=True, text=True, check=True)
    before = b""
    for line in raw.stdout.splitlines():
        assert json.loads(line)["before"] == hashlib.sha256(before).hexdigest()
        before = line.encode()


def devices_of_h323(server, token):
    """What the replay finds of endpoints is the inventory."""
    path = SOURCE / "captures/h323/office-day.pcap"
    capture = upload(server, token, path, "office-day.pcap")
    assert replayed(server, token, capture)["state"] == "done"
    want = [e["device"] for e in offline(path) if e["event_type"] == "device"]
    got = expect(server.ask("GET", f"/api/v1/h323/endpoints?capture={capture}&limit=1000",
                            token=token), 200)["data"]
    assert len(want) == len(got) > 2 and all(row["device"] in want for row in got)
    roles = {device["role"] for device in want}
    for role in roles:
        found = expect(server.ask(
            "GET", f"/api/v1/h323/endpoints?capture={capture}&role={role}", token=token), 200)
        assert {row["device"]["role"] for row in found["data"]} == {role}


def feed_tells(server, token, capture_path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
    connection.request("GET", "/api/v1/stream?topics=alerts",
                       headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    assert response.getheader("Content-Type") == "text/event-stream"
    copy = upload(server, token, capture_path, "again.pcap")
    replayed(server, token, copy)
    last, rules = None, set()
    while "auth-bruteforce" not in rules:
        line = response.readline().decode().strip()
        if line.startswith("id: "):
            last = int(line[4:])
        if line.startswith("data: "):
            event = json.loads(line[6:])
            assert event["event_type"] == "alert"
            rules.add(event["alert"]["rule_id"])
    connection.close()
    # Who comes back is given what was missed, or told that it is gone.
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
    connection.request("GET", "/api/v1/stream", headers={
        "Authorization": f"Bearer {token}", "Last-Event-ID": "1"})
    response = connection.getresponse()
    assert response.readline() == b"event: gap\n"
    connection.close()
    assert last


def bad_input_is_told(server, token):
    rows = [
        ("GET", "/api/v1/alerts?limit=0", None, 400), ("GET", "/api/v1/alerts?limit=1001", None, 400),
        ("GET", "/api/v1/alerts?cursor=zz", None, 400), ("GET", "/api/v1/alerts?from=soon", None, 400),
        ("GET", "/api/v1/alerts?src_ip=10.0.0.0/99", None, 400),
        ("GET", "/api/v1/alerts?severity_gte=many", None, 400),
        ("GET", "/api/v1/alerts?q=nofield:1", None, 400), ("GET", "/api/v1/alerts?x=1", None, 400),
        ("GET", "/api/v1/alerts?q=%ff", None, 400), ("GET", "/api/v1/alerts?q=%0", None, 400),
        ("GET", "/api/v1/alerts?q=%00", None, 400),
        ("GET", "/api/v1/alerts?" + "&".join(["q=a"] * 80), None, 400),
        ("GET", "/api/v1/alerts?q=" + "a" * 9000, None, 400),
        ("GET", "/api/v1/alerts/999999", None, 404), ("GET", "/api/v1/alerts/x", None, 404),
        ("GET", "/api/v1/alerts/-1", None, 404), ("GET", "/api/v1/nothing", None, 404),
        ("GET", "/page.html", None, 404), ("GET", "/api/v1/captures/..%2f..%2fetc", None, 404),
        ("GET", "/api/v1/rules/--help", None, 404), ("GET", "/api/v1/rules/no-such-rule", None, 422),
        ("PUT", "/api/v1/alerts", {}, 405), ("DELETE", "/api/v1/users/ann", None, 204),
        ("POST", "/api/v1/alerts/actions", [], 400), ("POST", "/api/v1/alerts/actions", {}, 400),
        ("POST", "/api/v1/alerts/actions", {"action": "eat", "ids": ["1"]}, 400),
        ("POST", "/api/v1/alerts/actions", {"action": "close", "ids": [1]}, 400),
        ("POST", "/api/v1/alerts/actions", {"action": "close", "ids": ["1"], "x": 1}, 400),
        ("POST", "/api/v1/alerts/actions", "{" * 5000, 415), ("POST", "/api/v1/captures", b"", 400),
        ("POST", "/api/v1/captures", b"no capture at all", 422),
        ("POST", "/api/v1/captures/nope/replay", None, 404),
    ]
    for method, path, body, want in rows:
        answer = server.ask(method, path, body, token)
        assert answer[0] == want, (method, path[:80], answer)
        if want >= 400:
            expect(answer, want)
    nested = server.ask("POST", "/api/v1/alerts/actions", "[" * 100000, token,
                        {"Content-Type": "application/json"})
    expect(nested, 400)
    # What is removed takes its findings along.
    gone = upload(server, token, ATTACK, "gone.pcap")
    replayed(server, token, gone)
    path = f"/api/v1/alerts?capture={gone}"
    assert expect(server.ask("GET", path, token=token), 200)["data"]
    assert server.ask(
        "DELETE", f"/api/v1/captures/{gone}?dry_run=true", token=token)[0] == 204
    assert expect(server.ask("GET", path, token=token), 200)["data"]
    assert server.ask("DELETE", f"/api/v1/captures/{gone}", token=token)[0] == 204
    assert not expect(server.ask("GET", path, token=token), 200)["data"]
    assert not [p for p in (server.directory / "data/captures").iterdir() if gone in p.name]
    # A capture that breaks off is judged as far as it goes, and the job tells.
    broken = upload(server, token, ATTACK.read_bytes()[:30000], "cut.pcap")
    assert replayed(server, token, broken)["state"] in ("done", "failed")


def slow_clients_wait_alone(server, token):
    """Half a request holds its own connection only."""
    half = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    for one in half:
        one.send(b"GET /api/v1/alerts HTTP/1.1\r\nHost: x\r\n")
    begun = time.monotonic()
    expect(server.ask("GET", "/api/v1/alerts", token=token), 200)
    assert time.monotonic() - begun < 10
    for one in half:
        one.close()


def nonsense_never_hurts(server, token):
    """Random requests from the description: no answer is our fault."""
    seed = random.Random(7)
    document = server.ask("GET", "/openapi.json")[2]
    words = ["", "0", "-1", "1", "99999999999999999999", "a", "'", '"', "%25", "<script>", "é",
             "10.0.0.0/8", "::/0", "-1h", "x:y", "-is:open", "@ip:1", "null", "true", "../.."]
    count = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.endswith("/stream") or "/users/" in path or "/tokens/" in path:
                continue
            for _ in range(12):
                target = re.sub(r"{[^}]*}", lambda _: urllib.parse.quote(
                    seed.choice(words) or "1", safe=""), path)
                names = [p["name"] for p in operation["parameters"] if p["in"] == "query"]
                pairs = [(seed.choice(names + ["zz"]), seed.choice(words))
                         for _ in range(seed.randrange(4))] if names else []
                if pairs:
                    target += "?" + urllib.parse.urlencode(pairs)
                body = seed.choice([None, {}, [], {"name": "x"}, {"ids": ["1"]}, 7, "x"]) \
                    if method != "get" else None
                status = server.ask(method.upper(), target,
                                    json.dumps(body) if body is not None else None, token,
                                    {"Content-Type": "application/json"})[0]
                assert status < 500 or status == 503, (method, target, body, status)
                count += 1
    return count


def description_is_true(server, token):
    document = server.ask("GET", "/openapi.json")[2]
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method in ("get", "post", "put", "delete", "patch"):
            if path.endswith("/stream"):
                continue
            target = re.sub(r"{[^}]*}", "x", path)
            status, headers, _ = server.ask(method.upper(), target)
            # A path that fits two descriptions has the methods of both.
            known = any(method in document["paths"][other] for other in document["paths"]
                        if re.fullmatch(re.sub(r"{[^}]*}", "[^/]+", other), target)) \
                if "{" in path else method in operations
            assert (status == 405) == (not known), (method, path, status)
            if not known:
                assert headers["Allow"].lower().split(", ")


def guesses_are_slowed(server):
    seen = []
    for _ in range(8):
        answer = server.ask("POST", "/api/v1/session", {"name": "ann", "password": "guess guess"})
        seen.append(answer[0])
    assert seen[0] == 401 and seen[-1] == 429, seen
    assert int(answer[1]["Retry-After"]) > 0


def survives_a_kill(server, token):
    """What was archived is there after kill -9; a running job is told to have failed."""
    before = expect(server.ask("GET", "/api/v1/alerts?limit=1000", token=token), 200)["data"]
    server.stop(signal.SIGKILL)
    server.start()
    after = expect(server.ask("GET", "/api/v1/alerts?limit=1000", token=token), 200)["data"]
    changed = [pair for pair in zip(before, after) if pair[0] != pair[1]]
    assert before == after, (len(before), len(after), changed[:1])


def bad_configurations(directory):
    for text, want in (("api:\n  listne: x\n", ":2:3: there is no setting"),
                       ("api:\n  listen: nowhere\n", "api.listen is an address"),
                       ("api:\n  jobs_max: 0\n", "outside its range")):
        path = directory / "bad.yaml"
        path.write_text(text + f"  directory: {directory}/bad\n")
        done = subprocess.run([API, "--config", path], capture_output=True, text=True, timeout=20)
        assert done.returncode in (3, 4) and want in done.stderr, done.stderr
    done = subprocess.run([API, "--config", "/nonexistent.yaml"], capture_output=True, text=True)
    assert done.returncode == 3 and "/nonexistent.yaml" in done.stderr


def its_service_is_tight():
    """The unit's exposure by systemd's own measure."""
    if not shutil.which("systemd-analyze"):
        return
    done = subprocess.run(["systemd-analyze", "security", "--offline=true",
                           SOURCE / "deploy/systemd/ringfence-api.service"],
                          capture_output=True, text=True)
    level = float(re.search(r"Overall exposure level.*: ([0-9.]+)", done.stdout).group(1))
    assert level <= 2.0, done.stdout


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-api-"))
    server = None
    try:
        bad_configurations(directory)
        its_service_is_tight()
        server = Server(directory, requests_per_second=100000)
        cookie = first_user(server)
        cookies_need_their_origin(server, cookie)
        token = token_of(server, cookie, name="admin", role="admin")
        attack, call = archive_equals_replay(server, token)
        pages_hold_all(server, token)
        filters_hold(server, token)
        forms_hold(server, token)
        calls_open(server, token, call)
        alerts_open(server, token, attack)
        others_are_told(server, token)
        roles_hold(server, cookie, token)
        numbers_are_masked(server, cookie, token)
        devices_of_h323(server, token)
        feed_tells(server, token, ATTACK)
        audit_is_chained(server, token)
        bad_input_is_told(server, token)
        slow_clients_wait_alone(server, token)
        description_is_true(server, token)
        print(nonsense_never_hurts(server, token), "random requests, none our fault")
        survives_a_kill(server, token)
        guesses_are_slowed(server)
        server.stop()
        server = None
    finally:
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
