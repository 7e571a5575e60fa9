#!/usr/bin/env python3
"""Writes the captures of calls: what goes wrong with dialogs, media, NAT and quality, and
ordinary calls that resemble it.

Usage: make_calls.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

from kit import ATTACKER, PHONE, SDP_TYPE, SERVER, exchange, request, response, run_maker
from talk import PORTS, Call, description

SCENES = {}


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


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
def heavy_loss_back(capture):
    whole(capture, lose=7, loser=SERVER)


def reported(capture, lost, lose):
    call = Call(capture)
    call.begin()
    for _ in range(5):
        call.talk(5, lose=lose)
        call.report(0.04, lost)
    call.end()


@scene
def loss_behind(capture):
    """The receiver misses a tenth of what passed here."""
    reported(capture, 26, 0)


@scene
def loss_before(capture):
    """What the receiver misses was missing here already."""
    reported(capture, 26, 10)


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


# Media

@scene
def media_after_bye(capture):
    """The callee hangs up, it seems; both go on talking."""
    call = Call(capture)
    call.begin()
    call.talk(4)
    call.end()
    call.talk(8)


@scene
def late_packets(capture):
    """The callee stops a second after the call's end."""
    call = Call(capture)
    call.begin()
    call.talk(8)
    call.end()
    call.talk(0.6, sides=(SERVER,))


def farewells(capture, at):
    call = Call(capture)
    call.begin()
    call.talk(at)
    call.farewell()
    if at < 20:
        call.talk(32 - at)
    call.end()


@scene
def false_farewell(capture):
    farewells(capture, 2)


@scene
def true_farewell(capture):
    farewells(capture, 22)


@scene
def jumping_media(capture):
    """From one packet to the next the numbers are 20000 higher; the SSRC stays."""
    call = Call(capture)
    call.begin()
    call.talk(5)
    call.sequence[PHONE] += 20_000
    call.talk(6)
    call.end()


@scene
def new_stream(capture):
    """A device begins anew as it should: other numbers, another SSRC."""
    call = Call(capture)
    call.begin()
    call.talk(5)
    call.sequence[PHONE] += 20_000
    start = capture.now_us
    for n in range(300):
        capture.now_us = start + n * 20_000
        call.packet(PHONE, ssrc=0x7777, stamp=5000 + 160 * n)
        call.packet(SERVER, stamp=call.stamp[SERVER] + 160 * n)
    call.end()


@scene
def orphan_media(capture):
    exchange(capture, request("OPTIONS", 1), 200)
    capture.wait(6)
    Call(capture).talk(12, sides=(PHONE,))


@scene
def early_media(capture):
    """Media comes seconds before the answer that tells of it, then until the end."""
    call = Call(capture)
    capture.udp(PHONE, SERVER, call.invite)
    call.talk(4, sides=(SERVER,))
    capture.udp(SERVER, PHONE, call.answer)
    call.acknowledge()
    call.talk(12)
    call.end()


def typing(capture, digits, number=1, **more):
    call = Call(capture, number, **more)
    call.begin()
    call.talk(1)
    call.type(digits)
    call.talk(more.get("listen", 10))
    call.end()


@scene
def card_number(capture):
    typing(capture, [4, 9, 2, 1, 0, 0, 7, 3, 5, 5, 1, 2])


@scene
def menu_choice(capture):
    typing(capture, [1, 3, 9])


def typing_info(capture, digits, number=1, **more):
    call = Call(capture, number, last=len(digits) + 2, **more)
    call.begin()
    for n, digit in enumerate(digits):
        body = f"Signal={digit}\r\nDuration=160\r\n".encode()
        info = request("INFO", n + 2, cseq=n + 2, to_tag=";tag=srv", lines=["Content-Type: application/dtmf-relay"], body=body, **call.common)
        exchange(capture, info.replace(f"tag=tag{n + 2}".encode(), f"tag=tag{number}".encode()), 200, src=PHONE)
        capture.wait(0.4)
    call.end()


@scene
def card_number_info(capture):
    typing_info(capture, [4, 9, 2, 1, 0, 0, 7, 3, 5, 5, 1, 2])


@scene
def menu_choice_info(capture):
    typing_info(capture, [1, 3, 9, 1, 2])


@scene
def pin_guessing(capture):
    for n in range(7):
        typing(capture, [0, n, 0, n], n, to="8000", listen=0.5)
        capture.wait(20)


@scene
def pin_guessing_info(capture):
    for n in range(7):
        typing_info(capture, [0, n, 0, n], n + 1, to="8000")
        capture.wait(20)


@scene
def voicemail_checked(capture):
    """Somebody listens to voicemail, mistypes the PIN once, and later listens again."""
    for n, pin in enumerate(([1, 2, 3, 5], [1, 2, 3, 4], [1, 2, 3, 4])):
        typing(capture, pin, n, to="8000", listen=2)
        capture.wait(600 * n + 20)


def second_host(capture, announced):
    """The caller's media comes from another host, too or instead."""
    call = Call(capture)
    call.begin()
    call.talk(4)
    host = "203.0.113.9"
    if announced:
        moved = request("INVITE", 2, cseq=2, to_tag=";tag=srv", lines=SDP_TYPE, body=description(host, PORTS[0]), **call.common)
        exchange(capture, moved.replace(b"tag=tag2", b"tag=tag1"), 200, *SDP_TYPE, src=PHONE)
    start = capture.now_us
    for n in range(100):
        capture.now_us = start + n * 20_000
        call.packet(SERVER)
        if not announced:
            call.packet(PHONE)
        call.packet(PHONE, ssrc=0x6666, at=host, stamp=160 * n)
    call.end()


@scene
def injected_media(capture):
    second_host(capture, False)


@scene
def moved_media(capture):
    second_host(capture, True)


# Dialogs

@scene
def deaf_callee(capture):
    """The callee never heard of the end and talks on."""
    call = Call(capture)
    call.begin()
    call.talk(4)
    call.end()
    call.talk(8, sides=(SERVER,))


def cancelled(capture, src):
    call = Call(capture)
    capture.udp(PHONE, SERVER, call.invite)
    capture.udp(SERVER, PHONE, response(call.invite, 180))
    capture.wait(3)
    cancel = request("CANCEL", 1, branch="z9hG4bK000001INVITE", **call.common)
    exchange(capture, cancel, 200, src=src)
    capture.udp(SERVER, PHONE, response(call.invite, 487))
    capture.wait(1)


@scene
def cancelled_by_stranger(capture):
    cancelled(capture, ATTACKER)


@scene
def cancelled_by_caller(capture):
    cancelled(capture, PHONE)


def redirected(capture, number):
    exchange(capture, Call(capture).invite, 302, f"Contact: <sip:{number}@{SERVER}>", src=PHONE)


@scene
def redirected_to_premium(capture):
    redirected(capture, "+882123456789")


@scene
def forwarded_to_mobile(capture):
    redirected(capture, "+491701234567")


# NAT. The addresses with meaning are those of public networks that nobody routes here.

HOME, INNER = "8.8.4.4", "192.168.1.20"


def from_home(capture, ports=(5060, 5060), dst=SERVER, number=1, replace=(), **more):
    """A request of a device behind a router, as it comes out of it."""
    message = request("INVITE", number, **{"src": HOME, "contact": f"<sip:100@{HOME}:5060>", **more})
    for old, new in replace:
        message = message.replace(old, new)
    capture.udp(HOME, dst, message, ports)
    capture.udp(dst, HOME, response(message, 486), ports[::-1])


@scene
def private_contact(capture):
    from_home(capture, src=INNER, contact=f"<sip:100@{INNER}:5060>")


@scene
def private_media(capture):
    from_home(capture, lines=SDP_TYPE, body=description(INNER, 4000))


@scene
def private_origin(capture):
    """Only o= is private, which nobody sends anything to."""
    body = description(HOME, 4000).replace(b"1 1 IN IP4 8.8.4.4", b"1 1 IN IP4 192.168.1.20")
    from_home(capture, lines=SDP_TYPE, body=body)


@scene
def no_rport(capture):
    from_home(capture, src="8.8.8.8", replace=[(b";rport", b"")])


@scene
def with_rport(capture):
    from_home(capture, src="8.8.8.8")


def two_servers(capture, ports):
    for n, dst in enumerate((SERVER, "192.0.2.30")):
        from_home(capture, (ports[n], 5060), dst, n, src=INNER, contact=f"<sip:100@{INNER}:5060>")


@scene
def symmetric_router(capture):
    two_servers(capture, (30001, 30002))


@scene
def plain_router(capture):
    two_servers(capture, (30001, 30001))


@scene
def half_rewritten(capture):
    from_home(capture, contact=f"<sip:100@{INNER}:5060>", lines=SDP_TYPE, body=description(HOME, 4000))


@scene
def one_way(capture):
    whole(capture, sides=(PHONE,))


@scene
def held_call(capture):
    """The caller puts the call on hold and listens to music."""
    call = Call(capture)
    call.begin()
    hold = request("INVITE", 2, cseq=2, to_tag=";tag=srv", lines=SDP_TYPE,
                   body=description(PHONE, PORTS[0], "a=sendonly\r\n"), **call.common)
    exchange(capture, hold.replace(b"tag=tag2", b"tag=tag1"), 200, *SDP_TYPE, src=PHONE)
    call.talk(11, sides=(PHONE,))
    call.end()


@scene
def silent_call(capture):
    call = Call(capture)
    call.begin()
    capture.wait(12)
    call.end()


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
