#!/usr/bin/env python3
"""Writes the captures of calls: what goes wrong with dialogs, media, NAT and quality, and
ordinary calls that resemble it.

Usage: make_calls.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import struct

from kit import ATTACKER, PHONE, SDP_TYPE, SERVER, exchange, request, response, run_maker

SCENES = {}
PORTS = (4000, 6000)
CALLER_SSRC, CALLEE_SSRC = 0x1111, 0x2222
NTP = 0x12345678


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def description(host, port, more="", kind="RTP/AVP"):
    return (f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {port} {kind} 18 101\r\na=rtpmap:101 telephone-event/8000\r\n{more}").encode()


class Call:
    """One call between two addresses, with G.729 of 20 ms."""

    def __init__(self, capture, number=1, caller=PHONE, callee=SERVER, **more):
        self.capture, self.caller, self.callee = capture, caller, callee
        self.number, self.more = number, more
        self.common = {"src": caller, "call": f"call-{number}@{caller}", "to": more.get("to", "200")}
        self.invite = request("INVITE", number, lines=[*SDP_TYPE, *more.get("lines", [])],
                              body=more.get("offer", description(caller, PORTS[0], more.get("media", ""))),
                              **{"contact": more.get("contact", f"<sip:100@{caller}:5060>")}, **self.common)
        self.answer = response(self.invite, 200, *SDP_TYPE, f"Contact: <sip:200@{callee}>",
                               body=description(callee, PORTS[1], more.get("media", "")))
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
        ssrc = more.get("ssrc", CALLER_SSRC if to_callee else CALLEE_SSRC)
        head = struct.pack(">BBHII", 0x80, payload_type | (0x80 if more.get("marker") else 0),
                           self.sequence[src] & 0xffff, more.get("stamp", self.stamp[src]), ssrc)
        self.sequence[src] += 1
        self.capture.udp(more.get("at", src), dst, head + payload, more.get("ports", ports))

    def talk(self, seconds, sides=None, lose=0, delays=(0,)):
        """Both sides send; of every LOSE packets of the caller one is lost; delays in ms, in turn."""
        start = self.capture.now_us
        for n in range(round(seconds * 50)):
            for side in sides or (self.caller, self.callee):
                self.capture.now_us = start + n * 20_000 + delays[n % len(delays)] * 1000
                if lose and side == self.caller and n % lose == lose - 1:
                    self.sequence[side] += 1
                else:
                    self.packet(side)
                self.stamp[side] += 160
        self.capture.now_us = start + round(seconds * 50) * 20_000

    def report(self, round_trip):
        """A sender report of the caller, and what the callee says of it a round trip later."""
        ports = (PORTS[0] + 1, PORTS[1] + 1)
        sender = struct.pack(">BBHIQIII", 0x80, 200, 6, CALLER_SSRC, NTP << 16, self.stamp[self.caller], 10, 200)
        self.capture.udp(self.caller, self.callee, sender, ports)
        self.capture.wait(round_trip)
        receiver = struct.pack(">BBHIIIIIII", 0x81, 201, 7, CALLEE_SSRC, CALLER_SSRC, 0, self.sequence[self.caller], 0, NTP, 0)
        self.capture.udp(self.callee, self.caller, receiver, ports[::-1])

    def end(self):
        message = request("BYE", self.number, cseq=2, to_tag=";tag=srv", **self.common)
        exchange(self.capture, message, 200, src=self.caller, dst=self.callee)
        self.capture.wait(1)


def whole(capture, seconds=11, number=1, **more):
    """A call from its beginning to its end."""
    call = Call(capture, number)
    call.begin(more.pop("ring", 1))
    call.talk(seconds, **more)
    call.end()


# Quality

@scene
def clean_call(capture):
    call = Call(capture)
    call.begin()
    call.talk(1)
    call.report(0.04)
    call.talk(11, delays=(0, 3, 1, 6, 2))
    call.end()


@scene
def little_loss(capture):
    whole(capture, lose=50)


@scene
def some_loss(capture):
    whole(capture, lose=22)


@scene
def heavy_loss(capture):
    whole(capture, lose=7)


@scene
def some_jitter(capture):
    whole(capture, delays=(0, 50, 5, 40))


@scene
def heavy_jitter(capture):
    whole(capture, delays=(0, 160, 20, 140))


def delayed(capture, round_trip):
    call = Call(capture)
    call.begin()
    call.talk(1)
    call.report(round_trip)
    call.talk(11)
    call.end()


@scene
def some_delay(capture):
    delayed(capture, 0.5)


@scene
def heavy_delay(capture):
    delayed(capture, 1.0)


@scene
def marked_media(capture):
    capture.dscp = 46
    whole(capture)


@scene
def unmarked_media(capture):
    whole(capture)


# Interoperability

@scene
def no_codec(capture):
    exchange(capture, Call(capture).invite, 488, src=PHONE)


@scene
def busy_line(capture):
    exchange(capture, Call(capture).invite, 486, src=PHONE)


def repeated(capture, copies):
    invite = Call(capture).invite
    for n in range(copies):
        capture.udp(PHONE, SERVER, invite)
        capture.wait(0.5 * 2 ** n)
    exchange(capture, invite, 486, src=PHONE)


@scene
def repeated_request(capture):
    repeated(capture, 4)


@scene
def one_repeat(capture):
    """The first packet of a call was lost behind the capture."""
    repeated(capture, 1)


def unheard(capture, repeats):
    call = Call(capture)
    call.begin()
    pause = 0.5
    for _ in range(repeats):
        capture.wait(pause)
        capture.udp(SERVER, PHONE, call.answer)
        call.acknowledge()
        pause = min(2 * pause, 4)
    capture.wait(2)
    call.end()


@scene
def unheard_ack(capture):
    """The answer comes again and again: none of the ACKs arrives."""
    unheard(capture, 10)


@scene
def late_ack(capture):
    unheard(capture, 2)


@scene
def slow_ringing(capture):
    whole(capture, 1, ring=12)


@scene
def patient_ringing(capture):
    whole(capture, 1, ring=8)


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
