/*
 * Which call a message of H.225.0 or H.245 belongs to. Connection and call reference name
 * the leg; on a new connection the callIdentifier does. H.245 on a connection of its own
 * is found by the address that one side said it waits at.
 */
#include <string.h>

#include "engine/track/h323_state.h"

struct slice h323_call_id(
        const uint8_t identifier[16], const uint8_t conference[16], char bytes[40])
{
	static const uint8_t none[16];
	const uint8_t *id = memcmp(identifier, none, 16) ? identifier : conference;
	struct writer writer = writer_of(bytes, 40);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			writer_byte(&writer, '-');
		writer_hex(&writer, id[i], 2);
	}
	return writer_text(&writer);
}

uint64_t h323_flow_hash(const struct track *track, const struct endpoint *a,
        const struct endpoint *b, uint16_t reference)
{
	return hash_words(&track->key,
	        hash_endpoint(&track->key, a) + hash_endpoint(&track->key, b), reference);
}

void h323_control_expect(struct track *track, struct h323_call *h323, enum call_side side,
        const struct endpoint *at)
{
	struct chain *chain = &track->h323->calls_by_control[side];
	const uint32_t index = slab_index(&track->h323->call_slab, h323);
	if (endpoint_equal(&h323->control[side], at))
		return;
	if (h323->control_hash[side])
		chain_remove(chain, h323->control_hash[side], index);
	h323->control[side] = *at;
	h323->control_hash[side] = hash_endpoint(&track->key, at) | 1;
	chain_add(chain, h323->control_hash[side], index);
}

static void take(
        struct track *track, struct h323_seen *seen, uint32_t h323, enum call_side side)
{
	seen->h323 = h323_call_at(track, h323);
	seen->seen->call_index = seen->h323->call;
	seen->seen->call = call_at(track, seen->h323->call);
	seen->seen->side = side;
}

/* On the leg's own connection. */
static bool find_flow(struct track *track, struct h323_seen *seen)
{
	const struct datagram *datagram = seen->seen->datagram;
	const struct q931_message *q931 = seen->message->q931;
	const struct chain *chain = &track->h323->calls_by_flow;
	const uint64_t hash =
	        h323_flow_hash(track, &datagram->src, &datagram->dst, q931->reference);
	uint32_t i = chain_first(chain, hash);
	uint32_t found = 0;
	enum call_side side = CALL_NEITHER;
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct h323_call *h323 = h323_call_at(track, i);
		const struct call *call = call_at(track, h323->call);
		const bool forth = endpoint_equal(&call->caller, &datagram->src) &&
		                   endpoint_equal(&call->callee, &datagram->dst);
		const bool back = endpoint_equal(&call->caller, &datagram->dst) &&
		                  endpoint_equal(&call->callee, &datagram->src);
		if (h323->reference == q931->reference && (forth || back) &&
		        call->state != CALL_ENDED) {
			found = i;
			side = forth ? CALL_CALLER : CALL_CALLEE;
			/* Two calls of one reference: the flag says whose it is. */
			if (q931->from_destination == back)
				break;
		}
		i = chain_next(chain, i);
	}
	if (found)
		take(track, seen, found, side);
	return found != 0;
}

/* On another connection between the same two, or from outside. */
static void find_named(
        struct track *track, struct h323_seen *seen, struct slice identifier)
{
	uint8_t id[16];
	char bytes[40];
	if (!h323_identifier_read(identifier, id))
		return;
	const struct slice text = h323_call_id(id, id, bytes);
	const struct datagram *datagram = seen->seen->datagram;
	uint32_t i = chain_first(&track->calls_by_call_id, hash_slice(&track->key, text));
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct call *call = call_at(track, i);
		const uint32_t index = call->h323;
		i = chain_next(&track->calls_by_call_id, i);
		if (!index || call->state == CALL_ENDED ||
		        memcmp(h323_call_at(track, index)->identifier, id, 16) != 0)
			continue;
		const bool forth = address_equal(&call->caller.ip, &datagram->src.ip) &&
		                   address_equal(&call->callee.ip, &datagram->dst.ip);
		const bool back = address_equal(&call->caller.ip, &datagram->dst.ip) &&
		                  address_equal(&call->callee.ip, &datagram->src.ip);
		if (forth && back) {
			take(track, seen, index,
			        seen->message->q931->from_destination ? CALL_CALLEE
			                                              : CALL_CALLER);
			return;
		}
		if (forth || back) {
			take(track, seen, index, forth ? CALL_CALLER : CALL_CALLEE);
			return;
		}
		/* Its call is known, but the sender has no part in it. */
		take(track, seen, index, CALL_NEITHER);
	}
}

void h323_call_find(struct track *track, struct h323_seen *seen)
{
	const struct q931_message *q931 = seen->message->q931;
	if (!q931 || find_flow(track, seen) || q931->type == Q931_SETUP ||
	        !q931->reference)
		return;
	if (seen->message->pdu_count && seen->message->pdus[0].kind == H323_PDU_CALL)
		find_named(track, seen,
		        h323_call_identifier(seen->tape, seen->message->pdus[0].node));
}

static uint32_t waiting_at(
        const struct track *track, enum call_side side, const struct endpoint *at)
{
	const struct chain *chain = &track->h323->calls_by_control[side];
	uint32_t i = chain_first(chain, hash_endpoint(&track->key, at) | 1);
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct h323_call *h323 = h323_call_at(track, i);
		if (endpoint_equal(&h323->control[side], at) &&
		        call_at(track, h323->call)->state != CALL_ENDED)
			return i;
		i = chain_next(chain, i);
	}
	return 0;
}

void h323_call_find_control(struct track *track, struct h323_seen *seen)
{
	const struct datagram *datagram = seen->seen->datagram;
	for (enum call_side side = CALL_CALLER; side <= CALL_CALLEE; side++) {
		uint32_t index = waiting_at(track, side, &datagram->dst);
		if (index) {
			take(track, seen, index,
			        side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER);
			break;
		}
		index = waiting_at(track, side, &datagram->src);
		if (index) {
			take(track, seen, index, side);
			break;
		}
	}
	if (seen->h323)
		seen->h323->flags |= H323_CONTROL_SEPARATE;
}

uint32_t h323_call_named(const struct track *track, const uint8_t identifier[16],
        const uint8_t conference[16])
{
	char bytes[40];
	const struct slice text = h323_call_id(identifier, conference, bytes);
	uint32_t i = chain_first(&track->calls_by_call_id, hash_slice(&track->key, text));
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct call *call = call_at(track, i);
		if (call->h323 && call->state != CALL_ENDED &&
		        memcmp(h323_call_at(track, call->h323)->identifier, identifier,
		                16) == 0)
			return i;
		i = chain_next(&track->calls_by_call_id, i);
	}
	return 0;
}
