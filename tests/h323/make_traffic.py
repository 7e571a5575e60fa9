#!/usr/bin/env python3
"""Writes a capture of ordinary H.323 calls. Usage: make_traffic.py FILE [--calls N]

Twenty-one messages a call: admission; Setup to ReleaseComplete on a connection of its
own, directly between the endpoints, H.245 tunnelled in it; disengagement. The same
arguments give the same bytes.
"""

import argparse
import struct

import messages as m
from wire import Capture, Connection, SCHEMA, TYPES, element, encode, number, q931, tpkt, uuie

MARK = 0x4d4b  # the call reference in the patterns below


def ras(value):
    return encode(SCHEMA, "RasMessage", value)


def signalled(body, side, elements=(), **pdu):
    data = encode(SCHEMA, "H323-UserInformation",
                  {"h323-uu-pdu": {"h323-message-body": body, **pdu}})
    return side, tpkt(q931(TYPES[body[0]], MARK, side == 1, *elements, uuie(data)))


def tunnelled(side, *controls):
    return signalled(("empty", None), side, h245Tunnelling=True, h245Control=list(controls))


def patterns():
    """The call as RAS datagrams before, messages of the connection, datagrams behind."""
    bearer = element(0x04, b"\x88\x90\xa5")
    before = [(0, ras(m.admission_request(3, False, m.GUID, MARK))), (1, ras(m.admission_confirm(3)))]
    own = {"h245Tunnelling": True}
    between = [
        signalled(m.setup(), 0, (bearer, element(0x28, b"Bob"), element(0x6c, number("4930123456", 1)),
                                 element(0x70, number("5551000"))), **own),
        signalled(m.answer("callProceeding"), 1, **own),
        signalled(m.answer("alerting"), 1, **own),
        signalled(m.answer("connect"), 1, **own),
        tunnelled(0, m.capabilities(8)), tunnelled(1, m.capabilities(8)),
        tunnelled(0, m.determination()), tunnelled(1, m.determination()),
        tunnelled(1, m.capabilities_ack()), tunnelled(0, m.capabilities_ack()),
        tunnelled(1, m.determination_ack()), tunnelled(0, m.determination_ack("slave")),
        tunnelled(0, m.open_channel(1, control=(m.CALLER, 5001))),
        tunnelled(1, m.open_channel(1, control=(m.CALLEE, 6001))),
        tunnelled(1, m.channel_ack(1)), tunnelled(0, m.channel_ack(1, media=(m.CALLER, 5000),
                                                                   control=(m.CALLER, 5001))),
        signalled(m.release(reason=("undefinedReason", None)), 0, (element(0x08, b"\x80\x90"),), **own),
    ]
    name, fields = m.disengage_request(4, m.GUID, MARK)
    behind = [(0, ras((name, fields))),
              (1, ras(("disengageConfirm", {"requestSeqNum": 4})))]
    return before, between, behind


class Traffic:
    def __init__(self):
        self.capture = Capture()
        self.before, self.between, self.behind = patterns()

    def own(self, data, call):
        """The pattern with the identity of this call."""
        guid = struct.pack(">QQ", 0x4d4b000000000000 + call, call)
        return data.replace(m.GUID, guid).replace(struct.pack(">H", MARK),
                                                  struct.pack(">H", call % 0x7fff + 1)) \
            .replace(struct.pack(">H", MARK | 0x8000), struct.pack(">H", 0x8000 | call % 0x7fff + 1))

    def datagrams(self, pairs, caller, call):
        for side, data in pairs:
            ends = (caller, m.GATEKEEPER) if side == 0 else (m.GATEKEEPER, caller)
            self.capture.udp(*ends, self.own(data, call), (1719, 1719))

    def call(self, call):
        caller = f"10.{call >> 16 & 255}.{call >> 8 & 255}.{call & 255}"
        self.datagrams(self.before, caller, call)
        connection = Connection(self.capture, (caller, 30000), (m.CALLEE, 1720))
        for side, data in self.between:
            connection.send(side, self.own(data, call))
        connection.close()
        self.datagrams(self.behind, caller, call)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()
    traffic = Traffic()
    for call in range(1, options.calls + 1):
        traffic.call(call)
    traffic.capture.write(options.file)


if __name__ == "__main__":
    main()
