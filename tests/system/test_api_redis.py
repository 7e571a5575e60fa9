#!/usr/bin/env python3
"""ringfence-api and a real Redis: events are archived exactly once, come what may."""

import json
import pathlib
import shutil
import signal
import sys
import tempfile
import time

from api_kit import DEADLINE_S, Server, expect, first_user, token_of
from common import need_tool
from redis_kit import Server as Redis


def event(number):
    return json.dumps({
        "timestamp": f"2026-10-{number // 40000 + 1:02}T{number // 3600 % 24:02}:"
                     f"{number // 60 % 60:02}:{number % 60:02}.000000Z",
        "event_type": "alert", "src_ip": f"198.51.{number // 250 % 100}.{number % 250 + 1}",
        "dest_ip": "192.0.2.1",
        "alert": {"rule_id": f"rule-{number % 7}", "severity": number % 4 + 1, "level": "high"}})


def publish(redis, node, numbers):
    redis.cli("ZADD", "rf:nodes", str(int(time.time() * 1000)), node)
    for number in numbers:
        redis.cli("XADD", f"rf:events:{{{node}}}", "*", "e", event(number))


def archived(api, token, node):
    rows, cursor = [], ""
    while True:
        page = expect(api.ask("GET", f"/api/v1/alerts?node={node}&limit=1000{cursor}",
                              token=token), 200)
        rows += page["data"]
        if not page["page"]["has_more"]:
            return rows
        cursor = "&cursor=" + page["page"]["next"]


def until(condition, what):
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def exactly_once(api, redis, token):
    publish(redis, "sensor-1", range(40))
    publish(redis, "sensor-2", range(40, 60))
    until(lambda: len(archived(api, token, "sensor-1")) == 40, "sensor-1's events")
    until(lambda: len(archived(api, token, "sensor-2")) == 20, "sensor-2's events")
    # Killed at any moment, it goes on where it stopped.
    for begin in range(60, 180, 30):
        publish(redis, "sensor-1", range(begin, begin + 15))
        api.stop(signal.SIGKILL)
        publish(redis, "sensor-1", range(begin + 15, begin + 30))
        api.start()
    until(lambda: len(archived(api, token, "sensor-1")) == 160, "events after kills")
    time.sleep(1)
    rows = archived(api, token, "sensor-1")
    assert len(rows) == len({row["src_ip"] for row in rows}) == 160


def redis_comes_and_goes(api, redis, token):
    redis.stop()
    until(lambda: b"redis_up 0" in api.ask("GET", "/metrics")[2], "that Redis is away")
    assert len(archived(api, token, "sensor-1")) == 160
    expect(api.ask("GET", "/api/v1/blocks", token=token), 503)
    expect(api.ask("GET", "/readyz"), 200)
    redis.start()
    publish(redis, "sensor-1", range(200, 210))
    until(lambda: len(archived(api, token, "sensor-1")) == 170, "events of the new Redis")


def blocks_are_shared(api, redis, token):
    until(lambda: api.ask("GET", "/api/v1/blocks", token=token)[0] == 200, "blocks")
    wish = {"entity": "203.0.113.7", "ttl_s": 600, "reason": 'guessing <b>"x"</b>'}
    assert api.ask("POST", "/api/v1/blocks?dry_run=true", wish, token)[0] == 204
    assert expect(api.ask("GET", "/api/v1/blocks", token=token), 200)["data"] == []
    expect(api.ask("POST", "/api/v1/blocks", wish, token), 201)
    expect(api.ask("POST", "/api/v1/blocks", {"entity": "198.51.100.99/24"}, token), 201)
    expect(api.ask("POST", "/api/v1/allowlists", {"entity": "198.51.100.5"}, token), 201)
    rows = expect(api.ask("GET", "/api/v1/blocks", token=token), 200)["data"]
    assert {row["entity"] for row in rows} == {"203.0.113.7", "198.51.100.0/24"}, rows
    assert any(row.get("detail", {}).get("reason") == wish["reason"] for row in rows), rows
    assert "203.0.113.7" in redis.cli("HGETALL", "{rf:blk}:h")
    for address, blocked in (("203.0.113.7", True), ("198.51.100.9", True),
                             ("198.51.100.5", False), ("203.0.113.8", False)):
        body = expect(api.ask("POST", "/api/v1/blocks/check", {"address": address}, token), 200)
        assert body["blocked"] is blocked, body
    # Oneself cannot be locked out by mistake, and nonsense is told.
    expect(api.ask("POST", "/api/v1/blocks", {"entity": "127.0.0.0/8"}, token), 409)
    expect(api.ask("POST", "/api/v1/blocks", {"entity": "0.0.0.0/0"}, token), 409)
    for bad in ({"entity": "example.org"}, {"entity": "10.0.0.0/33"}, {},
                {"entity": "10.0.0.1", "ttl_s": -1}, {"entity": "10.0.0.1", "ttl_s": "1"}):
        expect(api.ask("POST", "/api/v1/blocks", bad, token), 400)
    assert api.ask("DELETE", "/api/v1/blocks?entity=198.51.100.0/24", token=token)[0] == 204
    expect(api.ask("DELETE", "/api/v1/blocks?entity=198.51.100.0/24", token=token), 404)
    # Lists from elsewhere, and for others.
    text = "# theirs\n192.0.2.1\n 192.0.2.9/28 ; office\n2001:db8::1,scanner\n\n127.0.0.1\n"
    kind = {"Content-Type": "text/plain"}
    path = "/api/v1/blocks/import?ttl_s=60"
    assert expect(api.ask("POST", path + "&dry_run=true", text, token, kind), 200) == {
        "would_block": 3, "left_out": 1}
    assert expect(api.ask("POST", path, text, token, kind), 200)["blocked"] == 3
    expect(api.ask("POST", path, "192.0.2.3\nno address\n", token, kind), 422)
    expect(api.ask("POST", "/api/v1/blocks/import?ttl_s=x", text, token, kind), 400)
    status, headers, told = api.ask("GET", "/api/v1/blocks/export", token=token)
    assert status == 200 and headers["Content-Type"].startswith("text/plain")
    assert {"192.0.2.1", "192.0.2.0/28", "2001:db8::1"} < set(told.decode().split()), told
    assert "192.0.2.3" not in told.decode().split()
    nodes = expect(api.ask("GET", "/api/v1/nodes", token=token), 200)["data"]
    assert [node["id"] for node in nodes] == ["sensor-1"] and not nodes[0]["alive"], nodes


def main():
    need_tool("redis-server", "redis-cli")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-api-redis-"))
    redis = Redis(directory / "redis")
    api = None
    try:
        redis.start()
        api = Server(directory, f"redis:\n  address: {redis.socket}\n")
        token = token_of(api, first_user(api), name="admin", role="admin")
        exactly_once(api, redis, token)
        redis_comes_and_goes(api, redis, token)
        blocks_are_shared(api, redis, token)
        api.stop()
        api = None
    finally:
        redis.stop()
        if api:
            api.process.kill()
            sys.stderr.write(api.process.stderr.read())
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
