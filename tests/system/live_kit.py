"""What tests of live programs share: a wire of their own, a sender of captures, sensors."""

import json
import os
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

from common import SOURCE, need_tool, run, skip

SENSOR = os.environ.get("RINGFENCE_SENSOR", str(SOURCE / "build" / "dev" / "bin" / "ringfence-sensor"))
ETHERNET = 1


def need_sensor():
    if not os.access(SENSOR, os.X_OK):
        skip(f"no program at {SENSOR}: build it")
    if os.geteuid() != 0:
        skip("network namespaces need root")
    need_tool("ip")


FAILURES = []


def expect(what, fine, more=""):
    """A line per expectation; what was not met is kept, and more of it is shown."""
    print(f"{'ok  ' if fine else 'BAD '} {what} {more if not fine else ''}")
    if not fine:
        FAILURES.append(what)


def until(true, seconds=15):
    """Whether it becomes true within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def packets(path):
    """Stamp in seconds and bytes of each packet of a pcap file of microseconds."""
    data = Path(path).read_bytes()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    if struct.unpack(order + "I", data[20:24])[0] != ETHERNET:
        raise ValueError(f"{path} is not Ethernet")
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, size, _ = struct.unpack(order + "IIII", data[at:at + 16])
        yield seconds + fraction / 1e6, data[at + 16:at + 16 + size]
        at += 16 + size


class Wire:
    """A namespace with veth pairs: what is sent on a<i> arrives on b<i>. Nothing else does."""

    def __init__(self, pairs=1):
        self.name = f"rf-wire-{os.getpid()}"
        self.pairs = pairs
        self.children = []

    def ip(self, *arguments):
        done = run(["ip", *arguments])
        if done.returncode:
            raise OSError(done.stderr.decode("utf-8", "replace").strip())

    def __enter__(self):
        try:
            self.ip("netns", "add", self.name)
        except OSError as error:
            skip(f"no network namespaces here: {error}")
        self.command("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
                     "net.ipv6.conf.default.disable_ipv6=1")
        self.ip("-n", self.name, "link", "set", "lo", "up")
        for i in range(self.pairs):
            self.ip("-n", self.name, "link", "add", f"a{i}", "mtu", "65535", "type", "veth",
                    "peer", "name", f"b{i}", "mtu", "65535")
            for side in "ab":
                self.ip("-n", self.name, "link", "set", f"{side}{i}", "arp", "off", "up")
        return self

    def command(self, *words):
        return run(["ip", "netns", "exec", self.name, *words])

    def start(self, *words, **options):
        child = subprocess.Popen(["ip", "netns", "exec", self.name, *map(str, words)], **options)
        self.children.append(child)
        return child

    def send(self, path, device="a0", speed=0):
        """Sends a capture: as fast as it can, or that many times faster than it was."""
        def inside():
            # Only this process moves; a thread would take the test with it.
            with open(f"/run/netns/{self.name}", "rb") as namespace:
                os.setns(namespace.fileno(), os.CLONE_NEWNET) if hasattr(os, "setns") else \
                    setns(namespace.fileno())
        child = os.fork()
        if child == 0:
            code = 1
            try:
                inside()
                send_packets(path, device, speed)
                code = 0
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1]:
            raise RuntimeError(f"{path} could not be sent")

    def __exit__(self, *_):
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        run(["ip", "netns", "del", self.name])


def setns(descriptor):
    import ctypes
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")


def send_packets(path, device, speed):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((device, 0))
        first, begun = None, time.monotonic()
        for stamp, data in packets(path):
            first = stamp if first is None else first
            if speed:
                wait = (stamp - first) / speed - (time.monotonic() - begun)
                if wait > 0:
                    time.sleep(wait)
            while True:
                try:
                    out.send(data)
                    break
                except OSError:
                    time.sleep(0.001)


class Sensor:
    """A sensor in a wire's namespace, with a configuration and a folder of its own."""

    def __init__(self, wire, folder, **settings):
        self.wire, self.folder = wire, Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.json = self.folder / "events.json"
        self.settings = {"node": self.folder.name, "memory": "256M", "capture.interfaces": ["b0"],
                         "capture.buffer": "16M", "evidence.record": str(self.folder / "record.pcapng"), "events.json.path": str(self.json),
                         "state.directory": str(self.folder / "state"), **settings}
        self.config = self.folder / "sensor.yaml"
        self.child = None
        self.write()

    def write(self):
        """Nested by the dots of the keys: JSON is YAML."""
        tree = {}
        for key, value in self.settings.items():
            place = tree
            *path, last = key.split(".")
            for part in path:
                place = place.setdefault(part, {})
            place[last] = value
        self.config.write_text(json.dumps(tree, indent=1), encoding="utf-8")

    def start(self, env=None):
        self.log = open(self.folder / "log", "ab")
        before = self.told().count("watches")
        self.child = self.wire.start(SENSOR, "--config", self.config, stderr=self.log,
                                     stdout=self.log, env=env)
        self.until(lambda: self.told().count("watches") > before, "the sensor does not start")
        return self

    def told(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def until(self, true, problem, seconds=20):
        end = time.monotonic() + seconds
        while not true():
            if self.child.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{problem}: {self.told()[-3000:]}")
            time.sleep(0.05)

    def send_signal(self, number):
        # "ip netns exec" becomes the program itself: its child is the sensor.
        self.child.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        code = self.child.wait(60)
        if number == signal.SIGTERM and code:
            raise RuntimeError(f"the sensor ended with {code}: {self.told()[-3000:]}")
        return code

    def events(self):
        if not self.json.exists():
            return []
        lines = self.json.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


def comparable(events):
    """Without what tells a live sensor from a replay: interfaces, files, its own name."""
    kept = []
    for event in events:
        event = {k: v for k, v in event.items()
                 if k not in ("in_iface", "pcap_filename", "sensor")}
        for part in ("alert", "call"):
            if isinstance(event.get(part), dict):
                event[part].pop("sensor_drops", None)
        if "evidence" in event.get("alert", {}):
            event["alert"]["evidence"].pop("capture", None)
            event["alert"]["evidence"].pop("file", None)
        kept.append(json.dumps(event, sort_keys=True))
    return kept
