/*
 * Where each side of a call wants its media: from offers and answers to addresses that
 * streams are found by.
 */
#include <stddef.h>

#include "engine/track/state.h"

bool media_endpoint_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	return slab_init(&track->media_slab, memory, sizeof(struct media), capacity) &&
	       chain_init(&track->media_by_address, memory, &track->media_slab,
	               offsetof(struct media, by_address));
}

static uint64_t address_hash(const struct track *track, const struct endpoint *at)
{
	return hash_endpoint(&track->key, at);
}

/* Anew in the place of those before when they are no more, else behind all. */
static void keep_payloads(struct track *track, struct call *call, struct media *media,
        const struct sdp_media *said)
{
	struct media_payload payloads[MEDIA_PAYLOADS];
	const size_t count = said->payload_count < MEDIA_PAYLOADS ? said->payload_count
	                                                          : MEDIA_PAYLOADS;
	for (size_t i = 0; i < count; i++) {
		const struct sdp_payload *payload = &said->payloads[i];
		payloads[i] = (struct media_payload){
		        .type = payload->type,
		        .codec = codec_of_name(payload->encoding, payload->clock_rate),
		};
	}
	if (!text_put(track, call, &media->payloads,
	            slice_of(payloads, count * sizeof(*payloads))))
		return;
	media->payload_count = (uint8_t)count;
}

/* Each address once, whatever its ports and kinds. */
static void keep_candidates(struct track *track, struct call *call, struct media *media,
        const struct sdp_media *said)
{
	struct address candidates[MEDIA_CANDIDATES];
	size_t count = 0;
	for (uint8_t i = 0; i < said->candidate_count && count < MEDIA_CANDIDATES; i++) {
		size_t j = 0;
		while (j < count &&
		        !address_equal(&candidates[j], &said->candidates[i].at.ip))
			j++;
		if (j == count)
			candidates[count++] = said->candidates[i].at.ip;
	}
	if (count && !text_put(track, call, &media->candidate_ips,
	                     slice_of(candidates, count * sizeof(*candidates))))
		return;
	media->candidate_count = (uint8_t)count;
}

static void fill(struct track *track, struct call *call, struct media *media,
        const struct sdp_media *said)
{
	media->at = said->at;
	media->kind = (uint8_t)said->kind;
	media->direction = (uint8_t)said->direction;
	media->secure = said->secure;
	media->t38 = said->t38;
	media->candidates = said->candidate_count > 0;
	media->ptime_ms = (uint8_t)(said->ptime_ms < UINT8_MAX ? said->ptime_ms : 0);
	media->maxptime_ms =
	        (uint8_t)(said->maxptime_ms < UINT8_MAX ? said->maxptime_ms : 0);
	keep_payloads(track, call, media, said);
	keep_candidates(track, call, media, said);
}

/* The medium that this line is about: the one of its address, else one to be moved. */
static uint32_t find(const struct track *track, const struct seen *seen,
        const struct sdp_media *said, uint8_t line)
{
	const struct call *call = seen->call;
	uint32_t moved = 0;
	for (uint32_t i = call->media; i; i = media_at(track, i)->next) {
		const struct media *media = media_at(track, i);
		if (media->side != (uint8_t)seen->side || media->line != line)
			continue;
		if (endpoint_equal(&media->at, &said->at))
			return i;
		moved = i;
	}
	/* Until the answer, forks may each have an address of their own. */
	const bool forks = call->state < CALL_ANSWERED && seen->side == CALL_CALLEE;
	return forks ? 0 : moved;
}

static uint32_t add(struct track *track, const struct seen *seen)
{
	struct call *call = seen->call;
	uint32_t index = 0;
	if (slab_full(&track->media_slab))
		(void)call_forget_ended(track);
	if (call->media_count < LIMIT_MEDIA_PER_CALL)
		index = slab_take(&track->media_slab);
	if (!index) {
		track->counters.limited_media++;
		return 0;
	}
	*media_at(track, index) = (struct media){.next = call->media,
	        .call = seen->call_index,
	        .side = (uint8_t)seen->side};
	call->media = index;
	call->media_count++;
	return index;
}

void media_describe_line(struct track *track, struct seen *seen,
        const struct sdp_media *said, uint8_t line)
{
	uint32_t index = find(track, seen, said, line);
	const bool known = index != 0;
	if (!known && !said->at.port)
		return; /* refused */
	if (!known)
		index = add(track, seen);
	if (!index)
		return;
	struct media *media = media_at(track, index);
	const struct endpoint before = media->at;
	media->line = line;
	fill(track, seen->call, media, said);
	media_stream_described(track, seen->call, line);
	if (known && endpoint_equal(&before, &media->at))
		return;
	if (known)
		chain_remove(
		        &track->media_by_address, address_hash(track, &before), index);
	chain_add(&track->media_by_address, address_hash(track, &media->at), index);
	/* c=0.0.0.0 and port 0 are shared by all who hold or refuse. */
	if (media->at.port && !address_none(&media->at.ip))
		call_leg_media(track, seen->call_index, index);
}

void media_describe(struct track *track, struct seen *seen)
{
	const struct sdp *sdp = seen->message->sdp;
	if (seen->side == CALL_NEITHER)
		return;
	if (sdp->media_count) {
		seen->call->described[seen->side] = true;
		seen->call->secure[seen->side] = sdp->media[0].secure;
	}
	for (uint8_t line = 0; line < sdp->media_count; line++)
		media_describe_line(track, seen, &sdp->media[line], line);
}

void media_unlist(struct track *track, const struct call *call)
{
	for (uint32_t i = call->media; i; i = media_at(track, i)->next)
		chain_remove(&track->media_by_address,
		        address_hash(track, &media_at(track, i)->at), i);
}

void media_free(struct track *track, struct call *call)
{
	while (call->media) {
		const uint32_t index = call->media;
		struct media *media = media_at(track, index);
		call->media = media->next;
		slab_give(&track->media_slab, index);
	}
	call->media_count = 0;
}
