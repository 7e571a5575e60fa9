"""Attacks on registrations, dialogs, media and money, by those who know an account or a call."""

import sys
from pathlib import Path

import dialog as sip
import ordinary
from people import MEDIA, SBC
from plot import homes, plot
from tape import START

TESTS = Path(__file__).resolve().parents[1]


# Registrations

@plot(13.1, "reg-geo-change reg-ua-change")
def takeover_of_an_account(world, me):
    victim = homes(world)[50]
    me.names.append(victim.user)
    dialog = me.dialog(world, victim.user, victim.user, agent="eyeBeam release 1003s stamp 31159")
    yield from sip.register(dialog, Stolen())


class Stolen:
    """Credentials in the wrong hands: no nonce yet."""

    nonce, count = None, 0


@plot(13.4, "reg-contact-foreign")
def contact_that_points_elsewhere(world, me):
    victim = homes(world)[51]
    me.names += [victim.user, victim.host.ip]
    dialog = me.dialog(world, victim.user, victim.user, a=victim.host, contact=f"<sip:{victim.user}@{me.host}>")
    yield from sip.register(dialog, Stolen())


@plot(13.6, "reg-wipe")
def registrations_wiped(world, me):
    victim = homes(world)[52]
    me.names.append(victim.user)
    dialog = me.dialog(world, victim.user, victim.user, contact="*")
    yield from sip.register(dialog, Stolen(), 0)


# Dialogs and media, on the relay whose media this tap sees

def tapped_call(world, me, caller, callee, number):
    """A call of two of ours, and the ends of its media."""
    ends = (caller.host.at(16_384), MEDIA[0].at(28_000 + 2 * number))
    dialog = sip.Dialog(world.tape, caller.host, SBC, random=world.random, user=caller.number, to=callee.number, contact=caller.contact,
                        agent=caller.agent, media=ends)
    me.names.append(dialog.call_id)
    return dialog, ends


def connect(dialog, caller):
    yield from sip.challenged_invite(dialog, user=caller.user)
    yield 0.8
    dialog.answer("180 Ringing")
    yield 3
    yield from sip.accept(dialog)


@plot(14.1, "bye-forged")
def call_cut_off_by_a_stranger(world, me):
    caller, callee = homes(world)[60:62]
    dialog, ends = tapped_call(world, me, caller, callee, 1)
    me.names += [caller.host.ip, caller.number]
    yield from connect(dialog, caller)
    world.tape.start(ordinary.talking(world.tape, ends, (0x5101, 0x5102), 40))
    yield 15
    me.first_us = world.tape.stamp()
    dialog.request("BYE", src=me.host, sent_by=me.host)
    yield 0.01
    dialog.answer("200 OK")


@plot(14.3, "rtp-inject")
def voice_from_elsewhere(world, me):
    caller, callee = homes(world)[62:64]
    dialog, ends = tapped_call(world, me, caller, callee, 2)
    me.names += [ends[0].ip, ends[1].ip]
    yield from connect(dialog, caller)
    world.tape.start(ordinary.talking(world.tape, ends, (0x5201, 0x5202), 40))
    yield 12
    me.first_us = world.tape.stamp()
    world.tape.start(ordinary.talking(world.tape, (me.host.at(9000), ends[1]), (0x5666, 0), 6, sides=(0,), sequence=40_000))
    yield 30
    yield from sip.hang_up(dialog)


@plot(14.6, "cancel-forged")
def call_cancelled_by_a_stranger(world, me):
    caller, callee = homes(world)[64:66]
    dialog, _ = tapped_call(world, me, caller, callee, 3)
    me.names.append(caller.number)
    yield from sip.challenged_invite(dialog, user=caller.user)
    yield 0.8
    dialog.answer("180 Ringing")
    yield 2
    me.first_us = world.tape.stamp()
    dialog.request("CANCEL", new_branch=False, src=me.host, sent_by=me.host)


@plot(14.8, "digest-leak")
def digest_stolen_at_the_end(world, me):
    victim = homes(world)[66]
    me.names += [victim.user, victim.host.ip]
    dialog = me.dialog(world, "100", victim.user, b=victim.host)
    dialog.request("INVITE", body=dialog.sdp(0))
    yield 1
    yield from sip.accept(dialog)
    yield 4
    dialog.request("BYE", turned=True)
    yield 0.01
    nonce = dialog.nonce()
    dialog.answer("407 Proxy Authentication Required", sip.challenge(nonce), turned=True)
    yield 0.05
    dialog.request("BYE", dialog.credentials("BYE", nonce, user=victim.user), turned=True)


# H.323

class Window:
    """What the makers of H.323 scenes write to: packets, kept with their times."""

    def __init__(self, world):
        sys.path[:0] = [str(TESTS / "captures"), str(TESTS / "h323")]
        import kit
        self.world, self.capture = world, kit.Capture()
        self.begin = self.capture.now_us = START * 1_000_000 + round(world.tape.now * 1e6)

    def play(self):
        """Puts the packets on the tape, each at its time."""
        for stamp, frame in self.capture.records:
            pause = (stamp - self.world.tape.stamp()) / 1e6
            if pause > 0:
                yield pause
            self.world.tape.frame(frame[14:])


def scene(world, me, name):
    window = Window(world)
    import make_h323
    me.names += [f"198.51.100.{last}" for last in (66, 67, 68)]
    make_h323.SCENES[name](window.capture)
    yield from window.play()


@plot(15.5, "h323-scanner")
def scanner_of_gateways(world, me):
    yield from scene(world, me, "scanner")


@plot(15.7, "ras-bruteforce")
def guessing_at_the_gatekeeper(world, me):
    yield from scene(world, me, "password-guessing")


@plot(15.9, "ras-hijack")
def takeover_at_the_gatekeeper(world, me):
    yield from scene(world, me, "alias-hijack")
