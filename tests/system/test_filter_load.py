#!/usr/bin/env python3
"""Many calls: the race for the first packet, a busy trunk of real user agents, torture."""

import random
import shutil
import subprocess
import sys
import time

from filter_field import (CLIENT, SERVER, SOURCE, Call, Checks, Field, drain, need_filter, passes, receive,
                          rtp, sdp)

check = Checks()
TRUNKS = "block: { protected: [ 10.61.1.0/24, 10.61.2.0/24 ] }\n"


def race(field, calls=2000):
    """The caller sends media the moment that the answer arrives."""
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    packet, lost = rtp(), 0
    for i in range(calls):
        # Ports of its own for each call: no pinhole is there from the one before.
        mine, theirs = 20000 + 2 * i, 40000 + 2 * i
        sender, receiver = field.udp(field.client, CLIENT, mine), field.udp(field.server, SERVER, theirs)
        call = Call(a, b)
        call.invite(sdp(CLIENT, (mine,)))
        text = call.message("SIP/2.0 200 OK", call.headers(a, "INVITE", call.cseq[a], call.branch, call.to_tag),
                            sdp(SERVER, (theirs,)))
        drain(a)
        b.sendto(text, (CLIENT, 5060))
        check.bad += a.recv(65536) != text
        sender.sendto(packet, (SERVER, theirs))
        lost += receive(receiver, 0.3) is None
        call.request("ACK")
        call.bye()
        sender.close()
        receiver.close()
    check(lost == 0, f"{lost} of {calls} first packets lost")
    opened = field.control("status")["pinholes_opened"]
    check(opened == 4 * calls, f"each call opened its own ({opened})")
    a.close()
    b.close()


def trunk(field, calls=1000):
    """sipp on both sides, one pair of sockets, 1,000 calls at a time."""
    if not shutil.which("sipp"):
        print("     sipp is not installed: the trunk is left out")
        return
    for role in ("uac", "uas"):
        text = subprocess.run(["sipp", "-sd", role], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False).stdout.decode()
        (field.folder / f"{role}.xml").write_text(text.replace("[media_port]", "[auto_media_port]"),
                                                  encoding="utf-8")
    field.run_in(field.server, "sipp", "-sf", "uas.xml", "-i", SERVER, "-p", 5060, "-nostdin",
                 "-mp", 40000)
    time.sleep(0.5)
    before = field.control("status")["pinholes"]  # of odd offers, until their leases end
    caller = field.run_in(field.client, "sipp", "-sf", "uac.xml", "-i", CLIENT, "-p", 5060, "-nostdin",
                          "-m", 2 * calls, "-l", calls, "-r", 250, "-d", 4500, "-trace_stat", "-fd", 1,
                          "-mp", 20000, "-timeout", "40s",
                          f"{SERVER}:5060")
    most, begin = 0, time.time()
    while caller.poll() is None and time.time() - begin < 50:
        most = max(most, field.control("status")["pinholes"])
        time.sleep(0.2)
    check(caller.wait() == 0, f"all {2 * calls} calls of sipp succeed")
    check(most >= 3.5 * calls, f"with {most} pinholes at once")
    time.sleep(1)
    left = field.control("status")
    check(left["pinholes"] <= before,
          f"and none of theirs at the end ({left['pinholes']} of {left['pinholes_opened']}, {before} before)")
    check(left["pinholes_refused"] == 0 and left["failed_commits"] == 0, "the kernel refused none")


def torture(field):
    """Fuzzed and cut messages through the real queue: a verdict for each, and no crash."""
    a = field.udp(field.client, "10.61.1.4", 5060)
    b = field.udp(field.server, "10.61.2.4", 5060)
    seeds = [path.read_bytes() for path in sorted((SOURCE / "tests/fuzz/corpus/sip").iterdir())]
    call = Call(a, b)
    seeds.append(call.message("INVITE sip:x@10.61.2.4 SIP/2.0",
                              call.headers(a, "INVITE", 1, 1, ""), sdp("10.61.1.4", (20000,))))
    dice = random.Random(7)
    before, sent = field.control("status"), 0
    for _ in range(4000):
        data = bytearray(dice.choice(seeds))[:8000]
        for _ in range(dice.randrange(4)):
            if data:
                data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.2:
            data = data[:dice.randrange(len(data) + 1)]
        a.sendto(bytes(data), ("10.61.2.4", 5060))
        sent += 1
        drain(b)
    time.sleep(0.5)
    after = field.control("status")
    judged = after["packets"] - before["packets"]
    verdicts = after["passed"] + after["dropped"] - before["passed"] - before["dropped"]
    check(judged == sent and verdicts == sent and after["queue_waiting"] == 0,
          f"{sent} odd messages, {verdicts} verdicts, none waits")
    check(field.program.poll() is None, "and the program lives")


def main():
    need_filter()
    wanted = sys.argv[1:]
    with Field(TRUNKS) as field:
        for case in (race, torture, trunk):
            if not wanted or case.__name__ in wanted:
                print(case.__name__)
                case(field)
        check(field.stop() == 0, "the filter ends cleanly")
        if check.bad:
            print(field.log()[-1500:], (field.folder / "children.log").read_text(errors="replace")[-1500:])
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
