/*
 * Addresses that signalling told of: where RAS, call signalling and H.245 are spoken.
 * They only help where the content alone does not tell (a first message that is broken or
 * too short), so that a new address may take the place of an older one.
 */
#ifndef RINGFENCE_DECODE_H323_LEARNED_H
#define RINGFENCE_DECODE_H323_LEARNED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/decode/h323.h"
#include "engine/frame/datagram.h"

struct h323_address {
	struct endpoint at;
	uint8_t kinds; /* a bit for each of enum h323_kind; 0 = no address */
};

struct h323_learned {
	struct hash_key key;
	bool multiplexed;           /* some address is one of multiplexed media */
	struct h323_address *slots; /* LIMIT_H323_LEARNED */
};

bool h323_learned_init(
        struct h323_learned *learned, struct memory *memory, const struct hash_key *key);

/* Both ends of the datagram speak this. */
void h323_learn_flow(struct h323_learned *learned, const struct datagram *datagram,
        enum h323_kind kind);
/* The addresses that a message tells of. */
void h323_learn_message(struct h323_learned *learned, const struct h323_message *message);

/* Whether one end of the datagram is known for this kind. */
bool h323_learned_is(const struct h323_learned *learned, const struct datagram *datagram,
        enum h323_kind kind);

/*
 * Whether the datagram goes to where several channels share an address, so that an
 * identifier of four octets stands before its RTP or RTCP (H.460.19).
 */
bool h323_learned_multiplexed(
        const struct h323_learned *learned, const struct datagram *datagram);

#endif
