#include "engine/decode/rtcp.h"

#include "engine/base/reader.h"

enum {
	RTCP_VERSION = 2,
	RTCP_TYPE_FIRST = 192, /* RFC 5761 4: 192 to 223 are never RTP */
	RTCP_TYPE_LAST = 223,
	SDES_END = 0,
	SDES_CNAME = 1,
	XR_VOIP_METRICS = 7,
	XR_VOIP_METRICS_BYTES = 32,
};

struct rtcp_header {
	uint8_t count; /* of reports, chunks or sources; a subtype or format elsewhere */
	bool padding;
	uint8_t type;
	size_t bytes; /* behind the header's four */
};

static bool read_header(struct reader *reader, struct rtcp_header *header)
{
	const uint8_t first = reader_u8(reader);
	header->type = reader_u8(reader);
	header->bytes = (size_t)reader_u16(reader) * 4;
	header->count = first & 0x1f;
	header->padding = first & 0x20;
	return !reader->failed && first >> 6 == RTCP_VERSION &&
	       header->type >= RTCP_TYPE_FIRST && header->type <= RTCP_TYPE_LAST;
}

/*
 * What only happens to have these two bytes, such as DNS with its random identifier, has
 * mostly zeros where the length stands. RFC 3550 and RFC 4585 give each type of packet
 * its least; reports are believed with less, as they are likely to be just broken.
 */
static bool plausible(const struct rtcp_header *header)
{
	switch (header->type) {
	case RTCP_SR:
	case RTCP_RR:
		return true;
	case RTCP_SDES:
	case RTCP_BYE:
		return header->bytes >= (size_t)header->count * 4;
	case RTCP_APP:
	case RTCP_RTPFB:
	case RTCP_PSFB:
		return header->bytes >= 8;
	default:
		return header->bytes >= 4;
	}
}

static void read_blocks(struct reader *reader, uint8_t count, struct rtcp_report *report)
{
	for (uint8_t i = 0; i < count; i++) {
		struct rtcp_block block = {.ssrc = reader_u32(reader)};
		block.fraction_lost = reader_u8(reader);
		const uint32_t lost = reader_u24(reader);
		block.lost = lost & 0x800000 ? (int32_t)lost - 0x1000000 : (int32_t)lost;
		block.highest_sequence = reader_u32(reader);
		block.jitter = reader_u32(reader);
		block.lsr = reader_u32(reader);
		block.dlsr = reader_u32(reader);
		if (reader->failed || report->block_count == LIMIT_RTCP_REPORTS)
			return;
		report->blocks[report->block_count++] = block;
	}
}

/* RFC 3550 6.4.1 */
static void read_sender_report(
        struct reader *reader, uint8_t count, struct rtcp_report *report)
{
	report->ntp = reader_u64(reader);
	report->rtp_timestamp = reader_u32(reader);
	report->sent_packets = reader_u32(reader);
	report->sent_octets = reader_u32(reader);
	report->has_sr = !reader->failed;
	read_blocks(reader, count, report);
}

/* RFC 3550 6.5: the canonical name of the first chunk that has one. */
static void read_description(struct reader *reader, struct rtcp_report *report)
{
	while (reader_left(reader) >= 2 && !report->cname.data) {
		const uint8_t kind = reader_u8(reader);
		if (kind == SDES_END)
			return;
		const struct slice text = reader_slice(reader, reader_u8(reader));
		if (kind == SDES_CNAME)
			report->cname = text;
	}
}

/* RFC 3550 6.6 */
static void read_bye(struct reader *reader, const struct rtcp_header *header,
        struct rtcp_report *report)
{
	report->bye = true;
	if (header->count == 0)
		return;
	report->bye_ssrc = reader_u32(reader);
	reader_skip(reader, ((size_t)header->count - 1) * 4);
	if (!reader->failed && reader_left(reader) > 0)
		report->bye_reason = reader_slice(reader, reader_u8(reader));
}

/* RFC 3611 4.7 */
static void read_voip_metrics(struct reader *reader, struct rtcp_report *report)
{
	struct rtcp_voip_metrics *voip = &report->voip;
	voip->ssrc = reader_u32(reader);
	voip->loss_rate = reader_u8(reader);
	voip->discard_rate = reader_u8(reader);
	voip->burst_density = reader_u8(reader);
	voip->gap_density = reader_u8(reader);
	voip->burst_ms = reader_u16(reader);
	voip->gap_ms = reader_u16(reader);
	voip->round_trip_ms = reader_u16(reader);
	voip->end_system_ms = reader_u16(reader);
	voip->signal_level = reader_u8(reader);
	voip->noise_level = reader_u8(reader);
	voip->rerl = reader_u8(reader);
	voip->gmin = reader_u8(reader);
	voip->r_factor = reader_u8(reader);
	voip->ext_r_factor = reader_u8(reader);
	voip->mos_lq = reader_u8(reader);
	voip->mos_cq = reader_u8(reader);
	voip->rx_config = reader_u8(reader);
	reader_skip(reader, 1);
	voip->jb_nominal_ms = reader_u16(reader);
	voip->jb_maximum_ms = reader_u16(reader);
	voip->jb_abs_max_ms = reader_u16(reader);
	report->has_voip_metrics = true;
}

static void read_extended(
        struct reader *reader, struct rtcp_report *report, struct anomalies *anomalies)
{
	while (reader_left(reader) >= 4) {
		const uint8_t kind = reader_u8(reader);
		reader_skip(reader, 1);
		const size_t bytes = (size_t)reader_u16(reader) * 4;
		struct reader block = reader_sub(reader, bytes);
		if (block.failed) {
			anomaly_set(anomalies, ANOMALY_RTCP_LENGTH_BAD);
			return;
		}
		if (kind >= 1 && kind <= XR_VOIP_METRICS)
			report->xr_block_types |= (uint8_t)(1u << kind);
		if (kind == XR_VOIP_METRICS && bytes >= XR_VOIP_METRICS_BYTES)
			read_voip_metrics(&block, report);
	}
}

static void read_packet(struct reader *reader, const struct rtcp_header *header,
        struct rtcp_report *report, struct anomalies *anomalies)
{
	report->types |= (uint32_t)1 << (header->type - RTCP_TYPE_FIRST);
	if (header->type == RTCP_BYE) {
		read_bye(reader, header, report);
		return;
	}
	if (reader_left(reader) < 4) {
		/* An empty SDES is legal; everything else begins with an SSRC. */
		if (header->type != RTCP_SDES)
			anomaly_set(anomalies, ANOMALY_RTCP_LENGTH_BAD);
		return;
	}
	const uint32_t ssrc = reader_u32(reader);
	if (report->sender == 0)
		report->sender = ssrc;
	if (header->type == RTCP_SR)
		read_sender_report(reader, header->count, report);
	else if (header->type == RTCP_RR)
		read_blocks(reader, header->count, report);
	else if (header->type == RTCP_SDES && header->count > 0)
		read_description(reader, report);
	else if (header->type == RTCP_APP && !report->app_name.data)
		report->app_name = reader_slice(reader, 4);
	else if (header->type == RTCP_XR)
		read_extended(reader, report, anomalies);
	if (reader->failed)
		anomaly_set(anomalies, ANOMALY_RTCP_LENGTH_BAD);
}

bool rtcp_parse(
        struct slice bytes, struct rtcp_report *report, struct anomalies *anomalies)
{
	struct rtcp_header header = {0};
	if (bytes.len < 4)
		return false;
	struct reader reader = reader_of_slice(bytes);
	if (!read_header(&reader, &header) || !plausible(&header))
		return false;
	*report = (struct rtcp_report){0};
	if (header.type != RTCP_SR && header.type != RTCP_RR)
		anomaly_set(anomalies, ANOMALY_RTCP_ORDER);
	for (;;) {
		if (header.bytes > reader_left(&reader)) {
			anomaly_set(anomalies, ANOMALY_RTCP_LENGTH_BAD);
			header.bytes = reader_left(&reader);
		}
		struct reader packet = reader_sub(&reader, header.bytes);
		read_packet(&packet, &header, report, anomalies);
		report->packet_count++;
		if (reader_left(&reader) == 0)
			return true;
		if (report->packet_count == LIMIT_RTCP_PACKETS ||
		        !read_header(&reader, &header)) {
			anomaly_set(anomalies, ANOMALY_RTCP_TRAILING);
			return true;
		}
	}
}
