/*
 * Which source addresses are real. UDP's may be spoofed, and blocking a spoofed one does
 * the attacker's work: proof is an answer that only the owner of the address could give.
 */
#include <stddef.h>

#include "engine/track/state.h"

static bool pair_init(struct slab *slab, struct table *table, struct memory *memory,
        size_t item_bytes, uint32_t capacity)
{
	return slab_init(slab, memory, item_bytes, capacity) &&
	       table_init(table, memory, capacity);
}

bool proof_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	if (!pair_init(&track->source_slab, &track->source_table, memory,
	            sizeof(struct proof_source), capacity) ||
	        !pair_init(&track->nonce_slab, &track->nonce_table, memory,
	                sizeof(struct proof_nonce), capacity))
		return false;
	list_init(&track->source_idle, &track->source_slab,
	        offsetof(struct proof_source, idle));
	list_init(&track->nonce_idle, &track->nonce_slab,
	        offsetof(struct proof_nonce, idle));
	return true;
}

static uint32_t source_find(
        const struct track *track, const struct address *address, uint64_t hash)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&track->source_table, hash, &cursor);
	for (; i; i = table_next(&track->source_table, &cursor)) {
		const struct proof_source *source = slab_at(&track->source_slab, i);
		if (address_equal(&source->address, address))
			return i;
	}
	return 0;
}

/* NULL when it is not known. */
static const struct proof_source *source_of(
        const struct track *track, const struct address *address)
{
	const uint32_t index =
	        source_find(track, address, hash_address(&track->key, address));
	return index ? slab_at(&track->source_slab, index) : NULL;
}

static bool still_proven(const struct track *track, const struct proof_source *source)
{
	return source && source->time_us &&
	       track->now_us < source->time_us + PROOF_VALID_US;
}

bool track_source_proven(const struct track *track, const struct address *address)
{
	return still_proven(track, source_of(track, address));
}

bool proof_answers(const struct track *track, const struct address *address)
{
	const struct proof_source *source = source_of(track, address);
	return source && source->answers && still_proven(track, source);
}

void proof_registers_with(struct track *track, const struct address *source,
        const struct address *registrar)
{
	const uint32_t index =
	        source_find(track, source, hash_address(&track->key, source));
	struct proof_source *known = index ? slab_at(&track->source_slab, index) : NULL;
	if (known)
		known->registrar = *registrar;
}

bool proof_registrar(const struct track *track, const struct address *source,
        struct address *registrar)
{
	const struct proof_source *known = source_of(track, source);
	if (!known || address_none(&known->registrar))
		return false;
	*registrar = known->registrar;
	return true;
}

/* The entry of an address, made if need be; NULL when there is no room at all. */
static struct proof_source *source_take(
        struct track *track, const struct address *address)
{
	const uint64_t hash = hash_address(&track->key, address);
	uint32_t index = source_find(track, address, hash);
	if (index) {
		list_touch(&track->source_idle, index);
		return slab_at(&track->source_slab, index);
	}
	if (slab_full(&track->source_slab)) {
		const uint32_t oldest = track->source_idle.front;
		const struct proof_source *old = slab_at(&track->source_slab, oldest);
		table_remove(&track->source_table,
		        hash_address(&track->key, &old->address), oldest);
		list_remove(&track->source_idle, oldest);
		slab_give(&track->source_slab, oldest);
	}
	index = slab_take(&track->source_slab);
	if (!index)
		return NULL;
	struct proof_source *source = slab_at(&track->source_slab, index);
	*source = (struct proof_source){.address = *address};
	(void)table_insert(&track->source_table, hash, index);
	list_push_back(&track->source_idle, index);
	return source;
}

static void source_note(struct track *track, const struct address *address,
        uint64_t time_us, bool answers)
{
	struct proof_source *source = source_take(track, address);
	if (!source)
		return;
	source->time_us = time_us;
	source->answers |= answers;
}

void proof_registered(
        struct track *track, const struct address *address, uint64_t until_us)
{
	struct proof_source *source = source_take(track, address);
	if (source && source->registered_until_us < until_us)
		source->registered_until_us = until_us;
}

static uint32_t nonce_find(const struct track *track, const struct proof_nonce *wanted)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&track->nonce_table, wanted->hash, &cursor);
	for (; i; i = table_next(&track->nonce_table, &cursor)) {
		const struct proof_nonce *nonce = slab_at(&track->nonce_slab, i);
		if (nonce->nonce == wanted->nonce &&
		        address_equal(&nonce->address, &wanted->address))
			return i;
	}
	return 0;
}

static struct proof_nonce nonce_of(
        const struct track *track, struct slice nonce, const struct address *address)
{
	const uint64_t of_nonce = hash_slice(&track->key, nonce);
	return (struct proof_nonce){
	        .hash = hash_words(
	                &track->key, of_nonce, hash_address(&track->key, address)),
	        .nonce = of_nonce,
	        .address = *address,
	};
}

void proof_challenge_sent(struct track *track, const struct seen *seen)
{
	const struct sip_auth *auth = &seen->sip->auth;
	if (!auth->challenge || !auth->nonce.len)
		return;
	const struct proof_nonce sent =
	        nonce_of(track, auth->nonce, &seen->datagram->dst.ip);
	uint32_t index = nonce_find(track, &sent);
	if (index) {
		list_touch(&track->nonce_idle, index);
		return;
	}
	if (slab_full(&track->nonce_slab)) {
		const uint32_t oldest = track->nonce_idle.front;
		const struct proof_nonce *old = slab_at(&track->nonce_slab, oldest);
		table_remove(&track->nonce_table, old->hash, oldest);
		list_remove(&track->nonce_idle, oldest);
		slab_give(&track->nonce_slab, oldest);
	}
	index = slab_take(&track->nonce_slab);
	if (!index)
		return;
	struct proof_nonce *nonce = slab_at(&track->nonce_slab, index);
	*nonce = sent;
	(void)table_insert(&track->nonce_table, sent.hash, index);
	list_push_back(&track->nonce_idle, index);
}

static bool nonce_echoed(const struct track *track, const struct seen *seen)
{
	const struct sip_auth *auth = &seen->sip->auth;
	if (auth->scheme == AUTH_NONE || auth->challenge || !auth->nonce.len)
		return false;
	const struct proof_nonce echoed =
	        nonce_of(track, auth->nonce, &seen->datagram->src.ip);
	return nonce_find(track, &echoed) != 0;
}

bool proof_request(struct track *track, struct seen *seen)
{
	const struct datagram *datagram = seen->datagram;
	const bool connected =
	        datagram->transport != TRANSPORT_UDP && !datagram->stream_gap;
	seen->nonce_known = nonce_echoed(track, seen);
	if (connected || seen->nonce_known)
		source_note(track, &datagram->src.ip, seen->time_us, seen->nonce_known);
	const struct proof_source *source = source_of(track, &datagram->src.ip);
	seen->registered = source && track->now_us < source->registered_until_us;
	return connected || seen->nonce_known || still_proven(track, source);
}

void proof_tag_echoed(struct track *track, struct seen *seen)
{
	if (!seen->proven)
		source_note(track, &seen->datagram->src.ip, seen->time_us, false);
	seen->proven = true;
}
