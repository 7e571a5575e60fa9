/*
 * What alerts add up to: each rule says how much its alert weighs, and the sum of every
 * account, address, network, autonomous system and called country that it is about fades
 * by half in half an hour. A sum that grows is told as an event of its own.
 */
#ifndef RINGFENCE_DETECT_SCORE_H
#define RINGFENCE_DETECT_SCORE_H

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/detect/field.h"

enum score_entity {
	SCORE_ACCOUNT,
	SCORE_IP,
	SCORE_NETWORK, /* /24, /64 of IPv6 */
	SCORE_ASN,
	SCORE_COUNTRY, /* that is called */
	SCORE_ENTITIES
};

enum { SCORE_NAME = 56, SCORES_PENDING = 32 };

/* The sum of one entity; that of an event as long as the event is judged. */
struct score {
	struct list_link idle;
	uint64_t hash;
	uint64_t time_us;
	double sum;
	uint32_t alerts; /* that made it up since it was last nothing */
	uint8_t entity;  /* enum score_entity */
	uint8_t len;
	char name[SCORE_NAME];
};

struct scores {
	struct slab slab;
	struct table table;
	struct list idle;
	uint32_t pending_count;
	uint32_t pending[SCORES_PENDING]; /* that grew and have not been told */
};

bool scores_init(struct scores *scores, struct memory *memory, uint32_t capacity);
/* Bytes of memory that so many entities take. */
size_t scores_bytes(uint32_t capacity);

/* An alert of this weight about what the cache's event is about. */
void scores_add(struct scores *scores, const struct hash_key *key,
        struct field_cache *cache, double weight);
/* The next that grew, told once; NULL = none. */
const struct score *scores_next(struct scores *scores);

struct slice score_entity_name(unsigned entity);

#endif
