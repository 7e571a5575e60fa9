#include "engine/decode/h323_learned.h"

/* Behind the kinds of messages: media, of which several channels share an address. */
enum { MULTIPLEXED = H323_CONTROL + 1 };

/* Fields that hold a TransportAddress or a list of them, and what is spoken there. */
static const struct {
	uint16_t name;
	uint8_t kind;
} FIELDS[] = {
        {PER_rasAddress, H323_RAS},
        {PER_replyAddress, H323_RAS},
        {PER_callSignalAddress, H323_CALL},
        {PER_destCallSignalAddress, H323_CALL},
        {PER_sourceCallSignalAddress, H323_CALL},
        {PER_srcCallSignalAddress, H323_CALL},
        {PER_alternativeAddress, H323_CALL},
        {PER_callSignallingAddress, H323_CALL},
        {PER_h245Address, H323_CONTROL},
        {PER_multiplexedMediaChannel, MULTIPLEXED},
        {PER_multiplexedMediaControlChannel, MULTIPLEXED},
};

bool h323_learned_init(
        struct h323_learned *learned, struct memory *memory, const struct hash_key *key)
{
	learned->key = *key;
	learned->slots =
	        memory_take(memory, LIMIT_H323_LEARNED * sizeof(struct h323_address));
	return learned->slots != NULL;
}

static struct h323_address *slot_of(
        const struct h323_learned *learned, const struct endpoint *at)
{
	uint64_t words[2];

	memcpy(words, at->ip.bytes, sizeof(words));
	uint64_t hash =
	        hash_words(&learned->key, words[0] ^ (uint64_t)at->port << 16, words[1]);
	return &learned->slots[hash % LIMIT_H323_LEARNED];
}

static void learn(struct h323_learned *learned, const struct endpoint *at, unsigned kind)
{
	struct h323_address *slot = slot_of(learned, at);

	if (!slot->kinds || !endpoint_equal(&slot->at, at))
		*slot = (struct h323_address){.at = *at};
	slot->kinds |= (uint8_t)(1u << kind);
	learned->multiplexed |= kind == MULTIPLEXED;
}

static bool knows(
        const struct h323_learned *learned, const struct endpoint *at, unsigned kind)
{
	const struct h323_address *slot = slot_of(learned, at);
	return slot->kinds & 1u << kind && endpoint_equal(&slot->at, at);
}

void h323_learn_flow(struct h323_learned *learned, const struct datagram *datagram,
        enum h323_kind kind)
{
	learn(learned, &datagram->src, kind);
	learn(learned, &datagram->dst, kind);
}

static void learn_field(struct h323_learned *learned, const struct per_tape *tape,
        uint32_t node, unsigned kind)
{
	bool list = tape->nodes[node].kind == PER_KIND_OF;
	uint32_t end = tape->nodes[node].next;
	struct endpoint at;

	for (uint32_t i = list ? node + 1 : node; i < end; i = tape->nodes[i].next)
		if (h323_endpoint(tape, i, &at) && at.port)
			learn(learned, &at, kind);
}

static void learn_fields(
        struct h323_learned *learned, const struct per_tape *tape, uint32_t parent)
{
	const uint32_t end = tape->nodes[parent].next;

	for (uint32_t i = parent + 1; i < end; i = tape->nodes[i].next)
		for (size_t f = 0; f < sizeof(FIELDS) / sizeof(FIELDS[0]); f++)
			if (FIELDS[f].name == tape->nodes[i].name)
				learn_field(learned, tape, i, FIELDS[f].kind);
}

void h323_learn_message(struct h323_learned *learned, const struct h323_message *message)
{
	for (uint32_t i = 0; i < message->pdu_count; i++) {
		const struct h323_pdu *pdu = &message->pdus[i];
		if (pdu->kind == H323_PDU_RAS || pdu->kind == H323_PDU_CALL)
			learn_fields(learned, message->tape, pdu->node);
		else if (pdu->kind == H323_PDU_FEATURE && pdu->content)
			learn_fields(learned, message->tape, pdu->content);
	}
}

bool h323_learned_is(const struct h323_learned *learned, const struct datagram *datagram,
        enum h323_kind kind)
{
	return knows(learned, &datagram->src, kind) ||
	       knows(learned, &datagram->dst, kind);
}

bool h323_learned_multiplexed(
        const struct h323_learned *learned, const struct datagram *datagram)
{
	return learned->multiplexed && knows(learned, &datagram->dst, MULTIPLEXED);
}
