#!/usr/bin/env python3
"""Writes the captures of a sensor in trouble: clocks that step, places that see one side.

Usage: make_self.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

from kit import ATTACKER, PHONE, SERVER, exchange, request, response, run_maker
from talk import Call

SCENES = {}


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def stepping(capture, seconds):
    """The clock of the capture is set in the midst of a call."""
    call = Call(capture)
    call.begin()
    call.talk(2)
    capture.wait(seconds)
    call.talk(2)
    call.end()


@scene
def clock_back(capture):
    stepping(capture, -3600)


@scene
def clock_forward(capture):
    stepping(capture, 3000)


@scene
def night(capture):
    """Nothing happens for eight hours; a packet or two come late."""
    for n in range(2):
        call = Call(capture, n + 1)
        call.begin()
        call.talk(2)
        capture.wait(-0.2)
        call.talk(0.2)
        call.end()
        capture.wait(28_800)


def offices(capture, asked, answered, servers=5):
    """Phones of some offices ask their server who they are."""
    for n in range(120):
        phone = f"203.0.113.{n % servers + 1}"
        message = request("OPTIONS", n, src=phone)
        if asked:
            capture.udp(phone, SERVER, message)
        if answered(n):
            capture.udp(SERVER, phone, response(message, 200))
        capture.wait(0.05)
    capture.wait(12)
    exchange(capture, request("OPTIONS", 900, src=PHONE), 200, src=PHONE)


@scene
def requests_alone(capture):
    offices(capture, True, lambda n: False)


@scene
def answers_alone(capture):
    offices(capture, False, lambda n: True)


@scene
def slow_server(capture):
    """A server that answers one in ten."""
    offices(capture, True, lambda n: n % 10 == 0)


@scene
def unanswered_prober(capture):
    """One host asks and asks, and nobody answers: no fault of the tap."""
    for n in range(150):
        capture.udp(ATTACKER, SERVER, request("OPTIONS", n, lines=["User-Agent: poll"]))
        capture.wait(0.05)
    capture.wait(12)
    exchange(capture, request("OPTIONS", 900, src=PHONE), 200, src=PHONE)


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
