/*
 * The fields that rules speak of: one row each with its name, type, the streams that
 * carry it and a line of help. Where a value lies stands in field_source.c.
 */
#ifndef RINGFENCE_DETECT_FIELD_TABLE_H
#define RINGFENCE_DETECT_FIELD_TABLE_H

#include "engine/detect/field_table_accounts.h"
#include "engine/detect/field_table_numbers.h"
#include "engine/track/event.h"

#define FIELDS_SIP                                                                       \
	(1u << EVENT_SIP_REQUEST | 1u << EVENT_SIP_RESPONSE |                            \
	        1u << EVENT_SIP_TRANSACTION | 1u << EVENT_SIP_DIALOG |                   \
	        1u << EVENT_REGISTRATION | 1u << EVENT_CALL_START |                      \
	        1u << EVENT_CALL_DIAL | 1u << EVENT_CALL_ANSWER | 1u << EVENT_CALL_END | \
	        1u << EVENT_PARSE_ERROR)
#define FIELDS_ALL ((1u << EVENT_COUNT) - 1)
#define FIELDS_TRANSACTION                                                               \
	(1u << EVENT_SIP_REQUEST | 1u << EVENT_SIP_RESPONSE | 1u << EVENT_SIP_TRANSACTION)
#define FIELDS_MEDIA                                                                     \
	(1u << EVENT_RTP_STREAM | 1u << EVENT_RTP_INTERVAL | 1u << EVENT_RTP_CHANGE |    \
	        1u << EVENT_RTP_STRAY)
#define FIELDS_CALL                                                                      \
	(1u << EVENT_CALL_START | 1u << EVENT_CALL_DIAL | 1u << EVENT_CALL_ANSWER |      \
	        1u << EVENT_CALL_TICK | 1u << EVENT_CALL_END | 1u << EVENT_SIP_DIALOG |  \
	        FIELDS_TRANSACTION | FIELDS_MEDIA | FIELDS_RTCP |                        \
	        1u << EVENT_DTLS_HELLO)
#define FIELDS_CALL_ONLY                                                                 \
	(1u << EVENT_CALL_START | 1u << EVENT_CALL_DIAL | 1u << EVENT_CALL_ANSWER |      \
	        1u << EVENT_CALL_TICK | 1u << EVENT_CALL_END)
#define FIELDS_RTCP    (1u << EVENT_RTCP_REPORT)
#define FIELDS_STREAM  (FIELDS_MEDIA | FIELDS_RTCP)
#define FIELDS_ODD     (1u << EVENT_SIP_REQUEST | 1u << EVENT_SIP_RESPONSE)
#define FIELDS_BINDING (1u << EVENT_REGISTRATION)
#define FIELDS_SENSOR  (1u << EVENT_SENSOR)
#define FIELDS_KPI     (1u << EVENT_KPI)
#define FIELDS_RAS     (1u << EVENT_RAS_TRANSACTION)
#define FIELDS_H323    (1u << EVENT_H225_CALL | FIELDS_CALL_ONLY)
#define FIELDS_STEP    (1u << EVENT_H225_CALL | 1u << EVENT_H245_CHANNEL)

/* X(ENUM, "name", type, streams, "help") */
#define FIELDS(X)                                                                        \
	X(SRC_IP, "src.ip", ADDRESS, FIELDS_ALL, "who sent the request, or the packet")  \
	X(SRC_PORT, "src.port", NUMBER, FIELDS_ALL, "its port")                          \
	X(DST_IP, "dst.ip", ADDRESS, FIELDS_ALL, "to whom")                              \
	X(DST_PORT, "dst.port", NUMBER, FIELDS_ALL, "its port")                          \
	X(DST_SCOPE, "dst.scope", TEXT, FIELDS_ALL, "public, private, loopback …")       \
	X(SRC_SCOPE, "src.scope", TEXT, FIELDS_ALL, "public, private, loopback …")       \
	X(SRC_COUNTRY, "src.country", TEXT, FIELDS_ALL, "by ISO 3166-1, with --geo")     \
	X(DST_COUNTRY, "dst.country", TEXT, FIELDS_ALL, "")                              \
	X(SRC_ASN, "src.asn", NUMBER, FIELDS_ALL, "autonomous system, with --geo")       \
	X(DST_ASN, "dst.asn", NUMBER, FIELDS_ALL, "")                                    \
	X(TRANSPORT, "transport", TEXT, FIELDS_ALL, "udp, tcp, sctp, ws or tls")         \
	X(DSCP, "dscp", NUMBER, FIELDS_ALL, "DiffServ code point of the packet")         \
	X(TTL, "ttl", NUMBER, FIELDS_ALL, "hops that the packet had left")               \
	X(PROVEN, "proven", BOOL, FIELDS_ALL, "the source is known to be real")          \
	X(SRC_REGISTERED, "src.registered", BOOL, 1u << EVENT_SIP_REQUEST,               \
	        "a registrar has a live binding of the source")                          \
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
	X(REQUEST_USER, "request.user", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY,             \
	        "its user part")                                                         \
	X(REQUEST_HOST, "request.host", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "its host") \
	X(REQUEST_TAIL, "request.tail", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY,             \
	        "its last 8 digits, of 9 or more")                                       \
	X(REQUEST_PREFIX, "request.prefix", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY,         \
	        "what stands before them")                                               \
	X(REQUEST_DIGITS, "request.digits", NUMBER, FIELDS_SIP | FIELDS_CALL_ONLY,       \
	        "digits of an all-digit user")                                           \
	X(FROM_USER, "from.user", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "")               \
	X(FROM_HOST, "from.host", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "")               \
	X(FROM_DISPLAY, "from.display", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY,             \
	        "display name")                                                          \
	X(FROM_TAG, "from.tag", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "")                 \
	X(FROM_TAG_HEX, "from.tag.hex", TEXT, FIELDS_SIP,                                \
	        "the tag decoded from hexadecimal")                                      \
	X(TO_USER, "to.user", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "")                   \
	X(TO_HOST, "to.host", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "")                   \
	X(TO_TAG, "to.tag", TEXT, FIELDS_SIP, "present inside a dialog")                 \
	X(CALL_ID, "call_id", TEXT,                                                      \
	        FIELDS_SIP | FIELDS_CALL_ONLY | FIELDS_STREAM | 1u << EVENT_DTLS_HELLO,  \
	        "")                                                                      \
	X(CSEQ, "cseq", NUMBER, FIELDS_SIP, "")                                          \
	X(VIA_BRANCH, "via.branch", TEXT, FIELDS_SIP, "of the topmost Via")              \
	X(VIA_HOST, "via.host", TEXT, FIELDS_SIP, "sent-by of the topmost Via")          \
	X(VIA_IP, "via.ip", ADDRESS, FIELDS_SIP, "sent-by, when it is an address")       \
	X(VIA_RPORT, "via.rport", BOOL, FIELDS_SIP, "the topmost Via has rport")         \
	X(VIA_COUNT, "via.count", NUMBER, FIELDS_SIP,                                    \
	        "hops so far, the sender's included")                                    \
	X(USER_AGENT, "user_agent", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY,                 \
	        "User-Agent, else Server")                                               \
	X(CONTACT, "contact", TEXT, FIELDS_SIP, "first Contact as sent")                 \
	X(CONTACT_USER, "contact.user", TEXT, FIELDS_SIP, "")                            \
	X(CONTACT_HOST, "contact.host", TEXT, FIELDS_SIP, "")                            \
	X(CONTACT_URI, "contact.uri", TEXT, FIELDS_SIP, "its URI alone")                 \
	X(CONTACT_STAR, "contact.star", BOOL, FIELDS_SIP, "Contact: *")                  \
	X(MAX_FORWARDS, "max_forwards", NUMBER, FIELDS_SIP, "")                          \
	X(EXPIRES, "expires", NUMBER, FIELDS_SIP, "seconds of Expires")                  \
	X(CONTENT_LENGTH, "content.length", NUMBER, FIELDS_SIP, "as sent")               \
	X(CONTENT_OFF, "content.off", NUMBER, FIELDS_SIP,                                \
	        "bytes between Content-Length and what stands behind the headers")       \
	X(BODY, "body", TEXT, FIELDS_SIP, "")                                            \
	X(HEADER_COUNT, "header.count", NUMBER, FIELDS_SIP, "header fields")             \
	X(HEADER_ORDER, "header.order", TEXT, FIELDS_SIP,                                \
	        "names of all, joined by commas")                                        \
	X(AUTH_SENT, "auth.sent", BOOL, FIELDS_SIP, "the request carried credentials")   \
	X(AUTH_STALE, "auth.stale", BOOL, FIELDS_SIP, "the challenge said stale")        \
	X(AUTH_USER, "auth.user", TEXT, FIELDS_SIP | FIELDS_CALL_ONLY, "")               \
	X(AUTH_REALM, "auth.realm", TEXT, FIELDS_SIP, "")                                \
	X(AUTH_NONCE, "auth.nonce", TEXT, FIELDS_SIP, "")                                \
	X(AUTH_NC, "auth.nc", TEXT, FIELDS_SIP, "nonce count as sent")                   \
	X(AUTH_SCHEME, "auth.scheme", TEXT, FIELDS_SIP,                                  \
	        "digest, basic, bearer or other")                                        \
	X(AUTH_ALGORITHM, "auth.algorithm", TEXT, FIELDS_SIP, "")                        \
	X(AUTH_DIGEST, "auth.digest", NUMBER, FIELDS_TRANSACTION, "tells tries apart")   \
	X(AUTH_ANSWERS, "auth.answers", BOOL, FIELDS_TRANSACTION,                        \
	        "challenged: the source has answered a challenge before")                \
	X(AUTH_NONCE_KNOWN, "auth.nonce_known", BOOL, FIELDS_TRANSACTION,                \
	        "the nonce was seen on its way to this source")                          \
	X(DIALOG_OFF_PATH, "dialog.off_path", BOOL, FIELDS_ODD,                          \
	        "inside a call, from a host that is not on its path")                    \
	X(DIALOG_MOVES_MEDIA, "dialog.moves_media", BOOL, FIELDS_ODD,                    \
	        "INVITE, UPDATE: to a host that nobody has heard of")                    \
	X(DIALOG_CANCELS_NOTHING, "dialog.cancels_nothing", BOOL, FIELDS_ODD,            \
	        "CANCEL: its branch is not that of the INVITE")                          \
	X(DIALOG_REPLACES, "dialog.replaces_others", BOOL, FIELDS_ODD,                   \
	        "Replaces or Join: a call that the sender has no part in, nor was "      \
	        "referred to, nor is registered here")                                   \
	X(DIALOG_NOTIFIES, "dialog.notifies_unasked", BOOL, FIELDS_ODD,                  \
	        "NOTIFY: to a device that registers with another server")                \
	X(DIALOG_RELAYS, "dialog.relays", BOOL, FIELDS_ODD,                              \
	        "maddr or Route lead on to another host; the sender is not registered")  \
	X(DIALOG_CSEQ_BEHIND, "dialog.cseq_behind", NUMBER, FIELDS_ODD,                  \
	        "by how much CSeq is below the highest of that side")                    \
	X(DIALOG_CSEQ_AHEAD, "dialog.cseq_ahead", NUMBER, FIELDS_ODD, "or above it")     \
	X(SDP_NAME, "sdp:s", TEXT, FIELDS_SIP, "s= line")                                \
	X(SDP_ORIGIN, "sdp:o", TEXT, FIELDS_SIP, "o= line")                              \
	X(SDP_IP, "sdp.ip", ADDRESS, FIELDS_SIP, "first media address")                  \
	X(SDP_SCOPE, "sdp.scope", TEXT, FIELDS_SIP, "public, private, loopback …")       \
	X(SDP_MEDIA, "sdp.media", NUMBER, FIELDS_SIP, "m= lines")                        \
	X(SDP_CRYPTO, "sdp.crypto", BOOL, FIELDS_SIP, "a=crypto is present")             \
	X(SDP_HOLD, "sdp.hold", BOOL, FIELDS_SIP, "")                                    \
	X(SDP_LEN, "sdp.len", NUMBER, FIELDS_SIP, "bytes of the description")            \
	X(NAT_BITS, "nat.bits", NUMBER, FIELDS_SIP, "nat_uac_test bits of the message")  \
	X(NAT_LENGTH, "nat.length_forgotten", BOOL, FIELDS_SIP,                          \
	        "Content-Length is off by what rewritten addresses differ in length")    \
	X(NAT_MANGLED, "nat.mangled", TEXT, 1u << EVENT_SIP_REQUEST,                     \
	        "what a router changed, by a copy from inside of it: branch …")          \
	X(NAT_LOST_AFTER, "nat.lost_after_s", NUMBER, 1u << EVENT_SIP_TRANSACTION,       \
	        "silence after which a call got lost, that a new REGISTER healed")       \
	X(ANOMALY_COUNT, "anomaly.count", NUMBER, FIELDS_ALL,                            \
	        "anomalies of the message")                                              \
	X(ANOMALY_FIRST, "anomaly.first", TEXT, FIELDS_ALL, "name of the first anomaly") \
	X(ANOMALY_EACH, "anomaly.each", TEXT, FIELDS_ALL,                                \
	        "'distinct' counts every anomaly of the message")                        \
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
	X(REG_COUNTRY_CHANGED, "registration.country_changed", BOOL, FIELDS_BINDING,     \
	        "another country than the change before, with --geo")                    \
	X(REG_ASN_CHANGED, "registration.asn_changed", BOOL, FIELDS_BINDING,             \
	        "another autonomous system, with --geo")                                 \
	X(REG_FOREIGN, "registration.contact_foreign", BOOL, FIELDS_BINDING,             \
	        "public contact that is not the source")                                 \
	X(REG_INTERVAL, "registration.interval_s", NUMBER, FIELDS_BINDING,               \
	        "granted expiry")                                                        \
	X(REG_SINCE, "registration.age_s", NUMBER, FIELDS_BINDING,                       \
	        "since the account was first seen")                                      \
	X(REG_CHANGES, "registration.changes", NUMBER, FIELDS_BINDING, "changes so far") \
	X(REG_CONTACT, "registration.contact", TEXT, FIELDS_BINDING,                     \
	        "URI of the binding")                                                    \
	X(REG_AGENT, "registration.user_agent", TEXT, FIELDS_BINDING, "")                \
	X(REG_AGENT_BEFORE, "registration.previous_user_agent", TEXT, FIELDS_BINDING,    \
	        "")                                                                      \
	X(REG_SOURCE_BEFORE, "registration.previous_ip", ADDRESS, FIELDS_BINDING,        \
	        "source of the change before")                                           \
	X(REG_ACCOUNT, "registration.auth_user", TEXT, FIELDS_BINDING,                   \
	        "account of the credentials")                                            \
	X(CALL_DURATION, "call.duration_s", NUMBER, FIELDS_CALL, "since the answer")     \
	X(CALL_ANSWERED, "call.answered", BOOL, FIELDS_CALL, "")                         \
	X(CALL_ACKED, "call.acked", BOOL, FIELDS_CALL, "the answer was acknowledged")    \
	X(CALL_CALLER, "call.caller", ADDRESS, FIELDS_CALL, "who sent the first INVITE") \
	X(CALL_CALLEE, "call.callee", ADDRESS, FIELDS_CALL, "where it was sent to")      \
	X(CALL_STATUS, "call.status", NUMBER, FIELDS_CALL, "")                           \
	X(CALL_AUTHENTICATED, "call.authenticated", BOOL, FIELDS_CALL, "")               \
	X(CALL_PROTOCOL, "call.protocol", TEXT, FIELDS_CALL, "sip or h323")              \
	X(CALL_STATE, "call.state", TEXT, FIELDS_CALL,                                   \
	        "trying, ringing, answered, ended")                                      \
	X(CALL_END, "call.end", TEXT, FIELDS_CALL,                                       \
	        "bye, cancel, rejected, timeout, capture-end, evicted")                  \
	X(CALL_RELEASED_BY, "call.released_by", TEXT, FIELDS_CALL,                       \
	        "caller, callee or neither")                                             \
	X(CALL_CAUSE, "call.cause", NUMBER, FIELDS_CALL, "Q.850 cause")                  \
	X(CALL_REASON, "call.reason", TEXT, FIELDS_CALL, "Reason header of the end")     \
	X(CALL_PDD, "call.pdd_s", NUMBER, FIELDS_CALL,                                   \
	        "post-dial delay: INVITE to ringing or answer")                          \
	X(CALL_RING, "call.ring_s", NUMBER, FIELDS_CALL, "ringing, until answer or end") \
	X(CALL_AGE, "call.age_s", NUMBER, FIELDS_CALL, "since the INVITE")               \
	X(CALL_ASSERTED, "call.asserted", TEXT, FIELDS_CALL,                             \
	        "user of P-Asserted-Identity")                                           \
	X(CALL_PREFERRED, "call.preferred", TEXT, FIELDS_CALL,                           \
	        "user of P-Preferred-Identity")                                          \
	X(CALL_REMOTE_PARTY, "call.remote_party", TEXT, FIELDS_CALL,                     \
	        "user of Remote-Party-ID")                                               \
	X(CALL_DIVERSION, "call.diversion", TEXT, FIELDS_CALL,                           \
	        "user of Diversion or History-Info")                                     \
	X(CALL_CALLEE_AGENT, "call.callee_agent", TEXT, FIELDS_CALL,                     \
	        "user agent of the callee")                                              \
	X(CALL_RETRANSMISSIONS, "call.retransmissions", NUMBER, FIELDS_CALL, "")         \
	X(CALL_MESSAGES, "call.messages", NUMBER, FIELDS_CALL, "")                       \
	X(CALL_REINVITES, "call.reinvites", NUMBER, FIELDS_CALL, "")                     \
	X(CALL_DTMF, "call.dtmf", NUMBER, FIELDS_CALL, "digits")                         \
	X(CALL_NAT, "call.nat", NUMBER, FIELDS_CALL, "nat_uac_test bits of the INVITE")  \
	X(CALL_FORKS, "call.forks", NUMBER, FIELDS_CALL, "dialogs")                      \
	X(CALL_MEDIA, "call.media", NUMBER, FIELDS_CALL, "media announced")              \
	X(CALL_EARLY_MEDIA, "call.early_media", BOOL, FIELDS_CALL, "")                   \
	X(CALL_HELD, "call.held", BOOL, FIELDS_CALL, "was on hold at some time")         \
	X(CALL_TRANSFERRED, "call.transferred", BOOL, FIELDS_CALL, "")                   \
	X(CALL_GAP, "call.capture_gap", BOOL, FIELDS_CALL,                               \
	        "the capture dropped packets of it")                                     \
	X(CALL_OFFERED_SECURE, "call.offered_secure", BOOL, FIELDS_CALL,                 \
	        "the caller described its first medium as SRTP")                         \
	X(CALL_ANSWERED_SECURE, "call.answered_secure", BOOL, FIELDS_CALL,               \
	        "the callee did")                                                        \
	X(CALL_LEG, "call.leg", BOOL, FIELDS_CALL, "belongs to an earlier leg")          \
	X(CALL_LEG_SCORE, "call.leg_score", NUMBER, FIELDS_CALL,                         \
	        "how sure that is, 0 to 100")                                            \
	X(CALL_DSCP, "call.dscp", NUMBER, FIELDS_CALL, "")                               \
	X(CALL_CALLER_PACKETS, "call.caller.packets", NUMBER, FIELDS_CALL,               \
	        "RTP that the caller sent")                                              \
	X(CALL_CALLEE_PACKETS, "call.callee.packets", NUMBER, FIELDS_CALL,               \
	        "RTP that the callee sent")                                              \
	X(CALL_CALLER_LOSS, "call.caller.loss_percent", NUMBER, FIELDS_CALL,             \
	        "of what the caller sent")                                               \
	X(CALL_CALLEE_LOSS, "call.callee.loss_percent", NUMBER, FIELDS_CALL,             \
	        "of what the callee sent")                                               \
	X(CALL_CALLER_MOS, "call.caller.mos", NUMBER, FIELDS_CALL,                       \
	        "of what the caller sent")                                               \
	X(CALL_CALLEE_MOS, "call.callee.mos", NUMBER, FIELDS_CALL,                       \
	        "of what the callee sent")                                               \
	X(CALL_CALLER_R, "call.caller.r", NUMBER, FIELDS_CALL, "E-model rating")         \
	X(CALL_CALLEE_R, "call.callee.r", NUMBER, FIELDS_CALL, "E-model rating")         \
	X(CALL_CALLER_RTT, "call.caller.rtt_ms", NUMBER, FIELDS_CALL, "")                \
	X(CALL_CALLEE_RTT, "call.callee.rtt_ms", NUMBER, FIELDS_CALL, "")                \
	X(CALL_QUIETER, "call.quieter_percent", NUMBER, FIELDS_CALL,                     \
	        "RTP of the side that sent less, of what the other sent")                \
	X(CALL_CALLER_RECENT, "call.caller.recent", NUMBER, FIELDS_CALL_ONLY,            \
	        "RTP packets of the caller in the last 10 s of a running call")          \
	X(CALL_CALLEE_RECENT, "call.callee.recent", NUMBER, FIELDS_CALL_ONLY, "")        \
	X(CALL_RECENT_QUIETER, "call.recent_quieter_percent", NUMBER, FIELDS_CALL_ONLY,  \
	        "of the side that sent less in the last 10 s, of what the other sent")   \
	X(CALL_MEDIA_IP, "call.media_ip", ADDRESS, FIELDS_CALL,                          \
	        "where the caller wants its media, from the answer on")                  \
	X(CALL_ICE, "call.ice", NUMBER, FIELDS_CALL, "sides that named candidates")      \
	X(CALL_ONE_SIDED, "call.one_sided", BOOL, FIELDS_CALL,                           \
	        "by the descriptions not both sides are to send now")                    \
	X(CALL_FAX, "call.fax", BOOL, FIELDS_CALL, "T.38 was described")                 \
	X(CALL_NOISE, "call.comfort_noise", BOOL, FIELDS_CALL,                           \
	        "a side is silent on purpose")                                           \
	X(CALL_HAIRPIN, "call.hairpin", BOOL, FIELDS_CALL,                               \
	        "both sides want media at one public address, that of one of them")      \
	X(CALL_DUAL_NAT, "call.dual_nat", BOOL, FIELDS_CALL,                             \
	        "both sides tell private addresses across a public network")             \
	X(CALL_EVENTS, "call.events_agreed", BOOL, FIELDS_CALL,                          \
	        "both sides described telephone-event (RFC 4733)")                       \
	X(CALL_TAP_DEAF, "call.tap_deaf", BOOL, FIELDS_CALL,                             \
	        "several calls passed here and none of them had media")                  \
	X(CALL_TAP_ONE_SIDED, "call.tap_one_sided", BOOL, FIELDS_CALL,                   \
	        "several calls passed here and none had media of both directions")       \
	X(CALL_TRANSPORT, "call.transport", TEXT, FIELDS_CALL,                           \
	        "of the first INVITE: udp, tcp, sctp, ws or tls")                        \
	X(RTP_SSRC, "rtp.ssrc", NUMBER, FIELDS_STREAM, "")                               \
	X(RTP_TYPE, "rtp.payload_type", NUMBER, FIELDS_STREAM, "of the last packet")     \
	X(RTP_CODEC, "rtp.codec", TEXT, FIELDS_STREAM, "by its name in SDP")             \
	X(RTP_ANNOUNCED, "rtp.announced", BOOL, FIELDS_STREAM,                           \
	        "signalling knows of the stream")                                        \
	X(RTP_SECURE, "rtp.secure", BOOL, FIELDS_STREAM, "announced as SRTP")            \
	X(RTP_DSCP, "rtp.dscp", NUMBER, FIELDS_STREAM, "")                               \
	X(RTP_DURATION, "rtp.duration_s", NUMBER, FIELDS_STREAM,                         \
	        "of the stream, or of the interval")                                     \
	X(RTP_PACKETS, "rtp.packets", NUMBER, FIELDS_STREAM, "duplicates included")      \
	X(RTP_RATE, "rtp.packets_per_s", NUMBER, FIELDS_STREAM, "")                      \
	X(RTP_OCTETS, "rtp.octets", NUMBER, FIELDS_STREAM,                               \
	        "payload bytes of the stream")                                           \
	X(RTP_EXPECTED, "rtp.expected", NUMBER, FIELDS_STREAM, "by sequence numbers")    \
	X(RTP_LOST, "rtp.lost", NUMBER, FIELDS_STREAM, "")                               \
	X(RTP_LOSS, "rtp.loss_percent", NUMBER, FIELDS_STREAM, "")                       \
	X(RTP_DUPLICATES, "rtp.duplicates", NUMBER, FIELDS_STREAM, "")                   \
	X(RTP_REORDERED, "rtp.reordered", NUMBER, FIELDS_STREAM, "")                     \
	X(RTP_JITTER, "rtp.jitter_ms", NUMBER, FIELDS_STREAM, "mean")                    \
	X(RTP_JITTER_MAX, "rtp.jitter_max_ms", NUMBER, FIELDS_STREAM, "")                \
	X(RTP_LATE, "rtp.late", NUMBER, FIELDS_STREAM,                                   \
	        "too late for the adaptive jitter buffer")                               \
	X(RTP_MOS, "rtp.mos", NUMBER, FIELDS_STREAM,                                     \
	        "with the adaptive jitter buffer; absent without value")                 \
	X(RTP_R, "rtp.r", NUMBER, FIELDS_STREAM, "E-model rating")                       \
	X(RTP_JUMPS, "rtp.jumps", NUMBER, FIELDS_STREAM, "of the sequence number")       \
	X(RTP_DIGITS, "rtp.digits", NUMBER, FIELDS_STREAM, "telephone events begun")     \
	X(RTP_COMFORT_NOISE, "rtp.comfort_noise", NUMBER, FIELDS_STREAM, "packets")      \
	X(RTP_TALKSPURTS, "rtp.talkspurts", NUMBER, FIELDS_STREAM, "")                   \
	X(RTP_BYE, "rtp.bye", BOOL, FIELDS_STREAM, "RTCP said that it ends")             \
	X(RTP_ROUND_TRIP, "rtp.round_trip_ms", NUMBER, FIELDS_STREAM,                    \
	        "between the tap and the receiver")                                      \
	X(RTP_REMOTE_LOSS, "rtp.remote_loss_percent", NUMBER, FIELDS_STREAM,             \
	        "as the receiver last reported")                                         \
	X(RTP_REMOTE_JITTER, "rtp.remote_jitter_ms", NUMBER, FIELDS_STREAM,              \
	        "as the receiver last reported")                                         \
	X(RTP_AFTER_CALL, "rtp.after_call_s", NUMBER, FIELDS_STREAM,                     \
	        "how long it goes on after its call's end")                              \
	X(RTP_AFTER_CALL_PACKETS, "rtp.after_call.packets", NUMBER, FIELDS_STREAM,       \
	        "how many of its packets that makes, by their mean rate")                \
	X(RTP_SECOND, "rtp.second_source", BOOL, FIELDS_STREAM,                          \
	        "another host's stream was arriving there, and no side named this one")  \
	X(RTP_CHANGE, "rtp.change", TEXT, 1u << EVENT_RTP_CHANGE,                        \
	        "ssrc-changed, second-source, second-ssrc, ssrc-clash, forged, flood, "  \
	        "many-arrive or bled")                                                   \
	X(RTP_STRANGER, "rtp.stranger", BOOL, 1u << EVENT_RTP_STRAY,                     \
	        "it arrives at a call's address, from a host that the call did not "     \
	        "name")                                                                  \
	X(RTP_PROBE, "rtp.probe", BOOL, 1u << EVENT_RTP_STRAY,                           \
	        "no media: without SSRC, payload or time, or too short")                 \
	X(RTP_FORGED, "rtp.forged", NUMBER, FIELDS_STREAM,                               \
	        "packets that contradict others: other content under the same number, "  \
	        "or numbers that go to and fro")                                         \
	X(RTP_MISORDERED, "rtp.misordered", NUMBER, FIELDS_STREAM,                       \
	        "more than 100 behind")                                                  \
	X(RTP_STAMP_JUMPS, "rtp.timestamp_jumps", NUMBER, FIELDS_STREAM,                 \
	        "timestamps that neither sequence numbers nor time explain")             \
	X(RTP_UNDECLARED, "rtp.undeclared", NUMBER, FIELDS_STREAM,                       \
	        "packets of payload types that no side declared")                        \
	X(RTP_RATE_TIMES, "rtp.rate_times", NUMBER, FIELDS_MEDIA,                        \
	        "payload a second over what the codec makes of it")                      \
	X(RTP_PEAK, "rtp.peak_per_s", NUMBER, FIELDS_STREAM,                             \
	        "packets of its busiest second")                                         \
	X(RTP_PEAK_TIMES, "rtp.peak_times", NUMBER, FIELDS_MEDIA,                        \
	        "that, over what the length of its packets asks for")                    \
	X(RTP_RESIZED, "rtp.resized_percent", NUMBER, FIELDS_MEDIA,                      \
	        "packets of another size than the one before, of codecs that have one "  \
	        "size alone")                                                            \
	X(RTP_HIDDEN, "rtp.hidden_percent", NUMBER, FIELDS_MEDIA,                        \
	        "header extensions and padding, of the payload")                         \
	X(RTP_BEGUN, "rtp.begun_s", NUMBER, FIELDS_STREAM,                               \
	        "when it began, after the first packet of all")                          \
	X(RTP_LOSS_APART, "rtp.loss_apart_percent", NUMBER, FIELDS_STREAM,               \
	        "points between our loss and what the receiver reports")                 \
	X(RTP_GAP, "rtp.capture_gap", BOOL, FIELDS_STREAM,                               \
	        "the capture dropped packets of it")                                     \
	X(RTP_SIGNALLED_IP, "rtp.signalled_ip", ADDRESS, FIELDS_MEDIA,                   \
	        "where its sender said to be reached")                                   \
	X(RTP_SIGNALLED_ASN, "rtp.signalled_asn", NUMBER, FIELDS_MEDIA,                  \
	        "its autonomous system, with --geo")                                     \
	X(RTP_SIGNALLED_SCOPE, "rtp.signalled_scope", TEXT, FIELDS_MEDIA,                \
	        "public, private, loopback …")                                           \
	X(RTP_NEGOTIATED, "rtp.negotiated", TEXT, FIELDS_MEDIA,                          \
	        "who described the codec on the wire: both, sender, receiver, neither")  \
	X(RTP_TYPE_CLASH, "rtp.type_clash", BOOL, FIELDS_MEDIA,                          \
	        "the two sides mean different codecs by its payload type")               \
	X(RTP_PACKET_MS, "rtp.packet_ms", NUMBER, FIELDS_MEDIA, "speech in a packet")    \
	X(RTP_PTIME, "rtp.ptime_ms", NUMBER, FIELDS_MEDIA, "that the receiver wants")    \
	X(RTP_MAXPTIME, "rtp.maxptime_ms", NUMBER, FIELDS_MEDIA, "that it allows")       \
	X(RTP_PTIME_APART, "rtp.ptime_apart", BOOL, FIELDS_MEDIA,                        \
	        "packets are not as long as the receiver wants, or longer than allowed") \
	X(RTP_BACK_CODEC, "rtp.back_codec", TEXT, FIELDS_MEDIA,                          \
	        "of the stream that runs the other way now")                             \
	X(RTP_DSCP_CHANGED, "rtp.dscp_changed", BOOL, FIELDS_MEDIA,                      \
	        "not all packets, or copies of one, had the same mark")                  \
	X(RTCP_SENDER, "rtcp.sender", NUMBER, FIELDS_RTCP, "SSRC")                       \
	X(RTCP_PACKETS, "rtcp.packets", NUMBER, FIELDS_RTCP, "in the compound")          \
	X(RTCP_SR, "rtcp.sr", BOOL, FIELDS_RTCP, "a sender report is in it")             \
	X(RTCP_BYE, "rtcp.bye", BOOL, FIELDS_RTCP, "")                                   \
	X(RTCP_BYE_SSRC, "rtcp.bye.ssrc", NUMBER, FIELDS_RTCP, "")                       \
	X(RTCP_CNAME, "rtcp.cname", TEXT, FIELDS_RTCP, "")                               \
	X(RTCP_SENT, "rtcp.sent_packets", NUMBER, FIELDS_RTCP, "as the sender counts")   \
	X(RTCP_BLOCKS, "rtcp.blocks", NUMBER, FIELDS_RTCP, "reception reports")          \
	X(RTCP_LOSS, "rtcp.loss_percent", NUMBER, FIELDS_RTCP,                           \
	        "of the first reception report")                                         \
	X(RTCP_FOREIGN, "rtcp.foreign_source", BOOL, FIELDS_RTCP,                        \
	        "from another host than the stream that it speaks for")                  \
	X(DTLS_FOREIGN, "dtls.foreign_source", BOOL, 1u << EVENT_DTLS_HELLO,             \
	        "neither described, nor signalling, nor through ICE")                    \
	X(DTLS_EARLY, "dtls.before_media", BOOL, 1u << EVENT_DTLS_HELLO,                 \
	        "nothing has arrived there yet")                                         \
	X(RTCP_MOS_LQ, "rtcp.mos_lq", NUMBER, FIELDS_RTCP,                               \
	        "listening quality (RFC 3611)")                                          \
	X(RTCP_MOS_CQ, "rtcp.mos_cq", NUMBER, FIELDS_RTCP,                               \
	        "conversational quality (RFC 3611)")                                     \
	X(RTCP_R, "rtcp.r", NUMBER, FIELDS_RTCP, "R factor (RFC 3611)")                  \
	X(RAS_MESSAGE, "ras.message", TEXT, FIELDS_RAS, "registrationRequest …")         \
	X(RAS_PHASE, "ras.phase", TEXT, FIELDS_RAS,                                      \
	        "request, confirm, reject or timeout")                                   \
	X(RAS_REASON, "ras.reason", TEXT, FIELDS_RAS,                                    \
	        "of a rejection, URQ or DRQ: securityDenial …")                          \
	X(RAS_ALIAS, "ras.alias", TEXT, FIELDS_RAS,                                      \
	        "first alias: the registering one, or the called one")                   \
	X(RAS_SOURCE, "ras.source", TEXT, FIELDS_RAS, "ARQ, LRQ: who calls")             \
	X(RAS_ENDPOINT, "ras.endpoint", TEXT, FIELDS_RAS, "endpointIdentifier")          \
	X(RAS_GATEKEEPER, "ras.gatekeeper", TEXT, FIELDS_RAS, "gatekeeperIdentifier")    \
	X(RAS_PRODUCT, "ras.product", TEXT, FIELDS_RAS, "GRQ, RRQ: productId")           \
	X(RAS_VERSION, "ras.version", NUMBER, FIELDS_RAS, "GRQ, RRQ: of H.225.0")        \
	X(RAS_COPIES, "ras.copies", NUMBER, FIELDS_RAS,                                  \
	        "retransmissions of the request")                                        \
	X(RAS_KEEP_ALIVE, "ras.keep_alive", BOOL, FIELDS_RAS, "RRQ: only refreshes")     \
	X(RAS_ANSWER_CALL, "ras.answer_call", BOOL, FIELDS_RAS,                          \
	        "ARQ, DRQ: of the called side")                                          \
	X(RAS_TOKENS, "ras.tokens", BOOL, FIELDS_RAS, "carries H.235 tokens")            \
	X(RAS_TOKEN_REPLAYED, "ras.token_replayed", BOOL, FIELDS_RAS,                    \
	        "a token that this device sent before")                                  \
	X(RAS_TOKEN_DOWNGRADE, "ras.token_downgrade", BOOL, FIELDS_RAS,                  \
	        "the device used tokens before and now does not")                        \
	X(RAS_ALIAS_MOVED, "ras.alias_moved", BOOL, FIELDS_RAS,                          \
	        "RRQ: an alias that another device holds")                               \
	X(RAS_GATEKEEPER_MOVED, "ras.gatekeeper_moved", BOOL, FIELDS_RAS,                \
	        "GCF: another machine had this gatekeeper's name before")                \
	X(RAS_FOREIGN, "ras.foreign_source", BOOL, FIELDS_RAS,                           \
	        "not from the device that it names, nor its gatekeeper")                 \
	X(RAS_PRIVATE, "ras.private_address", BOOL, FIELDS_RAS,                          \
	        "names an address of a private network")                                 \
	X(RAS_SIGNAL_IP, "ras.signal.ip", ADDRESS, FIELDS_RAS, "callSignalAddress")      \
	X(H225_MESSAGE, "h225.message", TEXT, 1u << EVENT_H225_CALL,                     \
	        "setup, connect, releaseComplete …")                                     \
	X(H225_SENDER, "h225.sender", TEXT, FIELDS_STEP, "caller, callee or neither")    \
	X(H225_REASON, "h225.reason", TEXT, FIELDS_STEP,                                 \
	        "of a release, Facility or refused channel")                             \
	X(H225_CAUSE, "h225.cause", NUMBER, 1u << EVENT_H225_CALL, "Q.850")              \
	X(H225_FOREIGN, "h225.foreign_source", BOOL, FIELDS_STEP,                        \
	        "names a call that its source has no part in")                           \
	X(H225_DISPLAY, "h225.display", TEXT, FIELDS_H323, "of the caller")              \
	X(H225_VENDOR, "h225.vendor", TEXT, FIELDS_H323,                                 \
	        "of the caller: T.35 country-extension-manufacturer")                    \
	X(H225_PRODUCT, "h225.product", TEXT, FIELDS_H323, "of the caller")              \
	X(H225_PRODUCT_VERSION, "h225.product_version", TEXT, FIELDS_H323, "")           \
	X(H225_SOURCE, "h225.source", TEXT, FIELDS_H323, "first of sourceAddress")       \
	X(H225_DESTINATION, "h225.destination", TEXT, FIELDS_H323,                       \
	        "first of destinationAddress")                                           \
	X(H225_CALLING, "h225.calling", TEXT, FIELDS_H323, "calling party number")       \
	X(H225_CALLED, "h225.called", TEXT, FIELDS_H323, "called party number")          \
	X(H225_ADMITTED_NUMBER, "h225.admitted_source", TEXT, FIELDS_H323,               \
	        "who calls, as the gatekeeper was told")                                 \
	X(H225_CALLER_VERSION, "h225.caller.version", NUMBER, FIELDS_H323, "of H.225.0") \
	X(H225_CALLEE_VERSION, "h225.callee.version", NUMBER, FIELDS_H323, "of H.225.0") \
	X(H225_ADMITTED, "h225.admitted", BOOL, FIELDS_H323,                             \
	        "a gatekeeper admitted this call")                                       \
	X(H225_ROUTED, "h225.routed", BOOL, FIELDS_H323, "and routes it")                \
	X(H225_FROM_GATEKEEPER, "h225.from_gatekeeper", BOOL, FIELDS_H323,               \
	        "the Setup came from a gatekeeper")                                      \
	X(H225_CALLER_REGISTERED, "h225.caller_registered", BOOL, FIELDS_H323, "")       \
	X(H225_CALLEE_REGISTERED, "h225.callee_registered", BOOL, FIELDS_H323, "")       \
	X(H225_CLI_MISMATCH, "h225.cli_mismatch", BOOL, FIELDS_H323,                     \
	        "the caller's numbers contradict each other")                            \
	X(H225_FORWARDED, "h225.forwarded", BOOL, FIELDS_H323, "")                       \
	X(H225_FALLBACK, "h225.fallback", BOOL, FIELDS_H323,                             \
	        "an old version gave up fastStart or tunnelling")                        \
	X(H225_MEDIA_GOES_ON, "h225.media_goes_on", BOOL, FIELDS_H323,                   \
	        "media of both sides long after the release")                            \
	X(H245_MESSAGE, "h245.message", TEXT, FIELDS_STEP,                               \
	        "openLogicalChannel, userInput, fastStart …")                            \
	X(H245_IP, "h245.ip", ADDRESS, FIELDS_STEP,                                      \
	        "address of media or of H.245 that it names")                            \
	X(H245_SCOPE, "h245.scope", TEXT, FIELDS_STEP, "of that: public, private …")     \
	X(H245_THIRD_PARTY, "h245.third_party", BOOL, FIELDS_STEP,                       \
	        "it belongs to neither side, nor to anyone known")                       \
	X(H245_PRIVATE, "h245.private_address", BOOL, FIELDS_STEP,                       \
	        "it is private, seen on the public side")                                \
	X(H245_CODEC, "h245.codec", TEXT, 1u << EVENT_H245_CHANNEL, "of the channel")    \
	X(H245_DIGITS, "h245.digits", NUMBER, 1u << EVENT_H245_CHANNEL, "of user input") \
	X(CLI_MISMATCH, "cli.mismatch", TEXT, FIELDS_CALL,                               \
	        "which identity names another number than From: asserted, login …")      \
	X(CLI_FAULT, "cli.fault", TEXT, FIELDS_CALL,                                     \
	        "why the caller's number is none: length, country, area, text")          \
	X(CLI_EMERGENCY, "cli.emergency", BOOL, FIELDS_CALL,                             \
	        "an emergency service as the caller")                                    \
	X(CLI_TRUST, "cli.trust", TEXT, FIELDS_CALL,                                     \
	        "inside or outside of RFC 3325's trust domain, by the site's trunks")    \
	X(CLI_SHARED, "cli.shared_digits", NUMBER, FIELDS_CALL,                          \
	        "digits at the front that caller and called have in common")             \
	X(STIR_FAULT, "stir.fault", TEXT, 1u << EVENT_SIP_REQUEST,                       \
	        "why an Identity is no PASSporT: alg, attest, rfc4474 …")                \
	X(STIR_FORM, "stir.form", TEXT, 1u << EVENT_SIP_REQUEST, "full or compact")      \
	X(STIR_ALG, "stir.alg", TEXT, 1u << EVENT_SIP_REQUEST, "")                       \
	X(STIR_PPT, "stir.ppt", TEXT, 1u << EVENT_SIP_REQUEST, "shaken, div …")          \
	X(STIR_URL, "stir.x5u", TEXT, 1u << EVENT_SIP_REQUEST,                           \
	        "URL of the certificate, which is never fetched")                        \
	X(STIR_URL_FAULT, "stir.x5u_fault", TEXT, 1u << EVENT_SIP_REQUEST,               \
	        "scheme, host or address: nobody should follow it")                      \
	X(STIR_ATTEST, "stir.attest", TEXT, 1u << EVENT_SIP_REQUEST, "A, B or C")        \
	X(STIR_ORIGID, "stir.origid", TEXT, 1u << EVENT_SIP_REQUEST, "")                 \
	X(STIR_ORIG, "stir.orig", TEXT, 1u << EVENT_SIP_REQUEST, "caller signed for")    \
	X(STIR_DEST, "stir.dest", TEXT, 1u << EVENT_SIP_REQUEST, "first called number")  \
	X(STIR_DIV, "stir.div", TEXT, 1u << EVENT_SIP_REQUEST,                           \
	        "who diverted the call (RFC 8946)")                                      \
	X(STIR_AGE, "stir.age_s", NUMBER, 1u << EVENT_SIP_REQUEST,                       \
	        "since it was signed; below 0 in the future")                            \
	X(STIR_CLOCK_OFF, "stir.clock_off", BOOL, 1u << EVENT_SIP_REQUEST,               \
	        "all seen lately have the same age: it is the clock of the capture")     \
	X(STIR_MISMATCH, "stir.mismatch", TEXT, 1u << EVENT_SIP_REQUEST,                 \
	        "orig or dest: other numbers were signed than the message has")          \
	X(STIR_REPLAYED, "stir.replayed", BOOL, 1u << EVENT_SIP_REQUEST,                 \
	        "the same signature was seen in another call")                           \
	X(STIR_SIGNATURE, "stir.signature", TEXT, 1u << EVENT_SIP_REQUEST,               \
	        "good, bad, or unverified: no certificate is held")                      \
	X(STIR_CERTIFICATE, "stir.certificate", TEXT, 1u << EVENT_SIP_REQUEST,           \
	        "trusted, untrusted, expired, not-yet, other-number")                    \
	X(KPI_BY, "kpi.by", TEXT, FIELDS_KPI, "all, trunk, prefix or country")           \
	X(KPI_NAME, "kpi.name", TEXT, FIELDS_KPI, "of the trunk, prefix or country")     \
	X(KPI_ATTEMPTS, "kpi.attempts", NUMBER, FIELDS_KPI, "calls of the window")       \
	X(KPI_ANSWERED, "kpi.answered", NUMBER, FIELDS_KPI, "")                          \
	X(KPI_WINDOWS, "kpi.windows", NUMBER, FIELDS_KPI,                                \
	        "with ten attempts and more, before this one")                           \
	X(KPI_ASR, "kpi.asr", NUMBER, FIELDS_KPI, "percent that were answered")          \
	X(KPI_NER, "kpi.ner", NUMBER, FIELDS_KPI, "percent that the network carried")    \
	X(KPI_SEER, "kpi.seer", NUMBER, FIELDS_KPI, "percent (RFC 6076 4.7)")            \
	X(KPI_ACD, "kpi.acd_s", NUMBER, FIELDS_KPI, "mean length of answered calls")     \
	X(KPI_PDD, "kpi.pdd_s", NUMBER, FIELDS_KPI, "mean post-dial delay")              \
	X(KPI_ASR_USUAL, "kpi.asr_usual", NUMBER, FIELDS_KPI, "mean of windows before")  \
	X(KPI_NER_USUAL, "kpi.ner_usual", NUMBER, FIELDS_KPI, "mean of windows before")  \
	X(KPI_ASR_BELOW, "kpi.asr_below", NUMBER, FIELDS_KPI,                            \
	        "standard deviations below what is usual")                               \
	X(KPI_NER_BELOW, "kpi.ner_below", NUMBER, FIELDS_KPI,                            \
	        "standard deviations below what is usual")                               \
	X(KPI_ACD_OF_USUAL, "kpi.acd_of_usual", NUMBER, FIELDS_KPI,                      \
	        "percent of what is usual")                                              \
	X(KPI_PDD_OF_USUAL, "kpi.pdd_of_usual", NUMBER, FIELDS_KPI,                      \
	        "percent of what is usual")                                              \
	X(SENSOR_WHAT, "sensor.what", TEXT, FIELDS_SENSOR, "overload, clock-step …")     \
	X(SENSOR_WHERE, "sensor.where", TEXT, FIELDS_SENSOR, "which table or source")    \
	X(SENSOR_VALUE, "sensor.value", NUMBER, FIELDS_SENSOR, "")                       \
	FIELDS_NUMBERS(X)                                                                \
	FIELDS_ACCOUNTS(X)

#endif
