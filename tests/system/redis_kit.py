"""Real redis-servers of a test's own: one, one with TLS and users, a cluster of three."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from common import SOURCE, need_tool, run, skip

PROBE = os.environ.get("REDIS_PROBE", str(SOURCE / "build" / "dev" / "bin" / "redis_probe"))


def need_redis():
    need_tool("redis-server", "redis-cli")
    if not os.access(PROBE, os.X_OK):
        skip(f"no program at {PROBE}: build it")


def free_port():
    """A port nobody has; its cluster's port lies 10,000 above and has to exist, too."""
    while True:
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", random.randrange(20000, 32000)))
                return listener.getsockname()[1]
            except OSError:
                continue


class Server:
    """A redis-server in a folder of its own, on a Unix socket and, if wished, on a port."""

    def __init__(self, folder, port=0, options=(), inside=()):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.inside = list(inside)  # the words that run it in a namespace
        self.port, self.options = port, [str(o) for o in options]
        self.socket = self.folder / "redis.sock"
        self.child = None

    def start(self, *more):
        log = open(self.folder / "redis.log", "ab")
        self.child = subprocess.Popen(
            [*self.inside, "redis-server", "--port", str(self.port), "--unixsocket", str(self.socket),
             "--unixsocketperm", "777", "--dir", str(self.folder), "--save", "", "--appendonly", "no",
             *self.options, *map(str, more)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        for _ in range(200):
            # A server with users answers too: that it wants a password.
            if self.child.poll() is None and self.cli("PING").strip():
                return self
            time.sleep(0.05)
        raise RuntimeError((self.folder / "redis.log").read_text(errors="replace")[-2000:])

    def cli(self, *arguments):
        done = run(["redis-cli", "-s", self.socket, *arguments], timeout=20)
        return done.stdout.decode("utf-8", "replace")

    def send(self, number):
        self.child.send_signal(number)

    def stop(self, number=signal.SIGKILL):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.send_signal(number)
            self.child.wait(10)
        self.child = None
        if self.socket.exists():
            self.socket.unlink()


class Cluster:
    """Three masters on loopback that share all slots."""

    def __init__(self, folder, inside=()):
        self.inside = list(inside)
        Path(folder).mkdir(exist_ok=True)
        self.servers = [Server(Path(folder) / f"node{i}", free_port(),
                               ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"), inside)
                        for i in range(3)]

    def start(self):
        for server in self.servers:
            server.start()
        done = run([*self.inside, "redis-cli", "--cluster", "create",
                    *[f"127.0.0.1:{s.port}" for s in self.servers], "--cluster-yes"], timeout=60)
        if done.returncode:
            raise RuntimeError(done.stdout.decode("utf-8", "replace"))
        for _ in range(200):
            if all("cluster_state:ok" in s.cli("CLUSTER", "INFO") for s in self.servers):
                return self
            time.sleep(0.05)
        raise RuntimeError("the cluster does not come up")

    def stop(self):
        for server in self.servers:
            server.stop()


class Probe:
    """The store of the program under test, driven by lines."""

    def __init__(self, *options):
        self.child = subprocess.Popen([PROBE, *map(str, options)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def until(self, expected, *words, seconds=10):
        """Asks until the answer begins as expected: a client backs off after trouble."""
        end = time.monotonic() + seconds
        while True:
            answer = self.ask(*words)
            if answer.startswith(expected) or time.monotonic() > end:
                return answer
            time.sleep(0.05)

    def close(self):
        self.child.stdin.close()
        return self.child.wait(10)


def make_certificates(folder):
    """A CA and a server's certificate for 127.0.0.1; skips without openssl."""
    if shutil.which("openssl") is None:
        skip("openssl is not installed")
    folder = Path(folder)
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", encoding="ascii")
    for command in (
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test CA",
             "-keyout", "ca.key", "-out", "ca.pem"],
            ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
             "-keyout", "server.key", "-out", "server.csr"],
            ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
             "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem"]):
        done = subprocess.run(["openssl", *command], cwd=folder, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return folder
