#!/usr/bin/env python3
"""Living on a router: beside other firewalls, through restarts, crashes and floods."""

import subprocess
import sys
import threading
import time

from filter_field import (CLIENT, FILTER, SERVER, Call, Checks, Field, drain, need_filter, passes, receive,
                          sdp)

check = Checks()


class Site:
    """Signalling sockets and one call with media."""

    def __init__(self, field):
        self.field = field
        self.a = field.udp(field.client, CLIENT, 5060)
        self.b = field.udp(field.server, SERVER, 5060)
        self.ra = field.udp(field.client, CLIENT, 20000)
        self.rb = field.udp(field.server, SERVER, 30000)
        self.call = Call(self.a, self.b)
        self.call.invite(sdp(CLIENT, (20000,)))
        self.call.answer(sdp(SERVER, (30000,)))
        self.talk()

    def talk(self):
        return passes(self.ra, (SERVER, 30000), self.rb) and passes(self.rb, (CLIENT, 20000), self.ra)

    def close(self):
        for made in (self.a, self.b, self.ra, self.rb):
            made.close()


def flush():
    with Field() as field:
        site = Site(field)
        field.control("ban 10.61.1.5 60 test")
        if field.control("status")["lasting"]:
            field.on_router("nft", "flush", "ruleset")
            check("ringfence" in field.on_router("nft", "list", "tables") and site.talk(),
                  "a foreign flush leaves the table alone")
        else:
            print("     this kernel cannot protect a table")
        check(field.stop() == 0 and site.talk(), "media goes on without the program")
    with Field("firewall: { protect: false }\n") as field:
        site = Site(field)
        field.control("ban 10.61.1.5 60 test")
        field.on_router("nft", "flush", "ruleset")
        event = field.wait_event(lambda e: e["event_type"] == "node" and e["node"]["what"] == "table-lost")
        check(event is not None, "a flush that the kernel allowed is told")
        check(site.talk(), "the table is built again, with its pinholes")
        check(field.control("check 10.61.1.5")["blocked"], "and its bans")
        check(field.control("status")["rebuilt"] == 1, "once")


def crash():
    with Field() as field:
        site = Site(field)
        field.program.kill()
        field.program.wait()
        field.program = None
        check(site.talk(), "kill -9: media goes on")
        check(site.call.request("OPTIONS"), "kill -9: signalling passes (fail_open)")
        field.start()
        check(field.control("status")["sessions"] == 1, "the successor knows the call")
        check(site.talk(), "and its media goes on")
        site.call.bye()
        time.sleep(0.5)
        check(not site.talk(), "and ends with its BYE")
    with Field("signalling: { fail_open: false }\n") as field:
        site = Site(field)
        field.program.kill()
        field.program.wait()
        field.program = None
        check(not site.call.request("OPTIONS"), "kill -9 with fail_open off: signalling stops")
        check(site.talk(), "media still goes on")


class Pings(threading.Thread):
    """OPTIONS at a steady pace, until told to stop; counts what arrives."""

    def __init__(self, field):
        super().__init__()
        self.a = field.udp(field.client, "10.61.1.3", 5060)
        self.b = field.udp(field.server, "10.61.2.3", 5060)
        self.sent, self.ending = 0, False
        call = Call(self.a, self.b)
        self.model = Call.message(f"OPTIONS sip:v@{call.host(self.b)} SIP/2.0",
                                  call.headers(self.a, "OPTIONS", 1, "ping{}", ""))

    def run(self):
        while not self.ending:
            self.sent += 1
            self.a.sendto(self.model.replace(b"{}", str(self.sent).encode()), ("10.61.2.3", 5060))
            time.sleep(0.004)

    def arrived(self):
        count = 0
        while receive(self.b, 0.3) is not None:
            count += 1
        return count


def hot_restart():
    settings = ("signalling: { fail_open: false }\n"
                "block: { protected: [ 10.61.1.0/24, 10.61.2.0/24 ] }\n")
    with Field(settings) as field:
        site = Site(field)
        ringing = Call(site.a, site.b)
        ringing.invite(sdp(CLIENT, (21000,)))
        pings = Pings(field)
        pings.b.setsockopt(1, 33, 1 << 20)  # SO_RCVBUFFORCE
        pings.start()
        time.sleep(0.5)
        for _ in range(3):
            before = field.program
            field.start("--take-over")
            check(before.wait(10) == 0, "the predecessor ends")
        time.sleep(0.3)
        pings.ending = True
        pings.join()
        arrived = pings.arrived()
        check(arrived == pings.sent, f"three restarts lose no packet ({arrived} of {pings.sent})")
        check(site.talk(), "nor a pinhole")
        early, answer = field.udp(field.client, CLIENT, 21000), field.udp(field.server, SERVER, 31000)
        ringing.answer(sdp(SERVER, (31000,)))
        check(passes(early, (SERVER, 31000), answer), "nor a call that was ringing")
        site.call.bye()
        ringing.bye()
        time.sleep(0.5)
        check(not site.talk(), "and calls end as ever")
        check(field.stop() == 0, "the last one ends cleanly")


def bad_configuration():
    with Field() as field:
        site = Site(field)
        path = field.configure("queue: { number: many }\n")
        done = subprocess.run(["ip", "netns", "exec", field.router, FILTER, "--config", str(path),
                               "--take-over"], stderr=subprocess.PIPE, check=False)
        place = done.stderr.decode()
        check(done.returncode == 3 and "filter.yaml:" in place and "number" in place,
              f"a bad configuration is refused with its place: {place.strip()}")
        check(field.program.poll() is None and site.call.request("OPTIONS"), "who runs goes on")
        site_rules = field.folder / "site.yaml"
        field.configure(f"site: {site_rules}\n")
        site_rules.write_text("lists:\n  our_servers: [ 10.61.2.2 ]\n", encoding="ascii")
        field.settings = f"site: {site_rules}\n"
        field.start("--take-over")
        site_rules.write_text("nonsense: true\n", encoding="ascii")
        field.program.send_signal(1)
        time.sleep(0.5)
        check("stay as they were" in field.log() and field.program.poll() is None,
              "bad rules do not replace good ones")
        site_rules.write_text("lists:\n  our_servers: [ 10.61.2.3 ]\n", encoding="ascii")
        field.program.send_signal(1)
        time.sleep(0.5)
        check("rules from here on" in field.log(), "good rules replace them while it runs")
        check(site.call.request("OPTIONS"), "and signalling passes")
        field.configure(f"site: {site_rules}\nsignalling: {{ methods: [ INVITE, ACK, BYE ] }}\n")
        field.program.send_signal(1)
        time.sleep(0.5)
        check(not site.call.request("OPTIONS") and site.talk(),
              "so do other settings: a method that is no longer allowed, while media goes on")
        field.configure("mode: sometimes\n")
        field.program.send_signal(1)
        time.sleep(0.5)
        check("settings stay as they were" in field.log() and not site.call.request("OPTIONS") and site.talk(),
              "bad settings do not replace good ones")


def overflow():
    with Field("signalling: { fail_open: false }\nqueue: { length: 64, source_rate: 0 }\n") as field:
        site = Site(field)
        pings = Pings(field)
        field.program.send_signal(19)  # SIGSTOP
        for i in range(300):
            pings.a.sendto(pings.model.replace(b"{}", str(i).encode()), ("10.61.2.3", 5060))
        time.sleep(0.2)
        field.program.send_signal(18)
        event = field.wait_event(lambda e: e["event_type"] == "node" and e["node"]["what"] == "queue-full")
        check(event is not None and event["node"]["value"] >= 200,
              f"a full queue is told with how many it cost: {event and event['node']}")
        check(site.talk(), "media does not notice")


def beside_others():
    with Field("firewall: { way: mark }\n") as field:
        rules = field.folder / "admin.nft"
        rules.write_text("table inet admin {\nchain f {\ntype filter hook forward priority 10; policy drop;\n"
                         "meta mark & 0x10000000 != 0 accept\nudp dport 5060 accept\nudp sport 5060 accept\n"
                         "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n}\n}\n",
                         encoding="ascii")
        field.on_router("nft", "-f", rules)
        site = Site(field)
        check(site.talk(), "way 'mark': the admin's rules accept what is marked")
        other = field.udp(field.client, CLIENT, 20010)
        check(not passes(other, (SERVER, 30000), site.rb), "and drop the rest")
        field.on_router("nft", "-f", rules)  # an admin's reload
        check(site.talk(), "an admin's reload changes nothing")
    with Field("firewall: { way: related }\n") as field:
        rules = field.folder / "admin.nft"
        rules.write_text("table inet admin {\nchain f {\ntype filter hook forward priority 10; policy drop;\n"
                         "ct state established,related accept\nudp dport 5060 accept\n"
                         "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n}\n}\n",
                         encoding="ascii")
        field.on_router("nft", "-f", rules)
        site = Site(field)
        check(site.talk(), "way 'related': media is established to the admin's rules, from its first packet")
        other = field.udp(field.client, CLIENT, 20010)
        check(not passes(other, (SERVER, 30000), site.rb), "and they drop the rest")
        field.program.kill()
        field.program.wait()
        check(site.talk(), "kill -9: the connection stays")
        field.start()
        site.call.bye()
        time.sleep(0.6)
        check(not passes(site.ra, (SERVER, 30000), site.rb) and not passes(site.rb, (CLIENT, 20000), site.ra),
              "way 'related': BYE ends the connection")
    with Field() as field:
        name, answer = field.udp(field.client, CLIENT, 33333), field.udp(field.server, SERVER, 53)
        name.sendto(b"question of names", (SERVER, 53))
        check(receive(answer) is not None, "other services: a question passes")
        check(passes(answer, (CLIENT, 33333), name, b"an answer"), "and its answer, to a port of media")
        listing = subprocess.run(["ip", "netns", "exec", field.router, "nft", "list", "ruleset"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        check(listing.returncode == 0 and b"@latched4" in listing.stdout, "nft can list what we built")


def rights():
    with Field() as field:
        with open(f"/proc/{field.program.pid}/status", encoding="ascii") as status:
            text = dict(line.split(":", 1) for line in status.read().splitlines() if ":" in line)
        check(int(text["CapEff"], 16) == 1 << 12 and int(text["CapPrm"], 16) == 1 << 12,
              f"CAP_NET_ADMIN is all that it keeps ({text['CapEff'].strip()})")
        check(text["Seccomp"].strip() == "2" and text["NoNewPrivs"].strip() == "1",
              "behind seccomp, and without a way to gain more")


def kernel_helper():
    with Field("signalling: { ports: [ 5080 ] }\n") as field:
        rules = field.folder / "helper.nft"
        rules.write_text('table inet helper {\nct helper s {\ntype "sip" protocol udp\n}\nchain p {\n'
                         'type filter hook prerouting priority 0\nudp dport 5060 ct helper set "s"\n'
                         'ct state established accept\n}\n}\n', encoding="ascii")
        try:
            field.on_router("nft", "-f", rules)
        except OSError as error:
            print(f"     the kernel's helper cannot be loaded here: {str(error)[-100:]}")
            return
        a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
        call = Call(a, b)
        call.invite(sdp(CLIENT, (20000,)))
        call.response(183, body=sdp(SERVER, (30000,)))
        event = field.wait_event(lambda e: e["event_type"] == "node" and e["node"]["what"] == "kernel-helper", 8)
        check(event is not None, f"an active helper of the kernel is warned of: {event and event['node']['text']}")


CASES = [rights, kernel_helper, flush, crash, hot_restart, bad_configuration, overflow, beside_others]


def main():
    need_filter()
    wanted = sys.argv[1:]
    for case in CASES:
        if not wanted or case.__name__ in wanted:
            print(case.__name__)
            case()
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
