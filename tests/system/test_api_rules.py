#!/usr/bin/env python3
"""Rules by the API: validated with their places, staged, compared, published to a real Redis by
compare and swap, followed by a real sensor, rolled back."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from api_kit import DEADLINE_S, RINGFENCE, SOURCE, Server, expect, first_user, token_of
from common import need_tool
from live_kit import Sensor, Wire, need_sensor
from redis_kit import Server as Redis

API = "/api/v1"


def rule(identity, severity="low", more=""):
    return f"""- id: {identity}
  title: Any request
  category: policy
  severity: {severity}
  on: sip.request
  when: {{ method: {{ in: [REGISTER, INVITE, OPTIONS] }} }}
  key: [src.ip]
  trigger: first
  respond: [alert]
{more}"""


def ask(server, token, method, path, body=None, status=200, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return expect(server.ask(method, API + path, body, token, headers), status)


def validation_names_places(server, token):
    good = ask(server, token, "POST", "/rules/validate", rule("mine"), Content_Type="text/yaml")
    assert good == {"valid": True, "rules": 1}, good
    good = ask(server, token, "POST", "/rules/validate",
               {"text": (SOURCE / "rules/scanning.yaml").read_text()})
    assert good["valid"] and good["rules"] > 3, good  # it names lists of other files
    bad = rule("mine") + rule("mine", severity="extreme") + "\n\n  colour: green\n"
    refused = ask(server, token, "POST", "/rules/validate", {"text": bad}, 422)
    lines = bad.splitlines()
    places = {error.get("line"): error for error in refused["errors"]}
    severity = next(i for i, line in enumerate(lines, 1) if "extreme" in line)
    colour = next(i for i, line in enumerate(lines, 1) if "colour" in line)
    assert {severity, colour} <= places.keys(), refused
    assert places[severity]["column"] == lines[severity - 1].index("extreme") + 1, refused
    assert all(error["pointer"] == "/text" and error["detail"] for error in refused["errors"])
    assert "rulesets/" not in json.dumps(refused), refused
    broken = ask(server, token, "POST", "/rules/validate", "a: [1,\nb: {", 422,
                 Content_Type="application/yaml")
    assert broken["errors"][0]["line"] >= 1 and broken["errors"][0]["pointer"] == "", broken
    for hostile in (b"\xff\xfe\0", b"[" * 5000, b"a: &a [*a]", b"- " * 4000, b"x: \x1b[31m"):
        refused = ask(server, token, "POST", "/rules/validate", hostile, 422, Content_Type="text/yaml")
        assert all(error.get("line", 1) > 0 for error in refused["errors"]), refused
    for body, status in (({}, 400), ({"text": 7}, 400), ({"text": ""}, 400), ({"txet": "a"}, 400)):
        ask(server, token, "POST", "/rules/validate", body, status)
    ask(server, token, "POST", "/rules/validate", "", 400, Content_Type="text/yaml")
    ask(server, token, "POST", "/rules/validate", "x", 415, Content_Type="text/plain")
    ask(server, token, "POST", "/rules/validate", "x" * (9 << 20), 413, Content_Type="text/yaml")


def stage(server, token, text, status=201, query=""):
    return ask(server, token, "POST", "/rulesets/staged" + query, {"text": text, "note": "try"}, status)


def changes(document):
    return {change["id"]: change["change"] for change in document["changes"]}


def versions_follow_each_other(server, redis, admin, viewer):
    start = ask(server, viewer, "GET", "/rulesets")
    assert start["current"] == 0 and start["data"] == [], start
    # What nodes could not compile cannot be staged: lists of other files are not there.
    stage(server, admin, (SOURCE / "rules/scanning.yaml").read_text(), 422)
    for nothing in ("[]", "null", "lists: { names: [a] }", '{"packs": {"x.yaml": null}}'):
        refused = stage(server, admin, nothing, 422)
        assert "no rule" in refused["errors"][0]["detail"], refused
    dry = stage(server, admin, rule("one"), 200, "?dry_run=true")
    assert changes(dry)["one"] == "added" and changes(dry)["auth-bruteforce"] == "removed", dry
    assert ask(server, viewer, "GET", "/rulesets/staged")["data"] == []
    one = stage(server, admin, rule("one"))
    assert one["base"] == 0 and one["note"] == "try" and one["by"] == "admin", one
    listed = ask(server, viewer, "GET", "/rulesets/staged")["data"]
    assert [row["id"] for row in listed] == [one["id"]] and "changes" not in listed[0], listed
    assert ask(server, viewer, "GET", f"/rulesets/{one['id']}").decode() == rule("one")

    publish = f"/rulesets/{one['id']}/publish"
    ask(server, viewer, "POST", publish, None, 403, If_Match='"0"')
    ask(server, admin, "POST", publish, None, 428)
    ask(server, admin, "POST", publish, None, 400, If_Match="*")
    ask(server, admin, "POST", publish, None, 409, If_Match='"7"')
    ask(server, admin, "POST", "/rulesets/0123456789abcdef01234/publish", None, 404, If_Match='"0"')
    ask(server, admin, "POST", publish + "?dry_run=true", None, 204, If_Match='"0"')
    assert ask(server, viewer, "GET", "/rulesets")["current"] == 0
    assert ask(server, admin, "POST", publish + "?note=first", None, If_Match='"0"') == {"version": 1}
    assert redis.cli("GET", "{rf:rules}:ver").strip() == "1"
    assert redis.cli("HGET", "{rf:rules}:set:1", "body").rstrip() == rule("one").rstrip()
    ask(server, admin, "POST", publish, None, 409, If_Match='"0"')

    two = stage(server, admin, rule("one", "high") + rule("two"))
    assert changes(two) == {"one": "changed", "two": "added"} and two["base"] == 1, two
    assert changes(ask(server, viewer, "GET", f"/rulesets/{two['id']}/diff")) == changes(two)
    assert changes(ask(server, viewer, "GET", f"/rulesets/{one['id']}/diff")) == {}
    return one, two


def one_wins(server, admin, two):
    """Eight publish at once what they saw last: one does, the others are told."""
    answers = []

    def publish():
        answers.append(server.ask("POST", f"{API}/rulesets/{two['id']}/publish", None, admin,
                                  {"If-Match": '"1"'})[0])

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 7, answers


def finished(server, token, job):
    until(lambda: ask(server, token, "GET", f"/jobs/{job['id']}")["state"] not in ("queued", "running"),
          "that a backtest ends")
    return ask(server, token, "GET", f"/jobs/{job['id']}")


def alerts_of(capture, rules, directory):
    """What a replay by these rules alone says, by rule."""
    place = directory / "alone.yaml"
    place.write_text(rules)
    done = subprocess.run([RINGFENCE, "replay", capture, "--rules", place, "--json"],
                          capture_output=True, text=True, timeout=60, check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    found = [event["alert"]["rule_id"] for event in events if event["event_type"] == "alert"]
    return {identity: found.count(identity) for identity in found}


def trials_tell_what_changes(server, admin, viewer, directory):
    """A backtest over uploaded captures says what replays by either set say."""
    fresh = stage(server, admin, rule("one") + rule("four", more="  suppress: { for: 100ms }\n"))
    path = f"/rulesets/{fresh['id']}/backtest"
    ask(server, admin, "GET", path, None, 404)
    captures = {}
    for name in ("attack/svwar-default.pcap", "benign/call.pcap"):
        file = SOURCE / "captures" / name
        kept = expect(server.ask("POST", f"{API}/captures?name=x", file.read_bytes(), admin,
                                 {"Content-Type": "application/octet-stream"}), 201)
        captures[f"{kept['id']}.capture"] = file
    ask(server, viewer, "POST", path, None, 403)
    ask(server, admin, "POST", "/rulesets/77/backtest", None, 404)
    job = ask(server, admin, "POST", path, None, 202)
    assert job["ruleset"] == fresh["id"] and job["state"] == "queued", job
    done = finished(server, admin, job)
    assert done["state"] == "done", done
    result = ask(server, admin, "GET", path)
    assert result["job"] == job["id"] and result["base"] == 1, result
    assert {row["capture"] for row in result["data"]} == captures.keys(), result
    seen = 0
    for row in result["data"]:
        then = alerts_of(captures[row["capture"]], rule("one"), directory)
        now = alerts_of(captures[row["capture"]],
                        rule("one") + rule("four", more="  suppress: { for: 100ms }\n"), directory)
        assert row["whole"] and row["before"] == sum(then.values()), (row, then)
        assert row["after"] == sum(now.values()), (row, now)
        assert {r["rule_id"]: (r["before"], r["after"]) for r in row["rules"]} == {
            name: (then.get(name, 0), now.get(name, 0)) for name in then.keys() | now.keys()
            if then.get(name, 0) != now.get(name, 0)}, (row, then, now)
        seen += row["after"] - row["before"]
    assert seen > 0, result
    assert ask(server, viewer, "GET", "/alerts")["data"] == [], "a trial archives nothing"


def rolled_back(server, admin, viewer):
    rollback = "/rulesets/rollback"
    ask(server, viewer, "POST", rollback, {"to": 1}, 403, If_Match='"2"')
    ask(server, admin, "POST", rollback, {"to": 1}, 428)
    ask(server, admin, "POST", rollback, {"to": 1}, 409, If_Match='"1"')
    ask(server, admin, "POST", rollback, {"to": 9}, 404, If_Match='"2"')
    for body in ({}, {"to": "1"}, {"to": 0}, {"to": 1, "x": 1}):
        ask(server, admin, "POST", rollback, body, 400, If_Match='"2"')
    ask(server, admin, "POST", rollback + "?dry_run=true", {"to": 1}, 204, If_Match='"2"')
    done = ask(server, admin, "POST", rollback, {"to": 1, "note": "too loud"}, If_Match='"2"')
    assert done == {"version": 3}, done
    status, headers, log = server.ask("GET", API + "/rulesets", token=viewer)
    assert status == 200 and headers["ETag"] == '"3"' and log["current"] == 3
    assert [(row["version"], row["what"], row["note"]) for row in log["data"]] == [
        (3, "rollback to 1", "too loud"), (2, "publish", ""), (1, "publish", "first")], log
    assert all(row["who"] == "admin" and row["published"] for row in log["data"]), log
    for version, text in ((1, rule("one")), (3, rule("one"))):
        assert ask(server, viewer, "GET", f"/rulesets/{version}").decode() == text
    ask(server, viewer, "GET", "/rulesets/4", None, 404)
    audit = [row["action"] for row in ask(server, admin, "GET", "/audit")["data"]]
    assert audit.count("ruleset.rollback") == 1 and audit.count("ruleset.stage") == 3, audit


def node(server, token):
    rows = ask(server, token, "GET", "/nodes")["data"]
    return next((row for row in rows if row["id"] == "ruled"), {})


def until(condition, what):
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def single_rules_change(server, admin, viewer):
    """A rule of the set in force is changed on its own; the rest stays as it was written."""
    staged = stage(server, admin, "# Kept.\nrules:\n" + rule("first") + "\n# Of second.\n"
                   + rule("second") + "# the end\n")["id"]
    seen = ask(server, admin, "GET", "/rulesets")["current"]
    seen = ask(server, admin, "POST", f"/rulesets/{staged}/publish", If_Match=f'"{seen}"')["version"]

    def text():
        return server.ask("GET", f"{API}/rulesets/{seen}", token=admin)[2].decode()

    status, headers, shown = server.ask("GET", API + "/rules/second", token=viewer)
    assert status == 200 and headers["ETag"] == f'"{seen}"' and b"- id: second" in shown, shown
    rows = ask(server, viewer, "GET", "/rules")["data"]
    assert [row["id"] for row in rows] == ["first", "second"], rows
    changed = rule("second", severity="high").replace("- id", "id").replace("\n  ", "\n")
    body = {"text": changed, "note": "louder"}
    ask(server, admin, "PUT", "/rules/second", body, 428)
    ask(server, viewer, "PUT", "/rules/second", body, 403, If_Match=f'"{seen}"')
    ask(server, admin, "PUT", "/rules/second", body, 409, If_Match=f'"{seen - 1}"')
    ask(server, admin, "PUT", "/rules/other", body, 404, If_Match=f'"{seen}"')
    ask(server, admin, "PUT", "/rules/first", body, 409, If_Match=f'"{seen}"')
    for bad in ("id: second\nseverity: loud\n", "id: second\n"):
        ask(server, admin, "PUT", "/rules/second", {"text": bad}, 422, If_Match=f'"{seen}"')
    for bad in ("x", "[]", "{}", "- id: a\n- id: b\n", "a: [", "id: [x]"):
        ask(server, admin, "PUT", "/rules/second", {"text": bad}, 400, If_Match=f'"{seen}"')
    assert server.ask("PUT", API + "/rules/second?dry_run=true", body, admin,
                      {"If-Match": f'"{seen}"'})[0] == 204
    before = text()
    seen = ask(server, admin, "PUT", "/rules/second", body, If_Match=f'"{seen}"')["version"]
    assert text() == before.replace(rule("second"), rule("second", severity="high")), text()
    assert ask(server, admin, "GET", "/rulesets")["data"][0]["note"] == "louder"
    # Added in front, refused when it is there, taken out again.
    before = text()
    seen = ask(server, admin, "POST", "/rules", {"text": rule("third")},
               If_Match=f'"{seen}"')["version"]
    assert text() == before.replace(rule("first"), rule("third") + rule("first")), text()
    ask(server, admin, "POST", "/rules", {"text": rule("third")}, 409, If_Match=f'"{seen}"')
    seen = ask(server, admin, "DELETE", "/rules/third", If_Match=f'"{seen}"')["version"]
    assert text() == before
    ask(server, admin, "DELETE", "/rules/third", None, 404, If_Match=f'"{seen}"')
    seen = ask(server, admin, "DELETE", "/rules/second", If_Match=f'"{seen}"')["version"]
    assert text() == before.replace(rule("second", severity="high"), ""), text()
    # The last one cannot go: a set without rules is none.
    ask(server, admin, "DELETE", "/rules/first", None, 422, If_Match=f'"{seen}"')


def sensor_follows(server, redis, admin, directory):
    """What is published is judged by and acknowledged; so is what is rolled back."""
    with Wire() as wire:
        sensor = Sensor(wire, directory / "ruled", **{"redis.address": str(redis.socket)}).start()
        try:
            until(lambda: node(server, admin).get("rules") == "3", "that version 3 is in force")
            wire.send(SOURCE / "captures/attack/svwar-default.pcap")
            until(lambda: any(e["event_type"] == "alert" and e["alert"]["rule_id"] == "one"
                              for e in sensor.events()), "an alert by the published rule")
            loud = stage(server, admin, rule("three"))
            ask(server, admin, "POST", f"/rulesets/{loud['id']}/publish", None, If_Match='"3"')
            until(lambda: node(server, admin).get("rules") == "4", "that version 4 is in force")
            wire.send(SOURCE / "captures/attack/svwar-default.pcap")
            until(lambda: any(e["event_type"] == "alert" and e["alert"]["rule_id"] == "three"
                              for e in sensor.events()), "an alert by the new rule")
            # A canary judges by its own set, and by all others' again when that is ended.
            trial = stage(server, admin, rule("canary"))
            for body, status in (({"nodes": ["nobody"]}, 409), ({"nodes": []}, 400), ({}, 400)):
                ask(server, admin, "POST", f"/rulesets/{trial['id']}/canary", body, status)
            began = ask(server, admin, "POST", f"/rulesets/{trial['id']}/canary",
                        {"nodes": ["ruled"]})["version"]
            shown = ask(server, admin, "GET", "/rulesets")
            assert shown["current"] == 4 and shown["canary"] == {
                "version": began, "nodes": ["ruled"]}, shown
            until(lambda: node(server, admin).get("rules") == str(began), "the canary")
            wire.send(SOURCE / "captures/attack/svwar-default.pcap")
            until(lambda: any(e["event_type"] == "alert" and e["alert"]["rule_id"] == "canary"
                              for e in sensor.events()), "an alert by the canary's rule")
            assert server.ask("DELETE", API + "/rulesets/canary", token=admin)[0] == 204
            until(lambda: node(server, admin).get("rules") == "4", "version 4 again")
            assert ask(server, admin, "GET", "/rulesets")["canary"] is None
            # The same from a terminal.
            (directory / "try.yaml").write_text(rule("tried"))
            said = verb(server, admin, "publish", "--rules", directory / "try.yaml", "--canary", "ruled")
            assert "ruled judges by trial" in said, said
            assert ask(server, admin, "GET", "/rulesets")["canary"]["nodes"] == ["ruled"]
            assert "would" in verb(server, admin, "recall", "--dry-run")
            until(lambda: int(node(server, admin).get("rules")) > 4, "the canary of the verb")
            verb(server, admin, "recall")
            until(lambda: node(server, admin).get("rules") == "4", "version 4 once more")
            assert "does not live" in verb(server, admin, "publish", "--rules", directory / "try.yaml",
                                           "--canary", "nobody", code=3)
        finally:
            sensor.stop()


def verb(server, token, *words, code=0):
    done = subprocess.run(
        [RINGFENCE, "rules", *map(str, words)], capture_output=True, text=True, timeout=60,
        env={**os.environ, "RINGFENCE_SERVER": f"http://127.0.0.1:{server.port}",
             "RINGFENCE_TOKEN": token})
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def from_the_command_line(server, redis, admin, viewer, directory):
    """A directory of packs goes out as one set that judges as the directory does."""
    packs = directory / "packs"
    shutil.copytree(SOURCE / "rules", packs)
    before = ask(server, admin, "GET", "/rulesets")["current"]
    assert "added    rule  auth-bruteforce" in verb(server, admin, "diff", "--rules", packs)
    dry = verb(server, admin, "publish", "--rules", packs, "--dry-run")
    assert "removed  rule  three" in dry, dry
    assert ask(server, admin, "GET", "/rulesets")["current"] == before
    done = verb(server, admin, "publish", "--rules", packs, "--note", "all & sundry")
    assert f"version {before + 1} is in force" in done, done
    log = ask(server, admin, "GET", "/rulesets")["data"][0]
    assert (log["version"], log["note"]) == (before + 1, "all & sundry"), log
    assert verb(server, admin, "diff", "--rules", packs) == "nothing differs\n"
    whole = directory / "whole.yaml"
    whole.write_text(redis.cli("HGET", "{rf:rules}:set:%d" % (before + 1), "body"))
    here = [verb(server, admin, "list", "-o", "ndjson", "--rules", place) for place in (packs, whole)]
    assert sorted(here[0].splitlines()) == sorted(here[1].splitlines()) and here[0]
    assert verb(server, admin, "diff", "--rules", packs, "--against", whole) == "nothing differs\n"

    (packs / "zz.yaml").write_text(rule("mine", severity="extreme"))
    told = verb(server, admin, "publish", "--rules", packs, code=3)
    assert "extreme" in told and re.search(r"^  \d+:\d+: ", told, re.M), told
    (packs / "zz.yaml").write_text("---\n" + rule("mine"))
    assert "zz.yaml:1:1: " in verb(server, admin, "publish", "--rules", packs, code=3)
    (packs / "zz.yaml").write_text(rule("mine"))
    assert verb(server, admin, "diff", "--rules", packs) == "added    rule  mine\n"
    rows = json.loads(verb(server, admin, "diff", "--rules", packs, "-o", "json"))
    assert changes(rows) == {"mine": "added"}, rows

    dry = verb(server, admin, "rollback", before, "--dry-run")
    assert f"version {before} would be in force again" in dry, dry
    assert ask(server, admin, "GET", "/rulesets")["current"] == before + 1
    assert f"version {before + 2} is" in verb(server, admin, "rollback", before, "--note", "back")
    assert redis.cli("HGET", "{rf:rules}:set:%d" % (before + 2), "body").rstrip() == \
        redis.cli("HGET", "{rf:rules}:set:%d" % before, "body").rstrip()
    assert "no longer there" in verb(server, admin, "rollback", 999, code=3)
    verb(server, viewer, "rollback", 1, code=3)
    verb(server, viewer, "publish", "--rules", packs, code=3)
    verb(server, admin, "rollback", "x", code=2)
    verb(server, admin, "rollback", code=2)


def redis_is_away(server, redis, admin):
    redis.stop()
    for method, path, body in (("GET", "/rulesets", None), ("GET", "/rulesets/1", None),
                               ("POST", "/rulesets/staged", {"text": rule("x")}),
                               ("POST", "/rulesets/rollback", {"to": 1})):
        ask(server, admin, method, path, body, 503, If_Match='"4"')


def main():
    need_tool("redis-server", "redis-cli")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-api-rules-"))
    redis = Redis(directory / "redis")
    server = None
    try:
        redis.start()
        server = Server(directory, f"redis:\n  address: {redis.socket}\n", rules=SOURCE / "rules")
        cookie = first_user(server)
        admin = token_of(server, cookie, name="admin", role="admin", grants=["rules:publish"])
        viewer = token_of(server, cookie, name="viewer", role="viewer")
        operator = token_of(server, cookie, name="operator", role="operator")
        validation_names_places(server, admin)
        ask(server, viewer, "POST", "/rules/validate", {"text": rule("x")}, 403)
        one, two = versions_follow_each_other(server, redis, admin, viewer)
        ask(server, operator, "POST", f"/rulesets/{one['id']}/publish", None, 403, If_Match='"1"')
        trials_tell_what_changes(server, admin, viewer, directory)
        one_wins(server, admin, two)
        rolled_back(server, admin, viewer)
        sensor_follows(server, redis, admin, directory)
        from_the_command_line(server, redis, admin, viewer, directory)
        single_rules_change(server, admin, viewer)
        redis_is_away(server, redis, admin)
        server.stop()
        server = None
    finally:
        redis.stop()
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        shutil.rmtree(directory)


if __name__ == "__main__":
    need_sensor()
    main()
