"""Toll fraud and borrowed identities: those who have an account, or a line into the carrier."""

import dialog as sip
import ordinary
from attacks_calls import Stolen, connect, tapped_call
from people import CARRIERS, SBC, foreign
from plot import homes, plot

SOMALIA, CUBA, GUINEA, SATELLITE = "252", "53", "675", "88213"


def stolen_call(world, me, account, number, seconds):
    """The attacker calls out on somebody's account, and a carrier answers."""
    relay = world.relay()
    inner = me.dialog(world, account.number, "00" + number, media=(me.host.at(20_000), relay))
    yield from sip.challenged_invite(inner, user=account.user)
    yield 0.01
    outer = ordinary.second_leg(world, account.number, number, relay)
    yield from ordinary.two_legs(world, inner, outer, "answered", seconds)


@plot(2.6, "fraud-concurrent fraud-velocity fraud-premium fraud-dest-risk fraud-minutes fraud-pbx-hack fraud-total")
def numbers_that_pay_the_attacker(world, me):
    victim = homes(world)[80]
    me.names.append(victim.user)
    dialog = me.dialog(world, victim.user, victim.user, agent="Zoiper rv2.10.3")
    yield from sip.register(dialog, Stolen())
    yield 30
    for n in range(40):
        number = (SOMALIA + "61", SATELLITE, CUBA + "5")[n % 3] + f"{world.random.randrange(10**6, 10**7)}"
        world.tape.start(stolen_call(world, me, victim, number, 600))
        yield 15


@plot(8.1, "fraud-test-call fraud-new-dest fraud-velocity fraud-concurrent fraud-dest-risk")
def a_short_try_then_many(world, me):
    account = homes(world)[81]
    me.names.append(account.user)
    yield from ordinary.call(world, account, GUINEA + "71234567", fate="answered", seconds=8)
    yield 5400
    for n in range(6):
        world.tape.start(ordinary.call(world, account, GUINEA + f"7123456{n}", fate="answered", seconds=900))
        yield 40


@plot(10.8, "wangiri-in")
def one_ring_at_many(world, me):
    caller = GUINEA + "79001122"
    me.names += [caller, "+" + caller]
    for victim in world.random.sample(homes(world), 60):
        world.tape.start(one_ring(world, caller, victim))
        yield 4


def one_ring(world, caller, callee):
    carrier, relay = CARRIERS[0], world.relay()
    inner = sip.Dialog(world.tape, carrier, SBC, random=world.random, user="+" + caller, to="+" + callee.number, media=(carrier.at(relay.port + 1000), relay))
    inner.request("INVITE", body=inner.sdp(0))
    yield 0.004
    inner.answer("100 Trying")
    yield 0.01
    outer = ordinary.second_leg(world, caller, callee.number, relay)
    outer.request("INVITE", body=outer.sdp(0))
    yield 0.4
    outer.answer("180 Ringing")
    yield 0.005
    inner.answer("180 Ringing")
    yield 1.5
    yield from sip.cancel(inner)
    yield 0.005
    yield from sip.cancel(outer)


@plot(11.0, "wangiri-callback fraud-dest-risk")
def victims_who_call_back(world, me):
    for victim in world.random.sample(homes(world), 3):
        me.names.append(victim.user)
        world.tape.start(ordinary.call(world, victim, GUINEA + "79001122", fate="answered", seconds=200))
        yield 60


@plot(12.6, "fraud-forward fraud-premium")
def forwarding_to_an_expensive_number(world, me):
    account = homes(world)[83]
    me.names += [account.user, account.number]
    for n in range(5):
        caller = "49157" + f"{world.random.randrange(10**7, 10**8)}"
        me.names.append(caller)
        world.tape.start(forwarded(world, caller, account, SATELLITE + f"00000{n}"))
        yield 240


def forwarded(world, caller, account, number):
    """Comes in from a carrier, and goes out again at once on the account's behalf."""
    carrier, relay = CARRIERS[1], world.relay()
    inner = sip.Dialog(world.tape, carrier, SBC, random=world.random, user="+" + caller, to="+" + account.number, media=(carrier.at(relay.port + 1000), relay))
    inner.request("INVITE", body=inner.sdp(0))
    yield 0.004
    inner.answer("100 Trying")
    yield 0.3
    outer = sip.Dialog(world.tape, SBC, CARRIERS[0], random=world.random, user="+" + caller, to="+" + number, media=(relay.at(relay.port + 20_000), CARRIERS[0].at(relay.port + 1000)),
                       lines=(f"Diversion: <sip:+{account.number}@{sip.REALM}>;reason=unconditional",))
    yield from ordinary.two_legs(world, inner, outer, "answered", 800)


@plot(13.8, "fraud-invalid-number")
def numbers_that_cannot_be(world, me):
    account = homes(world)[84]
    me.names.append(account.user)
    for number in ("21099812", "9991234567", "2521", "88299", "2100000000"):
        yield from ordinary.call(world, account, number, fate="wrong", digits="00" + number)
        yield 30


@plot(16.2, "fraud-pumping")
def a_block_of_numbers_is_pumped(world, me):
    block = "4487112345"
    me.names += [block[:8], "+" + block[:8]]
    for n, account in enumerate(world.random.sample(homes(world), 40)):
        number = block + f"{n % 100:02d}"
        me.names += [number, "+" + number, account.user]
        world.tape.start(ordinary.call(world, account, number, fate="answered", seconds=300 + n % 5))
        yield 60


@plot(17.2, "fraud-duration fraud-minutes")
def a_line_left_open(world, me):
    account = homes(world)[85]
    me.names.append(account.user)
    yield from ordinary.call(world, account, foreign(world.random, "90"), fate="answered", seconds=4.5 * 3600)


@plot(15.1, "vm-pin-bruteforce")
def pins_tried_at_a_mailbox(world, me):
    account = homes(world)[70]
    me.names += [account.number, account.user, account.host.ip]
    for n in range(8):
        dialog, ends = tapped_call(world, me, account, account, 10 + n)
        dialog.to = "49302888888"
        yield from connect(dialog, account)
        for digit in f"{n:04d}#{n + 100:04d}#":
            yield 0.4
            dialog.request("INFO", body=f"Signal={digit}\r\nDuration=160\r\n", type="application/dtmf-relay")
            yield 0.01
            dialog.answer("200 OK")
        yield from sip.hang_up(dialog)
        yield 20


# Caller identity

def spoofed(world, caller, callee, lines=()):
    """A call from a carrier's side with a number that is not the caller's."""
    carrier, relay = CARRIERS[2], world.relay()
    inner = sip.Dialog(world.tape, carrier, SBC, random=world.random, user="+" + caller, to="+" + callee.number, media=(carrier.at(relay.port + 1000), relay), lines=lines)
    inner.request("INVITE", body=inner.sdp(0))
    yield 0.004
    inner.answer("100 Trying")
    yield 0.01
    yield from ordinary.two_legs(world, inner, ordinary.second_leg(world, caller, callee.number, relay), "answered", 40)


@plot(15.2, "cli-dno-own")
def our_own_number_from_outside(world, me):
    ours, victim = homes(world)[90:92]
    me.names += [ours.number, "+" + ours.number, CARRIERS[2].ip]
    yield from spoofed(world, ours.number, victim)


@plot(16.6, "pai-untrusted")
def identity_asserted_by_a_phone(world, me):
    account = homes(world)[92]
    me.names += [account.user, account.host.ip]
    dialog = sip.Dialog(world.tape, account.host, SBC, random=world.random, user=account.number, to="110", contact=account.contact, agent=account.agent,
                        media=(account.host.at(17_000), world.relay()), lines=("P-Asserted-Identity: <sip:+4930110@carrier.example>",))
    yield from sip.challenged_invite(dialog, user=account.user)
    yield 0.1
    yield from sip.refuse(dialog, "403 Forbidden")


@plot(18.2, "cli-rotate cli-rotate-account cli-mismatch cli-neighbour")
def another_number_each_time(world, me):
    account = homes(world)[93]
    me.names += [account.user, account.host.ip]
    for _ in range(16):
        shown = f"4930{world.random.randrange(10**6, 10**7)}"
        number = f"4989{world.random.randrange(10**5, 10**6)}"
        relay = world.relay()
        inner = sip.Dialog(world.tape, account.host, SBC, random=world.random, user=shown, to="0" + number[2:], contact=account.contact, agent=account.agent,
                           media=(account.host.at(17_000), relay))
        yield from sip.challenged_invite(inner, user=account.user)
        yield 0.01
        yield from ordinary.two_legs(world, inner, ordinary.second_leg(world, shown, number, relay), "answered", 15)
        yield 10
