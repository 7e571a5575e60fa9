"""A call with its signalling and media, packet by packet."""

import struct

from kit import PHONE, SDP_TYPE, SERVER, exchange, request, response

PORTS = (4000, 6000)
CALLER_SSRC, CALLEE_SSRC = 0x1111, 0x2222
NTP = 0x12345678


def description(host, port, more="", kind="RTP/AVP", types="18 101"):
    return (f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {port} {kind} {types}\r\na=rtpmap:101 telephone-event/8000\r\n{more}").encode()


class Call:
    """One call between two addresses, with G.729 of 20 ms."""

    def __init__(self, capture, number=1, caller=PHONE, callee=SERVER, **more):
        self.capture, self.caller, self.callee = capture, caller, callee
        self.number, self.more = number, more
        self.common = {"src": caller, "call": f"call-{number}@{caller}", "to": more.get("to", "200")}
        media = more.get("media", ""), more.get("kind", "RTP/AVP"), more.get("types", "18 101")
        self.invite = request("INVITE", number, lines=[*SDP_TYPE, *more.get("lines", [])],
                              body=more.get("offer", description(caller, PORTS[0], *media)),
                              **{"contact": more.get("contact", f"<sip:100@{caller}:5060>")}, **self.common)
        self.answer = response(self.invite, 200, *SDP_TYPE, f"Contact: <sip:200@{callee}>",
                               body=more.get("answered", description(callee, PORTS[1], *media)))
        self.sequence = {caller: 100, callee: 900}
        self.stamp = {caller: 8000, callee: 16000}

    def begin(self, ring=1):
        self.capture.udp(self.caller, self.callee, self.invite)
        self.capture.wait(ring)
        self.capture.udp(self.callee, self.caller, response(self.invite, 180))
        self.capture.wait(1)
        self.capture.udp(self.callee, self.caller, self.answer)
        self.acknowledge()

    def acknowledge(self):
        self.capture.udp(self.caller, self.callee, request("ACK", self.number, to_tag=";tag=srv", **self.common))

    def packet(self, src, payload_type=18, payload=b"\x55" * 20, **more):
        """One packet of a side; more: ssrc, marker, stamp, at (another source), to."""
        to_callee = src == self.caller
        dst, ports = (self.callee, PORTS) if to_callee else (self.caller, PORTS[::-1])
        ssrc = more.get("ssrc", (CALLER_SSRC if to_callee else CALLEE_SSRC) + self.number - 1)
        head = struct.pack(">BBHII", 0x80, payload_type | (0x80 if more.get("marker") else 0),
                           more.get("sequence", self.sequence[src]) & 0xffff, more.get("stamp", self.stamp[src]), ssrc)
        self.sequence[src] += "sequence" not in more
        self.capture.udp(more.get("at", src), dst, head + payload, more.get("ports", ports))

    def talk(self, seconds, sides=None, lose=0, delays=(0,), loser=None):
        """Both sides send; of every LOSE packets of the caller, or LOSER, one is lost; delays in ms, in turn."""
        start = self.capture.now_us
        for n in range(round(seconds * 50)):
            for side in sides or (self.caller, self.callee):
                self.capture.now_us = start + n * 20_000 + delays[n % len(delays)] * 1000
                if lose and side == (loser or self.caller) and n % lose == lose - 1:
                    self.sequence[side] += 1
                else:
                    self.packet(side)
                self.stamp[side] += 160
        self.capture.now_us = start + round(seconds * 50) * 20_000

    def type(self, digits, payload_type=101):
        """Each digit as RFC 4733 has it: three packets while it is held, three that say it ended."""
        for digit in digits:
            stamp, start = self.stamp[self.caller], self.capture.now_us
            for n in range(6):
                event = struct.pack(">BBH", digit, 10 | (0x80 if n > 2 else 0), 160 * min(n + 1, 4))
                self.packet(self.caller, payload_type, event, marker=n == 0, stamp=stamp)
                self.capture.now_us = start + (n + 1) * 20_000
            self.stamp[self.caller] += 960
            self.stamp[self.callee] += 960
            self.talk(0.2)

    def farewell(self):
        """RTCP of the caller's stream that it ends (RFC 3550 6.6)."""
        ports = (PORTS[0] + 1, PORTS[1] + 1)
        receiver, bye = struct.pack(">BBHI", 0x80, 201, 1, CALLER_SSRC), struct.pack(">BBHI", 0x81, 203, 1, CALLER_SSRC)
        self.capture.udp(self.caller, self.callee, receiver + bye, ports)

    def report(self, round_trip, lost=0):
        """A sender report of the caller, and what the callee says of it a round trip later; lost: of 256."""
        ports = (PORTS[0] + 1, PORTS[1] + 1)
        sender = struct.pack(">BBHIQIII", 0x80, 200, 6, CALLER_SSRC, NTP << 16, self.stamp[self.caller], 10, 200)
        self.capture.udp(self.caller, self.callee, sender, ports)
        self.capture.wait(round_trip)
        receiver = struct.pack(">BBHIIIIIII", 0x81, 201, 7, CALLEE_SSRC, CALLER_SSRC, lost << 24, self.sequence[self.caller], 0, NTP, 0)
        self.capture.udp(self.callee, self.caller, receiver, ports[::-1])

    def end(self):
        message = request("BYE", self.number, cseq=self.more.get("last", 2), to_tag=";tag=srv", **self.common)
        exchange(self.capture, message, 200, src=self.caller, dst=self.callee)
        self.capture.wait(1)
