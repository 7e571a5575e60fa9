#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sdp_inside.h"

struct static_payload {
	struct slice encoding;
	uint32_t clock_rate;
	uint8_t channels;
};

#define ROW(name, clock, channels_)                                                      \
	{                                                                                \
		{(name), sizeof(name) - 1}, (clock), (channels_)                         \
	}

/* RFC 3551 6, tables 4 and 5. */
static const struct static_payload static_payloads[] = {
        [0] = ROW("PCMU", 8000, 1),
        [3] = ROW("GSM", 8000, 1),
        [4] = ROW("G723", 8000, 1),
        [5] = ROW("DVI4", 8000, 1),
        [6] = ROW("DVI4", 16000, 1),
        [7] = ROW("LPC", 8000, 1),
        [8] = ROW("PCMA", 8000, 1),
        [9] = ROW("G722", 8000, 1),
        [10] = ROW("L16", 44100, 2),
        [11] = ROW("L16", 44100, 1),
        [12] = ROW("QCELP", 8000, 1),
        [13] = ROW("CN", 8000, 1),
        [14] = ROW("MPA", 90000, 1),
        [15] = ROW("G728", 8000, 1),
        [16] = ROW("DVI4", 11025, 1),
        [17] = ROW("DVI4", 22050, 1),
        [18] = ROW("G729", 8000, 1),
        [25] = ROW("CelB", 90000, 1),
        [26] = ROW("JPEG", 90000, 1),
        [28] = ROW("nv", 90000, 1),
        [31] = ROW("H261", 90000, 1),
        [32] = ROW("MPV", 90000, 1),
        [33] = ROW("MP2T", 90000, 1),
        [34] = ROW("H263", 90000, 1),
};

#undef ROW

enum { STATIC_COUNT = sizeof(static_payloads) / sizeof(static_payloads[0]) };

static enum sdp_media_kind kind_of(struct slice text)
{
	if (SCAN_IS(text, "audio"))
		return SDP_AUDIO;
	if (SCAN_IS(text, "video"))
		return SDP_VIDEO;
	if (SCAN_IS(text, "image"))
		return SDP_IMAGE;
	if (SCAN_IS(text, "text"))
		return SDP_TEXT;
	if (SCAN_IS(text, "application"))
		return SDP_APPLICATION;
	if (SCAN_IS(text, "message"))
		return SDP_MESSAGE;
	return SDP_OTHER;
}

static bool port_read(
        struct slice text, struct sdp_media *media, struct anomalies *anomalies)
{
	const char *p = text.data, *end = scan_end(text);
	media->port_count = 1;
	if (!text.len)
		return false;
	uint64_t port = scan_number(&p, end);
	if (p == text.data)
		return false;
	if (port > UINT16_MAX)
		anomaly_set(anomalies, ANOMALY_SDP_PORT_RANGE);
	else
		media->at.port = (uint16_t)port;
	if (p == end)
		return true;
	const char *count_at = p + 1;
	if (*p != '/' || count_at == end)
		return false;
	p = count_at;
	uint64_t count = scan_number(&p, end);
	if (count && count <= UINT16_MAX)
		media->port_count = (uint16_t)count;
	return p == end && count;
}

static void payload_add(struct sdp_reading *reading, uint8_t type)
{
	struct sdp_media *media = reading->media;
	struct sdp_payload *payload = &media->payloads[media->payload_count++];
	*payload = (struct sdp_payload){.type = type};
	if (!reading->payload_at[type])
		reading->payload_at[type] = media->payload_count;
	if (type < STATIC_COUNT && static_payloads[type].encoding.len) {
		payload->encoding = static_payloads[type].encoding;
		payload->clock_rate = static_payloads[type].clock_rate;
		payload->channels = static_payloads[type].channels;
	}
}

static void protocol_read(struct sdp_media *media, struct slice protocol, bool *rtp)
{
	media->protocol = protocol;
	*rtp = true;
	/* Nearly all media. */
	if (SCAN_IS(protocol, "rtp/avp"))
		return;
	*rtp = SCAN_STARTS(protocol, "rtp/") ||
	       slice_find_nocase(protocol, SLICE("/RTP/")) < protocol.len;
	media->secure = slice_find_nocase(protocol, SLICE("SAVP")) < protocol.len ||
	                slice_find_nocase(protocol, SLICE("DTLS")) < protocol.len;
}

static bool formats_read(struct sdp_reading *reading, struct sdp_line *line, bool rtp)
{
	struct sdp_media *media = reading->media;
	bool good = true;
	struct slice word;
	while (slice_present(word = sdp_word(line))) {
		if (!rtp) {
			media->t38 |= SCAN_IS(word, "t38");
			continue;
		}
		const char *p = word.data;
		uint64_t type = scan_number(&p, line->end);
		if (p != scan_end(word) || type > 127)
			good = false;
		else if (media->payload_count < LIMIT_SDP_PAYLOADS)
			payload_add(reading, (uint8_t)type);
	}
	return good;
}

bool sdp_media_read(struct sdp_reading *reading, struct sdp_line *line)
{
	struct sdp_media *media = reading->media;
	bool rtp;
	memset(media, 0, offsetof(struct sdp_media, payloads));
	memset(reading->payload_at, 0, sizeof(reading->payload_at));
	media->kind_text = sdp_word(line);
	media->kind = kind_of(media->kind_text);
	bool good = port_read(sdp_word(line), media, reading->anomalies);
	struct slice protocol = sdp_word(line);
	if (!protocol.len)
		return false;
	protocol_read(media, protocol, &rtp);
	good &= formats_read(reading, line, rtp);
	media->t38 |= media->kind == SDP_IMAGE && SCAN_IS(media->protocol, "udptl");
	return good;
}
