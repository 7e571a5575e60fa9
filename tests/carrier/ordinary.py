"""The ordinary day: devices register, people call each other, and little goes wrong."""

import struct

import dialog as sip
from dialog import Dialog
from people import AT_HOME, CARRIERS, KINDS, MEDIA, SBC, dialled, national, whom
from tape import Host

HOUR = 3600
# Of a hundred calls: how they end.
FATES = ("answered",) * 64 + ("cancelled",) * 17 + ("busy",) * 10 + ("away",) * 6 + ("wrong",) * 2 + ("declined",)
REFUSALS = {"busy": "486 Busy Here", "away": "480 Temporarily Unavailable", "wrong": "404 Not Found", "declined": "603 Decline"}


class World:
    """What everybody in it shares."""

    def __init__(self, tape, random, people, sites):
        self.tape, self.random, self.people, self.sites = tape, random, people, sites
        self.by_number = {person.number: person for person in people}
        self.calls = 0
        self.port = 0

    def relay(self):
        """A pair of ports of one of the media relays, whose other side is not on this tap."""
        self.port = (self.port + 2) % 20_000
        return self.random.choice(MEDIA).at(10_000 + self.port)


def draw_fate(world, person):
    fate = world.random.choice(FATES)
    # Lists of diallers hold dead numbers.
    return "wrong" if person.kind == "centre" and fate == "declined" else fate


def device_dialog(world, person):
    return Dialog(world.tape, person.host, SBC, random=world.random, user=person.user, to=person.user, contact=person.contact,
                  agent=person.agent, call_id=person.call_id, cseq=person.cseq)


def registering(world, person, expires=HOUR):
    """Refreshes its binding in time, all day."""
    while True:
        dialog = device_dialog(world, person)
        yield from sip.register(dialog, person, expires)
        person.cseq = dialog.cseq
        yield expires * (0.85 + 0.1 * world.random.random())


def leaving(world, person):
    dialog = device_dialog(world, person)
    yield from sip.register(dialog, person, 0)
    person.cseq = dialog.cseq


def roaming(world, person, networks):
    """Goes from network to network: says goodbye where it was, and registers where it is."""
    for _ in range(6):
        yield world.random.uniform(1.5, 5) * HOUR
        yield from leaving(world, person)
        yield world.random.uniform(5, 40)
        network = world.random.choice(networks)
        person.host = Host(f"{network}.{world.random.randrange(1, 255)}.{world.random.randrange(1, 255)}", world.random.randrange(20_000, 60_000))
        person.call_id = f"{world.random.getrandbits(80):020x}@{person.host.ip}"
        yield from sip.register(device_dialog(world, person), person)


def waiting(random, day):
    """Seconds until the hour of a day's next call, and its moment in that hour."""
    hours = random.choices(range(24), day)
    return hours[0] * HOUR + random.random() * HOUR


def calling(world, person):
    """Makes the calls of one day, each at its time."""
    _, _, calls, hours, _, _ = KINDS[person.kind]
    count = world.random.randrange(2 * calls + 1)
    moments = sorted(waiting(world.random, hours) for _ in range(count))
    for moment in moments:
        pause = moment - world.tape.now
        if pause > 0:
            yield pause
        yield from call(world, person, whom(world.random, person, world.people))


def second_leg(world, caller, number, relay):
    """From the SBC on: to one of our own, or to a carrier."""
    callee = world.by_number.get(number)
    if callee is not None:
        return Dialog(world.tape, SBC, callee.host, random=world.random, user=caller, to=callee.user, agent="Carrier SBC 4.2",
                      media=(relay.at(relay.port + 20_000), callee.host.at(16_384)), lines=(f"P-Asserted-Identity: <sip:+{caller}@{sip.REALM}>",))
    carrier = CARRIERS[int(number[-1]) % len(CARRIERS)]
    return Dialog(world.tape, SBC, carrier, random=world.random, user="+" + caller, to="+" + number, agent="Carrier SBC 4.2",
                  media=(relay.at(relay.port + 20_000), carrier.at(relay.port + 1000)), lines=(f"P-Asserted-Identity: <sip:+{caller}@{sip.REALM}>",))


def call(world, person, number, **more):
    """Both legs of a call; more: fate, seconds it is talked, digits as dialled."""
    random, relay = world.random, world.relay()
    fate = more.get("fate") or draw_fate(world, person)
    world.calls += 1
    inner = Dialog(world.tape, person.host, SBC, random=random, user=person.number, to=more.get("digits") or dialled(random, number),
                   contact=person.contact, agent=person.agent, media=(person.host.at(16_384 + random.randrange(2000) * 2), relay))
    yield from sip.challenged_invite(inner, user=person.user)
    yield 0.01
    outer = second_leg(world, person.number, number, relay)
    yield from two_legs(world, inner, outer, fate, more.get("seconds"))


def incoming(world, caller, callee, fate=None, seconds=None):
    """A call from a carrier to one of ours."""
    carrier, relay = world.random.choice(CARRIERS), world.relay()
    world.calls += 1
    inner = Dialog(world.tape, carrier, SBC, random=world.random, user="+" + caller, to="+" + callee.number, agent="Metaswitch CFS 9.4",
                   media=(carrier.at(relay.port + 1000), relay), lines=(f"P-Asserted-Identity: <sip:+{caller}@{carrier.ip}>",))
    inner.request("INVITE", body=inner.sdp(0))
    yield 0.004
    inner.answer("100 Trying")
    yield 0.01
    yield from two_legs(world, inner, second_leg(world, caller, callee.number, relay), fate or world.random.choice(FATES), seconds)


def two_legs(world, inner, outer, fate, seconds=None):
    random = world.random
    outer.request("INVITE", body=outer.sdp(0))
    yield 0.02
    outer.answer("100 Trying")
    yield random.uniform(0.2, 2.0)
    if fate in REFUSALS:
        yield from sip.refuse(outer, REFUSALS[fate])
        yield 0.005
        yield from sip.refuse(inner, REFUSALS[fate])
        return
    outer.answer("180 Ringing")
    yield 0.005
    inner.answer("180 Ringing")
    if fate == "cancelled":
        yield random.uniform(8, 40)
        yield from sip.cancel(inner)
        yield 0.005
        yield from sip.cancel(outer)
        return
    yield random.uniform(2, 18)
    yield from sip.accept(outer)
    yield 0.003
    yield from sip.accept(inner)
    yield seconds or min(random.lognormvariate(4.5, 1.1), 5400)
    yield from both_end(random, inner, outer)


def both_end(random, inner, outer):
    if random.random() < 0.5:
        yield from sip.hang_up(inner)
        yield 0.004
        yield from sip.hang_up(outer)
    else:
        yield from sip.hang_up(outer, turned=True)
        yield 0.004
        yield from sip.hang_up(inner, turned=True)


def receiving(world, count):
    """Calls from outside, to anybody, all day."""
    for moment in sorted(waiting(world.random, AT_HOME) for _ in range(count)):
        if moment > world.tape.now:
            yield moment - world.tape.now
        callee = world.random.choice(world.people)
        caller = world.random.choice(callee.friends) if callee.friends and world.random.random() < 0.5 else national(world.random)
        if caller not in world.by_number:
            world.tape.start(incoming(world, caller, callee))


def talking(tape, ends, ssrcs, seconds, **more):
    """G.711 of 20 ms both ways, as the tap of one relay sees it; more: sides, sequence."""
    sides = more.get("sides", (0, 1))
    payload = bytes((0xd5, 0x55)) * 80
    for n in range(round(seconds * 50)):
        for side in sides:
            head = struct.pack(">BBHII", 0x80, 8 | (0x80 if n == 0 else 0), (more.get("sequence", 100) + n) & 0xffff,
                               8000 + 160 * n, ssrcs[side])
            tape.udp(ends[side], ends[1 - side], head + payload)
        yield 0.02
