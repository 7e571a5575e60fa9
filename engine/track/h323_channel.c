/*
 * Logical channels (H.245 8.4, H.323 8.1.7): from OpenLogicalChannel and its answer, or
 * fastStart, to the same media endpoints that SDP gives. A side that names a mediaChannel
 * says where it wants to receive, whatever message it stands in.
 */
#include <string.h>

#include "engine/decode/sdp.h"
#include "engine/track/codec.h"
#include "engine/track/h323_state.h"

enum { FAST_GROUPS = 8, FAST_PAYLOADS = 24 };

/* What one OpenLogicalChannel or its answer says of one direction. */
struct said {
	struct h323_media media;
	struct endpoint rtp;
	struct endpoint rtcp;
	uint8_t session;
	bool reverse; /* in reverseLogicalChannelParameters */
};

/* Media that one side wants at one address. */
struct group {
	struct endpoint at;
	struct endpoint rtcp;
	uint8_t session;
	uint8_t count;
	struct h323_media media[FAST_PAYLOADS];
};

static uint8_t session_of(const struct said *said)
{
	if (said->session)
		return said->session;
	/* H.245 B.3.1: what the master is to assign; these are its fixed numbers. */
	return said->media.kind == SDP_AUDIO ? 1 : said->media.kind == SDP_VIDEO ? 2 : 3;
}

/* H2250LogicalChannelParameters, or those of the Ack. */
static void read_transport(const struct per_tape *tape, uint32_t node, struct said *said)
{
	if (!node)
		return;
	for
		h323_each(tape, node, i)
		{
			const int64_t value = h323_number(tape, i, -1);
			switch (tape->nodes[i].name) {
			case PER_sessionID:
				said->session = (uint8_t)value;
				break;
			case PER_mediaChannel:
				(void)h323_endpoint(tape, i, &said->rtp);
				break;
			case PER_mediaControlChannel:
				(void)h323_endpoint(tape, i, &said->rtcp);
				break;
			case PER_dynamicRTPPayloadType:
				if (value >= 0)
					said->media.payload_type = (uint8_t)value;
				break;
			default:
				break;
			}
		}
}

static uint32_t transport_of(const struct per_tape *tape, uint32_t parameters)
{
	uint16_t kind;
	const uint32_t chosen = h323_choice(tape, parameters, &kind);
	return kind == PER_h2250LogicalChannelParameters ||
	                       kind == PER_h2250LogicalChannelAckParameters
	               ? chosen
	               : 0;
}

/* The direction that carries media: the other one says nullData. */
static bool read_open(const struct per_tape *tape, uint32_t open, struct said *said)
{
	static const enum per_name WAYS[] = {
	        PER_forwardLogicalChannelParameters, PER_reverseLogicalChannelParameters};
	for (int way = 0; way < 2; way++) {
		const uint32_t node = per_child(tape, open, WAYS[way]);
		if (!node)
			continue;
		*said = (struct said){.reverse = way == 1};
		h323_media_read(tape, per_child(tape, node, PER_dataType), &said->media);
		read_transport(tape,
		        transport_of(
		                tape, per_child(tape, node, PER_multiplexParameters)),
		        said);
		if (said->media.present)
			return true;
	}
	return false;
}

static uint32_t channel_find(const struct track *track, const struct h323_call *h323,
        uint16_t number, enum call_side opener)
{
	for (uint32_t i = h323->channels; i; i = channel_at(track, i)->next)
		if (channel_at(track, i)->number == number &&
		        channel_at(track, i)->opener == (uint8_t)opener)
			return i;
	return 0;
}

static struct h245_channel *channel_get(struct track *track, struct h323_call *h323,
        uint16_t number, enum call_side opener)
{
	uint32_t index = channel_find(track, h323, number, opener);
	if (!index) {
		if (h323->channel_count < LIMIT_MEDIA_PER_CALL)
			index = slab_take(&track->h323->channel_slab);
		if (!index) {
			track->counters.limited_media++;
			return NULL;
		}
		*channel_at(track, index) = (struct h245_channel){.next = h323->channels};
		h323->channels = index;
		h323->channel_count++;
	}
	struct h245_channel *channel = channel_at(track, index);
	const uint32_t next = channel->next;
	*channel = (struct h245_channel){
	        .next = next, .number = number, .opener = (uint8_t)opener};
	return channel;
}

static enum call_side other(enum call_side side)
{
	return side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
}

static void fill(struct h245_channel *channel, const struct said *said)
{
	const struct h323_media *media = &said->media;
	channel->session = session_of(said);
	channel->codec = codec_of_name(slice_text(media->name), media->clock_hz);
	channel->payload_type = media->payload_type;
	channel->kind = media->kind;
	channel->ptime_ms = media->ptime_ms;
	channel->secure = media->secure;
	channel->t38 = media->t38;
	const enum call_side opener = (enum call_side)channel->opener;
	channel->sender = (uint8_t)(said->reverse ? other(opener) : opener);
}

/* Hands the group over as a line of media of the side that receives there. */
static void describe(struct track *track, const struct h323_seen *seen,
        enum call_side side, const struct group *group)
{
	struct sdp_media line = {
	        .kind = (enum sdp_media_kind)group->media[0].kind,
	        .at = group->at,
	        .rtcp = group->rtcp,
	        .secure = group->media[0].secure,
	        .t38 = group->media[0].t38,
	        .ptime_ms = group->media[0].ptime_ms,
	};
	for (uint8_t i = 0; i < group->count; i++) {
		const struct h323_media *media = &group->media[i];
		const struct slice name = slice_text(media->name);
		line.payloads[line.payload_count++] = (struct sdp_payload){
		        .type = media->payload_type,
		        .clock_rate = media->clock_hz,
		        .encoding = name,
		};
	}
	struct seen plain = *seen->seen;
	plain.side = side;
	media_describe_line(track, &plain, &line, group->session);
}

static void describe_one(struct track *track, const struct h323_seen *seen,
        enum call_side side, const struct said *said)
{
	struct group group = {
	        .at = said->rtp,
	        .rtcp = said->rtcp,
	        .session = session_of(said),
	        .count = 1,
	};
	group.media[0] = said->media;
	describe(track, seen, side, &group);
}

static void note_address(struct track *track, const struct h323_seen *seen,
        const struct said *said, struct h323_step *step)
{
	step->at = address_none(&said->rtp.ip) ? said->rtcp : said->rtp;
	h323_step_judge(track, seen, step);
}

static uint16_t number_of(const struct h323_seen *seen)
{
	return (uint16_t)h323_number(seen->tape,
	        per_child(seen->tape, seen->pdu->node, PER_forwardLogicalChannelNumber),
	        0);
}

void channel_open(struct track *track, struct h323_seen *seen, struct h323_step *step)
{
	struct said said;
	if (!read_open(seen->tape, seen->pdu->node, &said))
		return;
	note_address(track, seen, &said, step);
	if (!seen->h323 || seen->seen->side == CALL_NEITHER)
		return;
	struct h245_channel *channel =
	        channel_get(track, seen->h323, number_of(seen), seen->seen->side);
	if (!channel)
		return;
	fill(channel, &said);
	step->channel = channel;
	if (!address_none(&said.rtp.ip) && said.rtp.port)
		describe_one(track, seen, seen->seen->side, &said);
}

void channel_answer(struct track *track, struct h323_seen *seen, struct h323_step *step)
{
	const struct per_tape *tape = seen->tape;
	struct said said = {0};
	read_transport(tape,
	        transport_of(tape, per_child(tape, seen->pdu->node,
	                                   PER_forwardMultiplexAckParameters)),
	        &said);
	note_address(track, seen, &said, step);
	if (!seen->h323 || seen->seen->side == CALL_NEITHER)
		return;
	const uint32_t index =
	        channel_find(track, seen->h323, number_of(seen), other(seen->seen->side));
	if (!index)
		return;
	struct h245_channel *channel = channel_at(track, index);
	step->channel = channel;
	if (seen->pdu->id == PER_openLogicalChannelReject) {
		channel->state = CHANNEL_REFUSED;
		(void)h323_choice(
		        tape, per_child(tape, seen->pdu->node, PER_cause), &step->reason);
		return;
	}
	channel->state = CHANNEL_OPEN;
	if (said.session)
		channel->session = said.session;
	if (address_none(&said.rtp.ip) || !said.rtp.port)
		return;
	const struct codec *codec = codec_at(channel->codec);
	const uint8_t type = said.media.payload_type;
	said.session = channel->session;
	said.media = (struct h323_media){
	        .name = codec->name,
	        .clock_hz = codec->clock_hz,
	        .payload_type = type ? type : channel->payload_type,
	        .kind = channel->kind,
	        .ptime_ms = channel->ptime_ms,
	        .secure = channel->secure,
	        .t38 = channel->t38,
	};
	describe_one(track, seen, seen->seen->side, &said);
}

void channel_close(struct track *track, struct h323_seen *seen, struct h323_step *step)
{
	if (!seen->h323 || seen->seen->side == CALL_NEITHER)
		return;
	const bool ack = seen->pdu->id == PER_closeLogicalChannelAck;
	const enum call_side opener = ack ? other(seen->seen->side) : seen->seen->side;
	const uint32_t index = channel_find(track, seen->h323, number_of(seen), opener);
	if (!index)
		return;
	step->channel = channel_at(track, index);
	channel_at(track, index)->state = CHANNEL_CLOSED;
}

void channels_free(struct track *track, struct h323_call *h323)
{
	while (h323->channels) {
		const uint32_t index = h323->channels;
		h323->channels = channel_at(track, index)->next;
		slab_give(&track->h323->channel_slab, index);
	}
	h323->channel_count = 0;
}

/* The media that the caller said it wants to receive in this session. */
static bool wanted_by(const struct track *track, const struct call *call,
        enum call_side side, uint8_t session, struct endpoint *at)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *media = media_at(track, i);
		if (media->side != (uint8_t)side || media->line != session)
			continue;
		*at = media->at;
		return true;
	}
	return false;
}

static void gather(struct group groups[FAST_GROUPS], size_t *count,
        const struct said *said, const struct endpoint *at)
{
	const uint8_t session = session_of(said);
	struct group *group = groups;
	while (group < groups + *count &&
	        (group->session != session || !endpoint_equal(&group->at, at)))
		group++;
	if (group == groups + FAST_GROUPS)
		return;
	if (group == groups + *count) {
		*group =
		        (struct group){.at = *at, .rtcp = said->rtcp, .session = session};
		++*count;
	}
	if (group->count < FAST_PAYLOADS)
		group->media[group->count++] = said->media;
}

/* One element of an answer, of which the channel is open from here on. */
static void open_fast(
        struct track *track, struct h323_seen *seen, const struct said *said)
{
	struct h245_channel *channel =
	        channel_get(track, seen->h323, number_of(seen), CALL_CALLER);
	if (!channel)
		return;
	fill(channel, said);
	channel->fast = true;
	channel->state = CHANNEL_OPEN;
}

/* The step that tells of one element of fastStart. */
static void tell_fast(
        struct track *track, struct h323_seen *seen, const struct said *said)
{
	struct h323_step *step = h323_step_new(track, seen);
	step->message = PER_fastStart;
	note_address(track, seen, said, step);
	const uint32_t index =
	        channel_find(track, seen->h323, number_of(seen), CALL_CALLER);
	step->channel = index ? channel_at(track, index) : NULL;
	(void)h323_push(track, seen, EVENT_H245_CHANNEL, step);
}

void channel_fast_start(struct track *track, struct h323_seen *seen)
{
	struct group own[FAST_GROUPS];
	struct group peer[FAST_GROUPS];
	size_t own_count = 0;
	size_t peer_count = 0;
	const enum call_side side = seen->seen->side;
	const bool answer = side == CALL_CALLEE;
	seen->h323->flags |= answer ? H323_FAST_ACCEPTED : H323_FAST_OFFERED;
	for (uint32_t i = 0; i < seen->message->pdu_count; i++) {
		struct said said;
		struct endpoint at;
		seen->pdu = &seen->message->pdus[i];
		if (seen->pdu->kind != H323_PDU_FAST_START ||
		        !read_open(seen->tape, seen->pdu->node, &said))
			continue;
		if (answer)
			open_fast(track, seen, &said);
		tell_fast(track, seen, &said);
		const bool receives = said.reverse == !answer;
		if (receives && !address_none(&said.rtp.ip) && said.rtp.port)
			gather(own, &own_count, &said, &said.rtp);
		else if (answer && said.reverse &&
		         wanted_by(track, seen->seen->call, CALL_CALLER,
		                 session_of(&said), &at))
			gather(peer, &peer_count, &said, &at);
	}
	for (size_t i = 0; i < own_count; i++)
		describe(track, seen, side, &own[i]);
	for (size_t i = 0; i < peer_count; i++)
		describe(track, seen, other(side), &peer[i]);
}
