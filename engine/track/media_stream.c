/*
 * Streams and calls: a stream belongs to the call that announced its destination, or,
 * when a NAT hides that, its source. A stream that came before its offer is looked for
 * again with each packet, so that it joins as soon as the offer is there.
 */
#include <string.h>

#include "engine/track/state.h"

enum {
	GAP_TOGETHER_US = 40000, /* both directions went missing at once: it was us */
	ADDRESS_WALK = 8,
};

/* stream.leg of one that was summed up already. */
static const uint32_t LEG_DONE = UINT32_MAX;

/* The medium of the same line on the other side. */
static uint32_t peer_of(const struct track *track, const struct media *media)
{
	const struct call *call = call_at(track, media->call);
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *peer = media_at(track, i);
		if (peer->side != media->side && peer->line == media->line)
			return i;
	}
	return 0;
}

/* NULL = none at this place */
static struct stream *held(
        const struct track *track, const struct media *media, int place)
{
	const uint32_t index = media->streams[place];
	return index ? streams_at(track->streams, index) : NULL;
}

/* The medium at this address; where several calls share it (a gateway that multiplexes
 * them), the one whose other side is where the packets come from or go to. */
static uint32_t medium_at(const struct track *track, const struct endpoint *at,
        const struct endpoint *other)
{
	uint32_t found = 0;
	uint32_t i =
	        chain_first(&track->media_by_address, hash_endpoint(&track->key, at));
	for (int walked = 0; i && walked < ADDRESS_WALK; walked++) {
		const struct media *media = media_at(track, i);
		if (endpoint_equal(&media->at, at)) {
			const uint32_t peer = found ? peer_of(track, media) : 0;
			if (!found)
				found = i;
			else if (peer &&
			         endpoint_equal(&media_at(track, peer)->at, other))
				return i;
		}
		i = chain_next(&track->media_by_address, i);
	}
	return found;
}

static uint8_t other_side(uint8_t side)
{
	return side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
}

/* The payload types that one side named; those that the other named before it stand. */
static void add_payloads(const struct track *track,
        struct stream_payload payloads[STREAM_PAYLOADS], uint8_t *count,
        const struct media *media)
{
	const uint8_t before = *count;
	const struct media_payload *said =
	        media_payloads(call_at(track, media->call), media);
	for (uint8_t i = 0; i < media->payload_count && *count < STREAM_PAYLOADS; i++) {
		const struct media_payload *named = &said[i];
		/* Of the static types everybody knows what they are. */
		bool known = named->codec == codec_of_type(named->type);
		for (uint8_t j = 0; j < before && !known; j++)
			known = payloads[j].type == named->type;
		if (!known)
			payloads[(*count)++] = (struct stream_payload){
			        .type = named->type, .codec = named->codec};
	}
}

/*
 * RFC 3264 5.1: who receives says what the numbers mean. Senders that use their own
 * numbers for what the receiver did not name are common, and so is media before the
 * answer, so what the sender says counts after it.
 */
static void announce(
        struct track *track, struct stream *stream, const struct media *media)
{
	struct stream_payload payloads[STREAM_PAYLOADS];
	uint8_t count = 0;
	const uint32_t index = peer_of(track, media);
	const struct media *peer = index ? media_at(track, index) : NULL;
	const bool sends = media->side == stream->direction;
	if (sends && peer)
		add_payloads(track, payloads, &count, peer);
	add_payloads(track, payloads, &count, media);
	if (!sends && peer)
		add_payloads(track, payloads, &count, peer);
	const struct stream_announcement announcement = {
	        .payloads = payloads, .count = count, .secure = media->secure};
	streams_announce(track->streams, stream, &announcement);
}

void media_stream_described(struct track *track, const struct call *call, uint8_t line)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *media = media_at(track, i);
		/* A fax says nothing of the audio that may go on beside it. */
		if (media->line != line || media->t38)
			continue;
		for (int j = 0; j < MEDIA_STREAMS; j++)
			if (media->streams[j])
				announce(track, held(track, media, j), media);
	}
}

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

static void sum(struct track *track, struct call *call, const struct stream *stream)
{
	struct call_quality *total = total_of(track, call, stream->direction);
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

static void hold(
        struct track *track, struct call *call, struct media *media, uint32_t stream)
{
	/* The oldest makes room, for good: streams that follow one another change SSRC.
	 */
	struct stream *oldest = held(track, media, MEDIA_STREAMS - 1);
	if (oldest) {
		sum(track, call, oldest);
		oldest->call = 0;
		oldest->leg = LEG_DONE;
	}
	for (int i = MEDIA_STREAMS - 1; i > 0; i--)
		media->streams[i] = media->streams[i - 1];
	media->streams[0] = stream;
}

static void unhold(struct track *track, const struct stream *stream)
{
	struct media *media = media_at(track, stream->leg);
	for (int i = 0; i < MEDIA_STREAMS; i++)
		if (held(track, media, i) == stream)
			media->streams[i] = 0;
}

static void join(struct track *track, struct stream *stream)
{
	uint32_t index = medium_at(track, &stream->dst, &stream->src);
	const bool by_destination = index != 0;
	if (!index)
		index = medium_at(track, &stream->src, &stream->dst);
	if (!index)
		return;
	struct media *media = media_at(track, index);
	/* UDPTL has no header of its own to tell it from RTP: that must prove itself. */
	if (media->t38 && !stream->confirmed)
		return;
	stream->leg = index;
	stream->call = media->call;
	stream->direction =
	        3u & (by_destination ? other_side(media->side) : media->side);
	hold(track, call_at(track, media->call), media,
	        streams_index(track->streams, stream));
	announce(track, stream, media);
	const uint32_t sender = by_destination ? peer_of(track, media) : index;
	if (sender)
		media_at(track, sender)->seen = stream->src;
	struct call *call = call_at(track, media->call);
	if (call->state < CALL_ANSWERED)
		call->early_media = true;
	if (call->last_us < stream->last_us)
		call->last_us = stream->last_us;
}

static bool gaps_together(const struct stream *a, const struct stream *b)
{
	if (!a->gap_us || !b->gap_us || a->direction == b->direction)
		return false;
	/* Modulo 2^32, which is over an hour. */
	const uint32_t apart_us = a->gap_us - b->gap_us + GAP_TOGETHER_US;
	return apart_us <= 2 * GAP_TOGETHER_US;
}

/* Packets missing in both directions at the same time were missed by the capture. */
static void compare_gaps(struct track *track, struct stream *stream)
{
	struct call *call = call_at(track, stream->call);
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		struct media *media = media_at(track, i);
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			struct stream *other = held(track, media, j);
			if (!other || !gaps_together(stream, other))
				continue;
			stream->capture_gap = true;
			other->capture_gap = true;
			call->capture_gap = true;
		}
	}
}

static struct event *push_stream(
        struct track *track, enum event_kind kind, const struct stream *stream)
{
	struct event *event = event_push(track, kind, track->now_us);
	event->stream = stream;
	event->call = stream->call ? call_at(track, stream->call) : NULL;
	return event;
}

void media_stream_rtp(struct track *track, struct seen *seen)
{
	unsigned news;
	const uint64_t evicted = streams_evicted(track->streams);
	struct stream *stream =
	        streams_packet(track->streams, seen->datagram, seen->message->rtp, &news);
	if (!stream->leg && track->media_slab.count)
		join(track, stream);
	if (__builtin_expect(news & STREAM_NEW, 0)) {
		const uint64_t now_evicted = streams_evicted(track->streams);
		track->counters.evicted_streams = now_evicted;
		if (now_evicted != evicted)
			event_overload(track, TABLE_STREAMS, now_evicted);
	}
	if (!(news & STREAM_INTERVAL_DUE))
		return;
	if (stream->call) {
		call_at(track, stream->call)->last_us = seen->time_us;
		compare_gaps(track, stream);
	}
	struct event *event = push_stream(track, EVENT_RTP_INTERVAL, stream);
	event->packet = seen->datagram->packet;
	event->message = seen->message;
	event->interval = streams_interval(track->streams);
}

void media_stream_rtcp(struct track *track, struct seen *seen)
{
	const struct stream *stream =
	        streams_rtcp(track->streams, seen->datagram, seen->message->rtcp);
	if (stream && stream->call)
		seen->call = call_at(track, stream->call);
	event_push_seen(track, EVENT_RTCP_REPORT, seen)->stream = stream;
}

bool media_stream_expired(struct track *track)
{
	const struct stream *stream = streams_expired(track->streams, track->now_us);
	if (!stream)
		return false;
	if (stream->call) {
		unhold(track, stream);
		sum(track, call_at(track, stream->call), stream);
	}
	(void)push_stream(track, EVENT_RTP_STREAM, stream);
	return true;
}

bool media_stream_finish(struct track *track)
{
	const struct stream *stream = track->finished;
	do {
		stream = streams_next(track->streams, stream);
	} while (stream && !stream->confirmed);
	if (!stream)
		return false;
	track->finished = stream;
	if (stream->call)
		compare_gaps(track, streams_find(track->streams, &stream->src,
		                            &stream->dst, stream->ssrc));
	(void)push_stream(track, EVENT_RTP_STREAM, stream);
	return true;
}

uint64_t media_stream_heard_us(
        const struct track *track, const struct call *call, enum call_side side)
{
	uint64_t heard_us = 0;
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *media = media_at(track, i);
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			const struct stream *stream = held(track, media, j);
			if (stream && stream->direction == (uint8_t)side &&
			        stream->last_us > heard_us)
				heard_us = stream->last_us;
		}
	}
	return heard_us;
}

void media_stream_call_ends(struct track *track, struct call *call)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		struct media *media = media_at(track, i);
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			struct stream *stream = held(track, media, j);
			media->streams[j] = 0;
			if (!stream)
				continue;
			compare_gaps(track, stream);
			sum(track, call, stream);
			stream->call = 0;
			stream->leg = 0;
		}
	}
}
