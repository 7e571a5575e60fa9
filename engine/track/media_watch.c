/*
 * Streams that stand against one another: who else sends to, or gets media from, an
 * address of a call. What takes more than a packet to tell is watched, so that ordinary
 * streams cost a test of a byte.
 */
#include "engine/track/state.h"

enum {
	ESTABLISHED_PACKETS = 50,
	STILL_SENDING_US = 200000,
	SECOND_LEAST = 4, /* packets, of a second source (strict learning: Asterisk) */
	CLASH_LEAST = 2,  /* of each */
	TWIN_JUDGED = 8,
	TWIN_LEAST = 4, /* of the other meanwhile; fewer were on their way */
	TWIN_FORGET = 50,
	BLED_LEAST = 5,
	BLED_AGAIN =
	        64, /* packets after which a host without a name is looked at again */
	CLASH_US = 5000000,
	ARRIVALS_US = 1000000,
	ARRIVALS_MAX =
	        250, /* new streams a second to one address: five times 50 packets */
	RUNT_MIN = 4,
	RUNT_MAX = 11,
	NEAR_V4_BITS = 120,
	NEAR_V6_BITS = 64,
};

static unsigned bit(enum stream_change change)
{
	return 1u << change;
}

/* Among those that this medium's SDP offered for ICE. */
static bool is_candidate(
        const struct call *call, const struct media *media, const struct address *ip)
{
	const struct address *candidates =
	        (const void *)texts_slice(call->texts, media->candidate_ips).data;
	for (uint8_t i = 0; i < media->candidate_count; i++)
		if (!memcmp(&candidates[i], ip, sizeof(*ip)))
			return true;
	return false;
}

bool media_stranger(
        const struct track *track, const struct media *media, const struct address *ip)
{
	const struct call *call = call_at(track, media->call);
	const uint32_t index = media_peer(track, media);
	const struct media *peer = index ? media_at(track, index) : NULL;
	return !address_equal(&call->caller.ip, ip) &&
	       !address_equal(&call->callee.ip, ip) &&
	       !address_equal(&media->checked, ip) &&
	       !(peer &&
	               (address_equal(&peer->at.ip, ip) || is_candidate(call, peer, ip)));
}

static bool established(const struct stream *stream)
{
	return stream->packets >= ESTABLISHED_PACKETS;
}

/* The stream of another host that has been arriving there; NULL = none. */
static const struct stream *first_source(
        const struct track *track, const struct media *media, const struct stream *stream)
{
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		const struct stream *other = media_held(track, media, i);
		if (other && other != stream &&
		        endpoint_equal(&other->dst, &stream->dst) &&
		        !address_equal(&other->src.ip, &stream->src.ip) &&
		        established(other))
			return other;
	}
	return NULL;
}

/*
 * Whether a stream of another host was arriving there when this one came, from a host
 * that the call did not name. A side that moves says so first, in a new description.
 */
static bool is_second(
        const struct track *track, const struct media *media, const struct stream *stream)
{
	const struct call *call = call_at(track, media->call);
	if (call->state != CALL_ANSWERED ||
	        !media_stranger(track, media, &stream->src.ip))
		return false;
	const struct stream *first = first_source(track, media, stream);
	return first && stream->last_us <= first->last_us + STILL_SENDING_US;
}

/* Of the streams held here the one that this stands against; NULL = none. */
static struct stream *rival_of(const struct track *track, const struct media *media,
        const struct stream *stream, bool same_ssrc)
{
	struct stream *found = NULL;
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		struct stream *other = media_held(track, media, i);
		if (other && other != stream &&
		        endpoint_equal(&other->dst, &stream->dst) &&
		        (other->ssrc == stream->ssrc) == same_ssrc &&
		        endpoint_equal(&other->src, &stream->src) == !same_ssrc &&
		        (!found || other->packets > found->packets))
			found = other;
	}
	return found;
}

void media_watch_joined(struct track *track, struct stream *stream,
        const struct media *media, bool by_destination)
{
	const struct stream *clash = rival_of(track, media, stream, true);
	const struct stream *twin = rival_of(track, media, stream, false);
	unsigned watched = 0;
	stream->second = by_destination && is_second(track, media, stream);
	if (stream->second)
		watched |= bit(STREAM_CHANGE_SECOND);
	if (clash)
		watched |= bit(STREAM_CHANGE_CLASH);
	else if (twin)
		watched |= bit(STREAM_CHANGE_TWIN);
	if (clash || twin)
		stream->rival_packets = (uint16_t)(clash ? clash : twin)->packets;
	if (!by_destination && media_stranger(track, media, &stream->dst.ip))
		watched |= bit(STREAM_CHANGE_BLED);
	stream->watched = (uint8_t)watched;
}

static void tell(struct track *track, const struct seen *seen, struct stream *stream,
        enum stream_change change)
{
	stream->watched &= (uint8_t)~bit(change);
	if (stream->told & bit(change))
		return;
	stream->told |= (uint8_t)bit(change);
	struct event *event = event_push(track, EVENT_RTP_CHANGE, seen->time_us);
	event->packet = seen->datagram->packet;
	event->message = seen->message;
	event->stream = stream;
	event->call = stream->call ? call_at(track, stream->call) : NULL;
	event->stream_change = change;
}

/* Both go on: a device whose address changed is heard from the new one alone. */
static void watch_second(struct track *track, const struct seen *seen,
        const struct media *media, struct stream *stream)
{
	const struct stream *first = first_source(track, media, stream);
	if (!first || stream->packets >= ESTABLISHED_PACKETS)
		stream->watched &= (uint8_t)~bit(STREAM_CHANGE_SECOND);
	else if (stream->packets >= SECOND_LEAST && first->last_us > stream->first_us)
		tell(track, seen, stream, STREAM_CHANGE_SECOND);
}

/* One packet seen at two places of its way, before and behind a NAT. */
static bool mirrored(const struct stream *a, const struct stream *b)
{
	const int32_t apart = (int32_t)(a->highest - b->highest);
	const uint32_t lower = apart < 0 ? a->highest : b->highest;
	return apart > -STREAM_PRINTS && apart < STREAM_PRINTS &&
	       a->prints[lower % STREAM_PRINTS] == b->prints[lower % STREAM_PRINTS];
}

static uint16_t meanwhile(const struct stream *stream, const struct stream *rival)
{
	return (uint16_t)(rival->packets - stream->rival_packets);
}

static void watch_clash(struct track *track, const struct seen *seen,
        const struct media *media, struct stream *stream)
{
	const struct stream *rival = rival_of(track, media, stream, true);
	if (!rival || mirrored(stream, rival) ||
	        seen->time_us > stream->first_us + CLASH_US)
		stream->watched &= (uint8_t)~bit(STREAM_CHANGE_CLASH);
	else if (stream->packets >= CLASH_LEAST &&
	         meanwhile(stream, rival) >= CLASH_LEAST)
		tell(track, seen, stream, STREAM_CHANGE_CLASH);
}

/* Voice in clear: of that there is one stream between two endpoints, of what is
 * multiplexed (RFC 8843) there are several. */
static bool is_voice(const struct stream *stream)
{
	return codec_at(stream->codec)->class < CODEC_VIDEO && !stream->secure;
}

static void watch_twin(struct track *track, const struct seen *seen,
        const struct media *media, struct stream *stream)
{
	const struct stream *rival = rival_of(track, media, stream, false);
	if (stream->packets < TWIN_JUDGED)
		return;
	const uint16_t count = rival ? meanwhile(stream, rival) : 0;
	if (count >= TWIN_LEAST && is_voice(stream) && is_voice(rival))
		tell(track, seen, stream, STREAM_CHANGE_TWIN);
	else if (count == 0 || stream->packets >= TWIN_FORGET)
		tell(track, seen, stream, STREAM_CHANGE_SSRC);
	else
		return;
	stream->watched &= (uint8_t)~bit(STREAM_CHANGE_TWIN);
}

/* A NAT may give a device another address, of the same network (RFC 4787 4.1). */
static bool near(const struct address *a, const struct address *b)
{
	const struct network around = {
	        .ip = *a, .prefix = address_is_v4(a) ? NEAR_V4_BITS : NEAR_V6_BITS};
	return network_contains(&around, b);
}

/* The host asked for it, and who the media is meant for sends on. */
static bool is_bled(
        const struct track *track, const struct media *media, const struct stream *stream)
{
	bool asked = false;
	bool meant_for_other = false;
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		const struct stream *other = media_held(track, media, i);
		if (!other || !endpoint_equal(&other->dst, &stream->src))
			continue;
		if (address_equal(&other->src.ip, &stream->dst.ip))
			asked = true;
		else if (established(other) && !near(&other->src.ip, &stream->dst.ip) &&
		         stream->last_us <= other->last_us + STILL_SENDING_US)
			meant_for_other = true;
	}
	return asked && meant_for_other;
}

static void watch_bled(struct track *track, const struct seen *seen,
        const struct media *media, struct stream *stream)
{
	if (stream->packets % BLED_AGAIN != BLED_LEAST)
		return;
	if (media_stranger(track, media, &stream->dst.ip) &&
	        is_bled(track, media, stream))
		tell(track, seen, stream, STREAM_CHANGE_BLED);
}

void media_watch_declared(struct track *track, struct stream *stream)
{
	const struct media *media = stream->leg ? media_at(track, stream->leg) : NULL;
	const uint32_t peer = media ? media_peer(track, media) : 0;
	bool declared =
	        !peer || !media->payload_count || !media_at(track, peer)->payload_count;
	const struct media *sides[] = {media, peer ? media_at(track, peer) : NULL};
	for (int i = 0; i < 2 && !declared; i++) {
		const struct media_payload *said =
		        media_payloads(call_at(track, media->call), sides[i]);
		for (uint8_t j = 0; j < sides[i]->payload_count && !declared; j++)
			declared = said[j].type == stream->payload_type;
	}
	/* Comfort noise needs no word of it (RFC 3389 4). */
	declared =
	        declared || codec_is_comfort_noise(codec_of_type(stream->payload_type));
	if (declared && stream->undeclared_from) {
		const uint32_t count = stream_undeclared(stream);
		stream->undeclared = (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
		stream->undeclared_from = 0;
	} else if (!declared && !stream->undeclared_from) {
		stream->undeclared_from = stream->unique;
	}
}

void media_watch_packet(struct track *track, const struct seen *seen,
        struct stream *stream, unsigned news)
{
	if (news & STREAM_TYPED)
		media_watch_declared(track, stream);
	if (news & STREAM_FORGED)
		tell(track, seen, stream, STREAM_CHANGE_FORGED);
	if (news & STREAM_FLOODED)
		tell(track, seen, stream, STREAM_CHANGE_FLOOD);
	if (!stream->watched || !stream->leg || !stream->call)
		return;
	const struct media *media = media_at(track, stream->leg);
	if (stream->watched & bit(STREAM_CHANGE_SECOND))
		watch_second(track, seen, media, stream);
	if (stream->watched & bit(STREAM_CHANGE_CLASH))
		watch_clash(track, seen, media, stream);
	if (stream->watched & bit(STREAM_CHANGE_TWIN))
		watch_twin(track, seen, media, stream);
	if (stream->watched & bit(STREAM_CHANGE_BLED))
		watch_bled(track, seen, media, stream);
}

static struct event *push_stray(struct track *track, const struct seen *seen)
{
	struct event *event = event_push(track, EVENT_RTP_STRAY, seen->time_us);
	event->packet = seen->datagram->packet;
	event->message = seen->message;
	return event;
}

/* So many begin to arrive here that no device sends them. */
static bool flooded(struct media *media, uint64_t time_us)
{
	if (time_us - media->arrivals_us > ARRIVALS_US) {
		media->arrivals_us = time_us;
		media->arrivals = 0;
	}
	count_up(&media->arrivals);
	return media->arrivals == ARRIVALS_MAX;
}

void media_watch_new(struct track *track, const struct seen *seen, struct stream *stream)
{
	struct media *media = stream->leg ? media_at(track, stream->leg) : NULL;
	const bool arrives = media && endpoint_equal(&media->at, &stream->dst);
	const bool stranger = arrives && media_stranger(track, media, &stream->src.ip);
	if (arrives && flooded(media, seen->time_us))
		tell(track, seen, stream, STREAM_CHANGE_ARRIVALS);
	if (media && !stranger)
		return;
	struct event *event = push_stray(track, seen);
	event->stream = stream;
	event->call = stranger ? call_at(track, media->call) : NULL;
	event->foreign = stranger;
}

void media_watch_runt(struct track *track, const struct seen *seen)
{
	const struct slice bytes = seen->message->bytes;
	if (bytes.len >= RUNT_MIN && bytes.len <= RUNT_MAX &&
	        (bytes.data[0] & 0xc0) == 0x80 &&
	        seen->datagram->transport == TRANSPORT_UDP)
		push_stray(track, seen)->foreign = true;
}

/* The medium whose side wants its media, or its RTCP, at this address. */
static struct media *medium_at(const struct track *track, struct endpoint at, bool rtcp)
{
	uint32_t index = media_find(track, &at);
	if (!index && rtcp) {
		at.port--;
		index = media_find(track, &at);
	}
	return index ? media_at(track, index) : NULL;
}

bool media_watch_rtcp(const struct track *track, const struct seen *seen)
{
	const struct datagram *datagram = seen->datagram;
	const struct media *media = medium_at(track, datagram->dst, true);
	if (!media || !media_stranger(track, media, &datagram->src.ip))
		return false;
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		const struct stream *stream = media_held(track, media, i);
		if (stream && stream->ssrc == seen->message->rtcp->sender &&
		        endpoint_equal(&stream->dst, &media->at) &&
		        !address_equal(&stream->src.ip, &datagram->src.ip))
			return true;
	}
	return false;
}

void media_watch_stun(struct track *track, const struct seen *seen)
{
	enum { SUCCESS = 2, BINDING = 1 };
	const struct stun_message *stun = seen->message->stun;
	if (stun->message_class != SUCCESS || stun->method != BINDING || !stun->integrity)
		return;
	struct media *media = medium_at(track, seen->datagram->src, false);
	if (media)
		media->checked = seen->datagram->dst.ip;
}

/* RFC 6347 4.2.2: a record of type 22 with a message of type 1, in clear. */
static bool is_client_hello(struct slice bytes)
{
	enum { HANDSHAKE = 22, HELLO_AT = 13, CLIENT_HELLO = 1 };
	return bytes.len > HELLO_AT && bytes.data[0] == HANDSHAKE &&
	       bytes.data[HELLO_AT] == CLIENT_HELLO;
}

void media_watch_dtls(struct track *track, struct seen *seen)
{
	const struct datagram *datagram = seen->datagram;
	const struct media *media = medium_at(track, datagram->dst, false);
	if (!media || !is_client_hello(seen->message->bytes))
		return;
	bool media_came = false;
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		const struct stream *stream = media_held(track, media, i);
		media_came |= stream && endpoint_equal(&stream->dst, &media->at);
	}
	seen->call = call_at(track, media->call);
	struct event *event = event_push_seen(track, EVENT_DTLS_HELLO, seen);
	event->foreign = media_stranger(track, media, &datagram->src.ip);
	event->before_media = !media_came;
}
