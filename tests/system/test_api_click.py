#!/usr/bin/env python3
"""The archive on a real ClickHouse: what the API tells of it is what SQLite tells."""

import http.client
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import test_api
from api_kit import DEADLINE_S, Server, expect, first_user, token_of
from common import need_tool

CONFIG = """<yandex>
<logger><level>warning</level><log>{0}/log</log><errorlog>{0}/errors</errorlog></logger>
<http_port>{1}</http_port><tcp_port>{2}</tcp_port><listen_host>127.0.0.1</listen_host>
<path>{0}/data/</path><tmp_path>{0}/tmp/</tmp_path><mark_cache_size>5368709</mark_cache_size>
<users_config>{0}/users.xml</users_config><default_profile>default</default_profile>
<default_database>default</default_database></yandex>
"""
USERS = """<yandex><profiles><default><max_memory_usage>2000000000</max_memory_usage></default>
</profiles><users><default><password></password><networks><ip>127.0.0.1</ip></networks>
<profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas></yandex>
"""


class Click:
    """A ClickHouse of its own, old or new."""

    def __init__(self, directory):
        self.directory = directory
        for name in ("data", "tmp"):
            (directory / name).mkdir(parents=True)
        self.port, other = self.free(), self.free()
        (directory / "config.xml").write_text(CONFIG.format(directory, self.port, other))
        (directory / "users.xml").write_text(USERS)
        self.start()

    def start(self):
        program = ["clickhouse-server"] if shutil.which("clickhouse-server") else \
            ["clickhouse", "server"]
        self.process = subprocess.Popen(
            program + [f"--config-file={self.directory}/config.xml"], cwd=self.directory,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            try:
                return self.ask("SELECT version()")
            except OSError:
                time.sleep(0.2)
        raise AssertionError("ClickHouse does not answer")

    @staticmethod
    def free():
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return one.getsockname()[1]

    def ask(self, sql):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        connection.request("POST", "/", sql)
        return connection.getresponse().read().decode().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE_S)


def states_are_kept(server, token):
    alert = expect(server.ask("GET", "/api/v1/alerts?limit=1", token=token), 200)["data"][0]["id"]
    for action, state in (("close", "closed"), ("reopen", "open"), ("acknowledge", "acknowledged")):
        done = expect(server.ask("POST", "/api/v1/alerts/actions", {
            "action": action, "ids": [alert], "note": "it's \\ 'quoted'", "assignee": "ann"}, token),
            200)
        assert done["changed"] == 1, done
        row = expect(server.ask("GET", f"/api/v1/alerts/{alert}", token=token), 200)
        assert (row["state"], row["note"]) == (state, "it's \\ 'quoted'"), row
        assert len(expect(server.ask("GET", f"/api/v1/alerts?state={state}&assignee=ann",
                                     token=token), 200)["data"]) == 1


def quotes_stay_inside(server, token):
    for q in ("' OR 1=1 --", "\\", "\\'", "x' UNION ALL SELECT 1", "%25", "\"a'b\""):
        answer = server.ask("GET", "/api/v1/alerts?entity=" + q.replace(" ", "%20").replace(
            "\"", "%22").replace("\\", "%5C").replace("'", "%27").replace("=", "%3D"), token=token)
        assert expect(answer, 200)["data"] == [], answer


def main():
    if not shutil.which("clickhouse-server") and not shutil.which("clickhouse"):
        need_tool("clickhouse-server")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ringfence-click-"))
    click = Click(directory / "click")
    server = None
    try:
        server = Server(directory, requests_per_second=100000,
                        archive=f"http://127.0.0.1:{click.port}/ringfence")
        cookie = first_user(server)
        token = token_of(server, cookie, name="admin", role="admin")
        attack, call = test_api.archive_equals_replay(server, token)
        test_api.pages_hold_all(server, token)
        test_api.filters_hold(server, token)
        test_api.forms_hold(server, token)
        test_api.calls_open(server, token, call)
        test_api.alerts_open(server, token, attack)
        test_api.others_are_told(server, token)
        test_api.numbers_are_masked(server, cookie, token)
        states_are_kept(server, token)
        quotes_stay_inside(server, token)
        test_api.devices_of_h323(server, token)
        # Replayed again, nothing is there twice.
        before = click.ask("SELECT count() FROM ringfence.alerts FINAL")
        test_api.replayed(server, token, attack)
        assert click.ask("SELECT count() FROM ringfence.alerts FINAL") == before
        # Away and back.
        click.stop()
        expect(server.ask("GET", "/api/v1/alerts", token=token), 503)
        expect(server.ask("GET", "/readyz"), 503)
        click.start()
        assert expect(server.ask("GET", "/api/v1/alerts", token=token), 200)["data"]
        path = f"/api/v1/alerts?capture={attack}"
        assert expect(server.ask("GET", path, token=token), 200)["data"]
        assert server.ask("DELETE", f"/api/v1/captures/{attack}", token=token)[0] == 204
        assert not expect(server.ask("GET", path, token=token), 200)["data"]
        server.stop()
        server = None
        print("fine with ClickHouse", click.ask("SELECT version()"))
    finally:
        if server:
            server.process.kill()
            sys.stderr.write(server.process.stderr.read())
        click.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
