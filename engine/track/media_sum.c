/*
 * What the streams of a call sum up to. Legs that pass the same media address on (a proxy
 * or a B2BUA that stays out of the media) share its streams: each sums up all of them.
 */
#include <string.h>

#include "engine/track/state.h"

/* Adds b, which weighs as its packets do, to a mean over packets. */
static uint32_t mean(uint32_t a, uint64_t a_packets, uint32_t b, uint64_t b_packets)
{
	const uint64_t all = a_packets + b_packets;
	if (!all)
		return a;
	return (uint32_t)((a * a_packets + b * b_packets) / all);
}

static uint16_t capped(double value)
{
	return value >= UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

/* What the streams of a side sum up to so far; NULL when there is no room. */
static struct call_quality *total_of(struct track *track, struct call *call, uint8_t side)
{
	if (!call->quality) {
		const uint32_t index = slab_take(&track->quality_slab);
		if (!index)
			return NULL;
		call->quality = slab_at(&track->quality_slab, index);
		memset(call->quality, 0, 2 * sizeof(*call->quality));
	}
	return &call->quality[side & 1];
}

void media_sum(
        struct track *track, struct call *call, const struct stream *stream, uint8_t side)
{
	struct call_quality *total = total_of(track, call, side);
	if (!total)
		return;
	struct stream_quality quality;
	struct burst_metrics burst;
	stream_quality(stream, &quality);
	burst_measure(&stream->burst, stream_packet_ms(stream), &burst);
	const uint32_t before = total->packets;
	total->packets += stream->packets;
	total->lost += stream_lost(stream);
	total->duplicates += stream->duplicates;
	total->reordered += stream->reordered;
	const uint32_t jitter_max = (uint32_t)(stream_jitter_max_ms(stream) * 100);
	const uint32_t jitter_mean = (uint32_t)(stream_jitter_mean_ms(stream) * 100);
	if (jitter_max > total->jitter_max_ms_x100)
		total->jitter_max_ms_x100 = jitter_max;
	total->jitter_mean_ms_x100 =
	        mean(total->jitter_mean_ms_x100, before, jitter_mean, stream->packets);
	const uint16_t ratio = capped(burst.burst_ratio * 10);
	if (ratio > total->burst_x10)
		total->burst_x10 = ratio;
	if (stream->round_trip_us)
		total->rtt_ms = capped(stream->round_trip_us / 1000.0);
	if (stream->packets >= before)
		total->codec = stream->codec;
	call->dtmf_count = (uint16_t)(call->dtmf_count + stream->digits);
	if (quality.reason == QUALITY_GIVEN) {
		const uint64_t weight = total->mos_x100 ? before : 0;
		total->r_x10 = (uint16_t)mean(total->r_x10, weight,
		        quality.r_x10[JITTER_ADAPTIVE], stream->packets);
		total->mos_x100 = (uint16_t)mean(total->mos_x100, weight,
		        quality.mos_x100[JITTER_ADAPTIVE], stream->packets);
		total->reason = QUALITY_GIVEN;
	} else if (!total->mos_x100) {
		total->reason = quality.reason;
	}
}

/* Whether the call has this address in a medium before this one too. */
static bool repeated(const struct track *track, const struct media *media)
{
	uint32_t i = call_at(track, media->call)->media;
	for (; media_at(track, i) != media; i = media_at(track, i)->next)
		if (endpoint_equal(&media_at(track, i)->at, &media->at))
			return true;
	return false;
}

/* A gateway may use one address for many legs: both ends must be those of this one. */
static bool runs_to(
        const struct track *track, const struct stream *stream, const struct media *media)
{
	if (!endpoint_equal(&stream->dst, &media->at))
		return false;
	const uint32_t peer = media_peer(track, media);
	return peer && endpoint_equal(&stream->src, &media_at(track, peer)->at) &&
	       !repeated(track, media);
}

void media_sum_shared(struct track *track, struct call *call, const struct media *mine)
{
	const struct chain *chain = &track->media_by_address;
	uint32_t i = chain_first(chain, hash_endpoint(&track->key, &mine->at));
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		const struct media *other = media_at(track, i);
		for (int j = 0; j < MEDIA_STREAMS && other->call != mine->call; j++) {
			const struct stream *stream = media_held(track, other, j);
			if (stream && runs_to(track, stream, mine))
				media_sum(
				        track, call, stream, call_other_side(mine->side));
		}
		i = chain_next(chain, i);
	}
}

/* What a stream adds to the watch over a call. */
static void watch_stream(
        struct call_watch *watch, const struct stream *stream, uint8_t side)
{
	watch->sent[side & 1] += stream->packets;
	watch->noise |= stream->comfort_noise > 0;
}

void media_watch_streams(
        const struct track *track, const struct call *call, struct call_watch *watch)
{
	const struct chain *chain = &track->media_by_address;
	for (uint32_t m = call->media; m; m = media_at(track, m)->next) {
		const struct media *mine = media_at(track, m);
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			const struct stream *stream = media_held(track, mine, j);
			if (stream)
				watch_stream(watch, stream, stream->direction);
		}
		uint32_t i = chain_first(chain, hash_endpoint(&track->key, &mine->at));
		for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
			const struct media *other = media_at(track, i);
			for (int j = 0; j < MEDIA_STREAMS && other->call != mine->call;
			        j++) {
				const struct stream *stream = media_held(track, other, j);
				if (stream && runs_to(track, stream, mine))
					watch_stream(watch, stream,
					        call_other_side(mine->side));
			}
			i = chain_next(chain, i);
		}
	}
}

uint32_t media_sharing(
        const struct track *track, const struct stream *stream, uint32_t after)
{
	const struct chain *chain = &track->media_by_address;
	uint32_t i = after ? chain_next(chain, after)
	                   : chain_first(chain, hash_endpoint(&track->key, &stream->dst));
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		const struct media *media = media_at(track, i);
		if (media->call != stream->call && runs_to(track, stream, media))
			return i;
		i = chain_next(chain, i);
	}
	return 0;
}
