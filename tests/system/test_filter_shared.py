#!/usr/bin/env python3
"""Two routers and Redis: what one bans the other bans, and nobody waits for Redis."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import skip
from filter_field import CLIENT, SERVER, Call, Checks, Field, need_filter, sdp

check = Checks()


class Server:
    """A Redis of its own on a Unix socket, which namespaces do not stop."""

    def __init__(self, folder):
        self.folder, self.path, self.program = folder, folder / "redis.sock", None

    def start(self):
        self.program = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if self.path.exists():
                return
            time.sleep(0.05)
        raise RuntimeError("redis-server did not start")

    def stop(self):
        self.program.terminate()
        self.program.wait()

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.path, *words], stdout=subprocess.PIPE,
                              check=False).stdout.decode()


def soon(wanted, seconds=6):
    deadline = time.time() + seconds
    while time.time() < deadline:
        if wanted():
            return True
        time.sleep(0.05)
    return False


def blocked(field, address):
    return field.control(f"check {address}")["blocked"]


def main():
    need_filter()
    for tool in ("redis-server", "redis-cli"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed (./setup.sh --tests installs it)")
    folder = Path(tempfile.mkdtemp(prefix="rf-redis-"))
    server = Server(folder)
    server.start()
    try:
        settings = f"redis: {{ address: {server.path} }}\n"
        with Field(settings) as one:
            two = Field(settings)
            two.client, two.router, two.server = (f"{name}b" for name in (two.client, two.router, two.server))
            with two:
                run(server, one, two)
                code = two.stop()
                check(code == 0, f"the second filter ends cleanly ({code})")
            check(one.stop() == 0, "the first filter ends cleanly")
            for field in (one, two):
                check("Sanitizer" not in field.log(), "no complaint of the sanitizers")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return check.result()


def run(server, one, two):
    begin = time.time()
    one.control("ban 192.0.2.7 600 scanner")
    check(soon(lambda: blocked(two, "192.0.2.7")), f"a ban reaches the other router ({time.time() - begin:.2f} s)")
    found = two.control("check 192.0.2.7")
    check(found["rule"] == "scanner" and "@redis" in found["by"], f"which says whose it was: {found}")
    one.control("ban 198.51.100.0/24 600 network")
    check(soon(lambda: blocked(two, "198.51.100.9")), "so does a network")
    one.control("unban 192.0.2.7")
    check(soon(lambda: not blocked(two, "192.0.2.7")), "and what is taken back")
    check(soon(lambda: "rf:node:" in server.ask("KEYS", "rf:node:*")), "each tells its state")
    node = server.ask("KEYS", "rf:node:*").split()[0]
    check(soon(lambda: int(server.ask("HGET", node, "blocks").strip() or 0) >= 3), "with the number of the change in force")
    call = Call(one.udp(one.client, CLIENT, 5060), one.udp(one.server, SERVER, 5060))
    check(call.invite(sdp(CLIENT, (20000,))) and call.answer(sdp(SERVER, (30000,))), "a call passes")
    check(soon(lambda: '"state":"open"' in server.ask("GET", f"rf:pinholes:{{{node[8:].strip()}}}")),
          "open pinholes are told")
    server.stop()
    time.sleep(0.3)
    begin = time.time()
    check(one.control("ban 192.0.2.8 600 away")["done"] and time.time() - begin < 0.5 and
          blocked(one, "192.0.2.8"), "Redis away: a ban is in force at once")
    check(blocked(two, "198.51.100.9"), "and the last state goes on")
    server.start()
    check(soon(lambda: blocked(two, "192.0.2.8"), 12), "Redis back: what was decided meanwhile is told")


if __name__ == "__main__":
    sys.exit(main())
