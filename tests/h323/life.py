"""Devices that register and call: whole scenes of H.323 in a few lines.

A Zone is a gatekeeper with what it answers; a Device registers there and calls; a Leg is one
signalling connection from Setup to ReleaseComplete, with H.245 tunnelled in it or beside it
and media of both sides.
"""

import hashlib
import struct

import messages as m
from wire import H245_VERSION, SCHEMA, TYPES, VERSION, Connection, element, encode, number, q931, tpkt, transport, uuie

GATEKEEPER = "192.0.2.1"


def guid(name):
    return hashlib.sha256(name.encode()).digest()[:16]


def vendor(product="Example phone", version="1.2.3", country=181, manufacturer=18):
    return {"vendor": {"t35CountryCode": country, "t35Extension": 0, "manufacturerCode": manufacturer},
            "productId": product.encode(), "versionId": version.encode()}


def endpoint_type(role="terminal", **more):
    inside = {"terminal": {}, "gatekeeper": {}, "mcu": {},
              "gateway": {"protocol": [("voice", {"supportedPrefixes": []})]}}[role]
    return {"vendor": vendor(**more), role: inside, "mc": role == "mcu", "undefinedNode": False}


def alias(text):
    return ("dialledDigits", text) if text.strip("+*#,").isdigit() else ("h323-ID", text)


class Device:
    def __init__(self, address, *aliases, role="terminal", ras_port=1719, identity=None, **more):
        self.address, self.aliases, self.role = address, aliases, role
        self.ras = (address, ras_port)
        self.type = endpoint_type(role, **more)
        self.identity = identity
        self.number = 0

    def sequence(self):
        self.number += 1
        return self.number


class Zone:
    """A gatekeeper: answers what devices ask, in the capture that it was given."""

    def __init__(self, capture, address=GATEKEEPER, name="zone"):
        self.capture, self.address, self.name, self.given = capture, address, name, 0

    def tell(self, src, dst, value, ports):
        self.capture.udp(src, dst, encode(SCHEMA, "RasMessage", value), ports)

    def ask(self, device, value, reply=None):
        """A request from a device, and what the gatekeeper says to it."""
        self.tell(device.address, self.address, value, (device.ras[1], 1719))
        if reply:
            self.tell(self.address, device.address, reply, (1719, device.ras[1]))

    def discover(self, device, version=7):
        n = device.sequence()
        self.ask(device, ("gatekeeperRequest", {
            "requestSeqNum": n, "protocolIdentifier": VERSION.format(version),
            "rasAddress": transport(*device.ras), "endpointType": device.type,
            "endpointAlias": [alias(text) for text in device.aliases]}),
            ("gatekeeperConfirm", {
                "requestSeqNum": n, "protocolIdentifier": VERSION.format(7),
                "gatekeeperIdentifier": self.name, "rasAddress": transport(self.address, 1719)}))

    def registration(self, device, version=7, keep=False, signal=None, ttl=120, **more):
        again = {"endpointIdentifier": device.identity} if device.identity else {}
        names = {} if keep else {"terminalAlias": [alias(text) for text in device.aliases]}
        return ("registrationRequest", {
            "requestSeqNum": device.sequence(), "protocolIdentifier": VERSION.format(version),
            "discoveryComplete": True,
            "callSignalAddress": [transport(signal or device.address, 1720)],
            "rasAddress": [transport(*device.ras)], "terminalType": device.type, **names,
            "gatekeeperIdentifier": self.name, "endpointVendor": device.type["vendor"],
            "timeToLive": ttl, "keepAlive": keep, "willSupplyUUIEs": False, "maintainConnection": False,
            **again, **more})

    def register(self, device, ttl=120, reject=None, confirm=None, **more):
        ask = self.registration(device, ttl=ttl, **more)
        n = ask[1]["requestSeqNum"]
        if reject:
            reply = ("registrationReject", {
                "requestSeqNum": n, "protocolIdentifier": VERSION.format(7),
                "rejectReason": reject if isinstance(reject, tuple) else (reject, None)})
        else:
            if not device.identity:
                self.given += 1
                device.identity = f"{self.given:04d}_{self.name}"
            names = {} if more.get("keep") else {"terminalAlias": ask[1]["terminalAlias"]}
            reply = ("registrationConfirm", {
                "requestSeqNum": n, "protocolIdentifier": VERSION.format(7),
                "callSignalAddress": [transport(self.address, 1720)], **names,
                "gatekeeperIdentifier": self.name, "endpointIdentifier": device.identity,
                "timeToLive": ttl, "willRespondToIRR": False, "maintainConnection": False,
                **(confirm or {})})
        self.ask(device, ask, reply)

    def unregister(self, device, source=None, confirm=True):
        source = source or device
        n = source.sequence()
        self.ask(source, ("unregistrationRequest", {
            "requestSeqNum": n, "callSignalAddress": [transport(device.address, 1720)],
            "endpointIdentifier": device.identity}),
            ("unregistrationConfirm", {"requestSeqNum": n}) if confirm else None)

    def admit(self, device, name, called, calling=None, reference=77, answer=False, reject=None,
              destination=None, routed=False, **more):
        n = device.sequence()
        ask = ("admissionRequest", {
            "requestSeqNum": n, "callType": ("pointToPoint", None),
            "endpointIdentifier": device.identity or "none",
            "destinationInfo": [alias(called)],
            "srcInfo": [alias(text) for text in (calling or device.aliases)],
            "bandWidth": 1280, "callReferenceValue": reference, "conferenceID": guid("conference " + name),
            "activeMC": False, "answerCall": answer, "canMapAlias": True,
            "callIdentifier": {"guid": guid(name)}, "willSupplyUUIEs": False, **more})
        if reject:
            reply = ("admissionReject", {"requestSeqNum": n, "rejectReason": (reject, None)})
        else:
            to = (self.address if routed else destination or self.address, 1720)
            reply = ("admissionConfirm", {
                "requestSeqNum": n, "bandWidth": 1280,
                "callModel": ("gatekeeperRouted" if routed else "direct", None),
                "destCallSignalAddress": transport(*to), "irrFrequency": 120,
                "willRespondToIRR": False,
                "uuiesRequested": m.admission_confirm()[1]["uuiesRequested"]})
        self.ask(device, ask, reply)

    def disengage(self, device, name, reference=77, answered=False, source=None, **more):
        source = source or device
        n = source.sequence()
        self.ask(source, ("disengageRequest", {
            "requestSeqNum": n, "endpointIdentifier": device.identity,
            "conferenceID": guid("conference " + name), "callReferenceValue": reference,
            "disengageReason": ("normalDrop", None), "callIdentifier": {"guid": guid(name)},
            "answeredCall": answered, **more}),
            ("disengageConfirm", {"requestSeqNum": n}))

    def locate(self, device, called, reject=None):
        n = device.sequence()
        reply = ("locationReject", {"requestSeqNum": n, "rejectReason": (reject, None)}) if reject else (
            "locationConfirm", {"requestSeqNum": n, "callSignalAddress": transport(self.address, 1720),
                                "rasAddress": transport(self.address, 1719)})
        self.ask(device, ("locationRequest", {
            "requestSeqNum": n, "destinationInfo": [alias(called)],
            "replyAddress": transport(*device.ras), "canMapAlias": True}), reply)


class Leg:
    """Side 0 calls side 1."""

    def __init__(self, capture, name, caller, callee, called=None, port=30001, reference=77, to_port=1720):
        self.capture, self.name, self.reference = capture, name, reference
        self.caller, self.callee, self.called = caller, callee, called
        self.ends = (caller.address, callee.address)
        self.flow = Connection(capture, (caller.address, port), (callee.address, to_port))
        self.control = None
        self.media = {}

    def send(self, side, body, elements=(), h245=(), services=(), flow=None, tunnelling=None, **fields):
        tunnel = self.control is None if tunnelling is None else tunnelling
        pdu = {"h323-message-body": body if isinstance(body, tuple) else (body, fields),
               "h245Tunnelling": tunnel}
        if h245:
            pdu["h245Control"] = [encode(SCHEMA, "MultimediaSystemControlMessage", part) for part in h245]
        if services:
            pdu["h4501SupplementaryService"] = list(services)
        kind = TYPES[pdu["h323-message-body"][0]]
        data = encode(SCHEMA, "H323-UserInformation", {"h323-uu-pdu": pdu})
        (flow or self.flow).send(side, tpkt(q931(kind, self.reference, side == 1, *elements, uuie(data))))

    def base(self, version=7):
        return {"protocolIdentifier": VERSION.format(version)}

    def tail(self, version):
        more = {"callIdentifier": {"guid": guid(self.name)}} if version > 1 else {}
        return {**more, **({"multipleCalls": False, "maintainConnection": False} if version > 2 else {})}

    def setup(self, version=7, elements=(), source=None, h245=(), services=(), conference=None, tunnelling=None,
              **more):
        names = source if source is not None else [alias(text) for text in self.caller.aliases]
        called = {"destinationAddress": [alias(self.called)]} if self.called else {}
        tail = self.tail(version)
        if version > 1:
            tail.update({"sourceCallSignalAddress": transport(*self.flow.ends[0]),
                         "mediaWaitForConnect": False, "canOverlapSend": False})
        self.send(0, ("setup", {
            **self.base(version), **({"sourceAddress": names} if names else {}),
            "sourceInfo": self.caller.type, **called,
            "destCallSignalAddress": transport(self.callee.address, 1720), "activeMC": False,
            "conferenceID": guid(conference or "conference " + self.name),
            "conferenceGoal": ("create", None), "callType": ("pointToPoint", None), **tail, **more}),
            elements, h245, services, tunnelling=tunnelling)

    def proceed(self, body="callProceeding", version=7, elements=(), h245=(), services=(), tunnelling=None, **more):
        extra = {"conferenceID": guid("conference " + self.name)} if body == "connect" else {}
        self.send(1, (body, {**self.base(version), "destinationInfo": self.callee.type, **extra,
                             **self.tail(version), **more}), elements, h245, services, tunnelling=tunnelling)

    def release(self, side, cause=16, reason=None, h245=(), flow=None):
        elements = [element(0x08, bytes([0x80, 0x80 | cause]))] if cause else []
        self.send(side, ("releaseComplete", {
            **self.base(), **({"reason": (reason, None)} if reason else {}),
            "callIdentifier": {"guid": guid(self.name)}}), elements, h245, flow=flow)

    def facility(self, side, reason="transportedInformation", services=(), h245=(), **more):
        self.send(side, ("facility", {
            **self.base(), "reason": (reason, None), "callIdentifier": {"guid": guid(self.name)},
            "multipleCalls": False, "maintainConnection": False, **more}), (), h245, services)

    def connect_control(self, listener, port=40001):
        """H.245 on a connection of its own, to where the listener said."""
        waiting, opener = (self.ends[listener], 3000), (self.ends[1 - listener], port)
        self.control = (Connection(self.capture, opener, waiting), listener)

    def h245(self, side, *values):
        if self.control:
            flow, listener = self.control
            for value in values:
                flow.send(0 if side != listener else 1,
                          tpkt(encode(SCHEMA, "MultimediaSystemControlMessage", value)))
        else:
            self.send(side, ("empty", None), (), values)

    def open_media(self, codec=("g711Alaw64k", 20), ports=(5000, 6000), at=None):
        """Capabilities and a channel each way; at: other addresses that the sides name."""
        at = at or self.ends
        self.h245(0, m.capabilities(), m.determination(1))
        self.h245(1, m.capabilities(), m.determination(2))
        self.h245(0, m.capabilities_ack(), m.determination_ack("slave"))
        self.h245(1, m.capabilities_ack(), m.determination_ack("master"))
        for side in (0, 1):
            self.h245(side, m.open_channel(100 + side, codec=codec, control=(at[side], ports[side] + 1)))
            other = 1 - side
            self.h245(other, m.channel_ack(100 + side, media=(at[other], ports[other]),
                                           control=(at[other], ports[other] + 1)))
        self.media = {0: (at[0], ports[0]), 1: (at[1], ports[1])}

    def talk(self, seconds, payload_type=8, size=160, step=160, both=True, ends=None):
        """RTP every 20 ms from each side to where the other wants it."""
        ends = ends or self.media
        count = round(seconds * 50)
        first = self.capture.now_us
        for n in range(count):
            self.capture.now_us = first + n * 20000
            for side in ((0, 1) if both else (0,)):
                (src, sport), (dst, dport) = ends[side], ends[1 - side]
                head = struct.pack(">BBHII", 0x80, payload_type | (0x80 if n == 0 else 0), 1000 + n,
                                   n * step, 0x1000 + side)
                self.capture.udp(src, dst, head + b"\xd5" * size, (sport, dport))
        self.capture.now_us = first + count * 20000

    def end(self, side=0, cause=16):
        self.h245(side, m.end_session())
        self.release(side, cause)
        self.release(1 - side, cause)
        self.flow.close()
        if self.control:
            self.control[0].close()


def simple_call(capture, name, caller, callee, called=None, seconds=2, **more):
    """From Setup to ReleaseComplete, tunnelled, with media."""
    leg = Leg(capture, name, caller, callee, called, **more)
    leg.setup()
    leg.proceed()
    leg.proceed("alerting")
    capture.wait(1)
    leg.proceed("connect")
    leg.open_media()
    leg.talk(seconds)
    leg.end()
    return leg


__all__ = ["Device", "GATEKEEPER", "H245_VERSION", "Leg", "Zone", "alias", "element", "endpoint_type", "guid",
           "number", "simple_call", "transport", "vendor"]
