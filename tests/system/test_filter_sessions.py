#!/usr/bin/env python3
"""Offers and answers in all their forms: what opens, what moves, what closes."""

import sys
import time

from filter_field import (CLIENT, SERVER, Call, Checks, Field, need_filter, passes, receive, rtp, sdp)

GRACE_OVER_S = 0.5
check = Checks()


class Site:
    def __init__(self, field):
        self.field, self.port = field, 20000
        self.a = field.udp(field.client, CLIENT, 5060)
        self.b = field.udp(field.server, SERVER, 5060)

    def pair(self, client=CLIENT, server=SERVER):
        self.port += 20
        return (self.field.udp(self.field.client, client, self.port),
                self.field.udp(self.field.server, server, self.port + 10000))

    def call(self):
        return Call(self.a, self.b)


def at(made):
    return made.getsockname()[:2]


def port(made):
    return made.getsockname()[1]


def both(ra, rb, packet=None):
    return passes(ra, at(rb), rb, packet) and passes(rb, at(ra), ra, packet)


def neither(ra, rb, packet=None):
    return not passes(ra, at(rb), rb, packet) and not passes(rb, at(ra), ra, packet)


def early_media(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.response(183, body=sdp(SERVER, (port(rb),)))
    check(both(ra, rb), "early media flows after 183")
    call.request("PRACK", more=["RAck: 1 1 INVITE"])
    call.response(200, "PRACK")
    call.cseq[site.a] -= 1
    call.branch -= 1
    call.response(200)
    check(both(ra, rb), "and after the 200 without a description")
    call.cseq[site.a] += 1
    call.request("ACK")
    call.bye()
    time.sleep(GRACE_OVER_S)
    check(neither(ra, rb), "and not after BYE")


def media_before_the_answer(site):
    """What the callee sends the moment before its answer goes through the queue."""
    ra, rb = site.pair()
    _, rival = site.pair(server="10.61.2.3")
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    check(not passes(rival, at(ra), ra), "before the answer: not from another address than the callee's")
    check(passes(rb, at(ra), ra), "before the answer: what the callee sends at once arrives")
    check(not passes(ra, at(rb), rb), "before the answer: the other way is closed")
    call.answer(sdp(SERVER, (port(rb),)))
    check(both(ra, rb), "before the answer: and goes on with it")
    call.bye()
    time.sleep(GRACE_OVER_S)
    check(neither(ra, rb), "before the answer: and ends with it")
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp("10.61.1.7", (port(ra),)))
    elsewhere = site.field.udp(site.field.client, "10.61.1.7", port(ra))
    check(not passes(rb, at(elsewhere), elsewhere), "before the answer: no hole to another host than the offerer")
    call.response(486)
    call.request("ACK")


def delayed_offer(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite()
    call.response(200, body=sdp(SERVER, (port(rb),)))
    check(not passes(rb, at(ra), ra), "delayed offer: nothing is open to who has not described itself")
    check(passes(ra, at(rb), rb), "delayed offer: the one that offers can be sent to")
    call.request("ACK", sdp(CLIENT, (port(ra),)))
    check(both(ra, rb), "delayed offer: the ACK's answer opens")


def forking(site):
    ra, rb = site.pair()
    _, rc = site.pair(server="10.61.2.3")
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.response(183, body=sdp(SERVER, (port(rb),)), to_tag="fork1")
    call.response(183, body=sdp("10.61.2.3", (port(rc),)), to_tag="fork2")
    check(passes(rb, at(ra), ra) and passes(rc, at(ra), ra), "forking: both forks' early media")
    call.to_tag = "fork2"
    call.answer(sdp("10.61.2.3", (port(rc),)))
    check(both(ra, rc), "forking: the fork that answered")
    call.bye()
    time.sleep(GRACE_OVER_S)
    check(neither(ra, rc), "forking: closed after BYE of the only answered fork")


def moved_media(site):
    ra, rb = site.pair()
    na, nb = site.pair(client="10.61.1.3")
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    check(both(ra, rb), "re-INVITE: media before")
    call.request("INVITE", sdp("10.61.1.3", (port(na),)))
    check(both(ra, rb), "re-INVITE: the offer alone changes nothing")
    call.response(488)
    call.request("ACK")
    time.sleep(GRACE_OVER_S)
    check(both(ra, rb) and neither(na, nb), "re-INVITE: a refused one changes nothing")
    call.request("INVITE", sdp("10.61.1.3", (port(na),)))
    call.answer(sdp(SERVER, (port(nb),)))
    check(both(na, nb), "re-INVITE: the new addresses are open")
    time.sleep(GRACE_OVER_S)
    check(neither(ra, rb), "re-INVITE: the old ones are closed after the grace")
    call.request("UPDATE", sdp(CLIENT, (port(ra),)))
    call.response(200, "UPDATE", body=sdp(SERVER, (port(nb),)))
    check(passes(ra, at(nb), nb) and passes(nb, at(ra), ra), "UPDATE moves media, too")


def callee_reinvites_and_hangs_up(site):
    ra, rb = site.pair()
    _, nb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    call.request("INVITE", sdp(SERVER, (port(nb),)), asker=site.b)
    call.response(200, body=sdp(CLIENT, (port(ra),)), asker=site.b)
    call.request("ACK", asker=site.b)
    check(passes(ra, at(nb), nb) and passes(nb, at(ra), ra), "the callee's re-INVITE moves its media")
    call.bye(asker=site.b)
    time.sleep(GRACE_OVER_S)
    check(not passes(ra, at(nb), nb), "the callee's BYE ends it")


def multipart(site):
    ra, rb = site.pair()
    call = site.call()
    def body(address, number):
        return ("--b\r\nContent-Type: application/isup;version=x\r\n\r\n\x01\x02\r\n"
                "--b\r\nContent-Type: application/sdp\r\n\r\n" + sdp(address, (number,)) + "\r\n--b--\r\n")
    call.invite(body(CLIENT, port(ra)), content="multipart/mixed;boundary=b")
    call.answer(body(SERVER, port(rb)), content="multipart/mixed;boundary=b")
    check(both(ra, rb), "descriptions inside of multipart bodies")


def fax(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    image = "m=image {} udptl t38\r\na=T38FaxVersion:0"
    udptl = bytes([0, 1, 3, 6, 0]) + bytes(20)
    check(neither(ra, rb, udptl), "T.38: not before it is agreed on")
    call.request("INVITE", sdp(SERVER, image.format(port(rb))), asker=site.b)
    call.response(200, body=sdp(CLIENT, image.format(port(ra))), asker=site.b)
    call.request("ACK", asker=site.b)
    check(both(ra, rb, udptl), "T.38: udptl flows once it is")


def media_level_address(site):
    ra, rb = site.pair(client="10.61.1.4", server="10.61.2.4")
    call = site.call()
    audio = "m=audio {} RTP/AVP 0\r\nc=IN IP4 {}"
    call.invite(sdp(CLIENT, audio.format(port(ra), "10.61.1.4"), session=False))
    call.answer(sdp(SERVER, audio.format(port(rb), "10.61.2.4"), session="203.0.113.9"))
    check(both(ra, rb), "c= of the m= line counts before that of the session")


def refused_line(site):
    ra, rb = site.pair()
    va, vb = site.pair()
    call = site.call()
    video = "m=video {} RTP/AVP 96\r\na=rtpmap:96 H264/90000"
    call.invite(sdp(CLIENT, (port(ra),), video.format(port(va))))
    call.answer(sdp(SERVER, (port(rb),), video.format(0)))
    check(both(ra, rb) and neither(va, vb), "a line that is refused stays closed")


def failed_call(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.response(183, body=sdp(SERVER, (port(rb),)))
    open_before = both(ra, rb)
    call.response(486)
    time.sleep(GRACE_OVER_S)
    check(open_before and neither(ra, rb), "a call that is refused closes its early media")


def challenged_bye(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    call.request("BYE")
    call.response(401, "BYE", more=['WWW-Authenticate: Digest realm="x", nonce="y"'])
    time.sleep(GRACE_OVER_S)
    check(both(ra, rb), "a BYE that is challenged ends nothing")


def forged_bye(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    forged = Call(site.a, site.b, call_id=call.id)
    forged.from_tag, forged.to_tag = "guess", "other"
    forged.bye()
    time.sleep(GRACE_OVER_S)
    check(both(ra, rb), "a BYE with wrong tags ends nothing")


def rate(site):
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    for i in range(1000):
        ra.sendto(rtp(i), at(rb))
    time.sleep(0.1)
    count = 0
    while receive(rb, 0) is not None:
        count += 1
    check(60 <= count <= 110, f"a burst of 1000 packets is cut to its rate ({count} passed)")


def big_invite(site):
    """4 kB of INVITE come as fragments: judged as a whole, and opened."""
    ra, rb = site.pair()
    call = site.call()
    filler = [f"X-Filler-{i}: {'y' * 90}" for i in range(40)]
    check(call.invite(sdp(CLIENT, (port(ra),)), more=filler), "a fragmented INVITE of 4 kB passes")
    call.answer(sdp(SERVER, (port(rb),)), more=filler)
    check(both(ra, rb), "a fragmented INVITE of 4 kB opens")


def latch(site):
    """The attacker knows the ports and is faster than the callee: locked from packet one."""
    ra, rb = site.pair()
    attacker = site.field.udp(site.field.server, "10.61.2.9", port(rb))
    rival = site.field.udp(site.field.server, SERVER, port(rb) + 4)
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    check(not passes(attacker, at(ra), ra), "latch: another address never gets in")
    check(passes(rb, at(ra), ra), "latch: the peer is the first")
    check(not passes(rival, at(ra), ra), "latch: another port of its host comes too late")
    check(passes(rb, at(ra), ra), "latch: the peer goes on")


def one_way(site):
    """Only the caller is heard: told when the call is looked at, and of no other call."""
    ra, rb = site.pair()
    call = site.call()
    call.invite(sdp(CLIENT, (port(ra),)))
    call.answer(sdp(SERVER, (port(rb),)))
    for i in range(300):
        ra.sendto(rtp(i), at(rb))
        time.sleep(0.01)
    event = site.field.wait_event(lambda e: e["event_type"] == "node" and e["node"]["what"] == "one-way-audio", 25)
    check(event is not None and "caller" in event["node"]["text"], f"one-way audio is told: {event and event['node']}")
    check(passes(rb, at(ra), ra), "and its pinholes stay")
    call.bye()


def registration_opens_nothing(site):
    ra, rb = site.pair()
    call = site.call()
    call.request("REGISTER", in_dialog=False)
    call.response(200, "REGISTER")
    check(neither(ra, rb), "REGISTER opens nothing")


def well_known_port(site):
    call = site.call()
    call.invite(sdp(CLIENT, (25,)))
    call.answer(sdp(SERVER, (33000,)))
    check(site.field.control("status")["pinholes_full"] == 0, "a port below 1024 is no media")


CASES = [early_media, media_before_the_answer, delayed_offer, forking, moved_media, callee_reinvites_and_hangs_up, multipart,
         fax, media_level_address, refused_line, failed_call, challenged_bye, forged_bye, rate,
         big_invite, latch, one_way, registration_opens_nothing, well_known_port]


def main():
    need_filter()
    wanted = sys.argv[1:]
    with Field() as field:
        site = Site(field)
        for case in CASES:
            if not wanted or case.__name__ in wanted:
                case(site)
        check(field.stop() == 0, "the filter ends cleanly")
        if check.bad:
            print(field.log()[-1500:])
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
