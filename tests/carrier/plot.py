"""What an attack of the simulation is: when it begins, what must tell it, whom it names."""

import dialog as sip
from dialog import Dialog
from people import SBC
from tape import Host

HOUR = 3600
PLOTS = []


class Plot:
    """One attack. An alert tells it when its rule is one of rules and it names one of names."""

    def __init__(self, number, at, rules, act):
        self.title = act.__name__.replace("_", " ")
        self.at, self.rules, self.act = at, rules.split(), act
        self.host = Host(f"45.83.{64 + number}.77", 5060)
        self.names = [self.host.ip, self.host.ip.rpartition(".")[0] + ".0/24"]
        self.first_us, self.last_us = 0, 0

    def live(self, world):
        """From its first packet to its last; what it does comes from its function."""
        self.first_us = world.tape.stamp()
        yield from self.act(world, self)
        self.last_us = world.tape.stamp()

    def others(self, count):
        """Further hosts of the same attacker, each of a network of its own."""
        third = int(self.host.ip.split(".")[2])
        hosts = [Host(f"{140 + n % 30}.{third}.{n // 30}.{20 + n}", 5060) for n in range(count)]
        self.names += [host.ip for host in hosts]
        return hosts

    def dialog(self, world, user, to, **more):
        """From the attacker to the carrier's SBC, unless told otherwise."""
        more = {"agent": "Bria 6 release 6.5.1", "random": world.random, **more}
        return Dialog(world.tape, more.pop("a", self.host), more.pop("b", SBC), user=user, to=to, **more)


def plot(at, rules):
    """Registers a function as the attack that begins at this hour."""
    def keep(act):
        PLOTS.append(Plot(len(PLOTS), at, rules, act))
        return act
    return keep


def plan(world, hours):
    """Starts what fits into so many hours, and returns who does so."""
    chosen = [item for item in PLOTS if item.at < hours]
    for item in chosen:
        world.tape.start(item.live(world), item.at * HOUR)
    return chosen


def homes(world, kind="home"):
    return [person for person in world.people if person.kind == kind]


def guess(dialog, user, nonce=None, status="401 Unauthorized"):
    """REGISTER, challenge, wrong credentials, challenge: one guess (with a nonce: credentials at once)."""
    uri = f"sip:{sip.REALM}"
    if nonce is None:
        dialog.request("REGISTER", uri=uri)
        yield 0.003
        nonce = dialog.nonce()
        dialog.answer("401 Unauthorized", sip.challenge(nonce, "WWW-Authenticate"))
        yield 0.02
    dialog.request("REGISTER", dialog.credentials("REGISTER", nonce, "Authorization", user), uri=uri)
    yield 0.004
    dialog.answer(status, sip.challenge(dialog.nonce(), "WWW-Authenticate") if status[0] == "4" else "")


def ask(dialog, method, status, lines="", **more):
    """A request and its one answer."""
    dialog.request(method, lines, **more)
    yield 0.004
    dialog.answer(status)
