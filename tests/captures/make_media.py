#!/usr/bin/env python3
"""Writes the captures of media: who scans for it, listens in, slips packets in or sends too
much, and ordinary media that resembles it.

Usage: make_media.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import struct

from kit import ATTACKER, PHONE, SERVER, run_maker
from talk import CALLEE_SSRC, CALLER_SSRC, PORTS, Call, description

SCENES = {}
NOISE = b"\xaa" * 20


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def talking(capture, seconds=3, number=1, **more):
    call = Call(capture, number, **more)
    call.begin()
    call.talk(seconds)
    return call


def each(capture, count, step=0.02):
    """Numbers, each a step later than the one before."""
    start = capture.now_us
    for n in range(count):
        capture.now_us = start + round(n * step * 1e6)
        yield n
    capture.now_us = start + round(count * step * 1e6)


# Who looks for media

@scene
def bleed_scan(capture):
    """Four empty packets to each even port of a relay, short RTCP to the odd ones."""
    for port in range(10000, 10016, 2):
        for n in range(4):
            capture.udp(ATTACKER, SERVER, struct.pack(">BBHII", 0x80, 0x80, n, 0, 0), (40000, port))
        capture.udp(ATTACKER, SERVER, b"\x80\0\0\0", (40000, port + 1))


@scene
def ice_and_fax(capture):
    """Checks of ICE to many ports, a fax, and media of six calls at once."""
    for port in range(10000, 10016, 2):
        check = struct.pack(">HHI12s", 1, 0, 0x2112a442, b"transaction1")
        capture.udp(PHONE, SERVER, check, (40000, port))
        capture.udp(PHONE, SERVER, b"\0\x01\x01\0\0\0", (40002, port))
    for n in each(capture, 60):
        for port in range(12000, 12012, 2):
            head = struct.pack(">BBHII", 0x80, 18, 700 + n, 160 * n + 4800, 0x1000 + port)
            capture.udp(PHONE, SERVER, head + b"\x55" * 20, (port, port))


def leaking(capture, goes_on, host):
    """The server sends the callee's voice to a host that asked by a packet of its own."""
    call = talking(capture)
    for n in range(4):
        capture.udp(host, SERVER, struct.pack(">BBHII", 0x80, 0x80, n, 0, 0), (40000, PORTS[1]))
    for _ in each(capture, 60):
        if goes_on:
            call.packet(PHONE)
        else:
            capture.udp(host, SERVER, struct.pack(">BBHII", 0x80, 18, call.sequence[PHONE], call.stamp[PHONE], CALLER_SSRC) + b"\x55" * 20, (40000, PORTS[1]))
            call.sequence[PHONE] += 1
        head = struct.pack(">BBHII", 0x80, 18, call.sequence[SERVER], call.stamp[SERVER], CALLEE_SSRC)
        call.sequence[SERVER] += 1
        capture.udp(SERVER, host, head + b"\x55" * 20, (PORTS[1], 40000))
        for side in (PHONE, SERVER):
            call.stamp[side] += 160
    call.end()


@scene
def bled_media(capture):
    leaking(capture, True, ATTACKER)


@scene
def moved_by_router(capture):
    """The router gives the phone another address of its network; the old one falls silent."""
    leaking(capture, False, "192.0.2.77")


# Who sends into it

def forged(capture, ahead):
    """Under the caller's address and SSRC, some numbers ahead of it."""
    call = talking(capture)
    for n in each(capture, 50):
        call.packet(PHONE)
        call.packet(SERVER)
        if n >= 10:
            call.packet(PHONE, payload=NOISE, sequence=call.sequence[PHONE] + ahead, stamp=call.stamp[PHONE] + 160 * (ahead + 1))
        for side in (PHONE, SERVER):
            call.stamp[side] += 160
    call.end()


@scene
def forged_media(capture):
    forged(capture, 2)


@scene
def forged_far_ahead(capture):
    forged(capture, 500)


@scene
def forged_elsewhere(capture):
    """Numbers of the attacker's own."""
    forged(capture, 20_000)


@scene
def doubled_media(capture):
    """A mirror port shows every packet twice, and the network brings some late."""
    call = talking(capture, 1)
    for n in each(capture, 150):
        for side in (PHONE, SERVER):
            number = call.sequence[side] + (n % 10 == 3) - (n % 10 == 4)
            for _ in range(2):
                call.packet(side, payload=bytes([n & 0xff]) * 20, sequence=number, stamp=call.stamp[side])
            call.sequence[side] += 1
            call.stamp[side] += 160
    call.end()


@scene
def second_ssrc(capture):
    """A second voice from the caller's address, under an SSRC of its own."""
    call = talking(capture)
    for n in each(capture, 60):
        call.packet(PHONE)
        call.packet(SERVER)
        call.packet(PHONE, payload=NOISE, ssrc=0x6666, sequence=n, stamp=160 * n)
        for side in (PHONE, SERVER):
            call.stamp[side] += 160
    call.end()


def same_ssrc(capture, payload, host):
    call = talking(capture)
    for _ in each(capture, 40):
        call.packet(PHONE, payload=b"\x31" * 20, sequence=call.sequence[PHONE])
        call.packet(PHONE, payload=payload, at=host, ports=(23000, PORTS[1]))
        call.packet(SERVER)
        for side in (PHONE, SERVER):
            call.stamp[side] += 160
    call.end()


@scene
def ssrc_clash(capture):
    same_ssrc(capture, NOISE, ATTACKER)


@scene
def both_sides_of_nat(capture):
    """The capture sees each packet in front of the router and behind it."""
    same_ssrc(capture, b"\x31" * 20, PHONE)


@scene
def stranger_farewell(capture):
    """Another host says that the caller's stream ends."""
    call = talking(capture)
    receiver, bye = struct.pack(">BBHI", 0x80, 201, 1, CALLER_SSRC), struct.pack(">BBHI", 0x81, 203, 1, CALLER_SSRC)
    capture.udp(ATTACKER, SERVER, receiver + bye, (40001, PORTS[1] + 1))
    call.talk(2)
    call.end()


@scene
def own_farewell(capture):
    call = talking(capture)
    call.farewell()
    call.end()


# What does not fit

def stamps(capture, jump, pause, marker=False):
    call = Call(capture)
    call.begin()
    for _ in range(8):
        call.talk(0.4)
        call.stamp[PHONE] += jump
        capture.wait(pause)
        if marker:
            call.packet(PHONE, marker=True)
            call.stamp[PHONE] += 160
            capture.wait(0.02)
    call.talk(8)
    call.end()


@scene
def stamp_jumps(capture):
    stamps(capture, 8000, 0)


@scene
def silence_left_out(capture):
    """The timestamp goes on while nothing is sent."""
    stamps(capture, 8000, 1)


@scene
def misordered_media(capture):
    """Numbers from 150 before come up again and again, that were never sent."""
    call = Call(capture)
    call.begin()
    call.talk(1)
    call.sequence[PHONE] += 200
    call.talk(2)
    for n in range(3):
        call.packet(PHONE, sequence=call.sequence[PHONE] - 250 - n)
    call.talk(3)
    call.end()


def other_type(capture, payload_type, count):
    call = talking(capture)
    for n in each(capture, count):
        call.packet(PHONE, payload_type, payload=b"\x40" * (1 if payload_type == 13 else 33))
        call.packet(SERVER)
        for side in (PHONE, SERVER):
            call.stamp[side] += 160
    call.end()


@scene
def undeclared_type(capture):
    other_type(capture, 3, 40)


@scene
def undeclared_noise(capture):
    other_type(capture, 13, 40)


def sized(capture, sizes, seconds, extension=b""):
    """Voice of G.711 from the caller, of these sizes in turn."""
    call = Call(capture, types="0 101")
    call.begin()
    for n in each(capture, round(seconds * 50)):
        size = sizes(n)
        head = struct.pack(">BBHII", 0x90 if extension else 0x80, 0, call.sequence[PHONE], call.stamp[PHONE], CALLER_SSRC)
        if extension:
            head += struct.pack(">HH", 0xbede, len(extension) // 4) + extension
        capture.udp(PHONE, SERVER, head + b"\xd5" * size, PORTS)
        call.sequence[PHONE] += 1
        call.stamp[PHONE] += 160
    call.end()


@scene
def covert_sizes(capture):
    """Each packet says a bit by its length."""
    sized(capture, lambda n: 160 + 8 * (n * 7 % 3 == 1), 32)


@scene
def covert_load(capture):
    """Four times what the codec makes of 20 ms."""
    sized(capture, lambda n: 640, 32)


@scene
def covert_extension(capture):
    sized(capture, lambda n: 160, 32, b"\x51" * 240)


@scene
def packets_grown(capture):
    """The phone goes over to longer packets once, and names their level in an extension."""
    sized(capture, lambda n: 160 if n < 200 else 240, 32, b"\x10\xa0\0\0")


@scene
def media_flood(capture):
    call = talking(capture, 2)
    for _ in each(capture, 900, 0.002):
        call.packet(PHONE)
        call.stamp[PHONE] += 160
    call.end()


@scene
def media_flood_forged(capture):
    """Each packet another SSRC, from forged addresses."""
    call = talking(capture, 2)
    for n in each(capture, 600, 0.001):
        call.packet(PHONE, ssrc=0x70000 + n, at=f"203.0.113.{n % 250 + 1}")
    call.end()


@scene
def catching_up(capture):
    """A network that stood still for two seconds brings all of it at once."""
    call = talking(capture, 2)
    capture.wait(2)
    for _ in each(capture, 100, 0.001):
        call.packet(PHONE)
        call.stamp[PHONE] += 160
    call.talk(2)
    call.end()


@scene
def media_before_capture(capture):
    """Media of a call that was there before the capture."""
    Call(capture).talk(12, sides=(PHONE,))


# Keys

def secured(capture, number, answered):
    keys = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
    plain = description(SERVER, PORTS[1])
    call = Call(capture, number, kind="RTP/SAVP", media=keys, **({} if answered else {"answered": plain}))
    call.begin()
    call.talk(1)
    call.end()
    capture.wait(30)


@scene
def srtp_downgraded(capture):
    for n, answered in enumerate((True, True, False)):
        secured(capture, n + 1, answered)


@scene
def srtp_never(capture):
    """A server that never could."""
    for n in range(3):
        secured(capture, n + 1, False)


def hello():
    body = struct.pack(">BHBHHBHB", 1, 0, 40, 0, 0, 0, 0, 40) + b"\xfe\xfd" + b"\x07" * 38
    return struct.pack(">BHHHIH", 22, 0xfefd, 0, 0, 1, len(body)) + body


def handshake(capture, host, checked=False):
    """A call of WebRTC; a client's first words come from this host."""
    fingerprint = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n"
    candidates = fingerprint + "a=candidate:1 1 udp 2130706431 203.0.113.40 4000 typ host\r\n"
    call = Call(capture, kind="UDP/TLS/RTP/SAVPF", media=fingerprint, offer=description(PHONE, PORTS[0], candidates, "UDP/TLS/RTP/SAVPF"))
    call.begin()
    if checked:
        integrity = struct.pack(">HH20s", 8, 20, b"\x55" * 20)
        capture.udp(host, SERVER, struct.pack(">HHI12s", 1, 24, 0x2112a442, b"transaction2") + integrity, (4000, PORTS[1]))
        capture.udp(SERVER, host, struct.pack(">HHI12s", 0x101, 24, 0x2112a442, b"transaction2") + integrity, (PORTS[1], 4000))
    capture.udp(host, SERVER, hello(), (4000, PORTS[1]))
    capture.wait(2)
    call.end()


@scene
def dtls_race(capture):
    handshake(capture, ATTACKER)


@scene
def dtls_of_candidate(capture):
    handshake(capture, "203.0.113.40")


@scene
def dtls_after_check(capture):
    """Through a NAT that no candidate told of, after a check that the server answered."""
    handshake(capture, "203.0.113.99", checked=True)


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
