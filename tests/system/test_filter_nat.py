#!/usr/bin/env python3
"""A router that translates addresses: pinholes and rewritten messages, by hand and with sipp."""

import re
import select
import shutil
import sys
import time

from common import skip
from filter_field import CLIENT, SERVER, Call, Checks, Field, drain, need_filter, rtp, sdp, sh

OUTER, OUTER_FRONT = "10.61.2.1", "10.61.1.1"  # the router's, towards the server and the client
INSIDE_CLIENT = f"nat: {{ inside: [ 10.61.1.0/24 ], address: {OUTER}, ports: 40000-49999, rewrite: true }}\n"
check = Checks()


class TranslatedField(Field):
    """One side has no way to the other's addresses: only what is translated arrives."""

    def __init__(self, settings, blind="server", rules=""):
        super().__init__(settings)
        self.blind, self.rules = blind, rules

    def build(self):
        super().build()
        for family in ("-4", "-6"):
            sh("ip", "-n", getattr(self, self.blind), family, "route", "del", "default")
        if self.rules:
            path = self.folder / "admin.nft"
            path.write_text(self.rules, encoding="ascii")
            self.on_router("nft", "-f", path)


MASQUERADE = ('table ip admin {\nchain p {\ntype nat hook postrouting priority 100\n'
              'ip saddr 10.61.1.0/24 oifname "rs" masquerade\n}\n}\n')
FORWARDED = ('table ip admin {\nchain p {\ntype nat hook prerouting priority -100\n'
             'iifname "rc" udp dport 5060 dnat to 10.61.2.2\n}\n}\n')


def got(made, seconds=1):
    """The next datagram as text and who sent it."""
    ready, _, _ = select.select([made], [], [], seconds)
    if not ready:
        return "", None
    data, source = made.recvfrom(65535)
    return data.decode(), source[:2]


def header(text, name):
    return [line.split(":", 1)[1].strip() for line in text.split("\r\n\r\n")[0].split("\r\n")
            if line.lower().startswith(name.lower() + ":")]


def sound(text):
    """Whether Content-Length says how long the body is."""
    return int(header(text, "Content-Length")[0]) == len(text.split("\r\n\r\n", 1)[1].encode())


def leaks(text, inner="10.61.1."):
    """Lines with inner addresses, but for those that are no addresses to send to."""
    return [line for line in text.split("\r\n")
            if inner in line and not re.match(r"(?i)(from|to|call-id):", line)]


def reply_to(request, code, contact, body="", tag="b"):
    """What a server makes of a request: Via with received and rport (RFC 3581)."""
    via, source = header(request["text"], "Via"), request["source"]
    via[0] = via[0].replace(";rport", "") + f";received={source[0]};rport={source[1]}"
    to = header(request["text"], "To")[0]
    lines = [f"SIP/2.0 {code} Whatever", *(f"Via: {one}" for one in via),
             f"From: {header(request['text'], 'From')[0]}", f"To: {to}" + ("" if "tag=" in to else f";tag={tag}"),
             f"Call-ID: {header(request['text'], 'Call-ID')[0]}", f"CSeq: {header(request['text'], 'CSeq')[0]}",
             *(f"Record-Route: {one}" for one in header(request["text"], "Record-Route")),
             f"Contact: <sip:v@{contact}>"]
    if body:
        lines.append("Content-Type: application/sdp")
    return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body).encode()


def media_port(text, nth=0):
    return int(re.findall(r"(?m)^m=\w+ (\d+)", text)[nth])


def arrives(sender, to, receiver, packet=None):
    """The source that a packet of media arrives from, or None."""
    drain(receiver)
    sender.sendto(packet or rtp(), to)
    return got_raw(receiver)


def got_raw(made, seconds=0.4):
    ready, _, _ = select.select([made], [], [], seconds)
    return made.recvfrom(65535)[1][:2] if ready else None


def client_behind(field):
    """A phone inside calls a server outside, which knows outer addresses only."""
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, CLIENT, 20000), field.udp(field.server, SERVER, 30000)
    ca = field.udp(field.client, CLIENT, 20001)
    rival = field.udp(field.server, "10.61.2.9", 30000)
    call = Call(a, b)
    call.to_tag = "b"
    offer = sdp(CLIENT, (20000, f"a=rtcp:20001 IN IP4 {CLIENT}",
                         f"a=candidate:1 1 UDP 2130706431 {CLIENT} 20000 typ host",
                         f"a=candidate:1 2 UDP 2130706430 {CLIENT} 20001 typ host"))
    call.cseq[a] += 1
    call.branch += 1
    invite = call.message(f"INVITE sip:v@{SERVER} SIP/2.0",
                          [line + ";rport" if line.startswith("Via") else line
                           for line in call.headers(a, "INVITE", call.cseq[a], 1, "")] +
                          [f"Record-Route: <sip:{CLIENT}:5070;lr>"], offer)
    a.sendto(invite, (SERVER, 5060))
    text, source = got(b)
    check(source is not None and source[0] == OUTER, f"the INVITE comes from the outer address ({source})")
    check(not leaks(text), f"it tells no inner address: {leaks(text)}")
    check(sound(text), "its Content-Length fits its body")
    via, contact = header(text, "Via")[0], header(text, "Contact")[0]
    check(f"{source[0]}:{source[1]}" in via and f"{source[0]}:{source[1]}" in contact,
          f"Via and Contact are where it comes from ({via}; {contact})")
    port = media_port(text)
    check(f"c=IN IP4 {OUTER}" in text and 40000 <= port <= 49999 and port % 2 == 0 and
          f"a=rtcp:{port + 1} IN IP4 {OUTER}" in text and f"{OUTER} {port} typ host" in text and
          f"{OUTER} {port + 1} typ host" in text, "the description has outer ports throughout")
    a.sendto(invite, (SERVER, 5060))
    again, _ = got(b)
    check(again == text, "a retransmission is the same")

    b.sendto(reply_to({"text": text, "source": source}, 200, f"{SERVER}:5060", sdp(SERVER, (30000,))), source)
    answer, _ = got(a)
    check(header(answer, "Via")[0].startswith(f"SIP/2.0/UDP {CLIENT}:5060;") and
          f"received={CLIENT}" in answer and "rport=5060" in answer and OUTER not in answer,
          f"the answer finds the phone's own Via again ({header(answer, 'Via')})")
    check(header(answer, "Record-Route") == [f"<sip:{CLIENT}:5070;lr>"], "and its Record-Route")
    call.request("ACK")
    drain(b)
    check(arrives(rb, (OUTER, port), ra) is not None, "media to the outer port arrives, before any went out")
    check(arrives(ra, (SERVER, 30000), rb) == (OUTER, port), "media goes out by the port that was told")
    check(arrives(rb, (OUTER, port), ra) is not None, "and both ways from then on")
    control = field.udp(field.server, SERVER, 30001)
    check(arrives(control, (OUTER, port + 1), ca, b"\x80\xc9" + bytes(6)) is not None, "RTCP, too")
    check(arrives(rival, (OUTER, port), ra) is None, "nobody else gets in")

    target = re.search(r"<(sip:[^>]+)>", contact).group(1)
    bye = (f"BYE {target} SIP/2.0\r\nVia: SIP/2.0/UDP {SERVER}:5060;branch=z9hG4bKbye\r\n"
           f"Route: <sip:{OUTER}:{re.search(r'Record-Route: <sip:[^:]+:([0-9]+)', text).group(1)};lr>\r\n"
           f"From: <sip:v@x>;tag=b\r\nTo: <sip:u@x>;tag={call.from_tag}\r\nCall-ID: {call.id}\r\n"
           "CSeq: 100 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
    b.sendto(bye.encode(), source)
    text, _ = got(a)
    check(text.startswith(f"BYE sip:u@{CLIENT}:5060 SIP/2.0") and f"Route: <sip:{CLIENT}:5070;lr>" in text,
          f"a request to the outer Contact is one to the phone ({text.splitlines()[:1]})")
    a.sendto(reply_to({"text": text, "source": (SERVER, 5060)}, 200, f"{CLIENT}:5060"), (SERVER, 5060))
    text, _ = got(b)
    check(text.startswith("SIP/2.0 200") and not leaks(text), "its answer leaves as from outside")
    time.sleep(0.5)
    check(arrives(ra, (SERVER, 30000), rb) is None and arrives(rb, (OUTER, port), ra) is None,
          "no media after BYE, either way")
    for made in (a, b, ra, rb, ca, rival, control):
        made.close()


def registration(field):
    a, b = field.udp(field.client, "10.61.1.3", 5062), field.udp(field.server, SERVER, 5060)
    contact = "10.61.1.3:5062"
    request = (f"REGISTER sip:{SERVER} SIP/2.0\r\nv: SIP/2.0/UDP {contact};rport;branch=z9hG4bKr1\r\n"
               "f: <sip:u@x>;tag=r\r\nt: <sip:u@x>\r\ni: reg1\r\nCSeq: 1 REGISTER\r\nMax-Forwards: 70\r\n"
               f"m: \"10.61.1.3\" <sip:u@{contact};transport=udp>;expires=60, <sip:w@192.0.2.1>\r\n"
               "Expires: 600\r\nl: 0\r\n\r\n")
    a.sendto(request.encode(), (SERVER, 5060))
    text, source = got(b)
    outer = f"{source[0]}:{source[1]}"
    check(f'm: "10.61.1.3" <sip:u@{outer};transport=udp>;expires=60, <sip:w@192.0.2.1>' in text and
          f"v: SIP/2.0/UDP {outer};" in text, "compact forms and lists are understood, display names kept")
    reply = text.replace("REGISTER sip:" + SERVER + " SIP/2.0", "SIP/2.0 200 OK", 1)
    reply = reply.replace(";rport;", f";rport={source[1]};received={source[0]};")
    b.sendto(reply.encode(), source)
    text, _ = got(a)
    check(f"<sip:u@{contact};transport=udp>;expires=60" in text, "the phone finds its own binding in the 200")
    call = (f"INVITE sip:u@{outer} SIP/2.0\r\nVia: SIP/2.0/UDP {SERVER}:5060;branch=z9hG4bKi1\r\n"
            "From: <sip:v@x>;tag=i\r\nTo: <sip:u@x>\r\nCall-ID: in1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:v@{SERVER}>\r\nContent-Length: 0\r\n\r\n")
    b.sendto(call.encode(), source)
    text, _ = got(a)
    check(text.startswith(f"INVITE sip:u@{contact} "), "a call to the registered address reaches the phone")
    a.close()
    b.close()


def all_or_nothing(field):
    a, b = field.udp(field.client, "10.61.1.4", 5060), field.udp(field.server, SERVER, 5060)
    call = Call(a, b)
    call.to_tag = "b"
    before = field.control("status")["not_rewritten"]
    offer = sdp("10.61.1.4", (20100,), "m=message 20200 TCP/MSRP *")
    invite = call.message(f"INVITE sip:v@{SERVER} SIP/2.0", call.headers(a, "INVITE", 2, 1, ""), offer)
    a.sendto(invite, (SERVER, 5060))
    text, _ = got(b)
    check(text.encode() == invite, "what cannot be translated as a whole stays as it was")
    event = field.wait_event(lambda e: e["event_type"] == "node" and e["node"]["what"] == "not-rewritten")
    check(event is not None and field.control("status")["not_rewritten"] == before + 1,
          f"and is told: {event and event['node']}")
    a.close()
    b.close()


def server_behind(field):
    """The server is inside, behind an administrator's own DNAT."""
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, CLIENT, 20000), field.udp(field.server, SERVER, 30000)
    call = Call(a, b)
    call.to_tag = "b"
    call.cseq[a] += 1
    invite = call.message(f"INVITE sip:v@{OUTER_FRONT}:5060 SIP/2.0",
                          call.headers(a, "INVITE", call.cseq[a], 1, ""), sdp(CLIENT, (20000,)))
    a.sendto(invite, (OUTER_FRONT, 5060))
    text, source = got(b)
    check(text.startswith(f"INVITE sip:v@{SERVER}:5060 SIP/2.0") and source == (CLIENT, 5060),
          "a call to the outer address is one to the server inside")
    b.sendto(reply_to({"text": text, "source": source}, 200, f"{SERVER}:5060",
                      sdp(SERVER, (30000,), "m=video 30002 RTP/AVP 96")), source)
    text, source = got(a)
    check(source == (OUTER_FRONT, 5060) and not leaks(text, "10.61.2.") and sound(text),
          f"its answer leaves as from outside: {leaks(text, '10.61.2.')}")
    check(f"Contact: <sip:v@{OUTER_FRONT}:5060>" in text, "Contact is the address that calls come to")
    port = media_port(text)
    check(arrives(ra, (OUTER_FRONT, port), rb) is not None, "the caller's media arrives at once")
    check(arrives(rb, (CLIENT, 20000), ra) == (OUTER_FRONT, port), "the server's comes from the port that was told")
    bye = call.message(f"BYE sip:v@{OUTER_FRONT}:5060 SIP/2.0", call.headers(a, "BYE", 3, 3, "b"))
    a.sendto(bye, (OUTER_FRONT, 5060))
    text, source = got(b)
    check(text.startswith(f"BYE sip:v@{SERVER}:5060"), "BYE reaches it")
    b.sendto(reply_to({"text": text, "source": source}, 200, f"{SERVER}:5060"), source)
    time.sleep(0.6)
    check(arrives(ra, (OUTER_FRONT, port), rb) is None, "and ends the media")
    for made in (a, b, ra, rb):
        made.close()


def untouched(field):
    """Only the router's own masquerade: nothing is rewritten, media follows as it comes."""
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, CLIENT, 20000), field.udp(field.server, SERVER, 30000)
    call = Call(a, b)
    call.to_tag = "b"
    invite = call.message(f"INVITE sip:v@{SERVER} SIP/2.0", call.headers(a, "INVITE", 1, 1, ""),
                          sdp(CLIENT, (20000,)))
    a.sendto(invite, (SERVER, 5060))
    text, source = got(b)
    check(text.encode() == invite and source[0] == OUTER, "without rewriting the message is the sender's own")
    b.sendto(reply_to({"text": text, "source": source}, 200, f"{SERVER}:5060", sdp(SERVER, (30000,))), source)
    got(a)
    call.request("ACK")
    came = arrives(ra, (SERVER, 30000), rb)
    check(came is not None and came[0] == OUTER, f"media goes out by the router's own rules ({came})")
    check(came is not None and arrives(rb, came, ra) is not None, "and back to where it came from")
    other = field.udp(field.client, CLIENT, 20010)
    check(arrives(other, (SERVER, 30000), rb) is None, "nobody else's does")
    call.request("BYE")
    time.sleep(0.6)
    check(came is not None and arrives(ra, (SERVER, 30000), rb) is None and arrives(rb, came, ra) is None,
          "and none after BYE")
    for made in (a, b, ra, rb, other):
        made.close()


def knows_its_outside(field):
    """A server inside that writes its outer address by itself ("externip")."""
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, CLIENT, 24000), field.udp(field.server, SERVER, 30000)
    call = Call(a, b)
    call.to_tag = "b"
    a.sendto(call.message(f"INVITE sip:v@{SERVER} SIP/2.0", call.headers(a, "INVITE", 1, 1, ""),
                          sdp(OUTER, (24000,))), (SERVER, 5060))
    text, source = got(b)
    b.sendto(reply_to({"text": text, "source": source}, 200, f"{SERVER}:5060", sdp(SERVER, (30000,))), source)
    got(a)
    check(arrives(rb, (OUTER, 24000), ra) is not None, "its port outside is its port inside")
    check(arrives(ra, (SERVER, 30000), rb) == (OUTER, 24000), "and its media comes from there")
    for made in (a, b, ra, rb):
        made.close()


def restarts(field):
    """kill -9 and a hot restart: translations are the kernel's, and sessions keep theirs."""
    a, b = field.udp(field.client, CLIENT, 5060), field.udp(field.server, SERVER, 5060)
    ra, rb = field.udp(field.client, CLIENT, 20400), field.udp(field.server, SERVER, 30400)
    call = Call(a, b)
    call.to_tag = "b"
    a.sendto(call.message(f"INVITE sip:v@{SERVER} SIP/2.0", call.headers(a, "INVITE", 1, 1, ""),
                          sdp(CLIENT, (20400,))), (SERVER, 5060))
    text, source = got(b)
    port = media_port(text)
    before = field.program
    field.start("--take-over")
    before.wait(10)
    b.sendto(reply_to({"text": text, "source": source}, 200, f"{SERVER}:5060", sdp(SERVER, (30400,))), source)
    answer, _ = got(a)
    check(f"UDP {CLIENT}:5060;" in answer, "after a hot restart answers still find the phone")
    check(arrives(rb, (OUTER, port), ra) is not None, "and so does media")
    field.program.kill()
    field.program.wait()
    check(arrives(rb, (OUTER, port), ra) is not None, "kill -9: media goes on")
    field.start()
    check(arrives(ra, (SERVER, 30400), rb) == (OUTER, port), "and after the next start")
    for made in (a, b, ra, rb):
        made.close()


def main():
    need_filter()
    if not shutil.which("nft"):
        skip("nft is not installed (./setup.sh --tests installs it)")
    wanted = sys.argv[1:]
    plans = [
        (INSIDE_CLIENT, "server", "", [client_behind, registration, all_or_nothing, restarts]),
        (INSIDE_CLIENT, "server", MASQUERADE, [client_behind]),
        ("nat: { inside: [ 10.61.1.0/24 ] }\n", "server", MASQUERADE, [untouched]),
        (f"nat: {{ inside: [ 10.61.1.0/24 ], address: {OUTER}, ports: 40000-49999 }}\n", "server", MASQUERADE,
         [knows_its_outside]),
        (f"nat: {{ inside: [ 10.61.2.0/24 ], address: {OUTER_FRONT}, ports: 40000-49999, rewrite: true }}\n",
         "client", FORWARDED, [server_behind]),
    ]
    for settings, blind, rules, cases in plans:
        cases = [case for case in cases if not wanted or case.__name__ in wanted]
        if not cases:
            continue
        with TranslatedField(settings, blind, rules) as field:
            for case in cases:
                print(case.__name__)
                case(field)
            check(field.stop() == 0, "the filter ends cleanly")
            if check.bad:
                print(field.log()[-1500:])
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
