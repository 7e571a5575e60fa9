#!/usr/bin/env python3
"""Prints ordinary messages of a call, about 30 values each, as bench_per and decode read them."""

import messages as m
from wire import SCHEMA, encode

CHANNEL = {"media": (m.CALLER, 5000), "control": (m.CALLER, 5001)}


def calls():
    own = {"h245Tunnelling": True}
    yield m.setup(), {}
    yield m.answer("alerting"), own
    yield m.answer("connect"), {}
    yield m.release(), {}
    yield m.facility(), {}
    yield ("empty", None), {**own, "h245Control": [m.open_channel(1, **CHANNEL)]}
    yield ("empty", None), {**own, "h245Control": [m.capabilities(6)]}


def main():
    for value in (m.gatekeeper_request(), m.gatekeeper_confirm(),
                  m.registration_request(aliases=m.ALIASES[:2]), m.registration_confirm(),
                  m.admission_request(), m.admission_confirm(), m.disengage_request()):
        print("> RAS", encode(SCHEMA, "RasMessage", value).hex())
    for body, pdu in calls():
        value = {"h323-uu-pdu": {"h323-message-body": body, **pdu}}
        print("> UU", encode(SCHEMA, "H323-UserInformation", value).hex())
    for value in (m.capabilities(8), m.open_channel(1, **CHANNEL), m.channel_ack(1)):
        print("> H245", encode(SCHEMA, "MultimediaSystemControlMessage", value).hex())


if __name__ == "__main__":
    main()
