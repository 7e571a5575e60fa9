"""A ringfence-api of a test's own, and a client of it."""

import http.client
import json
import pathlib
import re
import signal
import subprocess
import time

import common

RINGFENCE = pathlib.Path(common.RINGFENCE)
SOURCE = common.SOURCE
API = RINGFENCE.parent / "ringfence-api"
DEADLINE_S = 60


class Server:
    """A server of its own directory and port; its log is read line by line."""

    def __init__(self, directory, more="", **settings):
        self.directory = directory
        self.config = directory / "api.yaml"
        lines = ["api:", "  listen: 127.0.0.1:0", f"  directory: {directory}/data",
                 f"  program: {RINGFENCE}"]
        lines += [f"  {key}: {value}" for key, value in settings.items()]
        self.config.write_text("\n".join(lines) + "\n" + more)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [API, "--config", self.config], stderr=subprocess.PIPE, text=True)
        self.setup = None
        self.port = int(re.search(r":(\d+)/$", self.line("listens on")).group(1))

    def line(self, wanted):
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            line = self.process.stderr.readline()
            if wanted in line:
                return line.strip()
            assert line, f"the server ended without '{wanted}'"
        raise AssertionError(f"no '{wanted}'")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        rest = self.process.stderr.read()
        code = self.process.wait(DEADLINE_S)
        assert how == signal.SIGKILL or code == 0, (code, rest)
        assert "Sanitizer" not in rest, rest

    def ask(self, method, path, body=None, token=None, headers=None):
        """Status, headers and body (parsed when it is JSON)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = response.read()
        kind = response.getheader("Content-Type") or ""
        connection.close()
        if "json" in kind and "ndjson" not in kind:
            data = json.loads(data)
        return response.status, response.headers, data


def expect(answer, status):
    assert answer[0] == status, answer
    if status >= 400:
        assert answer[1]["Content-Type"] == "application/problem+json", answer
        assert answer[2]["status"] == status and answer[2]["detail"], answer
    return answer[2]


def first_user(server):
    """The link works once, the session's cookie is for pages only."""
    secret = server.line("#setup=").split("#setup=")[1]
    wrong = {"secret": "x" * 32, "name": "ann", "password": "correct horse"}
    expect(server.ask("POST", "/api/v1/setup", wrong), 401)
    right = dict(wrong, secret=secret)
    expect(server.ask("POST", "/api/v1/setup", dict(right, password="short")), 400)
    status, headers, body = server.ask("POST", "/api/v1/setup", right)
    assert status == 200 and body["role"] == "admin", body
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie
    expect(server.ask("POST", "/api/v1/setup", right), 401)
    return cookie.split(";")[0]


def token_of(server, cookie, **wanted):
    origin = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{server.port}"}
    body = expect(server.ask("POST", "/api/v1/tokens", wanted, headers=origin), 201)
    return body["token"]
