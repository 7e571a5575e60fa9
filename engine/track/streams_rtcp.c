/*
 * Reports and the streams that they are about.
 */
#include "engine/track/stream.h"

/*
 * The stream that RTCP between two endpoints is about: on the same ports (RFC 5761), or
 * on the ports below (RFC 3550 11).
 */
static struct stream *find_reported(const struct streams *streams,
        const struct endpoint *src, const struct endpoint *dst, uint32_t ssrc)
{
	struct stream *stream = streams_find(streams, src, dst, ssrc);
	if (stream)
		return stream;
	struct endpoint from = *src;
	struct endpoint to = *dst;
	from.port--;
	to.port--;
	return streams_find(streams, &from, &to, ssrc);
}

/* RFC 3550 6.4.1: the time of the SR's passing replaces the sender's clock. */
static void take_block(
        struct stream *stream, const struct rtcp_block *block, uint64_t time_us)
{
	if (stream->reports < UINT16_MAX)
		stream->reports++;
	stream->remote_fraction = block->fraction_lost;
	stream->remote_lost = block->lost;
	const uint32_t clock_hz = codec_at(stream->codec)->clock_hz;
	if (clock_hz)
		stream->remote_jitter_us =
		        (uint32_t)((uint64_t)block->jitter * 1000000 / clock_hz);
	if (!block->lsr || block->lsr != stream->report_ntp)
		return;
	const uint64_t held_us = (uint64_t)block->dlsr * 1000000 >> 16;
	const uint32_t passed_us = (uint32_t)time_us - stream->report_us;
	if (passed_us >= held_us && passed_us - held_us < 10000000)
		stream->round_trip_us = (uint32_t)(passed_us - held_us);
}

struct stream *streams_rtcp(const struct streams *streams,
        const struct datagram *datagram, const struct rtcp_report *report)
{
	struct stream *own =
	        find_reported(streams, &datagram->src, &datagram->dst, report->sender);
	if (own && report->has_sr) {
		own->report_ntp = (uint32_t)(report->ntp >> 16);
		own->report_us = (uint32_t)datagram->time_us;
	}
	if (own && report->bye && report->bye_ssrc == own->ssrc)
		own->bye = true;
	for (uint8_t i = 0; i < report->block_count; i++) {
		const struct rtcp_block *block = &report->blocks[i];
		struct stream *stream = find_reported(
		        streams, &datagram->dst, &datagram->src, block->ssrc);
		if (stream)
			take_block(stream, block, datagram->time_us);
	}
	return own;
}
