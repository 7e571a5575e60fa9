#!/usr/bin/env python3
"""Media of H.323 through the filter: tunnelled H.245, H.245 on its own connection, fastStart."""

import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "h323"))

import life  # noqa: E402
import messages as m  # noqa: E402
from filter_field import (CLIENT, SERVER, Checks, Field, drain, need_filter, passes, socket_in)  # noqa: E402
from wire import SCHEMA, encode, transport  # noqa: E402

check = Checks()


class LiveConnection:
    """The tests' connection of H.323, over real sockets; side 0 connects to side 1."""
    field = None

    def __init__(self, capture, client, server, syn=True):
        field = LiveConnection.field
        names = {0: field.client, 1: field.server}
        if client[0] == SERVER:
            names = {0: field.server, 1: field.client}
        listener = socket_in(names[1], kind=socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(server)
        listener.listen(1)
        opener = socket_in(names[0], kind=socket.SOCK_STREAM)
        opener.settimeout(3)
        opener.bind(client)
        opener.connect(server)
        accepted, _ = listener.accept()
        listener.close()
        self.ends, self.sockets = (client, server), (opener, accepted)
        for made in self.sockets:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        field.sockets += [opener, accepted]
        del capture, syn

    def send(self, side, data, piece=1400):
        self.sockets[side].sendall(data)
        time.sleep(0.02)
        drain(self.sockets[1 - side])

    def close(self):
        for made in self.sockets:
            made.close()


def media(field, number):
    return (field.udp(field.client, CLIENT, 20000 + number), field.udp(field.server, SERVER, 30000 + number))


def both(ra, rb):
    return passes(ra, rb.getsockname(), rb) and passes(rb, ra.getsockname(), ra)


def neither(ra, rb):
    return not passes(ra, rb.getsockname(), rb) and not passes(rb, ra.getsockname(), ra)


def leg(name, port):
    made = life.Leg(None, name, life.Device(CLIENT, "alice"), life.Device(SERVER, "bob"), called="bob",
                    port=port, reference=port % 1000)
    return made


def ends(made, ra, rb, name):
    made.release(0)
    made.release(1)
    time.sleep(0.6)
    check(neither(ra, rb), f"{name}: closed after ReleaseComplete")
    made.flow.close()


def tunnelled(field):
    ra, rb = media(field, 0)
    call = leg("tunnelled", 41001)
    call.setup()
    check(neither(ra, rb), "tunnelled: closed after Setup")
    call.proceed("connect")
    call.open_media(ports=(20000, 30000))
    check(both(ra, rb), "tunnelled: open after OpenLogicalChannelAck")
    rc = field.udp(field.client, CLIENT, 20009)
    check(not passes(rc, (SERVER, 30000), rb), "tunnelled: for the two ends alone")
    ends(call, ra, rb, "tunnelled")


def separate(field):
    ra, rb = media(field, 20)
    call = leg("separate", 41002)
    call.setup(tunnelling=False)
    call.proceed("connect", tunnelling=False, h245Address=transport(SERVER, 3000))
    call.connect_control(1, 42002)
    call.open_media(ports=(20020, 30020))
    check(both(ra, rb), "separate: H.245 on a port that Connect named")
    ends(call, ra, rb, "separate")


def part(number, codec, **more):
    """An element of fastStart."""
    return encode(SCHEMA, "OpenLogicalChannel", m.channel(number, codec=codec, **more))


def fast(field):
    ra, rb = media(field, 40)
    call = leg("fast", 41003)
    codec = ("g711Ulaw64k", 20)
    call.setup(fastStart=[
        part(1, codec, control=(CLIENT, 20041)),
        part(11, codec, media=(CLIENT, 20040), control=(CLIENT, 20041), reverse=True)])
    check(neither(ra, rb), "fastStart: closed on the offer alone")
    call.proceed("alerting", fastStart=[
        part(1, codec, media=(SERVER, 30040), control=(SERVER, 30041)),
        part(11, codec, control=(SERVER, 30041), reverse=True)])
    check(both(ra, rb), "fastStart: open with the answer")
    ends(call, ra, rb, "fastStart")


def main():
    need_filter()
    life.Connection = LiveConnection
    with Field() as field:
        LiveConnection.field = field
        for case in (tunnelled, separate, fast):
            case(field)
        check(field.stop() == 0, "the filter ends cleanly")
        if check.bad:
            print(field.log()[-1500:], field.events()[-5:])
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
