"""Two network namespaces of a test: who attacks, and a registrar that is attacked."""

import os
import shutil
import signal
import subprocess
import sys
import time

from common import SOURCE, run

ATTACKER, TARGET = "10.99.7.2", "10.99.7.1"
MORE_SOURCES = [f"10.99.7.{n}" for n in range(101, 109)]
SILENT_TARGETS = [f"10.99.7.{n}" for n in range(11, 19)]
BLUE_MAC = "02:00:00:00:07:01"
USERS = ["100=secret9", "101=hard-to-guess", "115=115"]


class Range:
    """Two namespaces joined by a veth pair, a registrar and a sipp responder in one."""

    def __init__(self, folder):
        self.folder = folder
        self.red, self.blue = f"rf-red-{os.getpid()}", f"rf-blue-{os.getpid()}"
        self.children = []

    def ip(self, *arguments):
        done = run(["ip", *arguments])
        if done.returncode:
            raise OSError(done.stderr.decode("utf-8", "replace").strip())

    def start(self, name, *command):
        log = open(self.folder / "children.log", "ab")
        child = subprocess.Popen(["ip", "netns", "exec", name, *map(str, command)],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        self.children.append(child)
        return child

    def stop(self, child, number=signal.SIGTERM):
        self.children.remove(child)
        child.send_signal(number)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def open(self):
        self.ip("netns", "add", self.red)
        self.ip("netns", "add", self.blue)
        self.ip("link", "add", "red0", "netns", self.red, "type", "veth",
                "peer", "name", "blue0", "netns", self.blue)
        self.ip("-n", self.blue, "link", "set", "blue0", "address", BLUE_MAC)
        for name, device, addresses in ((self.red, "red0", [ATTACKER, *MORE_SOURCES]),
                                        (self.blue, "blue0", [TARGET])):
            for address in addresses:
                self.ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            self.ip("-n", name, "link", "set", device, "up")
            self.ip("-n", name, "link", "set", "lo", "up")
        # Further targets take what comes and stay silent, as most addresses of a network do.
        for address in SILENT_TARGETS:
            self.ip("-n", self.red, "neigh", "add", address, "lladdr", BLUE_MAC, "dev", "red0")

    def serve(self):
        self.start(self.blue, sys.executable, SOURCE / "tests/system/registrar.py", TARGET, 5060,
                   *USERS)
        if shutil.which("sipp"):
            self.start(self.blue, "sipp", "-sn", "uas", "-i", TARGET, "-p", 5080, "-nostdin")
        time.sleep(1)

    def capture(self, path, command, timeout=60):
        """Runs a tool in the attacker's namespace and records it on the target's side."""
        dump = self.start(self.blue, "tcpdump", "-i", "blue0", "-U", "-w", path, "-Z", "root",
                          "--immediate-mode", "udp")
        time.sleep(0.7)
        try:
            tool = subprocess.run(
                ["ip", "netns", "exec", self.red, *map(str, command)], timeout=timeout,
                stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=self.folder)
            return (tool.stdout + tool.stderr).decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            return "ran into its time limit"
        finally:
            time.sleep(0.3)
            self.stop(dump, signal.SIGINT)

    def close(self):
        for child in list(self.children):
            self.stop(child)
        for name in (self.red, self.blue):
            run(["ip", "netns", "del", name])
