/*
 * Streams and calls: a stream belongs to the call that announced its destination, or,
 * when a NAT hides that, its source. A stream that came before its offer is looked for
 * again with each packet, so that it joins as soon as the offer is there.
 */
#include "engine/track/state.h"

enum {
	GAP_TOGETHER_US = 40000, /* both directions went missing at once: it was us */
	ADDRESS_WALK = 8,
};

/* stream.leg of one that was summed up already. */
static const uint32_t LEG_DONE = UINT32_MAX;

static const unsigned NEWS_TO_WATCH = STREAM_FORGED | STREAM_TYPED | STREAM_FLOODED;

uint32_t media_peer(const struct track *track, const struct media *media)
{
	const struct call *call = call_at(track, media->call);
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *peer = media_at(track, i);
		if (peer->side != media->side && peer->line == media->line)
			return i;
	}
	return 0;
}

struct stream *media_held(const struct track *track, const struct media *media, int place)
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
			const uint32_t peer = found ? media_peer(track, media) : 0;
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

uint32_t media_find(const struct track *track, const struct endpoint *at)
{
	static const struct endpoint NOBODY;
	return medium_at(track, at, &NOBODY);
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
	const uint32_t index = media_peer(track, media);
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
	media_watch_declared(track, stream);
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
				announce(track, media_held(track, media, j), media);
	}
}

/* A free place, else that of the longest idle: who sends many streams at a time does not
 * drive out the one that goes on. */
static int place_in(const struct track *track, const struct media *media)
{
	int longest = MEDIA_STREAMS - 1;
	for (int i = MEDIA_STREAMS - 1; i >= 0; i--) {
		const struct stream *held = media_held(track, media, i);
		if (!held)
			return i;
		if (held->last_us < media_held(track, media, longest)->last_us)
			longest = i;
	}
	return longest;
}

static void hold(
        struct track *track, struct call *call, struct media *media, uint32_t stream)
{
	/* It makes room for good: streams that follow one another change SSRC. */
	const int place = place_in(track, media);
	struct stream *idle = media_held(track, media, place);
	if (idle) {
		media_sum(track, call, idle, idle->direction);
		idle->call = 0;
		idle->leg = LEG_DONE;
	}
	for (int i = place; i > 0; i--)
		media->streams[i] = media->streams[i - 1];
	media->streams[0] = stream;
}

static void unhold(struct track *track, const struct stream *stream)
{
	struct media *media = media_at(track, stream->leg);
	for (int i = 0; i < MEDIA_STREAMS; i++)
		if (media_held(track, media, i) == stream)
			media->streams[i] = 0;
}

bool media_holds(const struct track *track, const struct call *call)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next)
		for (int j = 0; j < MEDIA_STREAMS; j++)
			if (media_at(track, i)->streams[j])
				return true;
	return false;
}

/* From the call that ended to whoever has the address now. */
static void leave(struct track *track, struct stream *stream)
{
	const uint32_t left = stream->call;
	unhold(track, stream);
	stream->adrift = false;
	if (call_at(track, left)->waits && !media_holds(track, call_at(track, left)))
		call_release(track, left);
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
	if (stream->adrift)
		leave(track, stream);
	stream->leg = index;
	stream->call = media->call;
	stream->direction =
	        3u & (by_destination ? call_other_side(media->side) : media->side);
	media_watch_joined(track, stream, media, by_destination);
	hold(track, call_at(track, media->call), media,
	        streams_index(track->streams, stream));
	announce(track, stream, media);
	const uint32_t sender = by_destination ? media_peer(track, media) : index;
	if (sender)
		media_at(track, sender)->seen = stream->src;
	struct call *call = call_at(track, media->call);
	stream->listened = sound_wanted(call, stream);
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
			struct stream *other = media_held(track, media, j);
			if (!other || !gaps_together(stream, other))
				continue;
			stream->capture_gap = true;
			other->capture_gap = true;
			call->capture_gap = true;
		}
	}
}

/* The stream of the other direction that was heard last. */
static const struct stream *newest_back(const struct track *track,
        const struct stream *stream, const struct media *a, const struct media *b)
{
	const struct stream *newest = NULL;
	for (int i = 0; i < 2 * MEDIA_STREAMS; i++) {
		const struct media *media = i < MEDIA_STREAMS ? a : b;
		const struct stream *held =
		        media ? media_held(track, media, i % MEDIA_STREAMS) : NULL;
		if (held && held->direction != stream->direction &&
		        (!newest || held->last_us > newest->last_us))
			newest = held;
	}
	return newest;
}

static struct event *push_stream(
        struct track *track, enum event_kind kind, const struct stream *stream)
{
	struct event *event = event_push(track, kind, track->now_us);
	event->stream = stream;
	if (!stream->call)
		return event;
	event->call = call_at(track, stream->call);
	const struct media *media = media_at(track, stream->leg);
	const uint32_t peer = media_peer(track, media);
	const struct media *other = peer ? media_at(track, peer) : NULL;
	const bool sends = media->side == stream->direction;
	event->said = sends ? media : other;
	event->wanted = sends ? other : media;
	event->back = newest_back(track, stream, media, other);
	return event;
}

void media_stream_rtp(struct track *track, struct seen *seen)
{
	unsigned news;
	const uint64_t evicted = streams_evicted(track->streams);
	struct stream *stream =
	        streams_packet(track->streams, seen->datagram, seen->message->rtp, &news);
	if ((!stream->leg || stream->adrift) && track->media_slab.count)
		join(track, stream);
	if (__builtin_expect(news & STREAM_NEW, 0)) {
		const uint64_t now_evicted = streams_evicted(track->streams);
		track->counters.evicted_streams = now_evicted;
		if (now_evicted != evicted)
			event_overload(track, TABLE_STREAMS, now_evicted);
		media_watch_new(track, seen, stream);
	}
	if (__builtin_expect(stream->watched || news & NEWS_TO_WATCH, 0))
		media_watch_packet(track, seen, stream, news);
	if (__builtin_expect(stream->listened, 0))
		sound_packet(track, seen, stream);
	if (!(news & STREAM_INTERVAL_DUE))
		return;
	stream->dscp_changed |= seen->datagram->dscp != stream->dscp;
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
	struct event *event = event_push_seen(track, EVENT_RTCP_REPORT, seen);
	event->stream = stream;
	event->foreign = !stream && media_watch_rtcp(track, seen);
}

/* Legs beside its own that have its addresses. */
static void sum_for_others(struct track *track, const struct stream *stream)
{
	uint32_t i = media_sharing(track, stream, 0);
	for (int legs = 0; i && legs < TRACK_LEG_WALK; legs++) {
		const struct media *media = media_at(track, i);
		media_sum(track, call_at(track, media->call), stream,
		        call_other_side(media->side));
		i = media_sharing(track, stream, i);
	}
}

bool media_stream_expired(struct track *track)
{
	const struct stream *stream = streams_expired(track->streams, track->now_us);
	if (!stream)
		return false;
	struct call *call = stream->call ? call_at(track, stream->call) : NULL;
	if (call && !stream->adrift) {
		media_sum(track, call, stream, stream->direction);
		sum_for_others(track, stream);
	}
	if (call)
		unhold(track, stream);
	(void)push_stream(track, EVENT_RTP_STREAM, stream);
	if (call && call->waits && !media_holds(track, call)) {
		list_remove(&track->call_waiting, stream->call);
		call->waits = false;
		event_release(track, RELEASE_CALL, stream->call);
	}
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
			const struct stream *stream = media_held(track, media, j);
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
		media_sum_shared(track, call, media);
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			struct stream *stream = media_held(track, media, j);
			if (!stream)
				continue;
			compare_gaps(track, stream);
			media_sum(track, call, stream, stream->direction);
			stream->adrift = true;
		}
	}
	media_unlist(track, call);
	/* Other legs with these addresses go on with the streams. */
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			struct stream *stream = media_held(track, media_at(track, i), j);
			if (stream && media_sharing(track, stream, 0))
				join(track, stream);
		}
	}
}

void media_stream_forget(struct track *track, const struct call *call)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		for (int j = 0; j < MEDIA_STREAMS; j++) {
			struct stream *stream = media_held(track, media_at(track, i), j);
			if (!stream)
				continue;
			stream->call = 0;
			stream->leg = 0;
			stream->adrift = false;
		}
	}
}
