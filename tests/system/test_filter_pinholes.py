#!/usr/bin/env python3
"""Pinholes follow what the two sides agree on, through the real program and kernel."""

import sys
import time

from filter_field import (CLIENT, CLIENT6, SERVER, SERVER6, Call, Checks, Field, need_filter,
                          passes, receive, rtp, sdp)

check = Checks()


def media_pair(field, client_port=20000, server_port=30000, client=CLIENT, server=SERVER):
    return (field.udp(field.client, client, client_port),
            field.udp(field.server, server, server_port))


def basic(field, name, client, server):
    """Closed before, open both ways with the answer, latched, closed after BYE."""
    a, b = field.udp(field.client, client, 5060), field.udp(field.server, server, 5060)
    ra, rb = media_pair(field, client=client, server=server)
    call = Call(a, b)
    check(not passes(ra, (server, 30000), rb), f"{name}: no media before the call")
    check(call.invite(sdp(client, (20000,))), f"{name}: INVITE passes")
    check(not passes(ra, (server, 30000), rb), f"{name}: no media on the offer alone")
    check(call.answer(sdp(server, (30000,))), f"{name}: answer and ACK pass")
    check(passes(ra, (server, 30000), rb), f"{name}: media from the caller")
    check(passes(rb, (client, 20000), ra), f"{name}: media from the callee")
    other = field.udp(field.client, client, 20010)
    check(not passes(other, (server, 30000), rb), f"{name}: another source port is shut out")
    check(not passes(ra, (server, 30000), rb, rtp(version=1)), f"{name}: what is not RTP is dropped")
    check(call.bye(), f"{name}: BYE passes")
    check(passes(ra, (server, 30000), rb, seconds=0.1), f"{name}: within the grace media goes on")
    time.sleep(0.5)
    check(not passes(ra, (server, 30000), rb), f"{name}: no media to the callee after BYE")
    check(not passes(rb, (client, 20000), ra), f"{name}: no media to the caller after BYE")
    for made in (a, b, ra, rb, other):
        made.close()


def main():
    need_filter()
    with Field() as field:
        basic(field, "IPv4", CLIENT, SERVER)
        basic(field, "IPv6", CLIENT6, SERVER6)
        opened = [e for e in field.events("pinhole") if e["pinhole"]["action"] == "closed"]
        check(len(opened) >= 8, "each closed pinhole is told")
        check(field.stop() == 0, "the filter ends cleanly")
        check("Sanitizer" not in field.log(), "no complaint of the sanitizers")
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
