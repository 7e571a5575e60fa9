#!/usr/bin/env python3
"""What every resource of the API keeps: forms of lists, dry runs, repeated requests."""

import csv
import io
import json
import pathlib
import shutil
import sys
import tempfile

from api_kit import SOURCE, Server, expect, first_user, token_of

ATTACK = SOURCE / "captures/attack/svcrack-long.pcap"


def lists_come_in_all_forms(server, token):
    server.ask("POST", "/api/v1/captures?name=%3Dcmd%22x", ATTACK.read_bytes(), token)
    server.ask("POST", "/api/v1/captures?name=second", ATTACK.read_bytes(), token)
    for path in ("/captures", "/tokens", "/users", "/audit", "/rules"):
        rows = expect(server.ask("GET", "/api/v1" + path, token=token), 200)["data"]
        assert rows, path
        status, headers, lines = server.ask("GET", "/api/v1" + path, token=token,
                                            headers={"Accept": "application/x-ndjson"})
        assert status == 200 and headers["Content-Type"] == "application/x-ndjson", path
        assert [json.loads(line) for line in lines.splitlines()] == rows, path
        status, headers, text = server.ask("GET", "/api/v1" + path, token=token,
                                           headers={"Accept": "text/csv"})
        assert headers["Content-Type"].startswith("text/csv"), path
        table = list(csv.DictReader(io.StringIO(text.decode())))
        assert len(table) == len(rows), path
        key = "id" if "id" in rows[0] else "number"
        assert [row[key] for row in table] == [str(row[key]) for row in rows], path
        expect(server.ask("GET", "/api/v1" + path, token=token,
                          headers={"Accept": "image/png"}), 406)
    names = [row["name"] for row in csv.DictReader(io.StringIO(server.ask(
        "GET", "/api/v1/captures", token=token, headers={"Accept": "text/csv"})[2].decode()))]
    assert names == ["second", "'=cmd\"x"], names
    status, headers, lines = server.ask("GET", "/api/v1/captures?limit=1", token=token,
                                        headers={"Accept": "application/x-ndjson"})
    assert len(lines.splitlines()) == 1
    rest = expect(server.ask("GET", "/api/v1/captures?cursor=" + headers["X-Next-Cursor"],
                             token=token), 200)
    assert len(rest["data"]) == 1


def nothing_happens_in_a_dry_run(server, token):
    """Every change of the description takes dry_run, and then leaves no trace."""
    def state():
        return [expect(server.ask("GET", "/api/v1" + path, token=token), 200)["data"]
                for path in ("/captures", "/jobs", "/users", "/tokens", "/audit")]

    before = state()
    capture, user, name = before[0][0]["id"], before[2][0]["id"], before[3][0]["id"]
    rows = [("POST", "/users", {"name": "x", "password": "long enough", "role": "viewer"}),
            ("POST", "/tokens", {"name": "x", "role": "viewer"}),
            ("DELETE", f"/tokens/{name}", None), ("DELETE", f"/captures/{capture}", None),
            ("POST", f"/captures/{capture}/replay", None),
            ("POST", "/captures", ATTACK.read_bytes()), ("DELETE", f"/users/{user}", None)]
    for method, path, body in rows:
        status = server.ask(method, f"/api/v1{path}?dry_run=true", body, token)[0]
        assert status == 204 or (status == 409 and "/users" in path), (method, path, status)
    assert state() == before
    document = server.ask("GET", "/openapi.json")[2]
    without = [(method, path) for path, operations in document["paths"].items()
               for method, operation in operations.items()
               if method != "get" and "/api/v1/se" not in path
               and "dry_run" not in [p["name"] for p in operation["parameters"]]]
    assert sorted(without) == [("post", "/api/v1/blocks/check"),
                               ("post", "/api/v1/rules/validate")], without


def a_repeated_request_is_done_once(server, token):
    def count():
        return len(expect(server.ask("GET", "/api/v1/captures", token=token), 200)["data"])

    before = count()
    key = {"Idempotency-Key": "upload-1"}
    first = server.ask("POST", "/api/v1/captures?name=once", ATTACK.read_bytes(), token, key)
    again = server.ask("POST", "/api/v1/captures?name=once", ATTACK.read_bytes(), token, key)
    assert first[0] == again[0] == 201 and first[2] == again[2], (first, again)
    assert again[1]["Idempotency-Replayed"] == "true"
    assert again[1]["Location"] == first[1]["Location"]
    assert count() == before + 1
    # Another request under the same key, and another's key, are other matters.
    expect(server.ask("POST", "/api/v1/captures?name=other", ATTACK.read_bytes(), token, key), 422)
    wrong = {"action": "close", "ids": ["no"]}
    key = {"Idempotency-Key": "act"}
    expect(server.ask("POST", "/api/v1/alerts/actions", wrong, token, key), 400)
    expect(server.ask("POST", "/api/v1/alerts/actions", wrong, token, key), 400)
    expect(server.ask("POST", "/api/v1/alerts/actions", wrong, token,
                      {"Idempotency-Key": "k" * 201}), 400)
    # A secret is never kept.
    expect(server.ask("POST", "/api/v1/tokens", {"name": "x", "role": "viewer"}, token, key), 400)
    server.stop()
    server.start()
    after = server.ask("POST", "/api/v1/captures?name=once", ATTACK.read_bytes(), token,
                       {"Idempotency-Key": "upload-1"})
    assert after[2] == first[2]


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-contract-"))
    server = None
    try:
        server = Server(directory, requests_per_second=100000)
        cookie = first_user(server)
        token = token_of(server, cookie, name="admin", role="admin")
        lists_come_in_all_forms(server, token)
        nothing_happens_in_a_dry_run(server, token)
        a_repeated_request_is_done_once(server, token)
        server.stop()
        server = None
        print("fine")
    finally:
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
