#!/usr/bin/env python3
"""Writes the day of a carrier as a pcap stream, with attacks hidden in it.

Usage: day.py [--accounts 50000] [--seed 1] [--hours 24] [--attacks truth.tsv] > day.pcap
The truth has a line an attack: name, first and last moment in microseconds, the rules of
which one must tell it, and what an alert about it must name. The same arguments give the same bytes.
"""

import argparse
import random as library
import sys

import attacks  # noqa: F401
import attacks_calls  # noqa: F401
import attacks_fraud  # noqa: F401
import ordinary
import plot
from people import make_people
from tape import Tape


def populate(world, hours):
    """Everybody begins to live: registered devices spread over their hour, callers over the day."""
    networks = ("85.144", "85.145", "86.10", "84.150")
    for person in world.people:
        if person.registers():
            first = world.random.random() * ordinary.HOUR * 0.9
            world.tape.start(ordinary.registering(world, person) if person.kind != "roamer" else ordinary.roaming(world, person, networks), first)
        world.tape.start(ordinary.calling(world, person), first if person.registers() else 0)
    world.tape.start(ordinary.receiving(world, len(world.people) * hours // 24))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--attacks", metavar="FILE", help="hide the attacks, and write here what they are")
    options = parser.parse_args()
    random = library.Random(options.seed)
    tape = Tape(sys.stdout.buffer)
    world = ordinary.World(tape, random, *make_people(random, options.accounts))
    populate(world, options.hours)
    plots = plot.plan(world, options.hours) if options.attacks else []
    tape.run(options.hours * ordinary.HOUR)
    sys.stdout.flush()
    if options.attacks:
        with open(options.attacks, "w", encoding="utf-8") as file:
            for item in plots:
                print(item.title, item.first_us, item.last_us, " ".join(item.rules), " ".join(item.names), sep="\t", file=file)
    print(f"{len(world.people)} accounts, {world.calls} calls, {tape.packets} packets", file=sys.stderr)


if __name__ == "__main__":
    main()
