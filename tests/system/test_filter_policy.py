#!/usr/bin/env python3
"""What may pass: the filter's own policy and the rules, in each mode, always explained."""

import socket
import sys
import tempfile
import time
from pathlib import Path

from filter_field import (CLIENT, SERVER, Call, Checks, Field, drain, need_filter, passes, receive, rtp, sdp,
                          socket_in)

OTHER = "10.61.1.5"
check = Checks()
STRICT = """signalling:
  methods: [ INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER ]
  message_bytes: 3000
  unknown_dialogs: false
  undecodable: drop
"""


class Site:
    def __init__(self, field, client=CLIENT):
        self.field = field
        self.a = field.udp(field.client, client, 5060)
        self.b = field.udp(field.server, SERVER, 5060)

    def close(self):
        self.a.close()
        self.b.close()

    def raw(self, data):
        drain(self.b)
        self.a.sendto(data, (SERVER, 5060))
        return receive(self.b, 0.4) is not None


def stopped_by(field, rule):
    return field.wait_event(lambda e: e["event_type"] == "block" and e["block"].get("rule") == rule)


def own_policy(field):
    site = Site(field)
    call = Call(site.a, site.b)
    check(not call.request("MESSAGE", in_dialog=False), "a method that is not allowed")
    event = stopped_by(field, "policy-method")
    check(event and event["sip"]["method"] == "MESSAGE" and event["block"]["action"] == "drop" and
          event["src_ip"] == CLIENT and "why" in event["block"], f"is explained: {event and event['block']}")
    check(not Call(site.a, site.b).invite(more=[f"X-Long: {'y' * 3000}"]) and
          stopped_by(field, "policy-size") is not None, "a message that is too long")
    stray = Call(site.a, site.b)
    check(not stray.request("BYE") and stopped_by(field, "policy-dialog") is not None,
          "a BYE of no call")
    check(not stray.request("CANCEL", in_dialog=False), "a CANCEL of no INVITE")
    check(not stray.request("INVITE", sdp(CLIENT, (20000,))), "a re-INVITE of no call")
    check(not Call(site.a, site.b).response(200, body=sdp(SERVER, (30000,))), "a response that nobody asked for")
    check(not site.raw(b"GET / HTTP/1.1\r\n\r\n") and stopped_by(field, "policy-undecodable") is not None,
          "what is not SIP")
    check(site.raw(b"\r\n\r\n") and site.raw(b"\x00\x00\x00\x00"), "keep-alives pass")
    good = Call(site.a, site.b)
    check(good.invite(sdp(CLIENT, (20000,))) and good.response(180) and good.answer(sdp(SERVER, (30000,)))
          and good.request("INVITE", sdp(CLIENT, (20000,))) and good.answer(sdp(SERVER, (30000,)))
          and good.bye(asker=site.b), "a whole call passes")
    refused = Call(site.a, site.b)
    check(refused.invite(sdp(CLIENT, (20000,))) and refused.response(486) and refused.request("ACK"),
          "a refused call passes, with its ACK")
    site.close()


def rules(field):
    site = Site(field, "10.61.1.6")
    for attempt in ("first", "second"):
        long_id = Call(site.a, site.b, call_id="x" * 300 + attempt)
        check(not long_id.request("OPTIONS", in_dialog=False), f"a rule that says drop: the {attempt} message")
    event = stopped_by(field, "field-oversize")
    check(event is not None and not event["block"]["would"], "names its rule")
    alert = field.wait_event(lambda e: e["event_type"] == "alert" and e["alert"]["rule_id"] == "field-oversize")
    check(alert is not None and alert["alert"]["action"] == "blocked", "which raises its alert")
    site.close()


def limits(field):
    site = Site(field, "10.61.1.7")
    model = Call(site.a, site.b)
    data = Call.message(f"OPTIONS sip:v@{SERVER}:5060 SIP/2.0", model.headers(site.a, "OPTIONS", 1, "n{}", ""))
    for i in range(400):
        site.a.sendto(data.replace(b"n{}", b"n%d" % i), (SERVER, 5060))
        if i % 20 == 0:
            time.sleep(0.01)
    time.sleep(0.3)
    count = 0
    while receive(site.b, 0) is not None:
        count += 1
    event = field.wait_event(lambda e: e["event_type"] == "block" and e["block"]["action"] == "limit")
    check(event is not None and "until" in event["block"] and count < 300,
          f"a flood is slowed down: {count} of 400 passed, by {event and event['block']['rule']}")
    site.close()


class Phone:
    """Registers as phones do, so that the registrar's answer makes it known."""

    def __init__(self, field, address):
        self.a, self.b = field.udp(field.client, address, 5060), field.udp(field.server, SERVER, 5060)
        self.address = address

    def close(self):
        self.a.close()
        self.b.close()

    def register(self):
        call = Call(self.a, self.b)
        contact = f"Contact: <sip:u@{self.address}:5060>;expires=600"
        return call.request("REGISTER", in_dialog=False, more=["Expires: 600"]) and \
            call.response(200, "REGISTER", more=[contact])


def trust():
    """The levels of trust, and what a site forbids, by the pack that a site switches on."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.yaml"
        site.write_text("lists:\n  trusted_trunks: [ 10.61.1.7 ]\n  blocked_agents: [ sipvicious ]\n"
                        "  blocked_prefixes: [ \"00881\" ]\n  blocked_callers: [ mallory ]\n"
                        "  decoy_extensions: [ \"9999\" ]\n  trunks_small: [ 10.61.1.7 ]\n"
                        "overrides:\n  policy-calls-unregistered: { enabled: true }\n"
                        "  policy-level-none: { enabled: true }\n  policy-decoy: { enabled: true }\n", encoding="ascii")
        with Field(f"site: {site}\n") as field:
            trust_cases(field)
            check(field.stop() == 0, "the filter ends cleanly")


def trust_cases(field):
    phone = Phone(field, "10.61.1.3")
    check(not Call(phone.a, phone.b).invite(sdp(phone.address, (20000,))), "who is not registered cannot call")
    event = stopped_by(field, "policy-calls-unregistered")
    check(event and event["sip"]["call_id"] and event["block"]["why"], f"which is explained: {event and event['block']}")
    check(phone.register(), "REGISTER passes")
    call = Call(phone.a, phone.b)
    check(call.invite(sdp(phone.address, (20000,))) and call.answer(sdp(SERVER, (30000,))) and call.bye(),
          "who is registered can")
    bad = Call(phone.a, phone.b)
    check(not bad.request("OPTIONS", in_dialog=False, more=["User-Agent: sipvicious/1"]) and
          stopped_by(field, "policy-agent"), "not with a user agent that is blocked")
    premium = Call(phone.a, phone.b)
    text = premium.message(f"INVITE sip:008816123456@{SERVER} SIP/2.0", premium.headers(phone.a, "INVITE", 1, 1, ""))
    drain(phone.b)
    phone.a.sendto(text, (SERVER, 5060))
    check(receive(phone.b, 0.4) is None and stopped_by(field, "policy-prefix"), "nor to a prefix that is blocked")
    mallory = Call(phone.a, phone.b)
    text = mallory.message(f"INVITE sip:v@{SERVER} SIP/2.0", mallory.headers(phone.a, "INVITE", 1, 1, ""))
    phone.a.sendto(text.replace(b"From: <sip:u@", b"From: <sip:mallory@"), (SERVER, 5060))
    check(receive(phone.b, 0.4) is None and stopped_by(field, "policy-caller"), "nor in a name that is blocked")
    phone.close()
    trunk = Phone(field, "10.61.1.7")
    passed = sum(Call(trunk.a, trunk.b).invite() for _ in range(8))
    check(passed == 8, f"a trunk of the small class calls as agreed on ({passed})")
    for _ in range(30):
        spare = Call(trunk.a, trunk.b)
        trunk.a.sendto(spare.message(f"INVITE sip:v@{SERVER} SIP/2.0",
                                     spare.headers(trunk.a, "INVITE", 1, 1, "")), (SERVER, 5060))
    time.sleep(0.3)
    count = 0
    while receive(trunk.b, 0) is not None:
        count += 1
    check(count < 12 and stopped_by(field, "policy-trunk-small"), f"and no more ({count} of 30 passed)")
    trunk.close()
    stranger = Phone(field, "10.61.1.8")
    drain(stranger.b)
    for i in range(60):
        one = Call(stranger.a, stranger.b)
        stranger.a.sendto(one.message(f"INFO sip:v@{SERVER} SIP/2.0",
                                      one.headers(stranger.a, "INFO", 1, 1, "")), (SERVER, 5060))
        time.sleep(0.02)
    count = 0
    while receive(stranger.b, 0) is not None:
        count += 1
    check(count <= 20 and (stopped_by(field, "policy-level-none") or stopped_by(field, "flood-any")),
          f"a stranger has the least ({count} of 60 passed)")
    stranger.close()
    decoy = Phone(field, "10.61.1.4")
    for i in range(40):
        one = Call(decoy.a, decoy.b)
        data = one.message(f"REGISTER sip:{SERVER} SIP/2.0", one.headers(decoy.a, "REGISTER", 1, 1, ""))
        decoy.a.sendto(data.replace(b"To: <sip:v@", b"To: <sip:9999@"), (SERVER, 5060))
    time.sleep(0.3)
    count = 0
    while receive(decoy.b, 0) is not None:
        count += 1
    limit = field.wait_event(lambda e: e["event_type"] == "block" and e["block"]["action"] == "limit"
                             and e["src_ip"] == decoy.address)
    check(count < 15 and limit and limit["block"]["rule"] == "policy-decoy" and limit["block"]["until"],
          f"who reaches for an extension that nobody has is limited at once ({count} of 40; {limit and limit['block']})")
    decoy.close()


def slipstream(field):
    """A browser's connection whose second segment begins as a REGISTER (case 12 of the kernel's helper)."""
    listener = socket_in(field.server, kind=socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((SERVER, 5060))
    listener.listen(1)
    client = socket_in(field.client, kind=socket.SOCK_STREAM)
    client.settimeout(3)
    client.connect((SERVER, 5060))
    server, _ = listener.accept()
    server.settimeout(1)
    field.sockets += [client, server, listener]
    client.sendall(b"POST / HTTP/1.1\r\nHost: x:5060\r\nContent-Length: 2000\r\n\r\n" + b"-" * 500)
    check(b"POST" in server.recv(65536), "a web connection to port 5060 passes")
    model = Call(client, server)
    client.sendall(Call.message(f"REGISTER sip:{SERVER} SIP/2.0", model.headers(client, "REGISTER", 1, 1, "")))
    try:
        got = server.recv(65536)
    except (TimeoutError, ConnectionError):
        got = b""
    event = stopped_by(field, "alg-slipstream")
    check(got == b"" and event is not None, f"a REGISTER in its middle does not: {event and event['block']}")
    alert = field.wait_event(lambda e: e["event_type"] == "alert" and e["alert"]["rule_id"] == "alg-slipstream")
    check(alert is not None and alert["src_ip"] == CLIENT, "and raises its alert")


def over_tcp(field):
    listener = socket_in(field.server, kind=socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((SERVER, 5060))
    listener.listen(1)
    client = socket_in(field.client, kind=socket.SOCK_STREAM)
    client.settimeout(3)
    client.connect((SERVER, 5060))
    server, _ = listener.accept()
    server.settimeout(1)
    field.sockets += [client, server, listener]
    model = Call(client, server)
    client.sendall(Call.message(f"MESSAGE sip:v@{SERVER} SIP/2.0", model.headers(client, "MESSAGE", 1, 1, "")))
    try:
        got = server.recv(65536)
    except (TimeoutError, ConnectionError):
        got = b""
    check(got == b"", "over TCP nothing of a dropped message arrives")
    time.sleep(0.3)
    ended = False
    try:
        for _ in range(8):
            client.sendall(b"x")
            time.sleep(0.1)
    except ConnectionError:
        ended = True
    check(ended, "and its connection is ended")


def monitor():
    with Field("mode: monitor\n" + STRICT) as field:
        site = Site(field)
        call = Call(site.a, site.b)
        check(call.request("MESSAGE", in_dialog=False), "monitor: it passes")
        event = stopped_by(field, "policy-method")
        check(event is not None and event["block"]["would"], "monitor: and says what it would have done")
        ra, rb = field.udp(field.client, CLIENT, 20000), field.udp(field.server, SERVER, 30000)
        check(passes(ra, (SERVER, 30000), rb), "monitor: media without a pinhole passes")
        field.control("ban 10.61.1.5 60 test")
        site.close()
        other = Site(field, OTHER)
        check(Call(other.a, other.b).request("OPTIONS", in_dialog=False), "monitor: a ban only counts")


def canary():
    with Field(f"mode: canary\ncanary: [ {OTHER}/32 ]\n" + STRICT) as field:
        site = Site(field)
        check(Call(site.a, site.b).request("MESSAGE", in_dialog=False), "canary: others pass")
        ra, rb = field.udp(field.client, CLIENT, 20000), field.udp(field.server, SERVER, 30000)
        check(passes(ra, (SERVER, 30000), rb), "canary: with their media")
        site.close()
        site = Site(field, OTHER)
        check(not Call(site.a, site.b).request("MESSAGE", in_dialog=False), "canary: its network does not")
        rc = field.udp(field.client, OTHER, 20000)
        check(not passes(rc, (SERVER, 30000), rb), "canary: nor its media")


def main():
    need_filter()
    with Field(STRICT) as field:
        for case in (own_policy, rules, limits, over_tcp):
            print(case.__name__)
            case(field)
        check(field.stop() == 0, "the filter ends cleanly")
        if check.bad:
            print(field.log()[-1500:])
    with Field() as field:
        slipstream(field)
    trust()
    monitor()
    canary()
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
