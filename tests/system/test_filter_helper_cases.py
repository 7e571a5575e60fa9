#!/usr/bin/env python3
"""The fourteen cases that the kernel's own SIP helper gets wrong, each by its name.

Every case must hold with ringfence-filter on the router. The same cases then run against
the kernel's helper, where it can be loaded, so that the difference is shown; what the
helper makes of them is told, not judged. Arguments choose cases.
"""

import socket
import sys
import time

from filter_field import (CLIENT, SERVER, Call, Checks, Field, drain, need_filter, passes, receive,
                          rtp, sdp, socket_in)

GRACE_OVER_S = 0.5
HELPER = """
table inet helper {
	ct helper sip-udp { type "sip" protocol udp; }
	ct helper sip-tcp { type "sip" protocol tcp; }
	chain assign { type filter hook prerouting priority 0;
		udp dport 5060 ct helper set "sip-udp"
		tcp dport 5060 ct helper set "sip-tcp"
	}
	chain forward { type filter hook forward priority 0; policy drop;
		ct state established,related accept
		udp dport 5060 accept
		udp sport 5060 accept
		tcp dport 5060 accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
	}
}
"""


class Site:
    """A field with a pair of signalling sockets, and ports of media that are not used twice."""

    def __init__(self, field):
        self.field = field
        self.port = 20000
        self.a = field.udp(field.client, CLIENT, 5060)
        self.b = field.udp(field.server, SERVER, 5060)

    def pair(self, client_port=None, server_port=None, client=CLIENT, server=SERVER):
        self.port += 20
        return (self.field.udp(self.field.client, client, client_port or self.port),
                self.field.udp(self.field.server, server, server_port or self.port + 10000))

    def call(self, offer, answer, **options):
        call = Call(self.a, self.b, **options)
        if not (call.invite(offer) and call.answer(answer)):
            raise AssertionError("the call itself did not get through")
        return call


def at(made):
    return made.getsockname()[:2]


def port(made):
    return made.getsockname()[1]


def plain(site):
    ra, rb = site.pair()
    return site.call(sdp(CLIENT, (port(ra),)), sdp(SERVER, (port(rb),))), ra, rb


def other_calls_of_a_trunk(site):
    first, ra, rb = plain(site)
    second, _, _ = plain(site)
    third = Call(site.a, site.b)
    third.cseq[site.a] = first.cseq[site.a] - 1
    third.invite(sdp(CLIENT, (29990,)))
    third.response(486)
    second.bye()
    time.sleep(GRACE_OVER_S)
    return passes(ra, at(rb), rb) and passes(rb, at(ra), ra)


def media_beside_signalling(site):
    ra, rb = site.pair(client="10.61.1.3", server="10.61.2.3")
    site.call(sdp("10.61.1.3", (port(ra),)), sdp("10.61.2.3", (port(rb),)))
    return passes(ra, at(rb), rb) and passes(rb, at(ra), ra)


def rtcp_attribute(site):
    ra, rb = site.pair()
    ca, cb = site.pair(port(ra) + 7, port(rb) + 7)
    wrong, _ = site.pair(port(ra) + 1)
    site.call(sdp(CLIENT, (port(ra), f"a=rtcp:{port(ca)}")),
              sdp(SERVER, (port(rb), f"a=rtcp:{port(cb)}")))
    return passes(cb, at(ca), ca, rtp()) and not passes(cb, at(wrong), wrong)


def rtcp_mux(site):
    ra, rb = site.pair()
    ca, cb = site.pair(port(ra) + 1, port(rb) + 1)
    site.call(sdp(CLIENT, (port(ra), "a=rtcp-mux")), sdp(SERVER, (port(rb), "a=rtcp-mux")))
    return passes(ra, at(rb), rb) and not passes(ca, at(cb), cb) and not passes(cb, at(ca), ca)


def odd_port(site):
    ra, rb = site.pair(22001, 32001)
    ea, eb = site.pair(22000, 32000)
    site.call(sdp(CLIENT, (port(ra),)), sdp(SERVER, (port(rb),)))
    return passes(ra, at(rb), rb) and passes(rb, at(ra), ra) and not passes(eb, at(ea), ea)


def five_media_lines(site):
    pairs = [site.pair() for _ in range(5)]
    site.call(sdp(CLIENT, *((port(a),) for a, _ in pairs)), sdp(SERVER, *((port(b),) for _, b in pairs)))
    return all(passes(a, at(b), b) and passes(b, at(a), a) for a, b in pairs)


def bye_ends_established_media(site):
    call, ra, rb = plain(site)
    if not (passes(ra, at(rb), rb) and passes(rb, at(ra), ra)):
        return False
    call.bye()
    time.sleep(GRACE_OVER_S)
    return not passes(ra, at(rb), rb) and not passes(rb, at(ra), ra)


def tcp_pair(site):
    listener = socket_in(site.field.server, kind=socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((SERVER, 5060))
    listener.listen(1)
    client = socket_in(site.field.client, kind=socket.SOCK_STREAM)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.settimeout(3)
    client.connect((SERVER, 5060))
    server, _ = listener.accept()
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.close()
    site.field.sockets += [client, server]
    return client, server


class TcpCall(Call):
    """The same over a connection, each message in pieces."""

    def send(self, made, data):
        for i in range(0, len(data), 120):
            made.sendall(data[i:i + 120])
            time.sleep(0.002)


def split_over_tcp_segments(site):
    client, server = tcp_pair(site)
    ra, rb = site.pair()
    call = TcpCall(client, server)
    call.invite(sdp(CLIENT, (port(ra),)))
    time.sleep(0.1)
    drain(server)
    call.response(200, body=sdp(SERVER, (port(rb),)))
    time.sleep(0.1)
    return passes(ra, at(rb), rb) and passes(rb, at(ra), ra)


def ice_candidates(site):
    ra, rb = site.pair(client="10.61.1.4", server="10.61.2.4")
    ma, mb = site.pair()
    ice = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv"
    site.call(
        sdp(CLIENT, (port(ma), ice, f"a=candidate:1 1 UDP 2130706431 10.61.1.4 {port(ra)} typ host")),
        sdp(SERVER, (port(mb), ice, f"a=candidate:1 1 UDP 2130706431 10.61.2.4 {port(rb)} typ host")))
    binding = bytes.fromhex("000100002112a442") + bytes(12)
    return passes(ra, at(rb), rb, binding) and passes(rb, at(ra), ra, binding)


def odd_messages_pass(site):
    """Without CSeq, or with a port below 1024: the call goes on, without a pinhole."""
    call = Call(site.a, site.b)
    bare = Call.message(f"OPTIONS sip:v@{SERVER} SIP/2.0",
                        [f"Via: SIP/2.0/UDP {CLIENT};branch=z9hG4bKbare", f"From: <sip:u@{CLIENT}>;tag=x",
                         f"To: <sip:v@{SERVER}>", "Call-ID: bare@test", "Max-Forwards: 70"])
    site.a.sendto(bare, at(site.b))
    without_cseq = receive(site.b, 1) is not None
    low = call.invite(sdp(CLIENT, (520,))) and call.answer(sdp(SERVER, (30520,)))
    return without_cseq and low


def unasked_answer(site):
    ra, rb = site.pair()
    call = Call(site.a, site.b)
    call.cseq[site.a] = 77
    call.response(200, body=sdp(SERVER, (port(rb),)))
    return not passes(ra, at(rb), rb) and not passes(rb, at(ra), ra)


def slipstream(site):
    """A page makes a browser send SIP inside of HTTP: no way in may open for that."""
    client, server = tcp_pair(site)
    hole, outside = site.pair()
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + b"x" * 1000)
    time.sleep(0.05)
    register = Call.message(
        f"REGISTER sip:{SERVER} SIP/2.0",
        [f"Via: SIP/2.0/TCP {CLIENT}:5060;branch=z9hG4bKslip", f"From: <sip:u@{SERVER}>;tag=s",
         f"To: <sip:u@{SERVER}>", "Call-ID: slip@test", "CSeq: 1 REGISTER",
         f"Contact: <sip:u@{CLIENT}:{port(hole)};transport=udp>", "Expires: 600"])
    client.sendall(register)
    time.sleep(0.05)
    drain(server)
    server.sendall(register.replace(f"REGISTER sip:{SERVER} SIP/2.0".encode(), b"SIP/2.0 200 OK"))
    time.sleep(0.1)
    return not passes(outside, at(hole), hole) and not passes(outside, at(hole), hole, b"x" * 40)


def hold_and_cancel(site):
    call, ra, rb = plain(site)
    held = sdp(CLIENT, (port(ra), "a=sendonly"), session="0.0.0.0")
    fine = passes(ra, at(rb), rb)
    fine = fine and call.request("INVITE", held) and call.answer(sdp(SERVER, (port(rb), "a=recvonly")))
    fine = fine and passes(ra, at(rb), rb)  # music on hold still flows that way
    fine = fine and call.request("INVITE", sdp(CLIENT, (port(ra),))) and call.answer(sdp(SERVER, (port(rb),)))
    fine = fine and passes(ra, at(rb), rb) and passes(rb, at(ra), ra)
    ea, eb = site.pair()
    early = Call(site.a, site.b)
    fine = fine and early.invite(sdp(CLIENT, (port(ea),))) and early.response(183, body=sdp(SERVER, (port(eb),)))
    fine = fine and passes(eb, at(ea), ea)
    fine = fine and early.request("CANCEL", in_dialog=False) and early.response(200, "CANCEL")
    fine = fine and early.response(487)
    time.sleep(GRACE_OVER_S)
    return fine and not passes(eb, at(ea), ea)


def more_than_4096(site):
    """1,100 calls at once over one pair of sockets: 4,400 pinholes, the first and last of use."""
    first, ra, rb = plain(site)
    del first
    for i in range(1100):
        site.call(sdp(CLIENT, (40000 + 2 * i,)), sdp("10.61.2.5", (40000 + 2 * i,)))
    last, la, lb = plain(site)
    del last
    return passes(ra, at(rb), rb) and passes(la, at(lb), lb)


CASES = [
    (1, other_calls_of_a_trunk), (2, media_beside_signalling), (3, rtcp_attribute), (4, rtcp_mux),
    (5, odd_port), (6, five_media_lines), (7, bye_ends_established_media),
    (8, split_over_tcp_segments), (9, ice_candidates), (10, odd_messages_pass), (11, unasked_answer),
    (12, slipstream), (13, hold_and_cancel), (14, more_than_4096),
]


def outcome(case, site):
    try:
        return bool(case(site))
    except (AssertionError, OSError) as error:
        print(f"     {case.__name__}: {error}")
        return False


def run_all(field, chosen):
    site = Site(field)
    return {case: outcome(case, site) for _, case in chosen}


def kernel_helper(chosen):
    """What the kernel's helper makes of the cases; None where it cannot be had."""
    with Field(filtered=False) as field:
        rules = field.folder / "helper.nft"
        rules.write_text(HELPER, encoding="ascii")
        try:
            field.on_router("nft", "-f", rules)
        except OSError as error:
            print(f"the kernel's helper cannot be loaded here: {str(error)[-120:]}")
            return None
        return run_all(field, chosen)


def main():
    need_filter()
    wanted = sys.argv[1:]
    chosen = [row for row in CASES if not wanted or row[1].__name__ in wanted]
    check = Checks()
    # Both ends are trunks: no rule slows them down.
    with Field("block: { protected: [ 10.61.1.0/24, 10.61.2.0/24 ] }\n") as field:
        ours = run_all(field, chosen)
        check(field.stop() == 0, "the filter ends cleanly")
    theirs = kernel_helper(chosen)
    for number, case in chosen:
        said = "not to be had" if theirs is None else "right" if theirs[case] else "wrong"
        check(ours[case], f"{number:2} {case.__name__} (kernel helper: {said})")
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
