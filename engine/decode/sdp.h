/*
 * SDP (RFC 8866) with what VoIP needs of its attributes. Slices are borrowed.
 */
#ifndef RINGFENCE_DECODE_SDP_H
#define RINGFENCE_DECODE_SDP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"
#include "engine/limits.h"

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };
enum sdp_media_kind { SDP_AUDIO, SDP_VIDEO, SDP_IMAGE, SDP_TEXT, SDP_APPLICATION, SDP_MESSAGE, SDP_OTHER };

struct sdp_payload {
	uint8_t type;          /* RTP payload type */
	uint8_t channels;
	uint32_t clock_rate;   /* Hz, 0 = unknown */
	struct slice encoding; /* of rtpmap, or the static name (RFC 3551) */
	struct slice fmtp;
};

struct sdp_candidate {
	struct slice foundation;
	struct slice kind;     /* host, srflx, prflx, relay */
	struct endpoint at;
	uint32_t priority;
	uint8_t component;
	bool tcp;
};

struct sdp_media {
	enum sdp_media_kind kind;
	struct slice kind_text;
	struct slice protocol;   /* RTP/AVP, RTP/SAVPF, udptl … */
	struct endpoint at;      /* c= of its level and the port; port 0 = refused or off */
	struct endpoint rtcp;    /* a=rtcp, else port + 1; equal to at under rtcp-mux */
	struct slice connection; /* the address text of c=, for names */
	uint16_t port_count;     /* of port/count, else 1 */
	enum sdp_direction direction;
	bool rtcp_mux;
	bool secure;             /* SAVP or DTLS */
	bool t38;
	bool bundle_only;
	struct slice mid;
	struct slice crypto;     /* first a=crypto, key and all: secret, never written out */
	struct slice fingerprint;
	struct slice ice_ufrag;
	uint16_t ptime_ms;       /* 0 = not given */
	uint16_t maxptime_ms;
	uint8_t payload_count;
	uint8_t candidate_count;
	struct sdp_payload payloads[LIMIT_SDP_PAYLOADS];
	struct sdp_candidate candidates[LIMIT_SDP_CANDIDATES];
};

struct sdp {
	struct slice raw;
	struct slice origin;      /* o= whole */
	struct slice origin_user;
	struct slice session_id;
	struct slice session_version;
	struct slice origin_host;
	struct slice session_name; /* s= */
	struct slice connection;   /* session-level c= address text */
	struct address connection_ip;
	struct slice group_bundle; /* mids of a=group:BUNDLE */
	bool ice_lite;
	bool hold;                 /* c=0.0.0.0, sendonly or inactive on every stream */
	uint8_t media_count;
	struct sdp_media media[LIMIT_SDP_MEDIA];
};

/*
 * Reads a session description. False when it is none at all (no v= or m=…); what is
 * understandable but wrong sets anomalies. Cost is linear; media beyond the limit are
 * counted by an anomaly. Only the first media_count media are written: the structure is
 * large and is not cleared.
 */
bool sdp_parse(struct slice text, struct sdp *sdp, struct anomalies *anomalies);

#endif
