#!/usr/bin/env python3
"""Suppressions, saved searches, notifiers and searched feeds, with a real Redis, a real
web server, mail server and syslog server."""

import email
import email.policy
import hashlib
import hmac
import http.client
import http.server
import json
import pathlib
import shutil
import socket
import sys
import tempfile
import threading
import time

from api_kit import DEADLINE_S, Server, expect, first_user, token_of
from common import need_tool
from redis_kit import Server as Redis


def publish(redis, address, rule="scan", severity=2):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    event = {"timestamp": stamp, "event_type": "alert", "src_ip": address, "dest_ip": "192.0.2.1",
             "entity": {"type": "ip", "value": address},
             "alert": {"rule_id": rule, "signature": "Scanning «alles»", "severity": severity,
                       "level": ["", "critical", "high", "medium", "low"][severity]}}
    redis.cli("ZADD", "rf:nodes", str(int(time.time() * 1000)), "s1")
    redis.cli("XADD", "rf:events:{s1}", "*", "e", json.dumps(event, separators=(",", ":")))


def until(condition, what):
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(what)


class Web:
    """Takes webhooks; the first refuse of them are answered 500."""

    def __init__(self, refuse=0):
        web = self
        self.taken, self.refuse = [], refuse

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                web.refuse -= 1
                if web.refuse >= 0:
                    self.send_response(500)
                elif self.path == "/moved":
                    self.send_response(302)
                    self.send_header("Location", "/")
                else:
                    web.taken.append((dict(self.headers), body))
                    self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Mail:
    """As much of SMTP as one mail needs."""

    def __init__(self):
        self.mails = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection = self.listener.accept()[0]
            file = connection.makefile("rwb", buffering=0)
            file.write(b"220 test\r\n")
            envelope, data = [], None
            for line in iter(file.readline, b""):
                if data is not None:
                    if line == b".\r\n":
                        self.mails.append((envelope, b"".join(data).decode()))
                        data = None
                        file.write(b"250 taken\r\n")
                    else:
                        data.append(line)
                    continue
                word = line[:4].upper()
                if word == b"DATA":
                    data = []
                    file.write(b"354 go on\r\n")
                elif word == b"QUIT":
                    file.write(b"221 bye\r\n")
                    break
                else:
                    envelope.append(line.decode().strip())
                    file.write(b"250 fine\r\n")
            connection.close()


def searches_are_saved(api, token):
    wish = {"name": "Bad <b>", "list": "alerts", "q": "severity:<=2 @ip:10.0.0.0/8"}
    one = expect(api.ask("POST", "/api/v1/saved-searches", wish, token), 201)
    rows = expect(api.ask("GET", "/api/v1/saved-searches", token=token), 200)["data"]
    assert rows == [one] and one["q"] == wish["q"] and one["by"] == "admin", rows
    for bad in (dict(wish, q="nofield:1"), dict(wish, list="x"), dict(wish, q="severity:many"),
                dict(wish, q="src_ip:300.1.1.1"), dict(wish, q="a " * 600), {"name": "x"}):
        expect(api.ask("POST", "/api/v1/saved-searches", bad, token), 400)
    path = f"/api/v1/saved-searches/{one['id']}"
    assert api.ask("DELETE", path + "?dry_run=true", token=token)[0] == 204
    assert api.ask("DELETE", path, token=token)[0] == 204
    expect(api.ask("DELETE", path, token=token), 404)


def suppressed_alerts_are_kept_apart(api, redis, token):
    wish = {"q": "src_ip:198.51.100.0/24 rule_id:scan", "reason": "our own scanner",
            "until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))}
    one = expect(api.ask("POST", "/api/v1/suppressions", wish, token), 201)
    for bad in (dict(wish, q=""), dict(wish, q="  \t"), dict(wish, until="-1h"),
                dict(wish, q="severity:x"), dict(wish, reason="")):
        expect(api.ask("POST", "/api/v1/suppressions", bad, token), 400)
    api.stop()
    api.start()  # they outlive the program
    for address, rule in (("198.51.100.7", "scan"), ("198.51.100.7", "guess"),
                          ("198.51.101.7", "scan")):
        publish(redis, address, rule)
    states = until(lambda: sorted(
        (row["src_ip"], row["alert"]["rule_id"], row["state"]) for row in expect(
            api.ask("GET", "/api/v1/alerts?node=s1", token=token), 200)["data"]) or None, "alerts")
    until(lambda: len(expect(api.ask("GET", "/api/v1/alerts?node=s1", token=token),
                             200)["data"]) == 3, "three alerts")
    states = sorted((row["src_ip"], row["alert"]["rule_id"], row["state"]) for row in expect(
        api.ask("GET", "/api/v1/alerts?node=s1", token=token), 200)["data"])
    assert states == [("198.51.100.7", "guess", "open"), ("198.51.100.7", "scan", "suppressed"),
                      ("198.51.101.7", "scan", "open")], states
    found = expect(api.ask("GET", "/api/v1/alerts?state=suppressed", token=token), 200)["data"]
    assert len(found) == 1
    assert api.ask("DELETE", f"/api/v1/suppressions/{one['id']}", token=token)[0] == 204
    publish(redis, "198.51.100.8")
    row = until(lambda: expect(api.ask("GET", "/api/v1/alerts?src_ip=198.51.100.8", token=token),
                               200)["data"], "the last alert")
    assert row[0]["state"] == "open", row


def feeds_are_searched(api, redis, token):
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=DEADLINE_S)
    connection.request("GET", "/api/v1/stream?topics=alerts,calls&q=-src_ip:10.9.0.0/16",
                       headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    assert response.status == 200
    publish(redis, "10.9.0.1")
    publish(redis, "10.8.0.1")
    while True:
        line = response.readline().decode().strip()
        if line.startswith("data: "):
            assert json.loads(line[6:])["src_ip"] == "10.8.0.1", line
            break
    connection.close()
    for bad in ("q=nofield:1", "q=severity:x", "topics=nodes&q=severity:1"):
        expect(api.ask("GET", "/api/v1/stream?" + bad, token=token), 400)


def notifiers_tell(api, redis, token):
    web, mail = Web(refuse=2), Mail()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    udp.settimeout(DEADLINE_S)
    tcp = socket.create_server(("127.0.0.1", 0))
    targets = [
        {"name": "hook", "kind": "webhook", "url": f"http://127.0.0.1:{web.port}/x",
         "secret": "key of the hook", "q": "severity:<=2"},
        {"name": "mail", "kind": "email", "url": f"smtp://127.0.0.1:{mail.port}",
         "from": "ringfence@example.org", "to": "night@example.org", "q": "rule_id:mail"},
        {"name": "udp", "kind": "syslog", "url": f"udp://127.0.0.1:{udp.getsockname()[1]}"},
        {"name": "tcp", "kind": "syslog", "url": f"tcp://127.0.0.1:{tcp.getsockname()[1]}"}]
    made = [expect(api.ask("POST", "/api/v1/notifiers", one, token), 201) for one in targets]
    assert "secret" not in made[0] and made[0]["has_secret"] and not made[1]["has_secret"]
    for bad in (dict(targets[0], url="file:///etc/passwd"), dict(targets[0], url="gopher://x"),
                dict(targets[0], url="http://user:pass@127.0.0.1/"), dict(targets[0], kind="x"),
                dict(targets[1], to="a@b\r\nBcc: c@d"), dict(targets[1], to="night"),
                dict(targets[2], url="unix:/dev/log"), dict(targets[0], per_hour=0),
                dict(targets[0], q="nofield:1"), dict(targets[0], url="http://" + "a" * 600)):
        expect(api.ask("POST", "/api/v1/notifiers", bad, token), 400)
    publish(redis, "203.0.113.5", "mail")
    publish(redis, "203.0.113.6", "other", severity=4)
    # Twice refused, it comes all the same, and once.
    headers, body = until(lambda: web.taken, "the webhook")[0]
    assert json.loads(body)["src_ip"] == "203.0.113.5"
    assert headers["X-Ringfence-Signature"] == "sha256=" + hmac.new(
        b"key of the hook", body, hashlib.sha256).hexdigest()
    envelope, text = until(lambda: mail.mails, "the mail")[0]
    assert any("<ringfence@example.org>" in line for line in envelope), envelope
    assert any("<night@example.org>" in line for line in envelope), envelope
    message = email.message_from_string(text, policy=email.policy.default)
    assert message["Subject"] == "[high] Scanning «alles»: 203.0.113.5", message["Subject"]
    assert '"203.0.113.5"' in message.get_content()
    datagram = udp.recv(65536).decode()
    assert datagram.startswith("<131>1 20") and " ringfence-api - alert - \ufeff{" in datagram
    stream = tcp.accept()[0].makefile("rb")
    length = b""
    while not length.endswith(b" "):
        length += stream.read(1)
    assert stream.read(int(length)).startswith(b"<131>1 20")
    # A trial, by the button.
    assert api.ask("POST", f"/api/v1/notifiers/{made[0]['id']}/test", token=token)[0] == 202
    until(lambda: any(b'"trial":true' in body for _, body in web.taken), "the trial")
    assert len(web.taken) == 2 and len(mail.mails) == 1
    shown = expect(api.ask("GET", f"/api/v1/notifiers/{made[0]['id']}", token=token), 200)
    assert shown["sent"] == 2 and "last_sent" in shown, shown
    # Moved elsewhere is not followed; the problem is shown.
    moved = expect(api.ask("POST", "/api/v1/notifiers", dict(
        targets[0], url=f"http://127.0.0.1:{web.port}/moved"), token), 201)
    assert api.ask("POST", f"/api/v1/notifiers/{moved['id']}/test", token=token)[0] == 202
    until(lambda: "302" in expect(api.ask("GET", f"/api/v1/notifiers/{moved['id']}", token=token),
                                  200).get("last_problem", ""), "that it moved")
    for one in made[1:] + [moved]:
        assert api.ask("DELETE", f"/api/v1/notifiers/{one['id']}", token=token)[0] == 204
    # So many an hour and no more, after a restart as well.
    assert api.ask("DELETE", f"/api/v1/notifiers/{made[0]['id']}", token=token)[0] == 204
    few = expect(api.ask("POST", "/api/v1/notifiers", dict(targets[0], per_hour=3), token), 201)
    api.stop()
    api.start()
    before = len(web.taken)
    for number in range(8):
        publish(redis, f"203.0.113.{100 + number}")
    shown = until(lambda: (lambda row: row["sent"] + row["held_back"] == 8 and row)(expect(
        api.ask("GET", f"/api/v1/notifiers/{few['id']}", token=token), 200)), "eight alerts")
    assert shown["sent"] == 3 and len(web.taken) == before + 3, shown


def inner_addresses_are_guarded(directory, redis):
    """What is not public is out of reach, by name and by number, unless that is wanted."""
    web = Web()
    (directory / "guarded").mkdir()
    api = Server(directory / "guarded", f"redis:\n  address: {redis.socket}\n")
    try:
        token = token_of(api, first_user(api), name="admin", role="admin")
        for url in (f"http://127.0.0.1:{web.port}/", f"http://localhost:{web.port}/",
                    f"http://[::1]:{web.port}/", f"http://2130706433:{web.port}/",
                    f"http://[::ffff:127.0.0.1]:{web.port}/", f"http://0.0.0.0:{web.port}/"):
            one = expect(api.ask("POST", "/api/v1/notifiers", {
                "name": "x", "kind": "webhook", "url": url}, token), 201)
            api.ask("POST", f"/api/v1/notifiers/{one['id']}/test", token=token)
            path = f"/api/v1/notifiers/{one['id']}"
            problem = until(lambda: expect(api.ask("GET", path, token=token), 200).get(
                "last_problem"), "that it is guarded")
            assert "public" in problem, (url, problem)
        assert not web.taken
    finally:
        api.stop()


def main():
    need_tool("redis-server", "redis-cli")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-kept-"))
    redis = Redis(directory / "redis")
    api = None
    try:
        redis.start()
        api = Server(directory, f"redis:\n  address: {redis.socket}\n",
                     requests_per_second=100000, notify_private="true")
        token = token_of(api, first_user(api), name="admin", role="admin")
        searches_are_saved(api, token)
        suppressed_alerts_are_kept_apart(api, redis, token)
        feeds_are_searched(api, redis, token)
        notifiers_tell(api, redis, token)
        api.stop()
        api = None
        inner_addresses_are_guarded(directory, redis)
        print("fine")
    finally:
        if api:
            api.process.kill()
            sys.stderr.write(api.process.stderr.read())
        redis.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
