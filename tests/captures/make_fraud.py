#!/usr/bin/env python3
"""Writes the captures of toll fraud, and of ordinary calls that resemble it.

Usage: make_fraud.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

import math
import struct

from kit import ATTACKER, PHONE, SDP_TYPE, SERVER, credentials, exchange, request, response, run_maker, sdp

HOUR, DAY = 3600, 86400
CARRIER, TRANSIT, PBX = "192.0.2.30", "192.0.2.31", "192.0.2.40"
SCENES = {}


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


class Dialler:
    """Calls of accounts: each with its login, and with what becomes of it."""

    def __init__(self, capture, start=10 * HOUR):
        self.capture, self.number = capture, 0
        capture.wait(start)

    def message(self, method, number, to, **more):
        return request(method, number, uri=f"sip:{to}@{more.get('dst', SERVER)}", to=to, call=f"call-{number}@{more['src']}", **more)

    def invite(self, to, login="alice", **more):
        """INVITE, asked for credentials, INVITE again."""
        self.number += 1
        number = more.pop("number", self.number)
        src, dst = more.pop("src", PHONE), more.get("dst", SERVER)
        user = more.pop("user", login or "100")
        keep = {"src": src, "user": user, **more}
        lines = [*SDP_TYPE, *more.pop("lines", [])]
        keep.pop("lines", None)
        body = sdp(src, 4000 + 2 * number)
        if login:
            first = self.message("INVITE", number, to, lines=lines, body=body, **keep)
            self.capture.udp(src, dst, first)
            self.capture.udp(dst, src, response(first, 407, f'Proxy-Authenticate: Digest realm="example.net", nonce="n{number}"'))
            self.capture.udp(src, dst, self.message("ACK", number, to, to_tag=";tag=srv", **keep))
            lines = [*lines, credentials(login, f"n{number}", number + 1).replace("Authorization", "Proxy-Authorization")]
        again = self.message("INVITE", number, to, lines=lines, body=body, cseq=2 if login else 1, branch=f"z9hG4bK{number:06d}again", **keep)
        self.capture.udp(src, dst, again)
        return {"invite": again, "number": number, "to": to, "src": src, "dst": dst, "keep": keep, "cseq": 2 if login else 1}

    def back(self, call, status, *lines, body=b""):
        self.capture.udp(call["dst"], call["src"], response(call["invite"], status, *lines, body=body))

    def ack(self, call, cseq=None):
        self.capture.udp(call["src"], call["dst"], self.message("ACK", call["number"], call["to"], to_tag=";tag=srv", cseq=call["cseq"], **call["keep"]))

    def answer(self, call, ring=2):
        self.back(call, 180)
        self.capture.wait(ring)
        self.back(call, 200, *SDP_TYPE, f"Contact: <sip:{call['to']}@{call['dst']}>", body=sdp(call["dst"], 6000 + 2 * call["number"]))
        self.ack(call)

    def bye(self, call):
        message = self.message("BYE", call["number"], call["to"], to_tag=";tag=srv", cseq=call["cseq"] + 1, **call["keep"])
        exchange(self.capture, message, 200, src=call["src"], dst=call["dst"])

    def begin(self, to, login="alice", **more):
        call = self.invite(to, login, **more)
        self.answer(call)
        return call

    def call(self, to, seconds=20, login="alice", **more):
        call = self.begin(to, login, **more)
        self.capture.wait(seconds)
        self.bye(call)

    def refused(self, to, status=404, login="alice", **more):
        call = self.invite(to, login, **more)
        self.back(call, status)
        self.ack(call)

    def missed(self, to, ring, login=None, **more):
        """Rung for so long, then given up."""
        call = self.invite(to, login, **more)
        self.back(call, 180)
        self.capture.wait(ring)
        cancel = self.message("CANCEL", call["number"], to, cseq=call["cseq"], branch=f"z9hG4bK{call['number']:06d}again", **call["keep"])
        exchange(self.capture, cancel, 200, src=call["src"], dst=call["dst"])
        self.back(call, 487)
        self.ack(call)

    def register(self, user="alice", src=PHONE, agent="Desk Phone 4.2", expires=3600):
        self.number += 1
        lines = [f"User-Agent: {agent}", f"Expires: {expires}", credentials(user, f"r{self.number}", self.number + 1)]
        message = request("REGISTER", self.number, src=src, user=user, to=user, uri="sip:example.net", lines=lines,
                          call=f"reg-{self.number}@{src}", contact=f"<sip:{user}@{src}:5060>")
        exchange(self.capture, message, 200, f"Contact: <sip:{user}@{src}:5060>;expires={expires}", src=src)


@scene
def risk_country(capture):
    dialler = Dialler(capture)
    dialler.call("+252612345678", 70)
    dialler.call("+252612345679", 70)


@scene
def usual_country(capture):
    """Somalia is where this site calls, and a stranger's password is wrong."""
    dialler = Dialler(capture)
    dialler.call("00252612345678", 70)
    dialler.refused("0023222123456", 403, "mallory", src=ATTACKER)


@scene
def risk_range(capture):
    Dialler(capture).call("+3725512345", 70)


@scene
def premium(capture):
    dialler = Dialler(capture)
    dialler.call("+979123456789", 30)
    dialler.call("+881612345678", 30)


@scene
def helpline(capture):
    """Toll-free, shared cost and an extension whose digits look like a premium number's."""
    dialler = Dialler(capture)
    dialler.call("+498001234567", 30)
    dialler.call("+4930901820", 30)
    dialler.call("9001234", 30)


@scene
def invalid_numbers(capture):
    dialler = Dialler(capture)
    dialler.refused("+2101234567")
    dialler.refused("+2391")


@scene
def misdial(capture):
    """One number with a digit too few, tried again, then dialled right."""
    dialler = Dialler(capture)
    dialler.refused("+239222345")
    dialler.refused("+239222345")
    dialler.call("+2392223456")


@scene
def velocity(capture):
    dialler = Dialler(capture)
    for n in range(5):
        dialler.call(f"+97254234567{n}", 6)


@scene
def velocity_night(capture):
    dialler = Dialler(capture, 1 * HOUR)
    for n in range(4):
        dialler.call(f"0097254234567{n}", 6)


@scene
def callback_round(capture):
    """Calls to several countries, and four to one of them within a minute."""
    dialler = Dialler(capture)
    for number in ("+4312345678", "+441534456789", "+33123456789", "+31201234567"):
        dialler.call(number, 3)
    for n in range(4):
        dialler.call(f"+9725423456{n}0", 6)


def running(capture, to, seconds, **more):
    """A call that runs for so long; session refreshes every 10 minutes keep it alive."""
    dialler = Dialler(capture, more.pop("start", 10 * HOUR))
    call = dialler.begin(to, **more)
    for n in range(seconds // 600):
        capture.wait(600)
        call["cseq"] = 10 + n
        info = dialler.message("OPTIONS", call["number"], to, to_tag=";tag=srv", cseq=call["cseq"], branch=f"z9hG4bKkeep{n}", **call["keep"])
        exchange(capture, info, 200, src=call["src"], dst=call["dst"])
    capture.wait(seconds % 600)
    dialler.bye(call)


@scene
def endless(capture):
    running(capture, "030901820", 13260)


@scene
def conference(capture):
    running(capture, "030901821", 13260)


@scene
def long_abroad(capture):
    running(capture, "00390612345678", 7260)


@scene
def hour_abroad(capture):
    running(capture, "00390612345678", 3500)


@scene
def minutes(capture):
    """Two calls of 35 minutes to one number abroad: over an hour while the second runs."""
    dialler = Dialler(capture)
    for _ in range(2):
        dialler.call("00390612345678", 2100)
        capture.wait(60)


@scene
def sequential(capture):
    dialler = Dialler(capture)
    for _ in range(20):
        dialler.call("00390612345678", 20)
        capture.wait(100)


@scene
def sequential_long(capture):
    dialler = Dialler(capture)
    for _ in range(5):
        dialler.call("00390612345678", 490)
        capture.wait(20)


@scene
def takeover(capture):
    dialler = Dialler(capture)
    dialler.register()
    capture.wait(600)
    dialler.register(src=ATTACKER, agent="friendly softphone 1.0")
    capture.wait(60)
    dialler.call("+33123456789", 40, src=ATTACKER)


@scene
def new_phone(capture):
    """A phone gets another address and calls abroad; another account gets a new phone and calls at home."""
    dialler = Dialler(capture)
    dialler.register()
    dialler.register("bob", src="192.0.2.11")
    capture.wait(600)
    dialler.register(src="192.0.2.12")
    dialler.register("bob", src="192.0.2.13", agent="Another Phone 1.0")
    capture.wait(60)
    dialler.call("+33123456789", 40, src="192.0.2.12")
    dialler.call("030901820", 40, "bob", src="192.0.2.13")


def transferred(capture, to):
    """The caller of a server refers it to a number and leaves; the server calls it."""
    dialler = Dialler(capture)
    call = dialler.begin("200")
    capture.wait(30)
    refer = dialler.message("REFER", call["number"], "200", to_tag=";tag=srv", cseq=3, lines=[f"Refer-To: <sip:{to}@example.net>"], **call["keep"])
    exchange(capture, refer, 202, src=PHONE)
    second = dialler.invite(to, None, src=SERVER, dst=CARRIER, user="alice")
    dialler.answer(second)
    dialler.bye(call)
    capture.wait(660)
    dialler.bye(second)


@scene
def transfer_abroad(capture):
    transferred(capture, "+23222123456")


@scene
def transfer_home(capture):
    transferred(capture, "030901820")


@scene
def wangiri(capture):
    dialler = Dialler(capture)
    for n in range(12):
        dialler.missed(f"+4930901{n:03d}", 2, src=CARRIER, user=f"+22507{n % 3:08d}")
        capture.wait(20)


@scene
def appointments(capture):
    """A practice rings many patients: some are rung briefly, one in six answers; and a wrong number once."""
    dialler = Dialler(capture)
    for n in range(12):
        if n % 6 == 1:
            dialler.call(f"+4930901{n:03d}", 20, None, src=CARRIER, user="+493012340000")
        dialler.missed(f"+4930901{n:03d}", 3, src=CARRIER, user="+493012340000")
        capture.wait(20)
    dialler.missed("+4930901000", 1, src=CARRIER, user="+2250700000000")


def toll_free(capture, busy):
    """Five hours of two calls each, then one of so many."""
    dialler = Dialler(capture)
    for hour in range(6):
        before = capture.now_us
        for n in range(2 if hour < 5 else busy):
            dialler.call("+498001234567", 70, None, src=CARRIER, user=f"+49301234{hour:02d}{n:02d}")
        capture.now_us = before + HOUR * 1_000_000


@scene
def tollfree(capture):
    toll_free(capture, 26)


@scene
def campaign_line(capture):
    toll_free(capture, 12)


@scene
def wangiri_callback(capture):
    wangiri(capture)
    dialler = Dialler(capture, 300)
    dialler.number = 100
    dialler.call("002250700000001", 40)


def at_once(capture, count, to):
    dialler = Dialler(capture)
    calls = []
    for n in range(count):
        calls.append(dialler.begin(f"{to}{n}"))
        capture.wait(25)
    capture.wait(40)
    for call in calls:
        dialler.bye(call)


@scene
def concurrent(capture):
    at_once(capture, 5, "00972542345670")


def many(capture, count):
    dialler = Dialler(capture, 8 * HOUR)
    for n in range(count):
        dialler.call(f"00972542345{n:03d}", 30)
        capture.wait(600)


@scene
def total(capture):
    many(capture, 36)


@scene
def total_few(capture):
    """As many, but over two working days."""
    many(capture, 18)
    capture.wait(10 * HOUR)
    many(capture, 18)


def habits(dialler, days=15):
    """Two calls at home and two to France on every workday."""
    capture = dialler.capture
    for day in range(days):
        before = capture.now_us
        if day % 7 not in (2, 3):
            for to in ("030901820", "0033123456789", "030901822", "0033123456780"):
                dialler.call(to, 50)
                capture.wait(HOUR)
        capture.now_us = before + DAY * 1_000_000


@scene
def office_hours(capture):
    dialler = Dialler(capture)
    habits(dialler, 18)
    dialler.call("0033123456789", 20)
    dialler.call("00390612345678", 20)


@scene
def night_shift(capture):
    dialler = Dialler(capture)
    habits(dialler)
    capture.wait(15 * HOUR)
    for n in range(3):
        dialler.call(f"003312345678{n}", 50)


@scene
def new_country(capture):
    dialler = Dialler(capture)
    habits(dialler)
    for n in range(3):
        dialler.call(f"0097254234567{n}", 50)
        capture.wait(600)


@scene
def test_call(capture):
    dialler = Dialler(capture)
    dialler.call("0023222000123", 8)
    capture.wait(HOUR)
    for n in range(3):
        dialler.call(f"0023222123{n:03d}", 60)
        capture.wait(300)


@scene
def budget(capture):
    """Ten a day is what this account may spend; Somalia costs 1.50 a minute."""
    Dialler(capture).call("00252612345678", 500, "spender")


def forwarded(capture, target, lines=()):
    """A caller outside rings a number; the PBX rings on, and all hang up together."""
    dialler = Dialler(capture)
    for n in range(2):
        user = f"+4930555000{n}"
        inbound = dialler.invite("+4930901500", None, src=CARRIER, dst=PBX, user=user)
        outbound = dialler.invite(target, None, src=PBX, dst=CARRIER, user=user, lines=list(lines))
        for call in (outbound, inbound):
            dialler.back(call, 180)
        capture.wait(4)
        for call in (outbound, inbound):
            dialler.back(call, 200, *SDP_TYPE, f"Contact: <sip:{call['to']}@{call['dst']}>", body=sdp(call["dst"], 6000 + 2 * call["number"]))
            dialler.ack(call)
        capture.wait(60)
        dialler.bye(inbound)
        dialler.bye(outbound)
        capture.wait(120)


DIVERTED = ["Diversion: <sip:+4930901500@example.net>;reason=unconditional"]


@scene
def forward_header(capture):
    forwarded(capture, "0023222123456", DIVERTED)


@scene
def forward_home(capture):
    forwarded(capture, "+491701234567", DIVERTED)


@scene
def forward_silent(capture):
    forwarded(capture, "0023222123456")


def mobile(capture, called, answers):
    dialler = Dialler(capture)
    for n in range(called):
        dialler.call(f"+4930901{n:03d}", 5, None, src=CARRIER, user="+4915112345678")
        if answers and n % answers == 0:
            dialler.call("+4915112345678", 5, None, user=f"+4930901{n:03d}", dst=CARRIER)
        capture.wait(60)


@scene
def sim_box(capture):
    mobile(capture, 60, 0)


@scene
def busy_mobile(capture):
    """A craftsman's: many calls, and every fifth calls back."""
    mobile(capture, 60, 5)


def from_abroad(capture, mobiles, others):
    dialler = Dialler(capture)
    for n in range(mobiles):
        dialler.call(f"+4930901{n:03d}", 5, None, src=TRANSIT, user=f"+49151123456{n:02d}")
    for n in range(others):
        dialler.call(f"+4930901{n:03d}", 5, None, src=TRANSIT, user=f"+441534456{n:03d}")


@scene
def bypass_route(capture):
    from_abroad(capture, 22, 10)


@scene
def roamers(capture):
    from_abroad(capture, 6, 30)


@scene
def new_account(capture):
    dialler = Dialler(capture)
    habits(dialler, 16)
    for to in ("00441534456789", "0031201234567", "0033123456789", "0034912345678", "00390612345678", "004312345678"):
        dialler.call(to, 900, "fresh")


@scene
def spree(capture):
    """A premium number, one at risk and several that cannot exist, within minutes."""
    dialler = Dialler(capture)
    dialler.call("00979123456789", 30)
    dialler.call("00252612345678", 30)
    dialler.refused("002101234567")
    dialler.refused("002391")

def mu_law(sample):
    """A sample of 16 bits as G.711 has it."""
    sign, value = (0x80, -sample) if sample < 0 else (0, sample)
    value = min(value, 32635) + 132
    exponent = value.bit_length() - 8
    return ~(sign | exponent << 4 | value >> (exponent + 3) & 15) & 0xff


def sound(kind, frame):
    """20 ms of ringing (425 Hz, one second of five), of a voice, or of nothing."""
    samples = []
    for i in range(160):
        t = (frame * 160 + i) / 8000
        if kind == "ringing" and t % 5 < 1:
            samples.append(6000 * math.sin(2 * math.pi * 425 * t))
        elif kind == "voice":
            samples.append(sum(2000 * math.sin(2 * math.pi * hz * t * (1 + 0.1 * math.sin(3 * t))) for hz in (150, 310, 620, 950, 1700)))
        else:
            samples.append(0)
    return bytes(mu_law(round(sample)) for sample in samples)


def hears(dialler, call, kind, frames):
    """The callee's side of the media."""
    capture, start = dialler.capture, dialler.capture.now_us
    for n in range(frames):
        capture.now_us = start + n * 20_000
        head = struct.pack(">BBHII", 0x80, 0, n + 1, n * 160, 0x5000 + call["number"])
        capture.udp(call["dst"], call["src"], head + sound(kind, n), (6000 + 2 * call["number"], 4000 + 2 * call["number"]))
    capture.now_us = start + frames * 20_000


def heard(dialler, to, kind, frames=75, ring=0.3, after=0.1, **more):
    call = dialler.invite(to, None, dst=CARRIER, **more)
    dialler.answer(call, ring)
    hears(dialler, call, kind, frames)
    dialler.capture.wait(after)
    dialler.bye(call)
    dialler.capture.wait(30)


@scene
def false_answers(capture):
    """Every fourth call is answered at once by a machine that goes on ringing, or says nothing."""
    dialler = Dialler(capture)
    for n in range(24):
        false = n % 4 == 0
        heard(dialler, f"0022507000{n:05d}", ("ringing" if n % 8 else "silence") if false else "voice", ring=0.3 if false else 4)


@scene
def answering_machines(capture):
    """All are answered at once, by voicemail that speaks."""
    dialler = Dialler(capture)
    for n in range(24):
        heard(dialler, f"0033123456{n:03d}", "voice")


@scene
def late_release(capture):
    dialler = Dialler(capture)
    for n in range(10):
        heard(dialler, f"0033123456{n:03d}", "voice", frames=30, ring=4, after=12)


def block(capture, lengths):
    dialler = Dialler(capture)
    for n, seconds in enumerate(lengths):
        dialler.call(f"+4418123{n:05d}", seconds, None, user=f"10{n % 7}", src=f"192.0.2.{100 + n % 7}")


@scene
def pumping(capture):
    block(capture, [120 + n % 3 for n in range(22)])


@scene
def helpline_hours(capture):
    """People call for as long as they have something to ask."""
    block(capture, [60 + n * 37 % 200 for n in range(22)])


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
