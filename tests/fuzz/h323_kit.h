/*
 * What the fuzz targets of H.323 share: a decoder, and what is true of every message.
 */
#ifndef RINGFENCE_TESTS_H323_KIT_H
#define RINGFENCE_TESTS_H323_KIT_H

#include "engine/base/ensure.h"
#include "engine/decode/h323_inside.h"

enum { H323_KIT_MEMORY = 4 << 20 };

static inline struct h323_decoder *h323_kit_decoder(void)
{
	static _Alignas(64) uint8_t region[H323_KIT_MEMORY];
	static struct h323_decoder decoder;
	static bool ready;
	struct memory memory = {.base = region, .bytes = sizeof(region)};

	if (!ready)
		ENSURE(h323_init(&decoder, &memory));
	ready = true;
	return &decoder;
}

/* Roots lie one behind the other, children inside their parents. */
static inline void h323_kit_tape(const struct per_tape *tape)
{
	uint32_t ends[LIMIT_PER_DEPTH + 2];
	uint32_t depth = 0;

	ENSURE(tape->count <= tape->size && tape->text_used <= tape->text_size);
	for (uint32_t i = 0; i < tape->count; i++) {
		while (depth && i >= ends[depth - 1])
			depth--;
		uint32_t next = tape->nodes[i].next;
		ENSURE(next > i && next <= tape->count);
		ENSURE(!depth || next <= ends[depth - 1]);
		ENSURE(depth <= LIMIT_PER_DEPTH);
		ends[depth++] = next;
	}
}

static inline void h323_kit_check(const struct h323_message *message)
{
	h323_kit_tape(message->tape);
	ENSURE(message->pdu_count <= LIMIT_H323_PDUS);
	for (uint32_t i = 0; i < message->pdu_count; i++) {
		const struct h323_pdu *pdu = &message->pdus[i];
		ENSURE(pdu->node > 0 && pdu->node < message->tape->count);
		ENSURE(pdu->content < message->tape->count);
		ENSURE(pdu->id < PER_NAME_COUNT);
	}
}

#endif
