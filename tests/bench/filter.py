#!/usr/bin/env python3
"""The inline filter's bars, measured beside what they are compared with, in one run.

usage: tests/bench/filter.py [BUILD]    a release build with tests, as root
Ratios are what counts: the machine's own speed is in every column.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE / "build" / "release"
os.environ.setdefault("RINGFENCE", str(BUILD / "bin" / "ringfence"))
sys.path.insert(0, str(SOURCE / "tests" / "system"))

from filter_field import CLIENT, SERVER, Call, Field, need_filter, receive, rtp, sdp  # noqa: E402

BLAST, NULL = BUILD / "bin" / "blast", BUILD / "bin" / "null_verdict"
TRUNKS = "block: { protected: [ 10.61.1.0/24, 10.61.2.0/24 ] }\nqueue: { source_rate: 0 }\n"
FAST = TRUNKS + "media: { pinholes: 262144, grace: 300ms, audio_rate: 1000000 }\n"
ROUNDS, PACKETS = 5, 200000


class BenchField(Field):
    """Without the settings of the tests: each bench says its own."""

    def configure(self, settings=None):
        path = self.folder / "filter.yaml"
        path.write_text(f"state: {self.folder}/state\nevents: {self.folder}/events.json\n"
                        f"rules: {SOURCE}/rules\n" + (settings or self.settings), encoding="utf-8")
        return path


def inside(name, *command, env=None):
    return subprocess.run(["ip", "netns", "exec", name, *map(str, command)], stdout=subprocess.PIPE,
                          env={**os.environ, **(env or {})}, check=True).stdout.decode()


def forwarding(field):
    """Nanoseconds a packet of media, the best of some rounds."""
    return min(float(inside(field.client, BLAST, "rtp", CLIENT, SERVER, 30000, PACKETS))
               for _ in range(ROUNDS))


def established(field):
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    call = Call(a, b)
    call.invite(sdp(CLIENT, (20000,)))
    call.answer(sdp(SERVER, (30000,)))
    a.close()
    b.close()


def media():
    found = {}
    with BenchField(filtered=False) as field:
        field.udp(field.server, SERVER, 30000)
        found["plain"] = forwarding(field)
        field.on_router("nft", "add table inet t; add chain inet t f { type filter hook forward priority 0; "
                        "policy drop; }; add rule inet t f ct state established,related accept; "
                        "add rule inet t f udp dport 30000 accept")
        found["conntrack"] = forwarding(field)
    with BenchField(FAST) as field:
        field.udp(field.server, SERVER, 30000)
        established(field)
        found["pinhole"] = forwarding(field)
    return found


def rate(field):
    """Messages a second that get their verdict, of a flood."""
    best = 0
    for _ in range(3):
        sink = subprocess.Popen(["ip", "netns", "exec", field.server, str(BLAST), "sink", SERVER, "5060", "4"],
                                stdout=subprocess.PIPE)
        time.sleep(0.3)
        inside(field.client, BLAST, "sip", CLIENT, SERVER, 5060, 400000)
        count, seconds = sink.communicate()[0].decode().split()
        best = max(best, int(count) / max(float(seconds), 0.001))
    return best


def turns(field):
    text = inside(field.client, BLAST, "turn", CLIENT, SERVER, 5060, 20000,
                  env={"SINK": f"/run/netns/{field.server}"})
    return [float(word) for word in text.split()]


def signalling():
    found = {}
    with BenchField(filtered=False) as field:
        found["turn plain"] = turns(field)
    closed = "signalling: { fail_open: false }\n"
    with BenchField(TRUNKS + closed) as field:
        found["rate filter"], found["turn filter"] = rate(field), turns(field)
        field.program.kill()
        field.program.wait()
        field.program = None
        null = subprocess.Popen(["ip", "netns", "exec", field.router, str(NULL), "5060"],
                                stdout=subprocess.PIPE)
        null.stdout.readline()
        found["rate null"], found["turn null"] = rate(field), turns(field)
        null.kill()
        null.wait()
    return found


def closing():
    """From BYE to the last packet of media, beyond the grace; milliseconds."""
    worst = 0.0
    with BenchField(FAST) as field:
        a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
        for i in range(10):
            ra, rb = field.udp(field.client, CLIENT, 21000 + i), field.udp(field.server, SERVER, 31000 + i)
            call = Call(a, b)
            call.invite(sdp(CLIENT, (21000 + i,)))
            call.answer(sdp(SERVER, (31000 + i,)))
            call.request("BYE")
            begin = last = time.perf_counter()
            while time.perf_counter() - begin < 0.5:
                ra.sendto(rtp(), (SERVER, 31000 + i))
                if receive(rb, 0) is not None:
                    last = time.perf_counter()
                time.sleep(0.0001)
            worst = max(worst, (last - begin) * 1000 - 300)
            call.response(200, "BYE")
    return worst


def block_list():
    """Seconds for 100,000 entries, from a start with them less one without."""
    times = []
    with BenchField(TRUNKS) as field:
        until = int((time.time() + 3600) * 1e6)
        for count in (0, 100000):
            field.stop()
            field.on_router("nft", "delete", "table", "inet", "ringfence", check=False)
            (field.folder / "state" / "bans.journal").write_text("".join(
                f"+\t{until}\t172.{16 + i // 65536}.{i // 256 % 256}.{i % 256}/32\timport bench\n"
                for i in range(count)), encoding="ascii")
            begin = time.perf_counter()
            field.start()
            times.append(time.perf_counter() - begin)
    return times[1] - times[0]


def row(metric, reference, ours, bar):
    print(f"{metric:34} {reference:32} {ours:34} {bar}")


def main():
    need_filter()
    m, s = media(), signalling()
    row("metric", "reference, this run", "ringfence-filter", "bar")
    row("inline SIP rate, one core", f"{s['rate null'] / 1000:.0f} k/s null verdict",
        f"{s['rate filter'] / 1000:.0f} k/s = {s['rate filter'] / s['rate null']:.2f} of it", ">= 0.66 of it")
    plain, null, ours = s["turn plain"], s["turn null"], s["turn filter"]
    row("added latency p50", f"{null[0] - plain[0]:.0f} us null verdict",
        f"{ours[0] - plain[0]:.0f} us = {(ours[0] - plain[0]) / (null[0] - plain[0]):.2f} of it", "<= 1.4 of it")
    row("added latency p99", f"{null[1] - plain[1]:.0f} us null verdict", f"{ours[1] - plain[1]:.0f} us",
        "<= 250 us")
    row("RTP forwarding", f"{m['conntrack']:.0f} ns conntrack, {m['plain']:.0f} plain",
        f"{m['pinhole']:.0f} ns = {m['pinhole'] / m['conntrack']:.2f} of conntrack", "< 1 of conntrack")
    row("BYE to silence, beyond the grace", "never, in the kernel helper", f"{closing():.2f} ms at worst", "< 1 ms")
    row("block list of 100,000", "ipset 0.59 s", f"{block_list():.2f} s", "< 0.3 s")
    print("first packets lost at the answer: tests/system/test_filter_load.py race")
    return 0


if __name__ == "__main__":
    sys.exit(main())
