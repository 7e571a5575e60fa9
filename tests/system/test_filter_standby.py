#!/usr/bin/env python3
"""Two routers between the same client and server: when one dies, the other takes over the
calls that run, with their media, and ends them when they end."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from common import skip
from filter_field import CLIENT, SERVER, Call, Checks, Field, need_filter, passes, sdp, sh
from test_filter_shared import Server, soon

check = Checks()


class Second(Field):
    """Another router between the same two hosts, by links of its own."""

    def __init__(self, first, settings):
        super().__init__(settings)
        self.first = first
        self.client, self.server, self.router = first.client, first.server, f"{first.router}2"

    def build(self):
        sh("ip", "netns", "add", self.router)
        sh("ip", "-n", self.router, "link", "set", "lo", "up")
        for side, net, inner, outer in ((self.client, 3, "c1", "rc"), (self.server, 4, "s1", "rs")):
            sh("ip", "link", "add", inner, "netns", side, "type", "veth", "peer", "name", outer,
               "netns", self.router)
            sh("ip", "-n", side, "addr", "add", f"10.61.{net}.2/24", "dev", inner)
            sh("ip", "-n", self.router, "addr", "add", f"10.61.{net}.1/24", "dev", outer)
            sh("ip", "-n", side, "link", "set", inner, "up")
            sh("ip", "-n", self.router, "link", "set", outer, "up")
            # The router knows the hosts by the addresses that they have on the other way.
            sh("ip", "-n", self.router, "route", "add", f"10.61.{net - 2}.0/24", "via", f"10.61.{net}.2")
        sh("ip", "netns", "exec", self.router, "sysctl", "-qw", "net.ipv4.ip_forward=1")

    def take_the_way(self):
        sh("ip", "-n", self.client, "route", "replace", "default", "via", "10.61.3.1")
        sh("ip", "-n", self.server, "route", "replace", "default", "via", "10.61.4.1")

    def give_it_back(self):
        sh("ip", "-n", self.client, "route", "replace", "default", "via", "10.61.1.1")
        sh("ip", "-n", self.server, "route", "replace", "default", "via", "10.61.2.1")


class Talk:
    def __init__(self, field, port):
        self.ra, self.rb = field.udp(field.client, CLIENT, port), field.udp(field.server, SERVER, port + 10000)
        self.port = port
        self.call = Call(field.a, field.b)

    def begin(self):
        self.call.invite(sdp(CLIENT, (self.port,)))
        return self.call.answer(sdp(SERVER, (self.port + 10000,)))

    def out(self):
        return passes(self.ra, (SERVER, self.port + 10000), self.rb)

    def back(self):
        return passes(self.rb, (CLIENT, self.port), self.ra)


def moved(one, two):
    talks = [Talk(one, 20000 + 2 * i) for i in range(20)]
    check(all(talk.begin() for talk in talks) and talks[0].out() and talks[0].back(), "20 calls by the first router")
    begin = time.time()
    check(soon(lambda: two.control("status")["sessions"] == 20, 3),
          f"the second one knows them ({time.time() - begin:.2f} s)")
    one.program.kill()
    one.program.wait()
    one.program = None
    sh("ip", "-n", one.router, "link", "set", "rc", "down")
    two.take_the_way()
    check(all(talk.out() and talk.back() for talk in talks), "the first one dies: all media goes on by the second")
    other = one.udp(one.client, CLIENT, 23000)
    check(not passes(other, (SERVER, 30000), talks[0].rb), "and nothing but that")
    call = talks[0].call
    check(call.request("INVITE", sdp(CLIENT, (20000,))) and call.answer(sdp(SERVER, (30000,))),
          "a re-INVITE passes, although calls that are not known may not")
    check(talks[0].out() and talks[0].back(), "with its media")
    check(all(talk.call.bye() for talk in talks[1:]), "BYE passes")
    time.sleep(0.6)
    check(not any(talk.out() or talk.back() for talk in talks[1:4]), "and closes what the first router opened")
    check(two.control("status")["pinholes"] == 4, "all of it, and nothing else")
    stray = Call(one.a, one.b)
    check(not stray.request("BYE"), "a BYE of no call does not pass")
    return talks[0]


def back_again(one, two, talk):
    sh("ip", "-n", one.router, "link", "set", "rc", "up")
    one.on_router("nft", "delete", "table", "inet", "ringfence", check=False)
    (one.folder / "state" / "filter.key").unlink()
    one.start()
    check(soon(lambda: one.control("status")["pinholes"] == 4, 4), "the first router comes back, with nothing: it is told")
    two.give_it_back()
    check(talk.out() and talk.back(), "and carries the call that is left")
    check(talk.call.bye(), "until its BYE")
    check(soon(lambda: two.control("status")["pinholes"] == 0, 3), "which the second router hears of")


def without_redis(server, one, two):
    talk = Talk(one, 21000)
    server.stop()
    check(talk.begin() and talk.out() and talk.back(), "Redis away: calls go on as ever")
    server.start()
    check(soon(lambda: two.control("status")["pinholes"] == 4, 8), "Redis back, empty: the second router is told")
    talk.call.bye()
    check(soon(lambda: two.control("status")["pinholes"] == 0, 4), "and of the end")


def main():
    need_filter()
    for tool in ("redis-server", "redis-cli"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed (./setup.sh --tests installs it)")
    folder = Path(tempfile.mkdtemp(prefix="rf-redis-"))
    server = Server(folder)
    server.start()
    settings = (f"redis: {{ address: {server.path} }}\nstandby: pair\n"
                "signalling: { unknown_dialogs: false }\n"
                "block: { protected: [ 10.61.1.0/24, 10.61.2.0/24 ] }\n")
    try:
        with Field(settings) as one, Second(one, settings) as two:
            one.a, one.b = one.udp(one.client, CLIENT, 5060), one.udp(one.server, SERVER, 5060)
            left = moved(one, two)
            back_again(one, two, left)
            without_redis(server, one, two)
            check(two.stop() == 0 and one.stop() == 0, "both filters end cleanly")
            for field in (one, two):
                check("Sanitizer" not in field.log(), "no complaint of the sanitizers")
            if check.bad:
                print(one.log()[-1500:], two.log()[-1500:])
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
