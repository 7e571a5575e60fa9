#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sdp_inside.h"

static struct sdp_payload *payload_find(struct sdp_reading *reading, unsigned type)
{
	unsigned at = reading->payload_at[type];
	return at ? &reading->media->payloads[at - 1] : NULL;
}

/* The payload type at the head of an rtpmap or fmtp, and the blank behind it. */
static bool type_read(struct sdp_line *line, unsigned *type)
{
	const char *start = line->p;
	uint64_t number = scan_number(&line->p, line->end);
	if (line->p == start || line->p == line->eol || !scan_blank(*line->p) ||
	        number > 127)
		return false;
	*type = (unsigned)number;
	while (line->p < line->eol && scan_blank(*line->p))
		line->p++;
	return line->p < line->eol;
}

/* 96 opus/48000/2 (RFC 8866 6.6). */
static bool rtpmap_read(struct sdp_reading *reading, struct sdp_line *line)
{
	unsigned type;
	if (!type_read(line, &type))
		return false;
	const char *start = line->p, *slash = sdp_find(line, '/');
	if (slash == start || slash == line->eol)
		return false;
	const char *p = slash + 1;
	uint64_t clock = scan_number(&p, line->end), channels = 1;
	bool good = p > slash + 1 && clock && clock <= UINT32_MAX;
	if (p < line->eol && *p == '/') {
		p++;
		channels = scan_number(&p, line->end);
	}
	struct sdp_payload *payload = payload_find(reading, type);
	if (payload) {
		payload->encoding = slice_of(start, (size_t)(slash - start));
		payload->clock_rate = good ? (uint32_t)clock : 0;
		payload->channels =
		        (uint8_t)(channels && channels <= UINT8_MAX ? channels : 1);
	}
	return good && p == line->eol;
}

static bool fmtp_read(struct sdp_reading *reading, struct sdp_line *line)
{
	unsigned type;
	/* Formats of other than RTP media are words (RFC 8866 6.15). */
	if (!reading->media->payload_count)
		return true;
	if (!type_read(line, &type))
		return false;
	struct sdp_payload *payload = payload_find(reading, type);
	if (payload)
		payload->fmtp = slice_of(line->p, (size_t)(line->eol - line->p));
	return true;
}

/* 53020 IN IP4 192.0.2.1, the address optional (RFC 3605). */
static bool rtcp_read(struct sdp_media *media, struct sdp_line *line)
{
	uint64_t port;
	if (!slice_to_u64(sdp_word(line), &port) || port > UINT16_MAX)
		return false;
	media->rtcp.port = (uint16_t)port;
	if (line->p < line->eol)
		return slice_present(sdp_connection_read(line, &media->rtcp.ip));
	return true;
}

/* foundation component transport priority address port typ kind … (RFC 8839 5.1). */
static bool candidate_read(struct sdp_media *media, struct sdp_line *line)
{
	if (media->candidate_count == LIMIT_SDP_CANDIDATES)
		return true;
	struct sdp_candidate *candidate = &media->candidates[media->candidate_count];
	*candidate = (struct sdp_candidate){0};
	uint32_t component, port;
	candidate->foundation = sdp_word(line);
	bool good = slice_to_u32(sdp_word(line), &component) && component <= UINT8_MAX;
	candidate->tcp = SCAN_IS(sdp_word(line), "tcp");
	good = slice_to_u32(sdp_word(line), &candidate->priority) && good;
	/* A name of mDNS is no address: the candidate stays without one. */
	(void)address_parse(sdp_word(line), &candidate->at.ip);
	good = slice_to_u32(sdp_word(line), &port) && port <= UINT16_MAX && good;
	good = SCAN_IS(sdp_word(line), "typ") && good;
	candidate->kind = sdp_word(line);
	if (!good || !candidate->kind.len)
		return false;
	candidate->component = (uint8_t)component;
	candidate->at.port = (uint16_t)port;
	media->candidate_count++;
	return true;
}

static uint16_t milliseconds(struct slice text)
{
	const char *p = text.data;
	uint64_t value = text.len ? scan_number(&p, scan_end(text)) : 0;
	return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

/*
 * The attributes that are read; others are passed over. The directions come first, in the
 * order of enum sdp_direction.
 */
#define ATTRIBUTES(X)                                                                    \
	X(SENDRECV, "sendrecv")                                                          \
	X(SENDONLY, "sendonly")                                                          \
	X(RECVONLY, "recvonly")                                                          \
	X(INACTIVE, "inactive")                                                          \
	X(RTPMAP, "rtpmap")                                                              \
	X(FMTP, "fmtp")                                                                  \
	X(PTIME, "ptime")                                                                \
	X(RTCP, "rtcp")                                                                  \
	X(CANDIDATE, "candidate")                                                        \
	X(CRYPTO, "crypto")                                                              \
	X(MID, "mid")                                                                    \
	X(RTCP_MUX, "rtcp-mux")                                                          \
	X(MAXPTIME, "maxptime")                                                          \
	X(FINGERPRINT, "fingerprint")                                                    \
	X(ICE_UFRAG, "ice-ufrag")                                                        \
	X(ICE_LITE, "ice-lite")                                                          \
	X(BUNDLE_ONLY, "bundle-only")                                                    \
	X(GROUP, "group")

enum attribute {
#define X(id, name) ATTRIBUTE_##id,
	ATTRIBUTES(X)
#undef X
	        ATTRIBUTE_T38, /* any name that begins so */
	ATTRIBUTE_OTHER,
};

static enum attribute attribute_of(struct slice name)
{
#define X(id, text)                                                                      \
	if (SCAN_IS(name, text))                                                         \
		return ATTRIBUTE_##id;
	ATTRIBUTES(X)
#undef X
	return SCAN_STARTS(name, "t38") ? ATTRIBUTE_T38 : ATTRIBUTE_OTHER;
}

static bool direction_of(enum attribute attribute, enum sdp_direction *direction)
{
	if (attribute > ATTRIBUTE_INACTIVE)
		return false;
	*direction = (enum sdp_direction)attribute;
	return true;
}

static void session_attribute(
        struct sdp_reading *reading, enum attribute attribute, struct slice value)
{
	struct sdp *sdp = reading->sdp;
	if (direction_of(attribute, &reading->defaults.direction))
		return;
	if (attribute == ATTRIBUTE_GROUP && SCAN_STARTS(value, "bundle")) {
		struct slice mids = slice_from(value, 6);
		sdp->group_bundle = scan_trimmed(mids.data, scan_end(mids));
	} else if (attribute == ATTRIBUTE_ICE_LITE) {
		sdp->ice_lite = true;
	} else if (attribute == ATTRIBUTE_ICE_UFRAG) {
		reading->defaults.ice_ufrag = value;
	} else if (attribute == ATTRIBUTE_FINGERPRINT) {
		reading->defaults.fingerprint = value;
	}
}

/* The attributes that can be wrong; true when it is one of them. */
static bool checked_attribute(
        struct sdp_reading *reading, enum attribute attribute, struct sdp_line *line)
{
	enum anomaly anomaly = ANOMALY_SDP_BAD;
	bool good;
	if (attribute == ATTRIBUTE_RTPMAP || attribute == ATTRIBUTE_FMTP)
		anomaly = ANOMALY_SDP_RTPMAP_BAD;
	if (attribute == ATTRIBUTE_RTPMAP)
		good = rtpmap_read(reading, line);
	else if (attribute == ATTRIBUTE_FMTP)
		good = fmtp_read(reading, line);
	else if (attribute == ATTRIBUTE_RTCP)
		good = rtcp_read(reading->media, line);
	else if (attribute == ATTRIBUTE_CANDIDATE)
		good = candidate_read(reading->media, line);
	else
		return false;
	if (!good)
		anomaly_set(reading->anomalies, anomaly);
	return true;
}

static void media_attribute(
        struct sdp_media *media, enum attribute attribute, struct slice value)
{
	if (direction_of(attribute, &media->direction))
		return;
	if (attribute == ATTRIBUTE_PTIME)
		media->ptime_ms = milliseconds(value);
	else if (attribute == ATTRIBUTE_MAXPTIME)
		media->maxptime_ms = milliseconds(value);
	else if (attribute == ATTRIBUTE_RTCP_MUX)
		media->rtcp_mux = true;
	else if (attribute == ATTRIBUTE_MID)
		media->mid = value;
	else if (attribute == ATTRIBUTE_CRYPTO && !slice_present(media->crypto))
		media->crypto = value;
	else if (attribute == ATTRIBUTE_FINGERPRINT)
		media->fingerprint = value;
	else if (attribute == ATTRIBUTE_ICE_UFRAG)
		media->ice_ufrag = value;
	else if (attribute == ATTRIBUTE_BUNDLE_ONLY)
		media->bundle_only = true;
	else if (attribute == ATTRIBUTE_T38)
		media->t38 |= media->kind == SDP_IMAGE;
}

void sdp_attribute_read(struct sdp_reading *reading, struct sdp_line *line)
{
	const char *colon = sdp_find(line, ':');
	enum attribute attribute = attribute_of(scan_trimmed(line->p, colon));
	struct slice value = {0};
	if (colon < line->eol) {
		value = scan_trimmed(colon + 1, line->eol);
		line->eol = scan_end(value);
		colon = value.data;
	}
	line->p = colon;
	if (!reading->media)
		session_attribute(reading, attribute, value);
	else if (!checked_attribute(reading, attribute, line))
		media_attribute(reading->media, attribute, value);
}
