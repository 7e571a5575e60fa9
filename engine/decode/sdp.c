#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sdp_inside.h"

enum { SDP_LINE_MAX = 1000, SDP_SIZE_MAX = 8192 };

struct slice sdp_word(struct slice *rest)
{
	const char *p = rest->data, *end = scan_end(*rest);
	while (p < end && scan_blank(*p))
		p++;
	const char *stop = scan_either(p, end, ' ', '\t');
	*rest = slice_of(stop, (size_t)(end - stop));
	return stop > p ? slice_of(p, (size_t)(stop - p)) : (struct slice){0};
}

struct slice sdp_connection_read(struct slice value, struct address *ip)
{
	struct slice rest = value;
	struct slice net = sdp_word(&rest), type = sdp_word(&rest),
	             text = sdp_word(&rest);
	if (!SCAN_IS(net, "in") || !type.len || !text.len)
		return (struct slice){0};
	text = slice_first(
	        text, (size_t)(scan_byte(text.data, scan_end(text), '/') - text.data));
	uint32_t ipv4;
	if (scan_ipv4(text, &ipv4))
		*ip = address_v4(ipv4);
	else if (text.len && scan_byte(text.data, scan_end(text), ':') < scan_end(text))
		(void)address_parse(text, ip);
	return text;
}

/* The order of RFC 8866 5 as a rank per letter; media lines have ranks of their own. */
static unsigned line_rank(char type, bool media)
{
	switch (type) {
	case 'v':
		return 1;
	case 'o':
		return 2;
	case 's':
		return 3;
	case 'i':
		return media ? 1 : 4;
	case 'u':
		return 5;
	case 'e':
		return 6;
	case 'p':
		return 7;
	case 'c':
		return media ? 2 : 8;
	case 'b':
		return media ? 3 : 9;
	case 't':
	case 'r':
		return 10;
	case 'z':
		return 11;
	case 'k':
		return media ? 4 : 12;
	case 'a':
		return media ? 5 : 13;
	default:
		return 0;
	}
}

static void origin_read(struct sdp_reading *reading, struct slice value)
{
	struct sdp *sdp = reading->sdp;
	struct slice rest = value;
	sdp->origin = value;
	sdp->origin_user = sdp_word(&rest);
	sdp->session_id = sdp_word(&rest);
	sdp->session_version = sdp_word(&rest);
	struct slice net = sdp_word(&rest), type = sdp_word(&rest);
	sdp->origin_host = sdp_word(&rest);
	if (!SCAN_IS(net, "in") || !type.len || !sdp->origin_host.len)
		anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
}

static void connection_read(struct sdp_reading *reading, struct slice value)
{
	struct address ip = {{0}};
	struct slice text = sdp_connection_read(value, &ip);
	if (!slice_present(text)) {
		anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
		return;
	}
	if (!reading->media) {
		reading->sdp->connection = text;
		reading->sdp->connection_ip = ip;
	} else if (!slice_present(reading->media->connection)) {
		/* Of several c= lines the first counts; the others are multicast layers.
		 */
		reading->media->connection = text;
		reading->media->at.ip = ip;
	}
}

static void media_begin(struct sdp_reading *reading, struct slice value)
{
	struct sdp *sdp = reading->sdp;
	if (sdp->media_count == LIMIT_SDP_MEDIA) {
		anomaly_set(reading->anomalies, ANOMALY_SDP_MANY_MEDIA);
		reading->skipping = true;
		return;
	}
	struct sdp_media *media = &sdp->media[sdp->media_count++];
	reading->media = media;
	if (!sdp_media_read(value, media, reading->anomalies))
		anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
	media->direction = reading->defaults.direction;
	media->fingerprint = reading->defaults.fingerprint;
	media->ice_ufrag = reading->defaults.ice_ufrag;
	media->secure |= slice_present(media->fingerprint);
}

static void line_read(struct sdp_reading *reading, char type, struct slice value)
{
	if (type == 'm') {
		media_begin(reading, value);
		return;
	}
	if (reading->skipping)
		return;
	switch (type) {
	case 'o':
		origin_read(reading, value);
		break;
	case 's':
		reading->sdp->session_name = value;
		break;
	case 'c':
		connection_read(reading, value);
		break;
	case 'a':
		sdp_attribute_read(reading, value);
		break;
	default:
		break;
	}
}

static bool held(const struct sdp_media *media)
{
	if (media->direction == SDP_SENDONLY || media->direction == SDP_INACTIVE)
		return true;
	return slice_equal(media->connection, SLICE("0.0.0.0"));
}

/* What is known only at the end: inherited connections, RTCP ports, hold. */
static void sdp_finish(struct sdp *sdp, struct anomalies *anomalies)
{
	unsigned active = 0, on_hold = 0;
	for (unsigned i = 0; i < sdp->media_count; i++) {
		struct sdp_media *media = &sdp->media[i];
		if (!slice_present(media->connection)) {
			media->connection = sdp->connection;
			media->at.ip = sdp->connection_ip;
		}
		if (!slice_present(media->connection))
			anomaly_set(anomalies, ANOMALY_SDP_NO_CONNECTION);
		if (address_none(&media->rtcp.ip))
			media->rtcp.ip = media->at.ip;
		if (media->rtcp_mux)
			media->rtcp = media->at;
		else if (!media->rtcp.port && media->at.port &&
		         media->at.port < UINT16_MAX)
			media->rtcp.port = (uint16_t)(media->at.port + 1);
		if (!media->at.port && !media->bundle_only)
			continue;
		active++;
		on_hold += held(media);
	}
	sdp->hold = active && on_hold == active;
}

static void sdp_reset(struct sdp *sdp, struct slice text)
{
	memset(sdp, 0, offsetof(struct sdp, media));
	sdp->raw = text;
}

bool sdp_parse(struct slice text, struct sdp *sdp, struct anomalies *anomalies)
{
	struct sdp_reading reading = {.sdp = sdp, .anomalies = anomalies};
	unsigned rank = 0, ignored = 0;
	bool any = false;
	sdp_reset(sdp, text);
	if (text.len > SDP_SIZE_MAX)
		anomaly_set(anomalies, ANOMALY_SDP_LARGE);
	const char *end = text.data + text.len;
	for (const char *p = text.data, *eol; p < end; p = eol + 1) {
		eol = scan_eol(p, end, &ignored);
		if (eol == p)
			continue;
		if (eol - p > SDP_LINE_MAX)
			anomaly_set(anomalies, ANOMALY_SDP_LONG_LINE);
		if (eol - p < 2 || p[1] != '=') {
			anomaly_set(anomalies, ANOMALY_SDP_BAD);
			continue;
		}
		any |= *p == 'v' || *p == 'm';
		unsigned next = *p == 'm' ? 0 : line_rank(*p, sdp->media_count > 0);
		if (*p != 'm' && (!next || next < rank))
			anomaly_set(
			        anomalies, next ? ANOMALY_SDP_ORDER : ANOMALY_SDP_BAD);
		rank = next;
		line_read(&reading, *p, slice_of(p + 2, (size_t)(eol - p - 2)));
	}
	if (any)
		sdp_finish(sdp, anomalies);
	return any;
}
