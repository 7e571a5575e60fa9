#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sdp_inside.h"

enum { SDP_LINE_MAX = 1000, SDP_SIZE_MAX = 8192 };

struct slice sdp_connection_read(struct sdp_line *line, struct address *ip)
{
	struct slice net = sdp_word(line), type = sdp_word(line), text = sdp_word(line);
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
	static const uint8_t ranks[26][2] = {
	        ['v' - 'a'] = {1, 1},
	        ['o' - 'a'] = {2, 2},
	        ['s' - 'a'] = {3, 3},
	        ['i' - 'a'] = {4, 1},
	        ['u' - 'a'] = {5, 5},
	        ['e' - 'a'] = {6, 6},
	        ['p' - 'a'] = {7, 7},
	        ['c' - 'a'] = {8, 2},
	        ['b' - 'a'] = {9, 3},
	        ['t' - 'a'] = {10, 10},
	        ['r' - 'a'] = {10, 10},
	        ['z' - 'a'] = {11, 11},
	        ['k' - 'a'] = {12, 4},
	        ['a' - 'a'] = {13, 5},
	};
	unsigned letter = (unsigned char)type - (unsigned)'a';
	return letter < 26 ? ranks[letter][media] : 0;
}

static void origin_read(struct sdp_reading *reading, struct sdp_line *line)
{
	struct sdp *sdp = reading->sdp;
	sdp->origin = slice_of(line->p, (size_t)(line->eol - line->p));
	sdp->origin_user = sdp_word(line);
	sdp->session_id = sdp_word(line);
	sdp->session_version = sdp_word(line);
	struct slice net = sdp_word(line), type = sdp_word(line);
	sdp->origin_host = sdp_word(line);
	if (!SCAN_IS(net, "in") || !type.len || !sdp->origin_host.len)
		anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
}

static void connection_read(struct sdp_reading *reading, struct sdp_line *line)
{
	struct address ip = {{0}};
	struct slice text = sdp_connection_read(line, &ip);
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

static void media_begin(struct sdp_reading *reading, struct sdp_line *line)
{
	struct sdp *sdp = reading->sdp;
	if (sdp->media_count == LIMIT_SDP_MEDIA) {
		anomaly_set(reading->anomalies, ANOMALY_SDP_MANY_MEDIA);
		reading->skipping = true;
		return;
	}
	struct sdp_media *media = &sdp->media[sdp->media_count++];
	reading->media = media;
	if (!sdp_media_read(reading, line))
		anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
	media->direction = reading->defaults.direction;
	media->fingerprint = reading->defaults.fingerprint;
	media->ice_ufrag = reading->defaults.ice_ufrag;
	media->secure |= slice_present(media->fingerprint);
}

static void line_read(struct sdp_reading *reading, char type, struct sdp_line *line)
{
	switch (type) {
	case 'm':
		media_begin(reading, line);
		break;
	case 'o':
		origin_read(reading, line);
		break;
	case 's':
		reading->sdp->session_name =
		        slice_of(line->p, (size_t)(line->eol - line->p));
		break;
	case 'c':
		connection_read(reading, line);
		break;
	case 'a':
		sdp_attribute_read(reading, line);
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

/* One line, not empty: its letter, its place in the order, its value. */
static void line_take(struct sdp_reading *reading, struct sdp_line *line)
{
	char type = line->p[0];
	if (line->eol - line->p > SDP_LINE_MAX)
		anomaly_set(reading->anomalies, ANOMALY_SDP_LONG_LINE);
	if (line->eol - line->p < 2 || line->p[1] != '=') {
		anomaly_set(reading->anomalies, ANOMALY_SDP_BAD);
		return;
	}
	line->p += 2;
	reading->any |= type == 'v' || type == 'm';
	unsigned rank = type == 'm' ? 0 : line_rank(type, reading->sdp->media_count > 0);
	if (type != 'm' && (!rank || rank < reading->rank))
		anomaly_set(
		        reading->anomalies, rank ? ANOMALY_SDP_ORDER : ANOMALY_SDP_BAD);
	reading->rank = rank;
	if (type == 'm' || !reading->skipping)
		line_read(reading, type, line);
}

/* The index of payloads is large; it is cleared where a media begins. */
static void reading_begin(
        struct sdp_reading *reading, struct sdp *sdp, struct anomalies *anomalies)
{
	reading->sdp = sdp;
	reading->media = NULL;
	reading->skipping = reading->any = false;
	reading->defaults = (struct sdp_defaults){0};
	reading->anomalies = anomalies;
	reading->rank = 0;
}

bool sdp_parse(struct slice text, struct sdp *sdp, struct anomalies *anomalies)
{
	struct sdp_reading reading;
	struct marks_map map;
	const char *end = scan_end(text);
	bool ignored = false;
	sdp_reset(sdp, text);
	reading_begin(&reading, sdp, anomalies);
	if (text.len > SDP_SIZE_MAX)
		anomaly_set(anomalies, ANOMALY_SDP_LARGE);
	marks_map_init(&map, text);
	for (const char *p = text.data; p < end; p++) {
		struct sdp_line line = {p, marks_eol(&map, p, &ignored), end};
		p = line.eol;
		if (p > line.p)
			line_take(&reading, &line);
	}
	if (reading.any)
		sdp_finish(sdp, anomalies);
	return reading.any;
}
