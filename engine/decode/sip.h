/*
 * SIP messages (RFC 3261 and its extensions): one pass over the bytes, nothing copied,
 * every slice borrowed from the datagram. What all messages need is decoded at once; the
 * value of any other header is found through sip_header and parsed by its own function
 * when somebody asks.
 */
#ifndef RINGFENCE_DECODE_SIP_H
#define RINGFENCE_DECODE_SIP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"
#include "engine/decode/sip_auth.h"
#include "engine/decode/sip_uri.h"
#include "engine/frame/datagram.h"
#include "engine/limits.h"

/* X(ENUM, "NAME") */
#define SIP_METHODS(X)                                                                   \
	X(REGISTER) X(INVITE) X(ACK) X(BYE) X(CANCEL) X(OPTIONS) X(PRACK) X(UPDATE)      \
	X(INFO) X(REFER) X(MESSAGE) X(SUBSCRIBE) X(NOTIFY) X(PUBLISH)

enum sip_method {
	SIP_METHOD_NONE,
#define X(name) SIP_##name,
	SIP_METHODS(X)
#undef X
	SIP_METHOD_OTHER, /* an extension method: its name is in method_text */
	SIP_METHOD_COUNT
};

/* X(ENUM, "Name", "compact form or empty") */
#define SIP_HEADERS(X)                                                                   \
	X(VIA, "Via", "v")                                                               \
	X(FROM, "From", "f")                                                             \
	X(TO, "To", "t")                                                                 \
	X(CALL_ID, "Call-ID", "i")                                                       \
	X(CSEQ, "CSeq", "")                                                              \
	X(CONTACT, "Contact", "m")                                                       \
	X(MAX_FORWARDS, "Max-Forwards", "")                                              \
	X(CONTENT_LENGTH, "Content-Length", "l")                                         \
	X(CONTENT_TYPE, "Content-Type", "c")                                             \
	X(CONTENT_ENCODING, "Content-Encoding", "e")                                     \
	X(CONTENT_DISPOSITION, "Content-Disposition", "")                                \
	X(CONTENT_LANGUAGE, "Content-Language", "")                                      \
	X(CONTENT_ID, "Content-ID", "")                                                  \
	X(ROUTE, "Route", "")                                                            \
	X(RECORD_ROUTE, "Record-Route", "")                                              \
	X(PATH, "Path", "")                                                              \
	X(SERVICE_ROUTE, "Service-Route", "")                                            \
	X(EXPIRES, "Expires", "")                                                        \
	X(MIN_EXPIRES, "Min-Expires", "")                                                \
	X(USER_AGENT, "User-Agent", "")                                                  \
	X(SERVER, "Server", "")                                                          \
	X(ALLOW, "Allow", "")                                                            \
	X(ALLOW_EVENTS, "Allow-Events", "u")                                             \
	X(SUPPORTED, "Supported", "k")                                                   \
	X(UNSUPPORTED, "Unsupported", "")                                                \
	X(REQUIRE, "Require", "")                                                        \
	X(PROXY_REQUIRE, "Proxy-Require", "")                                            \
	X(ACCEPT, "Accept", "")                                                          \
	X(ACCEPT_ENCODING, "Accept-Encoding", "")                                        \
	X(ACCEPT_LANGUAGE, "Accept-Language", "")                                        \
	X(SESSION_EXPIRES, "Session-Expires", "x")                                       \
	X(MIN_SE, "Min-SE", "")                                                          \
	X(RSEQ, "RSeq", "")                                                              \
	X(RACK, "RAck", "")                                                              \
	X(REFER_TO, "Refer-To", "r")                                                     \
	X(REFERRED_BY, "Referred-By", "b")                                               \
	X(REPLACES, "Replaces", "")                                                      \
	X(JOIN, "Join", "")                                                              \
	X(DIVERSION, "Diversion", "")                                                    \
	X(HISTORY_INFO, "History-Info", "")                                              \
	X(REASON, "Reason", "")                                                          \
	X(WARNING, "Warning", "")                                                        \
	X(RETRY_AFTER, "Retry-After", "")                                                \
	X(P_ASSERTED_IDENTITY, "P-Asserted-Identity", "")                                \
	X(P_PREFERRED_IDENTITY, "P-Preferred-Identity", "")                              \
	X(P_CHARGING_VECTOR, "P-Charging-Vector", "")                                    \
	X(REMOTE_PARTY_ID, "Remote-Party-ID", "")                                        \
	X(PRIVACY, "Privacy", "")                                                        \
	X(IDENTITY, "Identity", "y")                                                     \
	X(IDENTITY_INFO, "Identity-Info", "n")                                           \
	X(SESSION_ID, "Session-ID", "")                                                  \
	X(X_CID, "X-CID", "")                                                            \
	X(AUTHORIZATION, "Authorization", "")                                            \
	X(PROXY_AUTHORIZATION, "Proxy-Authorization", "")                                \
	X(WWW_AUTHENTICATE, "WWW-Authenticate", "")                                      \
	X(PROXY_AUTHENTICATE, "Proxy-Authenticate", "")                                  \
	X(AUTHENTICATION_INFO, "Authentication-Info", "")                                \
	X(EVENT, "Event", "o")                                                           \
	X(SUBSCRIPTION_STATE, "Subscription-State", "")                                  \
	X(SUBJECT, "Subject", "s")                                                       \
	X(ORGANIZATION, "Organization", "")                                              \
	X(PRIORITY, "Priority", "")                                                      \
	X(DATE, "Date", "")                                                              \
	X(TIMESTAMP, "Timestamp", "")                                                    \
	X(IN_REPLY_TO, "In-Reply-To", "")                                                \
	X(REPLY_TO, "Reply-To", "")                                                      \
	X(ALERT_INFO, "Alert-Info", "")                                                  \
	X(CALL_INFO, "Call-Info", "")                                                    \
	X(ERROR_INFO, "Error-Info", "")                                                  \
	X(MIME_VERSION, "MIME-Version", "")                                              \
	X(ACCEPT_CONTACT, "Accept-Contact", "a")                                         \
	X(REJECT_CONTACT, "Reject-Contact", "j")                                         \
	X(REQUEST_DISPOSITION, "Request-Disposition", "d")                               \
	X(SIP_ETAG, "SIP-ETag", "")                                                      \
	X(SIP_IF_MATCH, "SIP-If-Match", "")                                              \
	X(GEOLOCATION, "Geolocation", "")                                                \
	X(USER_TO_USER, "User-to-User", "")

enum sip_header_id {
	SIP_HEADER_OTHER, /* unknown, kept with its name */
#define X(id, name, compact) SIP_HEADER_##id,
	SIP_HEADERS(X)
#undef X
	SIP_HEADER_COUNT
};

struct sip_header {
	uint32_t name_at;   /* offsets into the message (struct sip_message.raw) */
	uint32_t value_at;
	uint32_t value_len; /* trimmed; a folded value keeps its line ends */
	uint16_t name_len;
	uint8_t id;         /* enum sip_header_id */
	uint8_t next;       /* index of the next header of this id, 0 = none (0 is the first line) */
};

struct sip_via {
	struct slice transport; /* as sent: UDP, TCP, TLS, WS … */
	struct slice host;      /* of sent-by, without brackets */
	struct slice branch;
	struct slice received;
	struct slice maddr;
	struct address ip;      /* of the host when it is a literal */
	uint16_t port;          /* 0 = none given */
	uint16_t rport;         /* value of rport, 0 = none */
	bool rport_present;
	bool bracketed;
};

struct sip_message {
	struct slice raw;           /* the whole message, start line to body end */
	struct anomalies anomalies;
	bool is_request;
	enum sip_method method;     /* of the request line, or of the response's CSeq */
	struct slice method_text;
	struct slice version;
	struct slice request_uri_text;
	struct sip_uri request_uri;
	uint16_t status;            /* responses, else 0 */
	struct slice reason;

	struct slice call_id;
	struct sip_via via;         /* the topmost */
	struct sip_address from;
	struct sip_address to;
	struct sip_address contact; /* the first */
	uint32_t cseq;
	enum sip_method cseq_method;
	struct slice cseq_method_text;
	struct slice user_agent;    /* User-Agent, else Server */
	struct sip_auth auth;       /* Authorization, else Proxy-Authorization, else the first challenge */
	int32_t max_forwards;       /* -1 = absent */
	int64_t expires;            /* seconds of Expires, -1 = absent */
	struct slice content_type;
	struct slice body;          /* present and empty when there is none */
	int64_t content_length;     /* -1 = absent or bad */

	uint16_t header_count;
	uint8_t first[SIP_HEADER_COUNT];             /* index + 1 of the first of each, 0 = none */
	struct sip_header headers[LIMIT_SIP_HEADERS]; /* in order */
};

enum sip_result {
	SIP_NOT,        /* this is not SIP */
	SIP_INCOMPLETE, /* a stream: more bytes are needed; *consumed is 0 */
	SIP_SKIPPED,    /* keep-alive CRLFs or junk: *consumed bytes are to be dropped */
	SIP_COMPLETE,   /* a message; *consumed bytes are done with */
};

/*
 * Reads the first SIP message of the bytes. stream: bytes of a TCP-like stream, where
 * Content-Length frames; else a datagram (RFC 3261 18.3). truncated: the capture cut it
 * off. SIP is recognised by content alone: SSDP, HTTP and RTSP are SIP_NOT.
 */
struct sip_input {
	struct slice bytes;
	bool stream;
	bool truncated;
};
enum sip_result sip_parse(
	const struct sip_input *input, struct sip_message *message, size_t *consumed);

/* Cheap look at the first bytes: may this be SIP? Never false for what sip_parse takes. */
bool sip_looks_like(struct slice bytes);

/* The first header of this id, the next one of the same id, NULL = none. */
const struct sip_header *sip_header(const struct sip_message *message, enum sip_header_id id);
const struct sip_header *sip_header_next(
	const struct sip_message *message, const struct sip_header *header);

struct slice sip_header_name(const struct sip_message *message, const struct sip_header *header);
struct slice sip_header_value(const struct sip_message *message, const struct sip_header *header);

/* The value of the first header of this id, absent when there is none. */
struct slice sip_value(const struct sip_message *message, enum sip_header_id id);
/* The value of the first header of this name (no regard to case), known or unknown. */
struct slice sip_value_named(const struct sip_message *message, struct slice name);

bool sip_via_parse(struct slice text, struct sip_via *via, struct anomalies *anomalies);

/*
 * The part of the body with this content type ("application/sdp"): the body itself or a
 * part of a multipart body, nested to a limit; absent when there is none.
 */
struct slice sip_body_part(
	const struct sip_message *message, struct slice content_type, struct anomalies *anomalies);

const char *sip_method_name(enum sip_method method);
enum sip_method sip_method_parse(struct slice text);
const char *sip_header_id_name(enum sip_header_id id);
enum sip_header_id sip_header_id_parse(struct slice name);

#endif
