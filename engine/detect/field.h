/*
 * The fields that rules speak of: one row each with its name, type, the streams that
 * carry it and a line of help. Names are resolved to numbers when rules are loaded.
 * A value is borrowed from the event; costly ones are made once per event in the cache.
 */
#ifndef RINGFENCE_DETECT_FIELD_H
#define RINGFENCE_DETECT_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/track/event.h"

enum value_type {
	VALUE_ABSENT,
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_BOOL,
	VALUE_ADDRESS,
	VALUE_METHOD, /* enum sip_method, by its name in rules */
};

struct value {
	enum value_type type;
	double number; /* of numbers, booleans and methods */
	struct slice text;
	struct address ip;
};

/* Which bytes occur in a text, those from 128 on counted as the ASCII ones below. */
struct text_bytes {
	uint64_t words[2];
};

#define FIELDS_SIP                                                                       \
	(1u << EVENT_SIP_REQUEST | 1u << EVENT_SIP_RESPONSE |                            \
	        1u << EVENT_SIP_TRANSACTION | 1u << EVENT_SIP_DIALOG |                   \
	        1u << EVENT_REGISTRATION | 1u << EVENT_CALL_START |                      \
	        1u << EVENT_CALL_ANSWER | 1u << EVENT_CALL_END |                         \
	        1u << EVENT_PARSE_ERROR)
#define FIELDS_ALL ((1u << EVENT_COUNT) - 1)
#define FIELDS_TRANSACTION                                                               \
	(1u << EVENT_SIP_REQUEST | 1u << EVENT_SIP_RESPONSE | 1u << EVENT_SIP_TRANSACTION)
#define FIELDS_CALL                                                                      \
	(1u << EVENT_CALL_START | 1u << EVENT_CALL_ANSWER | 1u << EVENT_CALL_TICK |      \
	        1u << EVENT_CALL_END | 1u << EVENT_SIP_DIALOG | FIELDS_TRANSACTION)
#define FIELDS_BINDING (1u << EVENT_REGISTRATION)
#define FIELDS_SENSOR  (1u << EVENT_SENSOR)

/* X(ENUM, "name", type, streams, "help") */
#define FIELDS(X)                                                                        \
	X(SRC_IP, "src.ip", ADDRESS, FIELDS_ALL, "who sent the request, or the packet")  \
	X(SRC_PORT, "src.port", NUMBER, FIELDS_ALL, "its port")                          \
	X(DST_IP, "dst.ip", ADDRESS, FIELDS_ALL, "to whom")                              \
	X(DST_PORT, "dst.port", NUMBER, FIELDS_ALL, "its port")                          \
	X(SRC_SCOPE, "src.scope", TEXT, FIELDS_ALL, "public, private, loopback …")       \
	X(TRANSPORT, "transport", TEXT, FIELDS_ALL, "udp, tcp, sctp, ws or tls")         \
	X(PROVEN, "proven", BOOL, FIELDS_ALL, "the source is known to be real")          \
	X(RETRANSMISSION, "retransmission", BOOL, FIELDS_SIP,                            \
	        "a copy of one seen before")                                             \
	X(RAW, "raw", TEXT, FIELDS_ALL, "all bytes of the message")                      \
	X(RAW_LEN, "raw.len", NUMBER, FIELDS_ALL, "bytes of the message")                \
	X(MESSAGE, "message", TEXT, FIELDS_ALL, "sip, rtp, stun, keepalive, error …")    \
	X(METHOD, "method", METHOD, FIELDS_SIP, "of the request or of CSeq")             \
	X(METHOD_TEXT, "method.text", TEXT, FIELDS_SIP,                                  \
	        "as sent, extension methods too")                                        \
	X(STATUS, "status", NUMBER, FIELDS_SIP, "status code of the response")           \
	X(TIMED_OUT, "timed_out", BOOL, FIELDS_TRANSACTION, "no final response came")    \
	X(ACKED, "acked", BOOL, FIELDS_TRANSACTION, "an ACK was seen")                   \
	X(COPIES, "copies", NUMBER, FIELDS_TRANSACTION,                                  \
	        "retransmissions of the request")                                        \
	X(AMPLIFICATION, "amplification", NUMBER, FIELDS_TRANSACTION,                    \
	        "size of the response over that of its request")                         \
	X(REQUEST_URI, "request.uri", TEXT, FIELDS_SIP, "Request-URI as sent")           \
	X(REQUEST_USER, "request.user", TEXT, FIELDS_SIP, "its user part")               \
	X(REQUEST_HOST, "request.host", TEXT, FIELDS_SIP, "its host")                    \
	X(REQUEST_TAIL, "request.tail", TEXT, FIELDS_SIP,                                \
	        "its last 8 digits, of 9 or more")                                       \
	X(REQUEST_PREFIX, "request.prefix", TEXT, FIELDS_SIP, "what stands before them") \
	X(REQUEST_DIGITS, "request.digits", NUMBER, FIELDS_SIP,                          \
	        "digits of an all-digit user")                                           \
	X(FROM_USER, "from.user", TEXT, FIELDS_SIP, "")                                  \
	X(FROM_HOST, "from.host", TEXT, FIELDS_SIP, "")                                  \
	X(FROM_DISPLAY, "from.display", TEXT, FIELDS_SIP, "display name")                \
	X(FROM_TAG, "from.tag", TEXT, FIELDS_SIP, "")                                    \
	X(FROM_TAG_HEX, "from.tag.hex", TEXT, FIELDS_SIP,                                \
	        "the tag decoded from hexadecimal")                                      \
	X(TO_USER, "to.user", TEXT, FIELDS_SIP, "")                                      \
	X(TO_HOST, "to.host", TEXT, FIELDS_SIP, "")                                      \
	X(TO_TAG, "to.tag", TEXT, FIELDS_SIP, "present inside a dialog")                 \
	X(CALL_ID, "call_id", TEXT, FIELDS_SIP, "")                                      \
	X(CSEQ, "cseq", NUMBER, FIELDS_SIP, "")                                          \
	X(VIA_BRANCH, "via.branch", TEXT, FIELDS_SIP, "of the topmost Via")              \
	X(VIA_HOST, "via.host", TEXT, FIELDS_SIP, "sent-by of the topmost Via")          \
	X(VIA_IP, "via.ip", ADDRESS, FIELDS_SIP, "sent-by, when it is an address")       \
	X(VIA_RPORT, "via.rport", BOOL, FIELDS_SIP, "the topmost Via has rport")         \
	X(USER_AGENT, "user_agent", TEXT, FIELDS_SIP, "User-Agent, else Server")         \
	X(CONTACT, "contact", TEXT, FIELDS_SIP, "first Contact as sent")                 \
	X(CONTACT_USER, "contact.user", TEXT, FIELDS_SIP, "")                            \
	X(CONTACT_HOST, "contact.host", TEXT, FIELDS_SIP, "")                            \
	X(CONTACT_STAR, "contact.star", BOOL, FIELDS_SIP, "Contact: *")                  \
	X(MAX_FORWARDS, "max_forwards", NUMBER, FIELDS_SIP, "")                          \
	X(EXPIRES, "expires", NUMBER, FIELDS_SIP, "seconds of Expires")                  \
	X(BODY, "body", TEXT, FIELDS_SIP, "")                                            \
	X(HEADER_COUNT, "header.count", NUMBER, FIELDS_SIP, "header fields")             \
	X(HEADER_ORDER, "header.order", TEXT, FIELDS_SIP,                                \
	        "names of all, joined by commas")                                        \
	X(AUTH_SENT, "auth.sent", BOOL, FIELDS_SIP, "the request carried credentials")   \
	X(AUTH_STALE, "auth.stale", BOOL, FIELDS_SIP, "the challenge said stale")        \
	X(AUTH_USER, "auth.user", TEXT, FIELDS_SIP, "")                                  \
	X(AUTH_REALM, "auth.realm", TEXT, FIELDS_SIP, "")                                \
	X(AUTH_NONCE, "auth.nonce", TEXT, FIELDS_SIP, "")                                \
	X(AUTH_NC, "auth.nc", TEXT, FIELDS_SIP, "nonce count as sent")                   \
	X(AUTH_SCHEME, "auth.scheme", TEXT, FIELDS_SIP,                                  \
	        "digest, basic, bearer or other")                                        \
	X(AUTH_ALGORITHM, "auth.algorithm", TEXT, FIELDS_SIP, "")                        \
	X(AUTH_DIGEST, "auth.digest", NUMBER, FIELDS_TRANSACTION, "tells tries apart")   \
	X(AUTH_NONCE_KNOWN, "auth.nonce_known", BOOL, FIELDS_TRANSACTION,                \
	        "the nonce was seen on its way to this source")                          \
	X(SDP_NAME, "sdp:s", TEXT, FIELDS_SIP, "s= line")                                \
	X(SDP_ORIGIN, "sdp:o", TEXT, FIELDS_SIP, "o= line")                              \
	X(SDP_IP, "sdp.ip", ADDRESS, FIELDS_SIP, "first media address")                  \
	X(SDP_SCOPE, "sdp.scope", TEXT, FIELDS_SIP, "public, private, loopback …")       \
	X(SDP_MEDIA, "sdp.media", NUMBER, FIELDS_SIP, "m= lines")                        \
	X(SDP_CRYPTO, "sdp.crypto", BOOL, FIELDS_SIP, "a=crypto is present")             \
	X(SDP_HOLD, "sdp.hold", BOOL, FIELDS_SIP, "")                                    \
	X(SDP_LEN, "sdp.len", NUMBER, FIELDS_SIP, "bytes of the description")            \
	X(ANOMALY_COUNT, "anomaly.count", NUMBER, FIELDS_ALL,                            \
	        "anomalies of the message")                                              \
	X(ANOMALY_FIRST, "anomaly.first", TEXT, FIELDS_ALL, "name of the first anomaly") \
	X(ANOMALY, "anomaly:", BOOL, FIELDS_ALL, "anomaly:NAME, one by its name")        \
	X(HEADER, "header:", TEXT, FIELDS_SIP,                                           \
	        "header:NAME, value of the first of them")                               \
	X(REG_CHANGE, "registration.change", TEXT, FIELDS_BINDING,                       \
	        "added, refreshed, removed, expired")                                    \
	X(REG_USER, "registration.user", TEXT, FIELDS_BINDING, "")                       \
	X(REG_HOST, "registration.host", TEXT, FIELDS_BINDING, "")                       \
	X(REG_BINDINGS, "registration.bindings", NUMBER, FIELDS_BINDING,                 \
	        "live contacts")                                                         \
	X(REG_WIPED, "registration.wiped", BOOL, FIELDS_BINDING,                         \
	        "all, or another's, bindings removed")                                   \
	X(REG_SOURCE_CHANGED, "registration.source_changed", BOOL, FIELDS_BINDING, "")   \
	X(REG_AGENT_CHANGED, "registration.agent_changed", BOOL, FIELDS_BINDING, "")     \
	X(REG_FOREIGN, "registration.contact_foreign", BOOL, FIELDS_BINDING,             \
	        "public contact that is not the source")                                 \
	X(REG_INTERVAL, "registration.interval_s", NUMBER, FIELDS_BINDING,               \
	        "granted expiry")                                                        \
	X(CALL_DURATION, "call.duration_s", NUMBER, FIELDS_CALL, "since the answer")     \
	X(CALL_ANSWERED, "call.answered", BOOL, FIELDS_CALL, "")                         \
	X(CALL_STATUS, "call.status", NUMBER, FIELDS_CALL, "")                           \
	X(CALL_AUTHENTICATED, "call.authenticated", BOOL, FIELDS_CALL, "")               \
	X(SENSOR_WHAT, "sensor.what", TEXT, FIELDS_SENSOR, "overload, clock-step …")     \
	X(SENSOR_WHERE, "sensor.where", TEXT, FIELDS_SENSOR, "which table or source")    \
	X(SENSOR_VALUE, "sensor.value", NUMBER, FIELDS_SENSOR, "")

enum field {
#define X(id, name, type, streams, help) FIELD_##id,
	FIELDS(X)
#undef X
	        FIELD_COUNT
};

struct field_row {
	const char *name;
	enum value_type type;
	uint32_t streams; /* bits of enum event_kind */
	const char *help;
};

/* A field as a rule names it: header:X and anomaly:X carry what stands behind the colon.
 */
struct field_ref {
	uint16_t field;    /* enum field */
	uint16_t argument; /* sip_header_id or anomaly */
	struct slice name; /* of an unknown header; owned by the rule set */
};

/* The row of a field; index < FIELD_COUNT: for listings. */
const struct field_row *field_row(enum field field);

/* False when there is no field of this name. */
bool field_find(struct slice name, struct field_ref *ref);

/* Where the cache keeps a field's value: one place each, and one per known header. */
enum { FIELD_PLACES = FIELD_COUNT + SIP_HEADER_COUNT };

/* What is made at most once per event. */
struct field_cache {
	const struct event *event;
	uint64_t made[(FIELD_PLACES + 63) / 64]; /* places that hold the event's value */
	bool tag_made;
	bool order_made;
	struct slice tag_hex;
	struct slice order;
	char tag_bytes[128];
	char order_bytes[1024];
	uint64_t seen[(FIELD_PLACES + 63) /
	              64]; /* texts whose bytes were looked through */
	struct text_bytes bytes[FIELD_PLACES];
	struct value values[FIELD_PLACES];
};

static inline void field_cache_open(struct field_cache *cache, const struct event *event)
{
	cache->event = event;
	memset(cache->made, 0, sizeof(cache->made));
	memset(cache->seen, 0, sizeof(cache->seen));
	cache->tag_made = false;
	cache->order_made = false;
}

/* The event's value of the field; type VALUE_ABSENT when it has none. */
void field_value(
        struct field_cache *cache, const struct field_ref *ref, struct value *value);

/* Its place in the cache; FIELD_PLACES when it has none. */
static inline unsigned field_place(const struct field_ref *ref)
{
	if (ref->field == FIELD_HEADER)
		return ref->argument ? FIELD_COUNT + ref->argument : FIELD_PLACES;
	return ref->field == FIELD_ANOMALY ? FIELD_PLACES : ref->field;
}

/* The event's value of the field with this place: looked up once per event. */
static inline const struct value *field_kept_at(
        struct field_cache *cache, unsigned place, const struct field_ref *ref)
{
	const uint64_t bit = (uint64_t)1 << place % 64;

	if (!(cache->made[place / 64] & bit)) {
		cache->made[place / 64] |= bit;
		field_value(cache, ref, &cache->values[place]);
	}
	return &cache->values[place];
}

/* The same of any field: *spare holds the value when it has no place. */
static inline const struct value *field_kept(
        struct field_cache *cache, const struct field_ref *ref, struct value *spare)
{
	const unsigned place = field_place(ref);

	if (place < FIELD_PLACES)
		return field_kept_at(cache, place, ref);
	field_value(cache, ref, spare);
	return spare;
}

/* The bytes that occur in the text at this place, which is held: looked through once. */
const struct text_bytes *field_bytes(struct field_cache *cache, unsigned place);
struct text_bytes text_bytes_of(struct slice text);

#endif
