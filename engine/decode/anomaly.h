/*
 * Anomalies: what is understandable but wrong. A bit each, with a name that reports,
 * rules and events use. Rows may be added at the end of a block; names are a contract.
 */
#ifndef RINGFENCE_DECODE_ANOMALY_H
#define RINGFENCE_DECODE_ANOMALY_H

#include <stdbool.h>
#include <stdint.h>

/* X(ENUM, "name", "what it means") */
#define ANOMALIES(X)                                                                     \
	/* SIP framing and start line */                                                 \
	X(SIP_BARE_LF, "sip-bare-lf", "lines end with LF alone")                         \
	X(SIP_MIXED_EOL, "sip-mixed-eol", "CR, LF and CRLF line ends are mixed")         \
	X(SIP_LEADING_JUNK, "sip-leading-junk", "bytes other than CRLF before the start line") \
	X(SIP_TRAILING_JUNK, "sip-trailing-junk", "bytes behind the body")               \
	X(SIP_SEVERAL_MESSAGES, "sip-several-messages", "several messages in one datagram") \
	X(SIP_NO_HEADER_END, "sip-no-header-end", "the empty line behind the headers is missing") \
	X(SIP_TRUNCATED, "sip-truncated", "the capture or the datagram ends inside the message") \
	X(SIP_VERSION, "sip-version", "version other than SIP/2.0")                      \
	X(SIP_START_LINE, "sip-start-line", "start line with extra or missing white space or parts") \
	X(SIP_METHOD_CHARS, "sip-method-chars", "method that is no token")               \
	X(SIP_STATUS_RANGE, "sip-status-range", "status code outside 100 to 699")        \
	X(SIP_URI_BAD, "sip-uri-bad", "request URI that does not parse")                 \
	X(SIP_URI_BRACKETS, "sip-uri-brackets", "request URI in angle brackets")         \
	X(SIP_URI_HEADERS, "sip-uri-headers", "request URI with headers")                \
	X(SIP_URI_PERCENT, "sip-uri-percent", "bad percent escape in a URI")             \
	/* SIP headers */                                                                \
	X(SIP_HEADER_BAD, "sip-header-bad", "line without colon or with a bad name")     \
	X(SIP_HEADER_SPACE, "sip-header-space", "white space before the colon")          \
	X(SIP_HEADER_NEAR, "sip-header-near", "a known header under a nearly right name") \
	X(SIP_HEADER_MIXED_FORMS, "sip-header-mixed-forms", "long and compact form of one header") \
	X(SIP_HEADERS_MANY, "sip-headers-many", "more header fields than are kept")      \
	X(SIP_MISSING_VIA, "sip-missing-via", "no Via")                                  \
	X(SIP_MISSING_FROM, "sip-missing-from", "no From")                               \
	X(SIP_MISSING_TO, "sip-missing-to", "no To")                                     \
	X(SIP_MISSING_CALL_ID, "sip-missing-call-id", "no Call-ID")                      \
	X(SIP_MISSING_CSEQ, "sip-missing-cseq", "no CSeq")                               \
	X(SIP_MISSING_MAX_FORWARDS, "sip-missing-max-forwards", "request without Max-Forwards") \
	X(SIP_MISSING_CONTACT, "sip-missing-contact", "INVITE or its 2xx without Contact") \
	X(SIP_DUPLICATE, "sip-duplicate-header", "a single-valued header occurs twice")  \
	X(SIP_VIA_BAD, "sip-via-bad", "Via that does not parse")                         \
	X(SIP_BRANCH_COOKIE, "sip-branch-cookie", "branch without the RFC 3261 cookie, or with nothing behind it")  \
	X(SIP_FROM_BAD, "sip-from-bad", "From that does not parse")                      \
	X(SIP_TO_BAD, "sip-to-bad", "To that does not parse")                            \
	X(SIP_CONTACT_BAD, "sip-contact-bad", "Contact that does not parse")             \
	X(SIP_FROM_NO_TAG, "sip-from-no-tag", "From without a tag")                      \
	X(SIP_TAG_DUPLICATE, "sip-tag-duplicate", "several tags in From or To")          \
	X(SIP_QUOTE_OPEN, "sip-quote-open", "quoted string that does not end")           \
	X(SIP_DISPLAY_UNQUOTED, "sip-display-unquoted", "display name that needs quotes") \
	X(SIP_ADDRESS_SPEC, "sip-address-spec", "URI with ? , or ; outside angle brackets") \
	X(SIP_CSEQ_BAD, "sip-cseq-bad", "CSeq that does not parse or is out of range")   \
	X(SIP_CSEQ_METHOD, "sip-cseq-method", "CSeq method differs from the request's")  \
	X(SIP_NUMBER_RANGE, "sip-number-range", "a number header out of its range")      \
	X(SIP_DATE_BAD, "sip-date-bad", "Date that is no RFC 1123 date in GMT")          \
	X(SIP_WARNING_BAD, "sip-warning-bad", "Warning that does not parse")             \
	X(SIP_AUTH_BAD, "sip-auth-bad", "credentials or challenge that do not parse")    \
	X(SIP_AUTH_UNKNOWN, "sip-auth-unknown", "authentication scheme that is unknown") \
	X(SIP_UTF8_BAD, "sip-utf8-bad", "header value that is not UTF-8")                \
	X(SIP_OVERSIZE, "sip-oversize", "a method, URI, identifier, Via or Contact that is far too long") \
	X(SIP_EMPTY_VALUE, "sip-empty-value", "a header that must have a value is empty") \
	X(SIP_SLOW, "sip-slow", "message over a stream that was begun and does not end for 10 s") \
	X(SIP_MIDSTREAM, "sip-midstream", "SIP or H.323 in a stream that began as something else") \
	/* body */                                                                       \
	X(SIP_LENGTH_MISSING, "sip-length-missing", "stream message without Content-Length") \
	X(SIP_LENGTH_BAD, "sip-length-bad", "Content-Length that is no number or negative") \
	X(SIP_LENGTH_SHORT, "sip-length-short", "Content-Length less than the body")     \
	X(SIP_LENGTH_LONG, "sip-length-long", "Content-Length more than the body")       \
	X(SIP_LENGTH_SEVERAL, "sip-length-several", "several Content-Length headers")    \
	X(SIP_CONTENT_TYPE_MISSING, "sip-content-type-missing", "body without Content-Type") \
	X(MIME_BAD, "mime-bad", "multipart body whose parts cannot be told")             \
	X(SDP_BAD, "sdp-bad", "SDP line that does not parse")                            \
	X(SDP_NO_CONNECTION, "sdp-no-connection", "media without c= line")               \
	X(SDP_PORT_RANGE, "sdp-port-range", "media port over 65535")                     \
	X(SDP_MANY_MEDIA, "sdp-many-media", "more m= lines than are kept")               \
	X(SDP_LONG_LINE, "sdp-long-line", "SDP line over 1000 bytes")                    \
	X(SDP_LARGE, "sdp-large", "SDP over 8 KiB")                                      \
	X(SDP_ORDER, "sdp-order", "SDP lines out of the order of RFC 8866")              \
	X(SDP_RTPMAP_BAD, "sdp-rtpmap-bad", "rtpmap or fmtp that does not parse")        \
	/* media */                                                                      \
	X(RTP_PADDING_BAD, "rtp-padding-bad", "RTP padding longer than the packet")      \
	X(RTP_EXTENSION_BAD, "rtp-extension-bad", "RTP extension longer than the packet") \
	X(RTP_EVENT_BAD, "rtp-event-bad", "RFC 4733 event of a wrong size")              \
	X(RTCP_LENGTH_BAD, "rtcp-length-bad", "RTCP length beyond the datagram")         \
	X(RTCP_ORDER, "rtcp-order", "compound RTCP that does not begin with SR or RR")   \
	X(RTCP_TRAILING, "rtcp-trailing", "bytes behind the last RTCP packet")           \
	X(STUN_LENGTH_BAD, "stun-length-bad", "STUN attribute beyond the message")       \
	X(STUN_BAD, "stun-bad", "STUN message that does not parse")                      \
	X(DTLS_BAD, "dtls-bad", "DTLS record longer than the datagram")                  \
	/* H.323: framing and Q.931 */                                                   \
	X(TPKT_VERSION, "tpkt-version", "TPKT version other than 3")                     \
	X(TPKT_LENGTH, "tpkt-length", "TPKT length less than its header")                \
	X(TPKT_GARBAGE, "tpkt-garbage", "bytes between two TPKTs")                       \
	X(TPKT_SEVERAL, "tpkt-several", "several H.245 messages in one TPKT")            \
	X(TPKT_HUGE, "tpkt-huge", "a TPKT longer than 32 KiB")                           \
	X(Q931_HEADER, "q931-header", "bad discriminator or no room for the header")     \
	X(Q931_REFERENCE, "q931-reference", "call reference whose length is not 2")      \
	X(Q931_TYPE, "q931-type", "message type that Q.931 does not have")               \
	X(Q931_OVERRUN, "q931-overrun", "information element beyond the message")        \
	X(Q931_MANY, "q931-many", "more information elements than are kept")             \
	X(Q931_DUPLICATE, "q931-duplicate", "an information element that may not repeat does") \
	X(Q931_CODESET, "q931-codeset", "shift to another codeset, or a shift back")     \
	X(Q931_ELEMENT, "q931-element", "information element with a bad content")        \
	X(Q931_UUIE_MISSING, "q931-uuie-missing", "no User-user element")                \
	X(Q931_UUIE_DUPLICATE, "q931-uuie-duplicate", "several User-user elements")      \
	X(Q931_UUIE_SHORT, "q931-uuie-short", "User-user element without content")       \
	X(Q931_UUIE_PROTOCOL, "q931-uuie-protocol", "User-user protocol discriminator other than 5") \
	/* H.323: aligned PER and what it holds */                                       \
	X(PER_BROKEN, "per-broken", "encoding that is wrong or ends too early")          \
	X(PER_EXHAUSTED, "per-exhausted", "encoding that is too deep or too large")      \
	X(PER_NESTED, "per-nested", "a nested encoding is wrong")                        \
	X(PER_NESTED_TRAILING, "per-nested-trailing", "bytes behind a nested encoding")  \
	X(PER_TRAILING, "per-trailing", "bytes behind the message")                      \
	X(PER_EXTENSION, "per-extension", "an extension that no version up to ours has") \
	X(PER_RANGE, "per-range", "number, size or character out of its range")          \
	X(PER_OID_EMPTY, "per-oid-empty", "an empty object identifier")                  \
	X(PER_OID_LONG, "per-oid-long", "an object identifier of over 128 octets")       \
	X(H323_BODY, "h323-body", "the message body is not of the Q.931 message's kind") \
	X(H323_VERSION, "h323-version", "protocolIdentifier that is none of H.225.0 or H.245") \
	X(H323_MANY, "h323-many", "more nested messages than are kept")                  \
	X(H323_FAST_START_MANY, "h323-fast-start-many", "more than 64 channels in one fastStart") \
	X(H323_TUNNEL_MANY, "h323-tunnel-many", "more than 32 tunnelled H.245 messages") \
	X(H245_CAPABILITIES_MANY, "h245-capabilities-many", "more than 64 entries in a capability table") \
	X(H245_ACK_CONTROL, "h245-ack-control", "channel acknowledged without mediaControlChannel") \
	X(RAS_ADDRESS, "ras-address", "addresses none of which can be reached")          \
	X(H450_BAD, "h450-bad", "H.450 argument that does not decode")                   \
	X(H460_BAD, "h460-bad", "H.460 parameter that does not decode")

enum anomaly {
#define X(id, name, help) ANOMALY_##id,
	ANOMALIES(X)
#undef X
	ANOMALY_COUNT
};

struct anomalies {
	uint64_t bits[(ANOMALY_COUNT + 63) / 64];
};

static inline void anomaly_set(struct anomalies *set, enum anomaly anomaly)
{
	set->bits[anomaly / 64] |= (uint64_t)1 << (anomaly % 64);
}

static inline bool anomaly_has(const struct anomalies *set, enum anomaly anomaly)
{
	return (set->bits[anomaly / 64] >> (anomaly % 64)) & 1;
}

/* Whether one of them is in both. */
static inline bool anomalies_meet(const struct anomalies *a, const struct anomalies *b)
{
	uint64_t both = 0;
	for (unsigned i = 0; i < sizeof(a->bits) / sizeof(a->bits[0]); i++)
		both |= a->bits[i] & b->bits[i];
	return both != 0;
}

static inline bool anomalies_any(const struct anomalies *set)
{
	uint64_t all = 0;
	for (unsigned i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		all |= set->bits[i];
	return all != 0;
}

const char *anomaly_name(enum anomaly anomaly);
const char *anomaly_help(enum anomaly anomaly);

#endif
