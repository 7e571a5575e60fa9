/*
 * The vocabulary of change: what the tracker tells detectors and reports. An event and
 * all it points to is valid until the next call of track_next or track_message.
 */
#ifndef RINGFENCE_TRACK_EVENT_H
#define RINGFENCE_TRACK_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/decode/message.h"

/* The event streams, as rules name them. X(ENUM, "name") */
#define EVENT_KINDS(X)                                                                   \
	X(SIP_REQUEST, "sip.request")         /* every request, retransmissions too */   \
	X(SIP_RESPONSE, "sip.response")       /* every response, retransmissions too */  \
	X(SIP_TRANSACTION, "sip.transaction") /* final response seen, or timed out; once */ \
	X(SIP_DIALOG, "sip.dialog")           /* dialog state changed */                 \
	X(REGISTRATION, "registration")       /* binding added, refreshed, removed, expired */ \
	X(CALL_START, "call.start")           /* first INVITE of a call */               \
	X(CALL_DIAL, "call.dial")             /* who calls is known and was not refused; once */ \
	X(CALL_ANSWER, "call.answer")                                                    \
	X(CALL_TICK, "call.tick")             /* every 10 s of an answered call */       \
	X(CALL_END, "call.end")                                                          \
	X(RTP_STREAM, "rtp.stream")           /* a stream ended */                       \
	X(RTP_INTERVAL, "rtp.interval")       /* 10 s of a stream */                     \
	X(RTP_CHANGE, "rtp.change")           /* a stream stands against another */      \
	X(RTP_STRAY, "rtp.stray")             /* a stream begins that no call expects */ \
	X(RTCP_REPORT, "rtcp.report")                                                    \
	X(DTLS_HELLO, "dtls.hello")           /* a client begins a handshake for media */ \
	X(H323_MESSAGE, "h323.message")       /* every message of RAS, H.225.0, H.245 */ \
	X(RAS_TRANSACTION, "ras.transaction")                                            \
	X(H225_CALL, "h225.call")                                                        \
	X(H245_CHANNEL, "h245.channel")                                                  \
	X(DEVICE, "device")                   /* of the inventory: found, changed, last seen */ \
	X(ENTITY_SCORE, "entity.score")       /* what alerts add up to grew, of one entity */ \
	X(PARSE_ERROR, "parse.error")         /* a message with anomalies, or undecodable */ \
	X(KPI, "kpi")                         /* key figures of a window */              \
	X(SENSOR, "sensor")                   /* of ourselves: evictions, drops, clock steps */

enum event_kind {
#define X(id, name) EVENT_##id,
	EVENT_KINDS(X)
#undef X
	EVENT_COUNT
};

struct call;
struct dialog;
struct transaction;
struct registration;
struct binding;
struct stream;
struct stream_interval;
struct media;
struct kpi;
struct ras_transaction;
struct h323_call;
struct h323_device;
struct h323_step;
struct score; /* detect/score.h */

enum device_change { DEVICE_FOUND, DEVICE_CHANGED, DEVICE_LAST };

/* What is odd about a message of a dialog, or one that names it. */
struct event_oddities {
	bool off_path;         /* of a host that the dialog's path does not have */
	bool moves_media;      /* to a host that nobody has heard of */
	bool cancels_nothing;  /* CANCEL: the branch is not its INVITE's */
	bool replaces_others;  /* Replaces, Join: a call that the sender has no part in */
	bool notifies_unasked; /* NOTIFY: not of the server that the device registers with */
	bool relays;           /* maddr or Route lead on to elsewhere; the sender is not registered */
	uint32_t cseq_behind;  /* the highest CSeq of that side so far */
	uint32_t cseq_ahead;
};

enum registration_change { BINDING_ADDED, BINDING_REFRESHED, BINDING_REMOVED, BINDING_EXPIRED };

struct event {
	enum event_kind kind;
	uint64_t time_us;
	uint64_t began_us;                      /* of the first message of all */
	const struct packet *packet;            /* that caused it; NULL for a timer */
	const struct message *message;          /* that caused it; NULL for a timer */
	const struct transaction *transaction;  /* SIP_*: of the message, may be NULL */
	const struct dialog *dialog;            /* may be NULL */
	const struct call *call;                /* may be NULL */
	const struct registration *registration;
	const struct binding *binding;
	enum registration_change change;
	const struct stream *stream;
	const struct stream_interval *interval;
	const struct media *said;               /* RTP_*: what the stream's sender described */
	const struct media *wanted;             /* RTP_*: what its receiver described */
	const struct stream *back;              /* RTP_*: newest of the other direction */
	uint8_t stream_change;                  /* RTP_CHANGE: enum stream_change */
	bool foreign;                           /* RTP_STRAY, RTCP_REPORT, DTLS_HELLO: of a host that
	                                           has no part in the call */
	bool before_media;                      /* DTLS_HELLO: none has arrived there yet */
	const struct ras_transaction *ras;      /* RAS_TRANSACTION */
	const struct h323_call *h323;           /* of a call of H.323, may be NULL */
	const struct h323_step *step;           /* H225_CALL, H245_CHANNEL */
	const struct h323_device *device;       /* DEVICE; REGISTRATION of H.323 */
	enum device_change device_change;
	const char *mangled;                    /* SIP_REQUEST: what a router changed of it, or NULL */
	uint32_t lost_after_s;                  /* SIP_TRANSACTION: see nat_reach_answered */
	struct event_oddities odd;              /* SIP_REQUEST, SIP_RESPONSE */
	const struct score *score;              /* ENTITY_SCORE */
	enum event_kind scored;                 /* ENTITY_SCORE: kind of the event that weighed */
	bool retransmission;                    /* SIP_REQUEST, SIP_RESPONSE */
	bool proven;                            /* the event's source is known to be real */
	bool registered;                        /* SIP: a registrar has a binding of the source */
	bool answers;                           /* SIP_TRANSACTION, challenged: the source has answered one before */
	const struct kpi *kpi;                  /* KPI */
	const char *sensor_what;                /* SENSOR: "overload", "clock-step" … */
	const char *sensor_where;               /* SENSOR: which table or source */
	uint64_t sensor_value;
	bool sensor_shared;                     /* SENSOR: others told it, nothing was lost */
};

#endif
