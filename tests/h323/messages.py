"""Messages of an H.323 life: registration, a call, its media, services and its end.

Every builder gives a value as per.py takes it; wire.py turns it into bytes.
"""

from wire import H245_VERSION, SCHEMA, VERSION, encode, h245_transport, transport

GUID = bytes.fromhex("00112233445566778899aabbccddeeff")
CONFERENCE = bytes.fromhex("ffeeddccbbaa99887766554433221100")
GATEKEEPER, CALLER, CALLEE = "192.0.2.1", "192.0.2.10", "192.0.2.20"
VENDOR = {"vendor": {"t35CountryCode": 181, "t35Extension": 0, "manufacturerCode": 18},
          "productId": b"Example endpoint", "versionId": b"1.2.3"}
TERMINAL = {"vendor": VENDOR, "terminal": {}, "mc": False, "undefinedNode": False}
GATEWAY = {"vendor": VENDOR, "mc": False, "undefinedNode": False, "gateway": {
    "protocol": [("voice", {"supportedPrefixes": [{"prefix": ("dialledDigits", "00")}]})]}}
ALIASES = [("h323-ID", "Zo\u00eb"), ("dialledDigits", "4930123456"), ("url-ID", "h323:bob@example.org"),
           ("email-ID", "bob@example.org"), ("transportID", transport(CALLER, 1720)),
           ("partyNumber", ("e164Number", {"publicTypeOfNumber": ("internationalNumber", None),
                                           "publicNumberDigits": "4930123456"}))]
TOKENS = {"tokens": [{"tokenOID": "0.0.8.235.0.2.1", "timeStamp": 1767225600, "generalID": "gatekeeper",
                      "random": -5}],
          "cryptoTokens": [("cryptoEPPwdHash", {
              "alias": ("h323-ID", "bob"), "timeStamp": 1767225600,
              "token": {"algorithmOID": "1.2.840.113549.2.5", "paramS": {}, "hash": [1, 0] * 64}})]}
MULTIPLEX_ID = 4000000000
CALL_MODELS = {"direct": ("direct", None), "routed": ("gatekeeperRouted", None)}


def feature(number, *parameters):
    data = {"id": ("standard", number)}
    if parameters:
        data["parameters"] = [{"id": ("standard", identity),
                               **({"content": content} if content else {})}
                              for identity, content in parameters]
    return data


def gatekeeper_request(number=1, version=7, address=CALLER, port=1719, alias="bob"):
    return ("gatekeeperRequest", {
        "requestSeqNum": number, "protocolIdentifier": VERSION.format(version),
        "rasAddress": transport(address, port), "endpointType": TERMINAL,
        "endpointAlias": [("h323-ID", alias)]})


def gatekeeper_confirm(number=1, version=7):
    return ("gatekeeperConfirm", {
        "requestSeqNum": number, "protocolIdentifier": VERSION.format(version),
        "gatekeeperIdentifier": "gatekeeper", "rasAddress": transport(GATEKEEPER, 1719),
        "alternateGatekeeper": [{"rasAddress": transport("192.0.2.2", 1719), "needToRegister": True,
                                 "priority": 3}]})


def registration_request(number=2, version=7, address=CALLER, aliases=None, signalling=None, ras=None,
                         **more):
    return ("registrationRequest", {
        "requestSeqNum": number, "protocolIdentifier": VERSION.format(version),
        "discoveryComplete": True,
        "callSignalAddress": [transport(address, 1720)] if signalling is None else signalling,
        "rasAddress": [transport(address, 1719)] if ras is None else ras, "terminalType": TERMINAL,
        "terminalAlias": aliases or ALIASES, "gatekeeperIdentifier": "gatekeeper",
        "endpointVendor": VENDOR, "timeToLive": 60, "keepAlive": False, "willSupplyUUIEs": False,
        "maintainConnection": False, **more})


def registration_confirm(number=2, version=7, identity="1234_endp"):
    return ("registrationConfirm", {
        "requestSeqNum": number, "protocolIdentifier": VERSION.format(version),
        "callSignalAddress": [transport(GATEKEEPER, 1720)], "terminalAlias": ALIASES,
        "gatekeeperIdentifier": "gatekeeper", "endpointIdentifier": identity, "timeToLive": 60,
        "willRespondToIRR": False, "maintainConnection": False})


def admission_request(number=3, answer=False, guid=GUID, reference=77):
    return ("admissionRequest", {
        "requestSeqNum": number, "callType": ("pointToPoint", None), "callModel": CALL_MODELS["direct"],
        "endpointIdentifier": "1234_endp", "destinationInfo": [("dialledDigits", "5551000")],
        "srcInfo": ALIASES[:2], "bandWidth": 1280, "callReferenceValue": reference,
        "conferenceID": CONFERENCE, "activeMC": False, "answerCall": answer, "canMapAlias": True,
        "callIdentifier": {"guid": guid}, "willSupplyUUIEs": False,
        "featureSet": {"replacementFeatureSet": False, "supportedFeatures": [feature(9)]}})


def admission_confirm(number=3, address=CALLEE, port=1720):
    return ("admissionConfirm", {
        "requestSeqNum": number, "bandWidth": 1280, "callModel": CALL_MODELS["direct"],
        "destCallSignalAddress": transport(address, port), "irrFrequency": 120,
        "willRespondToIRR": False,
        "uuiesRequested": {name: False for name in (
            "setup", "callProceeding", "connect", "alerting", "information", "releaseComplete",
            "facility", "progress", "empty", "status", "statusInquiry", "setupAcknowledge", "notify")}})


def disengage_request(number=4, guid=GUID, reference=77):
    return ("disengageRequest", {
        "requestSeqNum": number, "endpointIdentifier": "1234_endp", "conferenceID": CONFERENCE,
        "callReferenceValue": reference, "disengageReason": ("normalDrop", None),
        "callIdentifier": {"guid": guid}, "answeredCall": False,
        "terminationCause": ("releaseCompleteCauseIE", b"\x80\x90")})


def information_response(number=5):
    pdu = {"h323-message-body": ("alerting", {
        "protocolIdentifier": VERSION.format(4), "destinationInfo": TERMINAL,
        "callIdentifier": {"guid": GUID}, "multipleCalls": False, "maintainConnection": False}),
        "h245Tunnelling": True}
    return ("infoRequestResponse", {
        "requestSeqNum": number, "endpointType": TERMINAL, "endpointIdentifier": "1234_endp",
        "rasAddress": transport(CALLER, 1719), "callSignalAddress": [transport(CALLER, 1720)],
        "perCallInfo": [{
            "callReferenceValue": 77, "conferenceID": CONFERENCE, "originator": True,
            "h245": {"sendAddress": transport(CALLER, 3000)}, "callSignalling": {},
            "callType": ("pointToPoint", None), "bandWidth": 1280, "callModel": CALL_MODELS["direct"],
            "callIdentifier": {"guid": GUID}, "substituteConfIDs": [],
            "pdu": [{"h323pdu": pdu, "sent": True}]}],
        "needResponse": False, "unsolicited": True})


def incoming_call(number=6, guid=GUID):
    content = encode(SCHEMA, "IncomingCallIndication",
                     {"callSignallingAddress": transport(GATEKEEPER, 1720), "callID": {"guid": guid}})
    return ("serviceControlIndication", {
        "requestSeqNum": number, "serviceControl": [],
        "genericData": [feature(18, (1, ("raw", content)))]})


def quality_report(number=7):
    content = encode(SCHEMA, "QosMonitoringReportData", ("final", {"mediaInfo": [{
        "rtpAddress": {"sendAddress": transport(CALLER, 5000)},
        "rtcpAddress": {"sendAddress": transport(CALLER, 5001)}, "sessionId": 1,
        "mediaReceiverMeasures": {"packetLostRate": 3, "worstJitter": 40}}]}))
    name, fields = disengage_request(number)
    return (name, {**fields, "genericData": [feature(9, (1, ("raw", content)))]})


def channel(number, session=1, codec=("g711Alaw64k", 20), media=None, control=None, reverse=False,
            generic=None):
    parameters = ("h2250LogicalChannelParameters", {
        "sessionID": session, **({"mediaChannel": h245_transport(*media)} if media else {}),
        **({"mediaControlChannel": h245_transport(*control)} if control else {})})
    forward = {"dataType": ("audioData", codec), "multiplexParameters": parameters}
    value = {"forwardLogicalChannelNumber": number, "forwardLogicalChannelParameters": forward}
    if reverse:
        forward.update(dataType=("nullData", None), multiplexParameters=("none", None))
        value["reverseLogicalChannelParameters"] = {
            "dataType": ("audioData", codec), "multiplexParameters": parameters}
    if generic:
        value["genericInformation"] = generic
    return value


def channel_ack(number, session=1, media=(CALLEE, 6000), control=(CALLEE, 6001), generic=None):
    parameters = {"sessionID": session, "mediaChannel": h245_transport(*media), "flowControlToZero": False}
    if control:
        parameters["mediaControlChannel"] = h245_transport(*control)
    return ("response", ("openLogicalChannelAck", {
        "forwardLogicalChannelNumber": number, **({"genericInformation": generic} if generic else {}),
        "forwardMultiplexAckParameters": ("h2250LogicalChannelAckParameters", parameters)}))


def open_channel(*arguments, **more):
    return ("request", ("openLogicalChannel", channel(*arguments, **more)))


def capabilities(count=3, sequence=1):
    return ("request", ("terminalCapabilitySet", {
        "sequenceNumber": sequence, "protocolIdentifier": H245_VERSION, "capabilityTable": [
            {"capabilityTableEntryNumber": number,
             "capability": ("receiveAudioCapability", ("g711Alaw64k", 20))}
            for number in range(1, count + 1)]}))


def capabilities_ack(sequence=1):
    return ("response", ("terminalCapabilitySetAck", {"sequenceNumber": sequence}))


def determination(number=1234567):
    return ("request", ("masterSlaveDetermination", {
        "terminalType": 50, "statusDeterminationNumber": number}))


def determination_ack(decision="master"):
    return ("response", ("masterSlaveDeterminationAck", {"decision": (decision, None)}))


def user_input(digits=b"5"):
    return ("indication", ("userInput", ("alphanumeric", digits)))


def end_session():
    return ("command", ("endSessionCommand", ("disconnect", None)))


def traversal():
    content = encode(SCHEMA, "TraversalParameters", {
        "multiplexedMediaChannel": h245_transport(GATEKEEPER, 3000), "multiplexID": MULTIPLEX_ID,
        "keepAliveChannel": h245_transport(GATEKEEPER, 3001), "keepAlivePayloadType": 97,
        "keepAliveInterval": 19})
    return [{"messageIdentifier": ("standard", "0.0.8.460.19.0.1"), "messageContent": [
        {"parameterIdentifier": ("standard", 1), "parameterValue": ("octetString", content)}]}]


def setup(version=7, guid=GUID, destination="5551000", **more):
    return ("setup", {
        "protocolIdentifier": VERSION.format(version), "sourceAddress": ALIASES[:2],
        "sourceInfo": TERMINAL, "destinationAddress": [("dialledDigits", destination)],
        "destCallSignalAddress": transport(CALLEE, 1720), "activeMC": False,
        "conferenceID": CONFERENCE, "conferenceGoal": ("create", None),
        "callType": ("pointToPoint", None),
        **({"sourceCallSignalAddress": transport(CALLER, 30000), "callIdentifier": {"guid": guid},
            "mediaWaitForConnect": False, "canOverlapSend": False} if version > 1 else {}),
        **({"multipleCalls": False, "maintainConnection": False} if version > 2 else {}), **more})


def answer(name, guid=GUID, **more):
    """callProceeding, alerting or connect."""
    return (name, {"protocolIdentifier": VERSION.format(7), "destinationInfo": TERMINAL,
                   **({"conferenceID": CONFERENCE} if name == "connect" else {}),
                   "callIdentifier": {"guid": guid}, "multipleCalls": False,
                   "maintainConnection": False, **more})


def release(guid=GUID, **more):
    return ("releaseComplete", {"protocolIdentifier": VERSION.format(7),
                                "callIdentifier": {"guid": guid}, **more})


def facility(guid=GUID, **more):
    return ("facility", {"protocolIdentifier": VERSION.format(7), "reason": ("undefinedReason", None),
                         "callIdentifier": {"guid": guid}, "multipleCalls": False,
                         "maintainConnection": False, **more})


def service(opcode, kind, argument, invoke=1):
    """An H.450 invocation with its argument."""
    return {"networkFacilityExtension": {"sourceEntity": ("endpoint", None),
                                         "destinationEntity": ("endpoint", None)},
            "serviceApdu": ("rosApdus", [("invoke", {
                "invokeId": invoke, "opcode": ("local", opcode),
                **({} if argument is None else {"argument": encode(SCHEMA, kind, argument)})})])}


def endpoint(digits):
    return {"destinationAddress": [("dialledDigits", digits)]}
