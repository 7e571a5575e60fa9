#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sdp_inside.h"

static struct sdp_payload *payload_find(struct sdp_media *media, uint64_t type)
{
	for (unsigned i = 0; i < media->payload_count; i++) {
		if (media->payloads[i].type == type)
			return &media->payloads[i];
	}
	return NULL;
}

/* The payload type at the head of an rtpmap or fmtp; *p is behind the blank that follows.
 */
static bool type_read(const char **p, const char *end, uint64_t *type)
{
	const char *start = *p;
	*type = scan_number(p, end);
	if (*p == start || *p == end || !scan_blank(**p) || *type > 127)
		return false;
	while (*p < end && scan_blank(**p))
		(*p)++;
	return *p < end;
}

/* 96 opus/48000/2 (RFC 8866 6.6). */
static bool rtpmap_read(struct sdp_media *media, struct slice text)
{
	const char *p = text.data, *end = scan_end(text);
	uint64_t type;
	if (!text.len || !type_read(&p, end, &type))
		return false;
	const char *slash = scan_byte(p, end, '/');
	if (slash == p || slash == end)
		return false;
	struct slice encoding = slice_of(p, (size_t)(slash - p));
	const char *clock_at = slash + 1;
	p = clock_at;
	uint64_t clock = scan_number(&p, end), channels = 1;
	bool good = p > clock_at && clock && clock <= UINT32_MAX;
	if (p < end && *p == '/') {
		p++;
		channels = scan_number(&p, end);
	}
	while (p < end && scan_blank(*p))
		p++;
	struct sdp_payload *payload = payload_find(media, type);
	if (payload) {
		payload->encoding = encoding;
		payload->clock_rate = good ? (uint32_t)clock : 0;
		payload->channels =
		        (uint8_t)(channels && channels <= UINT8_MAX ? channels : 1);
	}
	return good && p == end;
}

static bool fmtp_read(struct sdp_media *media, struct slice text)
{
	const char *p = text.data, *end = scan_end(text);
	uint64_t type;
	/* Formats of other than RTP media are words (RFC 8866 6.15). */
	if (!media->payload_count)
		return true;
	if (!text.len || !type_read(&p, end, &type))
		return false;
	struct sdp_payload *payload = payload_find(media, type);
	if (payload)
		payload->fmtp = slice_of(p, (size_t)(end - p));
	return true;
}

/* 53020 IN IP4 192.0.2.1, the address optional (RFC 3605). */
static bool rtcp_read(struct sdp_media *media, struct slice text)
{
	struct slice rest = text;
	uint64_t port;
	if (!text.len || !slice_to_u64(sdp_word(&rest), &port) || port > UINT16_MAX)
		return false;
	media->rtcp.port = (uint16_t)port;
	if (scan_trimmed(rest.data, scan_end(rest)).len)
		return slice_present(sdp_connection_read(rest, &media->rtcp.ip));
	return true;
}

/* foundation component transport priority address port typ kind … (RFC 8839 5.1). */
static bool candidate_read(struct sdp_media *media, struct slice text)
{
	if (media->candidate_count == LIMIT_SDP_CANDIDATES)
		return true;
	struct sdp_candidate *candidate = &media->candidates[media->candidate_count];
	*candidate = (struct sdp_candidate){0};
	struct slice rest = text;
	uint32_t component, port;
	candidate->foundation = sdp_word(&rest);
	bool good = slice_to_u32(sdp_word(&rest), &component) && component <= UINT8_MAX;
	candidate->tcp = SCAN_IS(sdp_word(&rest), "tcp");
	good = slice_to_u32(sdp_word(&rest), &candidate->priority) && good;
	/* A name of mDNS is no address: the candidate stays without one. */
	(void)address_parse(sdp_word(&rest), &candidate->at.ip);
	good = slice_to_u32(sdp_word(&rest), &port) && port <= UINT16_MAX && good;
	good = SCAN_IS(sdp_word(&rest), "typ") && good;
	candidate->kind = sdp_word(&rest);
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

static bool direction_of(struct slice name, enum sdp_direction *direction)
{
	if (SCAN_IS(name, "sendrecv"))
		*direction = SDP_SENDRECV;
	else if (SCAN_IS(name, "sendonly"))
		*direction = SDP_SENDONLY;
	else if (SCAN_IS(name, "recvonly"))
		*direction = SDP_RECVONLY;
	else if (SCAN_IS(name, "inactive"))
		*direction = SDP_INACTIVE;
	else
		return false;
	return true;
}

static void session_attribute(
        struct sdp_reading *reading, struct slice name, struct slice value)
{
	struct sdp *sdp = reading->sdp;
	if (direction_of(name, &reading->defaults.direction))
		return;
	if (SCAN_IS(name, "group") && SCAN_STARTS(value, "bundle")) {
		struct slice mids = slice_from(value, 6);
		sdp->group_bundle = scan_trimmed(mids.data, scan_end(mids));
	} else if (SCAN_IS(name, "ice-lite")) {
		sdp->ice_lite = true;
	} else if (SCAN_IS(name, "ice-ufrag")) {
		reading->defaults.ice_ufrag = value;
	} else if (SCAN_IS(name, "fingerprint")) {
		reading->defaults.fingerprint = value;
	}
}

/* The attributes that can be wrong; true when the name is one of them. */
static bool checked_attribute(
        struct sdp_reading *reading, struct slice name, struct slice value)
{
	struct sdp_media *media = reading->media;
	if (SCAN_IS(name, "rtpmap")) {
		if (!rtpmap_read(media, value))
			anomaly_set(reading->anomalies, ANOMALY_SDP_RTPMAP_BAD);
	} else if (SCAN_IS(name, "fmtp")) {
		if (!fmtp_read(media, value))
			anomaly_set(reading->anomalies, ANOMALY_SDP_RTPMAP_BAD);
	} else if (SCAN_IS(name, "rtcp")) {
		if (!rtcp_read(media, value))
			anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
	} else if (SCAN_IS(name, "candidate")) {
		if (!candidate_read(media, value))
			anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
	} else {
		return false;
	}
	return true;
}

static void media_attribute(
        struct sdp_media *media, struct slice name, struct slice value)
{
	if (direction_of(name, &media->direction))
		return;
	if (SCAN_IS(name, "ptime"))
		media->ptime_ms = milliseconds(value);
	else if (SCAN_IS(name, "maxptime"))
		media->maxptime_ms = milliseconds(value);
	else if (SCAN_IS(name, "rtcp-mux"))
		media->rtcp_mux = true;
	else if (SCAN_IS(name, "mid"))
		media->mid = value;
	else if (SCAN_IS(name, "crypto") && !slice_present(media->crypto))
		media->crypto = value;
	else if (SCAN_IS(name, "fingerprint"))
		media->fingerprint = value;
	else if (SCAN_IS(name, "ice-ufrag"))
		media->ice_ufrag = value;
	else if (SCAN_IS(name, "bundle-only"))
		media->bundle_only = true;
	else if (SCAN_STARTS(name, "t38"))
		media->t38 |= media->kind == SDP_IMAGE;
}

void sdp_attribute_read(struct sdp_reading *reading, struct slice text)
{
	const char *end = scan_end(text), *colon = scan_byte(text.data, end, ':');
	struct slice name = scan_trimmed(text.data, colon), value = {0};
	if (colon < end)
		value = scan_trimmed(colon + 1, end);
	if (!reading->media)
		session_attribute(reading, name, value);
	else if (!checked_attribute(reading, name, value))
		media_attribute(reading->media, name, value);
}
