"""What the tests of the inline filter share: client, router and server in network
namespaces, the real program on the router, and calls that are made of single messages.

The client is 10.61.1.2 (fd61:1::2), the server 10.61.2.2 (fd61:2::2); each has a few more
addresses. The router between them forwards, and runs ringfence-filter.
"""

import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from common import RINGFENCE, SOURCE, skip

FILTER = os.environ.get("RINGFENCE_FILTER", str(Path(RINGFENCE).parent / "ringfence-filter"))
CLIENT, SERVER = "10.61.1.2", "10.61.2.2"
CLIENT6, SERVER6 = "fd61:1::2", "fd61:2::2"
MORE = 8  # further addresses of each side: .3 and so on
CLONE_NEWNET = 0x40000000


def sh(*arguments, check=True):
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if check and done.returncode:
        raise OSError(f"{' '.join(map(str, arguments))}: "
                      f"{done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout.decode("utf-8", "replace")


def nets(name):
    """An open descriptor of a namespace."""
    return os.open(f"/run/netns/{name}", os.O_RDONLY)


def socket_in(name, family=socket.AF_INET, kind=socket.SOCK_DGRAM):
    """A socket that lives in the namespace, made by a thread that visits it."""
    found = []

    def visit():
        import ctypes
        there = nets(name)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(there, CLONE_NEWNET) == 0:
            found.append(socket.socket(family, kind))
        os.close(there)

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()
    if not found:
        raise OSError(f"cannot enter the namespace {name}")
    return found[0]


class Field:
    """The three namespaces and the filter; use it with `with`."""

    def __init__(self, settings="", filtered=True):
        self.client, self.router, self.server = (
            f"rf-{role}-{os.getpid()}" for role in ("cli", "rtr", "srv"))
        self.settings, self.filtered = settings, filtered
        self.folder = Path(tempfile.mkdtemp(prefix="rf-filter-"))
        self.program, self.children, self.sockets = None, [], []

    def __enter__(self):
        if os.geteuid() != 0:
            skip("network namespaces need root")
        try:
            self.build()
        except OSError as error:
            self.close()
            skip(f"no network namespaces here: {error}")
        if self.filtered:
            try:
                self.start()
            except BaseException:
                self.close()
                raise
        return self

    def __exit__(self, *_):
        self.close()

    def build(self):
        for name in (self.client, self.router, self.server):
            sh("ip", "netns", "add", name)
            sh("ip", "-n", name, "link", "set", "lo", "up")
        for side, net, inner, outer in ((self.client, 1, "c0", "rc"), (self.server, 2, "s0", "rs")):
            sh("ip", "link", "add", inner, "netns", side, "type", "veth",
               "peer", "name", outer, "netns", self.router)
            for i in range(2, 2 + MORE):
                sh("ip", "-n", side, "addr", "add", f"10.61.{net}.{i}/24", "dev", inner)
                sh("ip", "-n", side, "addr", "add", f"fd61:{net}::{i}/64", "dev", inner, "nodad")
            sh("ip", "-n", self.router, "addr", "add", f"10.61.{net}.1/24", "dev", outer)
            sh("ip", "-n", self.router, "addr", "add", f"fd61:{net}::1/64", "dev", outer, "nodad")
            sh("ip", "-n", side, "link", "set", inner, "up")
            sh("ip", "-n", self.router, "link", "set", outer, "up")
            sh("ip", "-n", side, "route", "add", "default", "via", f"10.61.{net}.1")
            sh("ip", "-n", side, "-6", "route", "add", "default", "via", f"fd61:{net}::1")
        for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            sh("ip", "netns", "exec", self.router, "sysctl", "-qw", f"{key}=1")

    def configure(self, settings=None):
        path = self.folder / "filter.yaml"
        path.write_text(
            f"state: {self.folder}/state\nevents: {self.folder}/events.json\n"
            f"rules: {SOURCE}/rules\nmemory: 128M\nmedia:\n  pinholes: 65536\n  grace: 300ms\n"
            + (self.settings if settings is None else settings), encoding="utf-8")
        return path

    def start(self, *options):
        path = self.configure()
        if not os.access(FILTER, os.X_OK):
            sys.exit(f"no program at {FILTER}: build first")
        log = open(self.folder / "filter.log", "ab")
        self.program = subprocess.Popen(
            ["ip", "netns", "exec", self.router, FILTER, "--config", str(path), *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        deadline = time.time() + 20
        while time.time() < deadline:
            if "filtering" in self.log()[getattr(self, "log_seen", 0):]:
                self.log_seen = len(self.log())
                return
            if self.program.poll() is not None:
                break
            time.sleep(0.02)
        text = self.log()
        self.program = None
        if "netlink" in text or "kernel refuses" in text or "queue:" in text:
            skip(f"the kernel lacks what the filter needs: {text.strip()[-200:]}")
        raise RuntimeError(f"the filter did not start: {text[-2000:]}")

    def stop(self, number=15):
        """Ends the filter; returns its exit code."""
        if not self.program:
            return None
        self.program.send_signal(number)
        code = self.program.wait(30)
        self.program = None
        return code

    def log(self):
        path = self.folder / "filter.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def events(self, kind=None):
        path = self.folder / "events.json"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        found = [json.loads(line) for line in lines]
        return [event for event in found if kind in (None, event["event_type"])]

    def wait_event(self, wanted, seconds=3):
        """The first event that the function takes; None when none comes in time."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            for event in self.events():
                if wanted(event):
                    return event
            time.sleep(0.05)
        return None

    def control(self, request):
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(5)
            asked.connect(str(self.folder / "state" / "filter.sock"))
            asked.sendall(request.encode("ascii"))
            text = b""
            while True:
                part = asked.recv(65536)
                if not part:
                    break
                text += part
        return json.loads(text)

    def on_router(self, *command, check=True):
        return sh("ip", "netns", "exec", self.router, *command, check=check)

    def run_in(self, name, *command):
        log = open(self.folder / "children.log", "ab")
        child = subprocess.Popen(["ip", "netns", "exec", name, *map(str, command)],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        self.children.append(child)
        return child

    def udp(self, name, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket_in(name, family)
        made.bind((address, port))
        self.sockets.append(made)
        return made

    def close(self):
        for made in self.sockets:
            made.close()
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()
        for name in (self.client, self.router, self.server):
            sh("ip", "netns", "del", name, check=False)
        if not os.environ.get("KEEP_FIELD"):
            shutil.rmtree(self.folder, ignore_errors=True)


def receive(made, seconds=0.5):
    """The next datagram, or None."""
    ready, _, _ = select.select([made], [], [], seconds)
    return made.recvfrom(65535)[0] if ready else None


def drain(made):
    while receive(made, 0):
        pass


def rtp(sequence=1, size=160, version=2, ssrc=0x1234):
    return bytes([version << 6, 0]) + sequence.to_bytes(2, "big") + \
        (sequence * 160).to_bytes(4, "big") + ssrc.to_bytes(4, "big") + bytes(size)


def passes(sender, to, receiver, packet=None, seconds=0.4):
    """Whether a packet of media gets through."""
    drain(receiver)
    sender.sendto(packet or rtp(), to)
    return receive(receiver, seconds) is not None


def sdp(address, *media, session=None):
    """media: (port, "attribute lines"...) of audio, or a whole m= block as text."""
    kind = "IP6" if ":" in address else "IP4"
    lines = ["v=0", f"o=- 1 1 IN {kind} {address}", "s=-"]
    if session is not False:
        lines += [f"c=IN {kind} {session or address}"]
    lines += ["t=0 0"]
    for item in media:
        if isinstance(item, str):
            lines += item.split("\n")
        else:
            lines += [f"m=audio {item[0]} RTP/AVP 0", *item[1:]]
    return "\r\n".join(lines) + "\r\n"


class Call:
    """One call, message by message, over two sockets of signalling."""
    count = 0

    def __init__(self, caller, callee, call_id=None):
        Call.count += 1
        self.caller, self.callee = caller, callee  # sockets
        self.id = call_id or f"call-{os.getpid()}-{Call.count}@test"
        self.from_tag, self.to_tag = f"a{Call.count}", f"b{Call.count}"
        self.cseq = {caller: 1, callee: 100}
        self.branch = 0

    @staticmethod
    def host(made):
        address, port = made.getsockname()[:2]
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    def other(self, made):
        return self.callee if made is self.caller else self.caller

    def headers(self, asker, method, cseq, branch, to_tag):
        mine, theirs = (self.from_tag, to_tag) if asker is self.caller else (to_tag, self.from_tag)
        return [f"Via: SIP/2.0/UDP {self.host(asker)};branch=z9hG4bK{self.id[:24]}{branch}",
                f"From: <sip:u@{self.host(asker)}>" + (f";tag={mine}" if mine else ""),
                f"To: <sip:v@{self.host(self.other(asker))}>" + (f";tag={theirs}" if theirs else ""),
                f"Call-ID: {self.id}", f"CSeq: {cseq} {method}", "Max-Forwards: 70",
                f"Contact: <sip:u@{self.host(asker)}>"]

    @staticmethod
    def message(start, headers, body="", content="application/sdp"):
        lines = [start, *headers]
        if body:
            lines.append(f"Content-Type: {content}")
        lines.append(f"Content-Length: {len(body.encode('utf-8'))}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8")

    def request(self, method, body="", asker=None, in_dialog=True, more=(), **options):
        asker = asker or self.caller
        if method not in ("ACK", "CANCEL"):
            self.cseq[asker] += 1
            self.branch += 1
        text = self.message(
            f"{method} sip:v@{self.host(self.other(asker))} SIP/2.0",
            self.headers(asker, method, self.cseq[asker], self.branch,
                         self.to_tag if in_dialog else "") + list(more), body, **options)
        self.send(asker, text)
        return receive(self.other(asker), 1) is not None

    def response(self, code, method="INVITE", body="", asker=None, to_tag=None, more=(), **options):
        asker = asker or self.caller
        answerer = self.other(asker)
        tag = self.to_tag if to_tag is None else to_tag
        text = self.message(
            f"SIP/2.0 {code} Whatever",
            self.headers(asker, method, self.cseq[asker], self.branch, tag) + list(more),
            body, **options)
        self.send(answerer, text)
        return receive(asker, 1) is not None

    def send(self, made, data):
        target = self.other(made).getsockname()
        made.sendto(data, target[:2])

    def invite(self, body="", **options):
        return self.request("INVITE", body, in_dialog=False, **options)

    def answer(self, body="", **options):
        return self.response(200, body=body, **options) and self.request("ACK")

    def bye(self, asker=None):
        asker = asker or self.caller
        return self.request("BYE", asker=asker) and self.response(200, "BYE", asker=asker)


class Checks:
    """Counts what holds and what does not, and says so."""

    def __init__(self):
        self.bad = 0

    def __call__(self, holds, text):
        print(f"{'ok  ' if holds else 'FAIL'} {text}")
        self.bad += not holds
        return holds

    def result(self):
        return 1 if self.bad else 0


def counters(field, name):
    """Packets that a named set or rule of the table counted, by a pattern."""
    text = field.on_router("nft", "list", "ruleset")
    return sum(int(n) for n in re.findall(name + r".*?packets (\d+)", text))


def need_filter():
    for tool in ("ip", "sysctl"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed (./setup.sh --tests installs it)")
    if not os.access(FILTER, os.X_OK):
        sys.exit(f"no program at {FILTER}: build first")
