#include "engine/track/stream.h"

#include "engine/track/emodel.h"

#include <math.h>

static const double JITTER_UNITS_PER_MS = 64 * 1000.0;

enum { FEW_PACKETS = 20, PATH_DELAY_MS = 20 };

uint32_t stream_expected(const struct stream *stream)
{
	return stream->expected + (stream->highest - stream->lowest + 1);
}

uint32_t stream_lost(const struct stream *stream)
{
	const uint32_t expected = stream_expected(stream);
	return expected > stream->unique ? expected - stream->unique : 0;
}

uint32_t stream_undeclared(const struct stream *stream)
{
	const uint32_t now = stream->undeclared_from
	                             ? stream->unique + 1 - stream->undeclared_from
	                             : 0;
	return stream->undeclared + now;
}

double stream_jitter_max_ms(const struct stream *stream)
{
	return stream->jitter_max / JITTER_UNITS_PER_MS;
}

double stream_jitter_mean_ms(const struct stream *stream)
{
	if (stream->unique <= 1)
		return 0;
	return (double)stream->jitter_sum / (stream->unique - 1) / JITTER_UNITS_PER_MS;
}

uint32_t stream_packet_ms(const struct stream *stream)
{
	const struct codec *codec = codec_at(stream->codec);
	if (stream->step == 0 || codec->clock_hz == 0)
		return codec->ptime_ms;
	const uint32_t packet_ms = (uint32_t)stream->step * 1000 / codec->clock_hz;
	return packet_ms > 0 ? packet_ms : codec->ptime_ms;
}

/* A step may be that of a pause: longer packets than usual do not lower the need. */
uint32_t stream_needed_per_s(const struct stream *stream)
{
	const struct codec *codec = codec_at(stream->codec);
	const uint32_t packet_ms = stream_packet_ms(stream);
	if (!codec->clock_hz || codec->class >= CODEC_VIDEO || !packet_ms)
		return 0;
	return 1000u / (packet_ms < codec->ptime_ms ? packet_ms : codec->ptime_ms);
}

static enum quality_reason reason_of(const struct stream *stream, uint32_t unique)
{
	const struct codec *codec = codec_at(stream->codec);
	if (stream->codec == CODEC_UNKNOWN)
		return stream_secure_suspected(stream) ? QUALITY_ENCRYPTED
		                                       : QUALITY_UNKNOWN_CODEC;
	if (codec->class == CODEC_VIDEO)
		return QUALITY_VIDEO;
	if (codec->class == CODEC_OTHER)
		return QUALITY_NO_AUDIO;
	if (!codec->judged)
		return QUALITY_NOT_RATED;
	return unique < FEW_PACKETS ? QUALITY_FEW_PACKETS : QUALITY_GIVEN;
}

/* What a span of a stream is judged by. */
struct span {
	uint32_t expected;
	uint32_t unique;
	const uint32_t *late;
};

static void judge(const struct stream *stream, const struct span *span,
        struct stream_quality *quality)
{
	*quality = (struct stream_quality){
	        .reason = (uint8_t)reason_of(stream, span->unique)};
	if (quality->reason != QUALITY_GIVEN || span->expected == 0)
		return;
	struct burst_metrics burst;
	const uint32_t packet_ms = stream_packet_ms(stream);
	burst_measure(&stream->burst, packet_ms, &burst);
	const double path_ms = stream->round_trip_us ? stream->round_trip_us / 2000.0
	                                             : (double)PATH_DELAY_MS;
	for (int i = 0; i < JITTER_COUNT; i++) {
		const double lost =
		        span->expected > span->unique ? span->expected - span->unique : 0;
		const double missing = (lost + span->late[i]) / span->expected * 100;
		const struct emodel_input input = {
		        .delay_ms = path_ms + packet_ms +
		                    stream->jitters.buffers[i].delay_us / 1000.0,
		        .loss_percent = missing < 100 ? missing : 100,
		        .burst_ratio = burst.burst_ratio,
		};
		const double r = emodel_r(codec_at(stream->codec), &input);
		quality->r_x10[i] = r > 0 ? (uint16_t)lround(r * 10) : 0;
		quality->mos_x100[i] = (uint16_t)lround(emodel_mos(r) * 100);
	}
}

void stream_quality(const struct stream *stream, struct stream_quality *quality)
{
	uint32_t late[JITTER_COUNT];
	for (int i = 0; i < JITTER_COUNT; i++)
		late[i] = stream->jitters.buffers[i].late;
	const struct span span = {stream_expected(stream), stream->unique, late};
	judge(stream, &span, quality);
}

void stream_interval_close(struct stream *stream, struct stream_interval *interval)
{
	const struct stream_mark *mark = &stream->mark;
	const uint32_t first = mark->unique ? 0 : 1; /* has no packet before it */
	/* Late arrivals of an earlier interval may exceed what this one expected. */
	const uint32_t expected = stream_expected(stream) - mark->expected;
	const uint32_t unique = stream->unique - mark->unique;
	*interval = (struct stream_interval){
	        .start_us = stream->interval_us,
	        .end_us = stream->last_us,
	        .packets = stream->packets - mark->packets,
	        .expected = expected,
	        .lost = expected > unique ? expected - unique : 0,
	        .jitter_max_us = stream->interval_jitter_max / 64,
	        .octets = (uint32_t)stream->octets - mark->octets,
	        .resized = stream->resized - mark->resized,
	        .stamp_jumps = (uint16_t)(stream->stamp_jumps - mark->stamp_jumps),
	};
	if (unique > first)
		interval->jitter_mean_us =
		        (uint32_t)((stream->jitter_sum - mark->jitter_sum) /
		                   (unique - first) / 64);
	for (int i = 0; i < JITTER_COUNT; i++)
		interval->late[i] = stream->jitters.buffers[i].late - mark->late[i];
	const struct span span = {expected, unique, interval->late};
	judge(stream, &span, &interval->quality);
	stream->interval_us = stream->last_us;
	stream->interval_jitter_max = 0;
	stream->mark = (struct stream_mark){
	        .jitter_sum = stream->jitter_sum,
	        .packets = stream->packets,
	        .unique = stream->unique,
	        .expected = stream_expected(stream),
	        .octets = (uint32_t)stream->octets,
	        .resized = stream->resized,
	        .stamp_jumps = stream->stamp_jumps,
	};
	for (int i = 0; i < JITTER_COUNT; i++)
		stream->mark.late[i] = stream->jitters.buffers[i].late;
}
