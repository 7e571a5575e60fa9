#!/usr/bin/env python3
"""Writes the captures of devices that cope badly with address translation, and of pairs of
devices that understand each other by halves; and of ordinary ones that resemble them.

Usage: make_interop.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import struct

from kit import PHONE, SDP_TYPE, SERVER, exchange, request, response, run_maker
from talk import PORTS, Call

SCENES = {}
# The addresses with meaning are those of public networks that nobody routes here.
HOME, OTHER_HOME, INNER, OTHER_INNER = "8.8.4.4", "8.8.8.8", "192.168.1.20", "10.11.0.7"
NAMES = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000", 18: "G729/8000", 101: "telephone-event/8000"}

BYTES_PER_MS = {18: 1, 97: 2}


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def audio(host, port, types=(18, 101), more="", names=None, kind="RTP/AVP"):
    """A description that names payload types; names: what they mean, when not as usual."""
    known = {**NAMES, **(names or {})}
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0",
             f"m=audio {port} {kind} {' '.join(map(str, types))}", *(f"a=rtpmap:{n} {known[n]}" for n in types), ""]
    return ("\r\n".join(lines) + more).encode()


class Pair(Call):
    """A call whose offer and answer are given."""

    def __init__(self, capture, offer=None, answer=None, number=1, caller=PHONE, callee=SERVER, **more):
        super().__init__(capture, number, caller, callee, offer=offer or audio(caller, PORTS[0]), **more)
        body = answer or audio(callee, PORTS[1])
        self.answer = response(self.invite, 200, *SDP_TYPE, f"Contact: <sip:200@{callee}>", body=body)

    def speak(self, seconds, types=(18, 18), ms=(20, 20), sides=(True, True), at=(None, None)):
        """Each side sends its payload type, so many ms in a packet; at: from another place."""
        start = self.capture.now_us
        due = []
        for n, side in enumerate((self.caller, self.callee)):
            if sides[n]:
                due += [(k * ms[n] * 1000 + n, side, n) for k in range(round(seconds * 1000 / ms[n]))]
        for after, side, n in sorted(due):
            self.capture.now_us = start + after
            place = {"at": at[n][0], "ports": at[n][1]} if at[n] else {}
            self.packet(side, types[n], b"\x55" * (ms[n] * BYTES_PER_MS.get(types[n], 8)), **place)
            self.stamp[side] += ms[n] * 8
        self.capture.now_us = start + round(seconds * 1e6)


def pair(capture, offer=None, answer=None, seconds=12, **more):
    call = Pair(capture, offer, answer)
    call.begin()
    call.speak(seconds, **more)
    call.end()


# Address translation: media

def from_place(capture, host, port):
    """The caller's media comes from elsewhere than it said."""
    pair(capture, at=((host, (port, PORTS[1])), None))


@scene
def media_from_elsewhere(capture):
    from_place(capture, "192.0.2.77", PORTS[0])


@scene
def media_from_other_port(capture):
    """The router gave the stream another port, which is what routers do."""
    from_place(capture, PHONE, 31234)


@scene
def one_way_running(capture):
    """Only the caller is heard; the capture ends before the call does."""
    call = Pair(capture)
    call.begin()
    call.speak(13, sides=(True, False))


@scene
def announcement(capture):
    """The caller said that it only listens."""
    pair(capture, audio(PHONE, PORTS[0], more="a=recvonly\r\n"), audio(SERVER, PORTS[1], more="a=sendonly\r\n"), sides=(False, True))


@scene
def silence_suppressed(capture):
    """The callee listens, and sends comfort noise (RFC 3389) now and then."""
    call = Pair(capture, audio(PHONE, PORTS[0], more="a=rtpmap:13 CN/8000\r\n"))
    call.begin()
    for _ in range(4):
        call.packet(SERVER, 13, b"\x40")
        call.stamp[SERVER] += 24_000
        call.speak(3, sides=(True, False))
    call.end()


@scene
def silent_running(capture):
    """Answered, and nobody is heard; the capture ends before the call does."""
    call = Pair(capture)
    call.begin()
    capture.wait(11)
    capture.udp(PHONE, SERVER, b"\r\n\r\n")
    capture.wait(2)
    capture.udp(PHONE, SERVER, b"\r\n\r\n")


FAX = f"v=0\r\no=- 1 1 IN IP4 {SERVER}\r\ns=-\r\nc=IN IP4 {SERVER}\r\nt=0 0\r\nm=image 6000 udptl t38\r\n".encode()


@scene
def fax_call(capture):
    call = Pair(capture, FAX.replace(SERVER.encode(), PHONE.encode()).replace(b"6000", b"4000"), FAX)
    call.begin()
    capture.wait(15)
    call.end()


CANDIDATE = "a=candidate:1 1 UDP 2130706431 {} {} typ host\r\n"


def without_media(capture, offer, answer, caller, callee, number=1):
    call = Pair(capture, offer, answer, number=number, caller=caller, callee=callee)
    call.begin()
    capture.wait(15)
    call.end()


@scene
def two_routers(capture):
    """Both sides tell their private addresses through a server that passes them on, without ICE."""
    without_media(capture, audio(INNER, 4000), audio(OTHER_INNER, 6000), HOME, SERVER)


@scene
def two_routers_ice(capture):
    """The same with ICE: what goes wrong is no lack of candidates."""
    without_media(capture, audio(INNER, 4000, more=CANDIDATE.format(INNER, 4000)),
                  audio(OTHER_INNER, 6000, more=CANDIDATE.format(OTHER_INNER, 6000)), HOME, SERVER)


def hairpin(capture, talk):
    """Two phones of one office call each other by a server on the internet: two legs."""
    offer, answer = audio(HOME, 4000), audio(HOME, 4002)
    first = Pair(capture, offer, answer, 1, HOME, SERVER)
    second = Pair(capture, offer, answer, 2, SERVER, HOME)
    capture.udp(HOME, SERVER, first.invite)
    capture.udp(SERVER, HOME, second.invite, (5060, 5062))
    capture.wait(2)
    capture.udp(HOME, SERVER, second.answer, (5062, 5060))
    capture.udp(SERVER, HOME, first.answer)
    first.acknowledge()
    second.acknowledge()
    for n in range(600 if talk else 0):
        for ssrc, ports in ((1, (4000, 4002)), (2, (4002, 4000))):
            head = struct.pack(">BBHII", 0x80, 18, n, 160 * n, ssrc)
            capture.udp(HOME, HOME, head + b"\x55" * 20, ports)
        capture.wait(0.018)
    capture.wait(0 if talk else 12)
    first.end()
    second.end()


@scene
def office_hairpin(capture):
    hairpin(capture, False)


@scene
def office_hairpin_works(capture):
    hairpin(capture, True)


# Address translation: signalling

def register(capture, number, port, expires=3600):
    message = request("REGISTER", number, src=INNER, user="200", uri="sip:example.net", cseq=number, call="register@phone",
                      contact=f"<sip:200@{HOME}:{port}>", lines=[f"Expires: {expires}"])
    capture.udp(HOME, SERVER, message, (port, 5060))
    capture.udp(SERVER, HOME, response(message, 200, f"Contact: <sip:200@{HOME}:{port}>;expires={expires}"), (5060, port))


def ring(capture, number, port, answered):
    message = request("INVITE", number, src=SERVER, call=f"in-{number}", to="200", uri=f"sip:200@{HOME}:{port}")
    if answered:
        capture.udp(SERVER, HOME, message, (5060, port))
        capture.udp(HOME, SERVER, response(message, 486), (port, 5060))
        return
    start = capture.now_us
    for n in range(7):
        capture.now_us = start + round((2 ** n - 1) * 0.5e6)
        capture.udp(SERVER, HOME, message, (5060, port))
    capture.wait(1)


def forgotten(capture, again, keep_alive=False):
    """Calls get lost between one REGISTER and the next; again: the phone is there right after it."""
    for n in range(2):
        port = 31000 + n
        register(capture, 2 * n + 1, port)
        for _ in range(10):
            capture.wait(30)
            if keep_alive:
                capture.udp(HOME, SERVER, b"\r\n\r\n", (port, 5060))
        ring(capture, 10 * n + 1, port, answered=False)
        capture.wait(3)
        register(capture, 2 * n + 2, port + 100)
        capture.wait(2 if again else 600)
        ring(capture, 10 * n + 2, port + 100, answered=True)


@scene
def binding_forgotten(capture):
    forgotten(capture, True)


@scene
def phone_switched_off(capture):
    """Calls get lost because nobody is there; the phone comes back and is called much later."""
    forgotten(capture, False)


def shrunk(capture, off):
    """An INVITE whose body grew or shrank on the way, with the Content-Length that it had before."""
    message = request("INVITE", 1, src=HOME, contact=f"<sip:100@{INNER}:5060>", lines=SDP_TYPE,
                      body=audio(HOME, 4000))
    length = len(audio(HOME, 4000))
    message = message.replace(f"Content-Length: {length}".encode(), f"Content-Length: {length + off}".encode())
    capture.udp(HOME, SERVER, message)
    capture.udp(SERVER, HOME, response(message, 486))


@scene
def length_of_before(capture):
    """o= and c= held 192.168.1.20 and hold 8.8.4.4 now: 2 × 5 bytes less."""
    shrunk(capture, 2 * (len(INNER) - len(HOME)))


@scene
def length_with_line_end(capture):
    """A client that forgets a line end."""
    shrunk(capture, -2)


def two_taps(capture, change, media=INNER):
    """A request inside of a router, and the same one as it comes out of it."""
    inside = request("INVITE", 1, src=INNER, contact=f"<sip:100@{INNER}:5060>", lines=SDP_TYPE, body=audio(media, 4000))
    outside = inside
    for old, new in change:
        outside = outside.replace(old.encode(), new.encode())
    head, body = outside.split(b"\r\n\r\n", 1)
    head = b"\r\n".join(f"Content-Length: {len(body)}".encode() if line.startswith(b"Content-Length") else line
                        for line in head.split(b"\r\n"))
    outside = head + b"\r\n\r\n" + body
    capture.udp(INNER, SERVER, inside)
    capture.udp(HOME, SERVER, outside, (5060, 5060))
    answer = response(outside, 486)
    capture.udp(SERVER, HOME, answer)
    capture.udp(SERVER, INNER, answer)


@scene
def branch_rewritten(capture):
    two_taps(capture, [("z9hG4bK000001INVITE", "z9hG4bKalg7INVITE"), (INNER, HOME)])


@scene
def contact_port_rewritten(capture):
    two_taps(capture, [(f"<sip:100@{INNER}:5060>", f"<sip:100@{INNER}:61022>")])


@scene
def all_rewritten(capture):
    """A helper that does its work whole."""
    two_taps(capture, [(INNER, HOME)])


@scene
def passed_on(capture):
    """A router that only translates addresses."""
    two_taps(capture, [])


# What two devices agree on

@scene
def type_clash(capture):
    pair(capture, audio(PHONE, PORTS[0], (97, 101), names={97: "iLBC/8000"}),
         audio(SERVER, PORTS[1], (97, 101), names={97: "G726-32/8000"}), types=(97, 97))


@scene
def type_agreed(capture):
    pair(capture, audio(PHONE, PORTS[0], (97, 101), names={97: "iLBC/8000"}),
         audio(SERVER, PORTS[1], (97, 101), names={97: "iLBC/8000"}), types=(97, 97), ms=(30, 30))


@scene
def codec_not_answered(capture):
    """PCMU and PCMA were offered, PCMA answered, and the callee sends PCMU."""
    pair(capture, audio(PHONE, PORTS[0], (0, 8, 101)), audio(SERVER, PORTS[1], (8, 101)), types=(8, 0))


@scene
def codec_of_several(capture):
    """Both sides named both; they change from one to the other."""
    call = Pair(capture, audio(PHONE, PORTS[0], (0, 8, 101)), audio(SERVER, PORTS[1], (0, 8, 101)))
    call.begin()
    call.speak(3, types=(0, 0))
    call.speak(12, types=(8, 8))
    call.end()


@scene
def codec_each_its_own(capture):
    pair(capture, audio(PHONE, PORTS[0], (0, 8, 101)), audio(SERVER, PORTS[1], (0, 8, 101)), types=(0, 8))


def packets_of(capture, asked, ms, more=""):
    pair(capture, audio(PHONE, PORTS[0], more=f"a=ptime:{asked}\r\n{more}"), ms=(20, ms))


@scene
def ptime_ignored(capture):
    packets_of(capture, 20, 60)


@scene
def maxptime_exceeded(capture):
    pair(capture, audio(PHONE, PORTS[0], more="a=maxptime:30\r\n"), ms=(20, 60))


@scene
def ptime_heeded(capture):
    packets_of(capture, 30, 30)


def keyed(capture, types, info):
    """A caller types two digits, by INFO, in RTP or both."""
    call = Pair(capture, audio(PHONE, PORTS[0], types), audio(SERVER, PORTS[1], types))
    call.begin()
    for n, digit in enumerate((4, 2)):
        call.speak(1)
        if info:
            message = request("INFO", 1, cseq=2 + n, to_tag=";tag=srv", lines=["Content-Type: application/dtmf-relay"],
                              body=f"Signal={digit}\r\nDuration=160\r\n".encode(), branch=f"z9hG4bKinfo{n}", **call.common)
            exchange(capture, message, 200, src=PHONE)
        if 101 in types:
            call.type([digit])
    call.more["last"] = 4
    call.end()


@scene
def digits_twice(capture):
    keyed(capture, (18, 101), True)


@scene
def digits_by_info(capture):
    keyed(capture, (18,), True)


@scene
def digits_by_rtp(capture):
    keyed(capture, (18, 101), False)


def ages(capture, seconds):
    for n, age in enumerate(seconds, 1):
        call = Pair(capture, number=n)
        call.begin()
        start = capture.now_us
        for _ in range(3):
            call.speak(0.3)
            capture.now_us = start + round(age * 1e6 * (_ + 1) / 3)
        capture.now_us = start + round(age * 1e6)
        call.end()
        capture.wait(40 * n)


@scene
def dropped_at_one_age(capture):
    """Three of five calls end after a quarter of an hour."""
    ages(capture, (900.4, 75, 899.6, 310, 900.1))


@scene
def ended_at_leave(capture):
    ages(capture, (611, 75, 899, 310, 1203))


def marked(capture, marks):
    """A call's media; marks: of the first seconds, and of the rest."""
    call = Pair(capture)
    call.begin()
    for mark in marks:
        capture.dscp = mark
        call.speak(11)
    capture.dscp = 0
    call.end()


@scene
def mark_lost(capture):
    marked(capture, (46, 0))


@scene
def mark_kept(capture):
    marked(capture, (46, 46))


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
