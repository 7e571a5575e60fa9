#include "engine/detect/field_source.h"

#include "engine/track/call.h"
#include "engine/track/registration.h"
#include "engine/track/stream.h"
#include "engine/track/transaction.h"

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

static const struct slice side_names[] = {
        [CALL_CALLER] = FIELD_WORD("caller"),
        [CALL_CALLEE] = FIELD_WORD("callee"),
        [CALL_NEITHER] = FIELD_WORD("neither"),
};

/* A field's source: base, type of what it points to, member, how it is read. */
#define AT(field, base_, type, member, as_)                                              \
	[FIELD_##field] = {.base = BASE_##base_,                                         \
	        .as = AS_##as_,                                                          \
	        .at = offsetof(struct type, member)}
#define NAMED(field, base_, type, member, as_, names_)                                   \
	[FIELD_##field] = {.base = BASE_##base_,                                         \
	        .as = AS_##as_,                                                          \
	        .at = offsetof(struct type, member),                                     \
	        .names = names_}

/* A text that the tracker keeps: among those of an item, by its number. */
#define KEPT(field, item, number)                                                        \
	[FIELD_##field] = {                                                              \
	        .base = BASE_##item##_TEXTS, .as = AS_KEPT, .at = item##_##number}
#define MADE(field, maker) [FIELD_##field] = {.base = BASE_NONE, .as = MADE_OF_##maker}

static const struct field_source usual[FIELD_COUNT] = {
        MADE(RAW, MESSAGE),
        MADE(ANOMALY, MESSAGE),
        MADE(ANOMALY_COUNT, MESSAGE),
        MADE(ANOMALY_FIRST, MESSAGE),
        MADE(ANOMALY_EACH, MESSAGE),
        MADE(VIA_COUNT, SIP),
        MADE(CONTENT_OFF, SIP),
        MADE(HEADER, SIP),
        MADE(HEADER_ORDER, SIP),
        MADE(FROM_TAG_HEX, SIP),
        MADE(REQUEST_USER, SIP),
        MADE(AUTH_SENT, SIP),
        MADE(REQUEST_TAIL, DIALLED),
        MADE(REQUEST_PREFIX, DIALLED),
        MADE(REQUEST_DIGITS, DIALLED),
        MADE(TIMED_OUT, TRANSACTION),
        MADE(AMPLIFICATION, TRANSACTION),
        MADE(AUTH_NONCE_KNOWN, TRANSACTION),
        AT(AUTH_ANSWERS, EVENT, event, answers, BOOL),
        MADE(AUTH_DIGEST, TRANSACTION),
        MADE(REG_SINCE, REGISTRATION),
        MADE(CALL_DURATION, CALL),
        MADE(CALL_AGE, CALL),
        MADE(CALL_PDD, CALL),
        MADE(CALL_RING, CALL),
        MADE(CALL_LEG, CALL),
        MADE(CALL_CALLER_LOSS, CALL),
        MADE(CALL_CALLEE_LOSS, CALL),
        MADE(RTP_CODEC, STREAM),
        MADE(RTP_DURATION, STREAM),
        MADE(RTP_RATE, STREAM),
        MADE(RTP_EXPECTED, STREAM),
        MADE(RTP_LOST, STREAM),
        MADE(RTP_LOSS, STREAM),
        MADE(RTP_JITTER, STREAM),
        MADE(RTP_JITTER_MAX, STREAM),
        MADE(RTP_MOS, STREAM),
        MADE(RTP_R, STREAM),
        MADE(RTCP_MOS_LQ, RTCP),
        MADE(RTCP_MOS_CQ, RTCP),
        MADE(RTCP_R, RTCP),
        MADE(SENSOR_WHAT, SENSOR),
        MADE(SENSOR_WHERE, SENSOR),
        AT(SRC_IP, SRC, endpoint, ip, IP),
        AT(SRC_PORT, SRC, endpoint, port, U16),
        AT(SRC_SCOPE, SRC, endpoint, ip, SCOPE),
        AT(DST_IP, DST, endpoint, ip, IP),
        AT(DST_PORT, DST, endpoint, port, U16),
        AT(DST_SCOPE, DST, endpoint, ip, SCOPE),
        NAMED(TRANSPORT, DATAGRAM, datagram, transport, NAME, transport_names),
        AT(DSCP, DATAGRAM, datagram, dscp, U8),
        AT(TTL, DATAGRAM, datagram, ttl, U8),
        AT(PROVEN, EVENT, event, proven, BOOL),
        AT(RETRANSMISSION, EVENT, event, retransmission, BOOL),
        AT(RAW_LEN, MESSAGE, message, bytes.len, U64),
        NAMED(MESSAGE, MESSAGE, message, kind, NAME, message_names),
        AT(METHOD, SIP, sip_message, method, METHOD),
        AT(METHOD_TEXT, SIP, sip_message, method_text, TEXT),
        AT(STATUS, SIP, sip_message, status, SOME_U16),
        AT(ACKED, TRANSACTION, transaction, acked, BOOL),
        AT(COPIES, TRANSACTION, transaction, request_copies, U16),
        AT(REQUEST_URI, SIP, sip_message, request_uri_text, TEXT),
        AT(REQUEST_HOST, SIP, sip_message, request_uri.host, TEXT),
        AT(FROM_USER, SIP, sip_message, from.uri.user, TEXT),
        AT(FROM_HOST, SIP, sip_message, from.uri.host, TEXT),
        AT(FROM_DISPLAY, SIP, sip_message, from.display, TEXT),
        AT(FROM_TAG, SIP, sip_message, from.tag, TEXT),
        AT(TO_USER, SIP, sip_message, to.uri.user, TEXT),
        AT(TO_HOST, SIP, sip_message, to.uri.host, TEXT),
        AT(TO_TAG, SIP, sip_message, to.tag, TEXT),
        AT(CALL_ID, SIP, sip_message, call_id, TEXT),
        AT(CSEQ, SIP, sip_message, cseq, U32),
        AT(VIA_BRANCH, SIP, sip_message, via.branch, TEXT),
        AT(VIA_HOST, SIP, sip_message, via.host, TEXT),
        AT(VIA_IP, SIP, sip_message, via.ip, IP),
        AT(VIA_RPORT, SIP, sip_message, via.rport_present, BOOL),
        AT(USER_AGENT, SIP, sip_message, user_agent, TEXT),
        AT(CONTACT, SIP, sip_message, contact.raw, TEXT),
        AT(CONTACT_USER, SIP, sip_message, contact.uri.user, TEXT),
        AT(CONTACT_HOST, SIP, sip_message, contact.uri.host, TEXT),
        AT(CONTACT_URI, SIP, sip_message, contact.uri.raw, TEXT),
        AT(CONTACT_STAR, SIP, sip_message, contact.star, BOOL),
        AT(MAX_FORWARDS, SIP, sip_message, max_forwards, I32),
        AT(EXPIRES, SIP, sip_message, expires, I64),
        AT(CONTENT_LENGTH, SIP, sip_message, content_length, I64),
        AT(BODY, SIP, sip_message, body, TEXT),
        AT(HEADER_COUNT, SIP, sip_message, header_count, U16),
        AT(AUTH_STALE, SIP, sip_message, auth.stale, BOOL),
        AT(AUTH_USER, SIP, sip_message, auth.username, TEXT),
        AT(AUTH_REALM, SIP, sip_message, auth.realm, TEXT),
        AT(AUTH_NONCE, SIP, sip_message, auth.nonce, TEXT),
        AT(AUTH_NC, SIP, sip_message, auth.nc, TEXT),
        NAMED(AUTH_SCHEME, SIP, sip_message, auth.scheme, NAME, scheme_names),
        AT(AUTH_ALGORITHM, SIP, sip_message, auth.algorithm, TEXT),
        AT(SDP_NAME, SDP, sdp, session_name, TEXT),
        AT(SDP_ORIGIN, SDP, sdp, origin, TEXT),
        AT(SDP_MEDIA, SDP, sdp, media_count, U8),
        AT(SDP_HOLD, SDP, sdp, hold, BOOL),
        AT(SDP_LEN, SDP, sdp, raw.len, U64),
        AT(SDP_IP, SDP_MEDIA, sdp_media, at.ip, IP),
        AT(SDP_SCOPE, SDP_MEDIA, sdp_media, at.ip, SCOPE),
        AT(SDP_CRYPTO, SDP_MEDIA, sdp_media, crypto, PRESENT),
        NAMED(REG_CHANGE, EVENT, event, change, NAME, change_names),
        AT(REG_USER, REGISTRATION, registration, user, TEXT),
        AT(REG_HOST, REGISTRATION, registration, host, TEXT),
        AT(REG_BINDINGS, REGISTRATION, registration, binding_count, U8),
        AT(REG_WIPED, REGISTRATION, registration, wiped, BOOL),
        AT(REG_SOURCE_CHANGED, REGISTRATION, registration, source_changed, BOOL),
        AT(REG_AGENT_CHANGED, REGISTRATION, registration, agent_changed, BOOL),
        AT(REG_FOREIGN, BINDING, binding, contact_foreign, BOOL),
        AT(REG_INTERVAL, BINDING, binding, interval_s, U32),
        AT(REG_CHANGES, REGISTRATION, registration, changes, U32),
        AT(REG_CONTACT, BINDING, binding, contact, TEXT),
        AT(REG_AGENT, REGISTRATION, registration, user_agent, TEXT),
        AT(REG_AGENT_BEFORE, REGISTRATION, registration, previous_user_agent, TEXT),
        AT(REG_SOURCE_BEFORE, REGISTRATION, registration, previous_source.ip, IP),
        AT(REG_ACCOUNT, REGISTRATION, registration, auth_user, TEXT),
        AT(CALL_ANSWERED, CALL, call, answer_us, SET),
        AT(CALL_ACKED, CALL, call, acked, BOOL),
        AT(CALL_CALLER, CALL, call, caller.ip, IP),
        AT(CALL_STATUS, CALL, call, status, U16),
        AT(CALL_AUTHENTICATED, CALL, call, authenticated, BOOL),
        NAMED(CALL_PROTOCOL, CALL, call, protocol, NAME_8, protocol_names),
        NAMED(CALL_STATE, CALL, call, state, NAME_8, state_names),
        NAMED(CALL_END, CALL, call, end, NAME_8, end_names),
        NAMED(CALL_RELEASED_BY, CALL, call, released_by, NAME_8, side_names),
        AT(CALL_CAUSE, CALL, call, q850, SOME_U8),
        KEPT(CALL_REASON, CALL, TEXT_REASON),
        KEPT(CALL_ACCOUNT, CALL, TEXT_AUTH_USER),
        KEPT(CALL_ASSERTED, CALL, TEXT_ASSERTED),
        KEPT(CALL_PREFERRED, CALL, TEXT_PREFERRED),
        KEPT(CALL_REMOTE_PARTY, CALL, TEXT_REMOTE_PARTY),
        KEPT(CALL_DIVERSION, CALL, TEXT_DIVERSION),
        KEPT(CALL_CALLEE_AGENT, CALL, TEXT_CALLEE_AGENT),
        AT(CALL_RETRANSMISSIONS, CALL, call, retransmissions, U16),
        AT(CALL_MESSAGES, CALL, call, messages, U16),
        AT(CALL_REINVITES, CALL, call, reinvites, U16),
        AT(CALL_DTMF, CALL, call, dtmf_count, U16),
        AT(CALL_NAT, CALL, call, nat_bits, U16),
        AT(CALL_FORKS, CALL, call, dialog_count, U16),
        AT(CALL_MEDIA, CALL, call, media_count, U16),
        AT(CALL_EARLY_MEDIA, CALL, call, early_media, BOOL),
        AT(CALL_HELD, CALL, call, held, BOOL),
        AT(CALL_TRANSFERRED, CALL, call, transferred, BOOL),
        AT(CALL_GAP, CALL, call, capture_gap, BOOL),
        AT(CALL_LEG_SCORE, CALL, call, leg_score, U8),
        AT(CALL_DSCP, CALL, call, dscp, U8),
        AT(CALL_CALLER_PACKETS, CALLER_QUALITY, call_quality, packets, U32),
        AT(CALL_CALLEE_PACKETS, CALLEE_QUALITY, call_quality, packets, U32),
        AT(CALL_CALLER_MOS, CALLER_QUALITY, call_quality, mos_x100, X100),
        AT(CALL_CALLEE_MOS, CALLEE_QUALITY, call_quality, mos_x100, X100),
        AT(CALL_CALLER_R, CALLER_QUALITY, call_quality, r_x10, X10),
        AT(CALL_CALLEE_R, CALLEE_QUALITY, call_quality, r_x10, X10),
        AT(CALL_CALLER_RTT, CALLER_QUALITY, call_quality, rtt_ms, SOME_U16),
        AT(CALL_CALLEE_RTT, CALLEE_QUALITY, call_quality, rtt_ms, SOME_U16),
        AT(RTP_SSRC, STREAM, stream, ssrc, U32),
        AT(RTP_TYPE, STREAM, stream, payload_type, U8),
        AT(RTP_ANNOUNCED, STREAM, stream, call, NONZERO),
        AT(RTP_SECURE, STREAM, stream, secure, BOOL),
        AT(RTP_DSCP, STREAM, stream, dscp, U8),
        AT(RTP_PACKETS, STREAM, stream, packets, U32),
        AT(RTP_OCTETS, STREAM, stream, octets, U64),
        AT(RTP_DUPLICATES, STREAM, stream, duplicates, U32),
        AT(RTP_REORDERED, STREAM, stream, reordered, U32),
        AT(RTP_LATE, STREAM, stream, buffers[JITTER_ADAPTIVE].late, U32),
        AT(RTP_JUMPS, STREAM, stream, jumps, U16),
        AT(RTP_DIGITS, STREAM, stream, digits, U16),
        AT(RTP_COMFORT_NOISE, STREAM, stream, comfort_noise, U16),
        AT(RTP_TALKSPURTS, STREAM, stream, talkspurts, U16),
        AT(RTP_BYE, STREAM, stream, bye, BOOL),
        AT(RTP_ROUND_TRIP, STREAM, stream, round_trip_us, SOME_MS),
        AT(RTP_REMOTE_LOSS, STREAM, stream, remote_fraction, OF_256),
        AT(RTP_REMOTE_JITTER, STREAM, stream, remote_jitter_us, MS),
        AT(RTP_GAP, STREAM, stream, capture_gap, BOOL),
        AT(RTCP_SENDER, RTCP, rtcp_report, sender, U32),
        AT(RTCP_PACKETS, RTCP, rtcp_report, packet_count, U8),
        AT(RTCP_SR, RTCP, rtcp_report, has_sr, BOOL),
        AT(RTCP_BYE, RTCP, rtcp_report, bye, BOOL),
        AT(RTCP_BYE_SSRC, RTCP, rtcp_report, bye_ssrc, U32),
        AT(RTCP_CNAME, RTCP, rtcp_report, cname, TEXT),
        AT(RTCP_SENT, RTCP, rtcp_report, sent_packets, U32),
        AT(RTCP_BLOCKS, RTCP, rtcp_report, block_count, U8),
        AT(RTCP_LOSS, RTCP_BLOCK, rtcp_block, fraction_lost, OF_256),
        AT(SENSOR_VALUE, EVENT, event, sensor_value, U64),
};

/* What the tracker kept of a settled transaction's request, and its final response. */
static const struct field_source settled[FIELD_COUNT] = {
        AT(METHOD, TRANSACTION, transaction, method, METHOD_8),
        KEPT(METHOD_TEXT, TRANSACTION, METHOD),
        AT(STATUS, TRANSACTION, transaction, status, SOME_U16),
        KEPT(REQUEST_USER, TRANSACTION, REQUEST_USER),
        KEPT(FROM_USER, TRANSACTION, FROM_USER),
        KEPT(FROM_TAG, TRANSACTION, FROM_TAG),
        KEPT(TO_USER, TRANSACTION, TO_USER),
        KEPT(TO_HOST, TRANSACTION, TO_HOST),
        KEPT(CALL_ID, TRANSACTION, CALL_ID),
        AT(CSEQ, TRANSACTION, transaction, cseq, U32),
        KEPT(VIA_BRANCH, TRANSACTION, BRANCH),
        KEPT(USER_AGENT, TRANSACTION, USER_AGENT),
        AT(AUTH_SENT, TRANSACTION, transaction, auth_sent, BOOL),
        AT(AUTH_STALE, TRANSACTION, transaction, auth_stale, BOOL),
        KEPT(AUTH_USER, TRANSACTION, AUTH_USER),
        KEPT(AUTH_REALM, TRANSACTION, AUTH_REALM),
        KEPT(AUTH_NONCE, TRANSACTION, AUTH_NONCE),
};

/* A call is asked about itself, whichever message or timer brought the event about. */
static const struct field_source of_call[FIELD_COUNT] = {
        KEPT(REQUEST_USER, CALL, TEXT_REQUEST_USER),
        KEPT(REQUEST_HOST, CALL, TEXT_REQUEST_HOST),
        KEPT(FROM_USER, CALL, TEXT_FROM_USER),
        KEPT(FROM_HOST, CALL, TEXT_FROM_HOST),
        KEPT(FROM_DISPLAY, CALL, TEXT_FROM_DISPLAY),
        KEPT(FROM_TAG, CALL, TEXT_FROM_TAG),
        KEPT(TO_USER, CALL, TEXT_TO_USER),
        KEPT(TO_HOST, CALL, TEXT_TO_HOST),
        KEPT(CALL_ID, CALL, TEXT_ID),
        KEPT(USER_AGENT, CALL, TEXT_CALLER_AGENT),
        KEPT(AUTH_USER, CALL, TEXT_AUTH_USER),
};

static const struct field_source of_interval[FIELD_COUNT] = {
        AT(RTP_PACKETS, INTERVAL, stream_interval, packets, U32),
        AT(RTP_EXPECTED, INTERVAL, stream_interval, expected, U32),
        AT(RTP_LOST, INTERVAL, stream_interval, lost, U32),
        AT(RTP_JITTER, INTERVAL, stream_interval, jitter_mean_us, MS),
        AT(RTP_JITTER_MAX, INTERVAL, stream_interval, jitter_max_us, MS),
        AT(RTP_LATE, INTERVAL, stream_interval, late[JITTER_ADAPTIVE], U32),
        AT(RTP_MOS, INTERVAL, stream_interval, quality.mos_x100[JITTER_ADAPTIVE], X100),
        AT(RTP_R, INTERVAL, stream_interval, quality.r_x10[JITTER_ADAPTIVE], X10),
};

const struct field_source *field_sources_of(enum event_kind kind)
{
	static const struct field_source *const special[EVENT_COUNT] = {
	        [EVENT_SIP_TRANSACTION] = settled,
	        [EVENT_CALL_START] = of_call,
	        [EVENT_CALL_ANSWER] = of_call,
	        [EVENT_CALL_TICK] = of_call,
	        [EVENT_CALL_END] = of_call,
	        [EVENT_RTP_INTERVAL] = of_interval,
	};
	return special[kind];
}

const struct field_source *field_source_of(
        const struct field_source *special, enum field field)
{
	return special && special[field].base ? &special[field] : &usual[field];
}
