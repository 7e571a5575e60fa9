#!/usr/bin/env python3
"""Bans: in force at once, explained, never of the wrong ones, and not bound to a process."""

import json
import shutil
import subprocess
import sys
import time

from filter_field import CLIENT, SERVER, SOURCE, Call, Checks, Field, need_filter, passes, sdp
from common import RINGFENCE

BAD, TRUNK, NETWORK_HOST = "10.61.1.5", "10.61.1.6", "10.61.1.8"
check = Checks()


def verb(field, *arguments):
    """`ringfence block …` on the router: exit code and the objects it prints."""
    done = subprocess.run(
        ["ip", "netns", "exec", field.router, RINGFENCE, "block", *map(str, arguments),
         "--socket", str(field.folder / "state" / "filter.sock")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()
                             if line.startswith("{")]


def reaches(field, source, target=SERVER):
    """Whether an OPTIONS of this source gets through."""
    sender, receiver = field.udp(field.client, source, 5071), field.udp(field.server, target, 5060)
    through = Call(sender, receiver).request("OPTIONS", in_dialog=False)
    sender.close()
    receiver.close()
    return through


def by_hand(field):
    check(reaches(field, BAD), "before: it gets through")
    check(verb(field, "check", BAD)[0] == 0, "check: not blocked, exit code 0")
    code, said = verb(field, "add", BAD, "--ttl", "1h", "--reason", "testing")
    check(code == 0 and said[0]["done"], "block add")
    check(not reaches(field, BAD), "blocked: nothing gets through")
    code, said = verb(field, "check", BAD)
    check(code == 1 and said[0]["rule"] == "testing" and said[0]["by"] == "operator" and
          said[0]["where"] == "ban4" and "until" in said[0] and said[0]["packets"] > 0,
          f"check says by what, by whom, where, until when and how often: {said}")
    check([entry["address"] for entry in verb(field, "list", "--output", "ndjson")[1]] == [BAD], "list has it")
    check(verb(field, "del", BAD)[0] == 0 and reaches(field, BAD), "block del lets it in again")
    check(verb(field, "del", BAD)[0] == 3, "what is not blocked cannot be taken back")
    check(verb(field, "add", "nonsense")[0] == 2, "no address: exit code 2")
    code, _ = verb(field, "add", BAD, "--dry-run")
    check(code == 0 and reaches(field, BAD), "--dry-run blocks nothing")


def protected(field):
    code, said = verb(field, "add", TRUNK)
    check(code == 3 and not said[0]["done"] and reaches(field, TRUNK), "a trunk is not banned")
    code, _ = verb(field, "add", "10.61.0.0/16")
    check(code == 3 and reaches(field, TRUNK), "nor is a network that a trunk lies in")
    check(verb(field, "check", TRUNK)[1][0]["protected"], "check says that it is protected")


def networks(field):
    verb(field, "add", "10.61.1.8/32", "--ttl", "1s")
    verb(field, "add", "10.61.1.8/31", "--ttl", "1h")
    verb(field, "add", "10.61.1.0/30", "--ttl", "1h")
    check(not reaches(field, NETWORK_HOST) and not reaches(field, CLIENT) and reaches(field, BAD),
          "networks are blocked as intervals")
    where = verb(field, "check", CLIENT)[1][0].get("where")
    check(where == "range4", "check names the interval's set")
    verb(field, "del", "10.61.1.8/31")
    verb(field, "del", "10.61.1.0/30")
    time.sleep(1.2)
    check(reaches(field, NETWORK_HOST) and reaches(field, CLIENT), "and let go again")


def live_flow(field):
    a, b = field.udp(field.client, BAD, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, BAD, 20000), field.udp(field.server, SERVER, 30000)
    call = Call(a, b)
    call.invite(sdp(BAD, (20000,)))
    call.answer(sdp(SERVER, (30000,)))
    check(passes(ra, (SERVER, 30000), rb) and passes(rb, (BAD, 20000), ra), "a call with media")
    begin = time.time()
    verb(field, "add", BAD, "--ttl", "1m")
    check(not passes(rb, (BAD, 20000), ra, seconds=0.2), "media to the banned one stops")
    check(not passes(ra, (SERVER, 30000), rb, seconds=0.2), "media from it stops")
    time.sleep(0.3)
    if shutil.which("conntrack"):
        left = field.on_router("conntrack", "-L", "-s", BAD, check=False)
        check(BAD not in left, "its connections are forgotten")
    print(f"     in {time.time() - begin:.2f} s, the test's own waiting included")
    verb(field, "del", BAD)
    for made in (a, b, ra, rb):
        made.close()
    a, b = field.udp(field.client, NETWORK_HOST, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, NETWORK_HOST, 20000), field.udp(field.server, SERVER, 30000)
    call = Call(a, b)
    call.invite(sdp(NETWORK_HOST, (20000,)))
    call.answer(sdp(SERVER, (30000,)))
    check(passes(ra, (SERVER, 30000), rb) and passes(rb, (NETWORK_HOST, 20000), ra), "a call of a network")
    verb(field, "add", "10.61.1.8/31", "--ttl", "1m")
    check(not passes(rb, (NETWORK_HOST, 20000), ra, seconds=0.2) and
          not passes(ra, (SERVER, 30000), rb, seconds=0.2), "its media stops when the network is blocked")
    verb(field, "del", "10.61.1.8/31")
    for made in (a, b, ra, rb):
        made.close()


def forged(field):
    """A scanner's messages with a source that never answers: dropped or limited, not banned."""
    script = field.folder / "forge.py"
    script.write_text(
        "import socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)\n"
        "for i in range(60):\n"
        "    m = (f'OPTIONS sip:100@10.61.2.2 SIP/2.0\\r\\nVia: SIP/2.0/UDP 10.61.1.77:5060;'\n"
        "         f'branch=z9hG4bK{i}\\r\\nFrom: <sip:100@1.1.1.1>;tag={i}\\r\\nTo: <sip:100@1.1.1.1>\\r\\n'\n"
        "         f'Call-ID: f{i}\\r\\nCSeq: 1 OPTIONS\\r\\nUser-Agent: friendly-scanner\\r\\n'\n"
        "         'Max-Forwards: 70\\r\\nContent-Length: 0\\r\\n\\r\\n').encode()\n"
        "    u = (5060).to_bytes(2,'big')*2 + (8+len(m)).to_bytes(2,'big') + b'\\0\\0'\n"
        "    h = bytes([0x45,0]) + (28+len(m)).to_bytes(2,'big') + bytes([0,i,0,0,64,17,0,0])\n"
        "    h += socket.inet_aton('10.61.1.77') + socket.inet_aton('10.61.2.2')\n"
        "    s.sendto(h+u+m, ('10.61.2.2', 0))\n", encoding="ascii")
    field.run_in(field.client, sys.executable, script).wait()
    time.sleep(0.3)
    check(verb(field, "check", "10.61.1.77")[0] == 0, "a source that may be forged is not banned")
    alerts = [e for e in field.events("alert") if e["src_ip"] == "10.61.1.77"]
    check(len(alerts) > 0, "though its messages raise alerts")


def real_attack(field):
    """svcrack guesses passwords at a real registrar until the filter has seen enough."""
    if not shutil.which("svcrack"):
        print("     svcrack is not installed: that attack is left out")
        return
    registrar = field.run_in(field.server, sys.executable, SOURCE / "tests/system/registrar.py", SERVER, 5060,
                 "100=no-such-word")
    time.sleep(0.5)
    tool = field.run_in(field.client, "svcrack", "-u", "100", "-r", "1000-1400", SERVER)
    event = field.wait_event(lambda e: e["event_type"] == "block" and e["block"]["action"] == "ban"
                             and e["block"]["entity"] == CLIENT, 15)
    check(event is not None, "svcrack is banned while it runs")
    tool.kill()
    registrar.kill()
    registrar.wait()
    if not event:
        return
    check(event["block"]["rule"] != "" and "until" in event["block"], f"with its reason: {event['block']}")
    alert = next(e for e in field.events("alert") if e["alert"]["rule_id"] == event["block"]["rule"])
    check(alert["timestamp"] <= event["timestamp"], "the alert comes first")
    check(verb(field, "check", CLIENT)[0] == 1, "check agrees")
    verb(field, "del", CLIENT)


def without_the_program(field):
    verb(field, "add", BAD, "--ttl", "4s")
    verb(field, "add", NETWORK_HOST, "--ttl", "1h")
    begin = time.time()
    field.program.kill()
    field.program.wait()
    field.program = None
    check(not reaches(field, BAD), "kill -9: the ban holds")
    time.sleep(max(0, 4.5 - (time.time() - begin)))
    check(reaches(field, BAD), "and ends on time, in the kernel")
    field.on_router("nft", "delete", "table", "inet", "ringfence", check=False)
    field.start()
    check(not reaches(field, NETWORK_HOST) and reaches(field, BAD),
          "a table that is gone is built again from the journal")
    verb(field, "del", NETWORK_HOST)


def many(field):
    """A journal of 100,000 entries is in force when the program says that it filters."""
    field.stop()
    until = int((time.time() + 3600) * 1e6)
    with open(field.folder / "state" / "bans.journal", "w", encoding="ascii") as journal:
        for i in range(100000):
            journal.write(f"+\t{until}\t172.{16 + i // 65536}.{i // 256 % 256}.{i % 256}/32\timport test\n")
    begin = time.time()
    field.start()
    took = time.time() - begin
    listed = subprocess.run(["ip", "netns", "exec", field.router, RINGFENCE, "block", "export"],
                            stdout=subprocess.PIPE, check=False).stdout.count(b"\n")
    check(listed == 100000, f"100,000 entries are in the kernel ({listed}); started in {took:.2f} s")
    check(verb(field, "check", "172.17.1.1")[0] == 1, "and check knows them")


def main():
    need_filter()
    with Field(f"block: {{ protected: [ {TRUNK}/32 ] }}\n") as field:
        for case in (by_hand, protected, networks, live_flow, forged, real_attack,
                     without_the_program, many):
            print(case.__name__)
            case(field)
        check(field.stop() == 0, "the filter ends cleanly")
        if check.bad:
            print(field.log()[-1500:])
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
