#!/usr/bin/env python3
"""What may pass: the filter's own policy and the rules, in each mode, always explained."""

import socket
import sys
import time

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
    monitor()
    canary()
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
