#!/usr/bin/env python3
"""Writes the captures of dialogs: requests and answers that strangers slip into calls, and
ordinary ones that resemble them.

Usage: make_dialogs.py DIRECTORY [NAME...]; the same arguments give the same bytes.
"""

from kit import ATTACKER, PHONE, SDP_TYPE, SERVER, challenge, credentials, exchange, request, response, run_maker
from talk import PORTS, Call, description

SCENES = {}
PROXY, OTHER_PHONE = "192.0.2.50", "203.0.113.40"


def scene(function):
    SCENES[function.__name__.replace("_", "-")] = function
    return function


def inside(call, method, number, src, dst=SERVER, status=200, **more):
    """A request of the caller's side in the dialog, with its answer."""
    by = more.pop("by", src)
    message = request(method, number, to_tag=";tag=srv", **{**call.common, "cseq": number, "src": by, **more})
    message = message.replace(f"tag=tag{number}".encode(), f"tag=tag{call.number}".encode())
    exchange(call.capture, message, status, src=src, dst=dst)


def talking(capture, **more):
    call = Call(capture, **more)
    call.begin()
    call.talk(1)
    return call


def registered(capture, phone, user="100"):
    """A phone shows that it knows its password."""
    more = {"src": phone, "user": user, "to": user, "uri": f"sip:{SERVER}", "contact": f"<sip:{user}@{phone}>", "call": f"reg-{user}@{phone}"}
    exchange(capture, request("REGISTER", 900, **more), 401, challenge(f"n-{user}"), src=phone)
    again = request("REGISTER", 901, cseq=2, lines=[credentials(user, f"n-{user}", 77)], **more)
    exchange(capture, again, 200, f"Contact: <sip:{user}@{phone}>;expires=3600", src=phone)
    capture.wait(5)


@scene
def bye_of_stranger(capture):
    call = talking(capture)
    inside(call, "BYE", 2, ATTACKER)
    call.talk(1)


@scene
def bye_through_proxy(capture):
    """The proxy recorded its route, and the phone's contact names a second host of its own."""
    for n, (host, more) in enumerate(((PROXY, {"lines": [f"Record-Route: <sip:{PROXY};lr>"]}), ("203.0.113.8", {"contact": "<sip:100@203.0.113.8>"}))):
        call = talking(capture, number=n + 1, **more)
        inside(call, "BYE", 2, host)
        capture.wait(40)


def moved(capture, host, **more):
    call = talking(capture)
    inside(call, "INVITE", 2, PHONE, lines=SDP_TYPE, body=description(host, PORTS[0], **more))
    capture.wait(1)
    call.end()


@scene
def hijacked_media(capture):
    """Under the caller's address: its voice is to come to the attacker."""
    moved(capture, ATTACKER)


@scene
def reinvite_of_stranger(capture):
    call = talking(capture)
    inside(call, "INVITE", 2, ATTACKER, lines=SDP_TYPE, body=description(ATTACKER, PORTS[0]))
    call.talk(1)


@scene
def held_elsewhere(capture):
    moved(capture, "203.0.113.5", more="a=sendonly\r\n")


@scene
def direct_media(capture):
    """A server takes itself out of the way: media is to go to the other phone, which is registered."""
    registered(capture, OTHER_PHONE, "200")
    moved(capture, OTHER_PHONE)


@scene
def numbers_leap(capture):
    call = talking(capture)
    inside(call, "INFO", 2, PHONE)
    inside(call, "INFO", 5000, PHONE)
    inside(call, "INFO", 3, PHONE)
    capture.wait(1)


@scene
def numbers_climb(capture):
    call = talking(capture)
    for n in range(2, 8):
        inside(call, "INFO", 2 * n, PHONE)
        capture.wait(0.2)
    inside(call, "BYE", 20, PHONE)


def replacing(capture, src, number=2):
    message = request("INVITE", number, src=src, lines=[*SDP_TYPE, f"Replaces: call-1@{PHONE};to-tag=srv;from-tag=tag1"], body=description(src, 7000), to="200")
    exchange(capture, message, 200, *SDP_TYPE, src=src)


@scene
def replaced_by_stranger(capture):
    talking(capture)
    replacing(capture, ATTACKER)


@scene
def attended_transfer(capture):
    """The caller sends a third phone into its place, and a colleague's phone picks another call up."""
    call = talking(capture)
    third = Call(capture, 3, callee=OTHER_PHONE)
    third.begin()
    refer = request("REFER", 3, to_tag=";tag=srv", lines=[f"Refer-To: <sip:200@{SERVER}?Replaces=call-1%40{PHONE}>"], **{**third.common, "cseq": 2})
    exchange(capture, refer, 202, src=PHONE, dst=OTHER_PHONE)
    replacing(capture, OTHER_PHONE, 4)
    call.end()
    capture.wait(90)
    registered(capture, "203.0.113.41")
    talking(capture)
    replacing(capture, "203.0.113.41", 5)


def answered(capture, status, src):
    call = Call(capture)
    capture.udp(PHONE, SERVER, call.invite)
    capture.udp(SERVER, PHONE, response(call.invite, 180))
    capture.wait(1)
    body = description(src, 8000) if status == 200 else b""
    capture.udp(src, PHONE, response(call.invite, status, *(SDP_TYPE if body else []), body=body).replace(b"tag=srv", b"tag=own"))
    capture.wait(1)
    capture.udp(SERVER, PHONE, call.answer)
    call.acknowledge()
    call.talk(1)
    call.end()


@scene
def answer_of_stranger(capture):
    answered(capture, 200, ATTACKER)


@scene
def refusal_of_stranger(capture):
    answered(capture, 603, ATTACKER)


@scene
def two_phones_answer(capture):
    """A forking proxy passes the answers of two phones on."""
    answered(capture, 200, SERVER)


def notified(capture, src):
    registered(capture, PHONE)
    for event in ("check-sync", "message-summary"):
        message = request("NOTIFY", 7, src=src, uri=f"sip:100@{PHONE}", call=f"{event}@{src}", lines=[f"Event: {event}"])
        exchange(capture, message, 200, src=src, dst=PHONE)


@scene
def notified_by_stranger(capture):
    notified(capture, ATTACKER)


@scene
def notified_by_registrar(capture):
    notified(capture, SERVER)


def routed(capture, src, number, **more):
    exchange(capture, request("INVITE", number, src=src, **more), 403, src=src)


@scene
def relayed(capture):
    routed(capture, ATTACKER, 1, lines=[f"Route: <sip:{SERVER};lr>, <sip:198.51.100.200;lr>"])
    capture.wait(1)
    routed(capture, "198.51.100.67", 2, uri=f"sip:200@{SERVER};maddr=198.51.100.200")


@scene
def relayed_domain(capture):
    routed(capture, ATTACKER, 1, uri="sip:200@example.org")


@scene
def routed_home(capture):
    """To the proxy itself by an unknown phone, and onwards by one that is registered."""
    routed(capture, "203.0.113.42", 1, lines=[f"Route: <sip:{SERVER};lr>"])
    registered(capture, PHONE)
    routed(capture, PHONE, 2, lines=[f"Route: <sip:{SERVER};lr>, <sip:192.0.2.60;lr>"])


@scene
def cancelled_by_guess(capture):
    """Under the caller's address, by one who knows the call but not its branch."""
    call = Call(capture)
    capture.udp(PHONE, SERVER, call.invite)
    capture.udp(SERVER, PHONE, response(call.invite, 180))
    capture.wait(1)
    cancel = request("CANCEL", 1, branch="z9hG4bKguess", **call.common)
    exchange(capture, cancel, 200, src=PHONE)
    capture.udp(SERVER, PHONE, response(call.invite, 487))
    capture.wait(1)


if __name__ == "__main__":
    run_maker(SCENES, __doc__)
