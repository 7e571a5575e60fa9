/*
 * A hash index for items whose keys the wire may repeat as often as it likes (the same
 * media address in a thousand offers): items of one hash form a chain inside themselves
 * and the table holds the newest alone, so that adding and removing stay cheap. A walk is
 * newest first; the caller compares bytes and bounds how far it walks.
 */
#ifndef RINGFENCE_TRACK_CHAIN_H
#define RINGFENCE_TRACK_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slab.h"
#include "engine/base/table.h"

struct chain_link {
	uint32_t next; /* older, 0 = end */
	uint32_t prev; /* newer, 0 = the table points here */
};

struct chain {
	struct table table;
	const struct slab *slab;
	size_t offset; /* of the struct chain_link in an item */
};

bool chain_init(struct chain *chain, struct memory *memory, const struct slab *slab,
        size_t offset);

/* The newest item of the hash, 0 = none. */
uint32_t chain_first(const struct chain *chain, uint64_t hash);
uint32_t chain_next(const struct chain *chain, uint32_t index);

void chain_add(struct chain *chain, uint64_t hash, uint32_t index);
/* The item must have been added under this hash. */
void chain_remove(struct chain *chain, uint64_t hash, uint32_t index);

#endif
