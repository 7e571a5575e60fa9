/*
 * The words by which rules name the values of enums.
 */
#ifndef RINGFENCE_DETECT_FIELD_NAMES_H
#define RINGFENCE_DETECT_FIELD_NAMES_H

#include "engine/detect/field_source.h"
#include "engine/track/call.h"
#include "engine/track/h323.h"
#include "engine/track/registration.h"
#include "engine/track/stream.h"

static const struct slice scheme_names[] = {
        [AUTH_DIGEST] = FIELD_WORD("digest"),
        [AUTH_BASIC] = FIELD_WORD("basic"),
        [AUTH_BEARER] = FIELD_WORD("bearer"),
        [AUTH_OTHER] = FIELD_WORD("other"),
};

static const struct slice transport_names[TRANSPORT_COUNT] = {
        [TRANSPORT_UDP] = FIELD_WORD("udp"),
        [TRANSPORT_TCP] = FIELD_WORD("tcp"),
        [TRANSPORT_SCTP] = FIELD_WORD("sctp"),
        [TRANSPORT_WS] = FIELD_WORD("ws"),
        [TRANSPORT_TLS] = FIELD_WORD("tls"),
};

static const struct slice message_names[] = {
        [MESSAGE_SIP] = FIELD_WORD("sip"),
        [MESSAGE_RTP] = FIELD_WORD("rtp"),
        [MESSAGE_RTCP] = FIELD_WORD("rtcp"),
        [MESSAGE_STUN] = FIELD_WORD("stun"),
        [MESSAGE_DTLS] = FIELD_WORD("dtls"),
        [MESSAGE_H323] = FIELD_WORD("h323"),
        [MESSAGE_KEEPALIVE] = FIELD_WORD("keepalive"),
        [MESSAGE_ERROR] = FIELD_WORD("error"),
        [MESSAGE_OTHER] = FIELD_WORD("other"),
};

static const struct slice change_names[] = {
        [BINDING_ADDED] = FIELD_WORD("added"),
        [BINDING_REFRESHED] = FIELD_WORD("refreshed"),
        [BINDING_REMOVED] = FIELD_WORD("removed"),
        [BINDING_EXPIRED] = FIELD_WORD("expired"),
};

static const struct slice phase_names[] = {
        [RAS_REQUESTED] = FIELD_WORD("request"),
        [RAS_CONFIRMED] = FIELD_WORD("confirm"),
        [RAS_REJECTED] = FIELD_WORD("reject"),
        [RAS_TIMED_OUT] = FIELD_WORD("timeout"),
};

static const struct slice protocol_names[] = {
        [CALL_SIP] = FIELD_WORD("sip"), [CALL_H323] = FIELD_WORD("h323")};

static const struct slice state_names[] = {
        [CALL_TRYING] = FIELD_WORD("trying"),
        [CALL_RINGING] = FIELD_WORD("ringing"),
        [CALL_ANSWERED] = FIELD_WORD("answered"),
        [CALL_ENDED] = FIELD_WORD("ended"),
};

static const struct slice end_names[] = {
        [CALL_END_NONE] = FIELD_WORD("none"),
        [CALL_END_BYE] = FIELD_WORD("bye"),
        [CALL_END_CANCEL] = FIELD_WORD("cancel"),
        [CALL_END_REJECTED] = FIELD_WORD("rejected"),
        [CALL_END_TIMEOUT] = FIELD_WORD("timeout"),
        [CALL_END_CAPTURE] = FIELD_WORD("capture-end"),
        [CALL_END_EVICTED] = FIELD_WORD("evicted"),
};

static const struct slice stream_change_names[] = {
        [STREAM_CHANGE_SSRC] = FIELD_WORD("ssrc-changed"),
        [STREAM_CHANGE_SECOND] = FIELD_WORD("second-source"),
        [STREAM_CHANGE_TWIN] = FIELD_WORD("second-ssrc"),
        [STREAM_CHANGE_CLASH] = FIELD_WORD("ssrc-clash"),
        [STREAM_CHANGE_FORGED] = FIELD_WORD("forged"),
        [STREAM_CHANGE_FLOOD] = FIELD_WORD("flood"),
        [STREAM_CHANGE_ARRIVALS] = FIELD_WORD("many-arrive"),
        [STREAM_CHANGE_BLED] = FIELD_WORD("bled"),
};

static const struct slice side_names[] = {
        [CALL_CALLER] = FIELD_WORD("caller"),
        [CALL_CALLEE] = FIELD_WORD("callee"),
        [CALL_NEITHER] = FIELD_WORD("neither"),
};

static const struct slice scope_names[] = {
        [ADDRESS_NONE] = FIELD_WORD("none"),
        [ADDRESS_PUBLIC] = FIELD_WORD("public"),
        [ADDRESS_PRIVATE] = FIELD_WORD("private"),
        [ADDRESS_SHARED] = FIELD_WORD("shared"),
        [ADDRESS_LOOPBACK] = FIELD_WORD("loopback"),
        [ADDRESS_LINK_LOCAL] = FIELD_WORD("link-local"),
        [ADDRESS_MULTICAST] = FIELD_WORD("multicast"),
        [ADDRESS_BROADCAST] = FIELD_WORD("broadcast"),
        [ADDRESS_RESERVED] = FIELD_WORD("reserved"),
};

#endif
