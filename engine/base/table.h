/*
 * A hash table from a 64-bit hash to the 32-bit index of an item that the caller keeps
 * in a slab. It stores no keys: a hash finds a candidate, and the caller compares bytes
 * before it believes it. Open addressing with linear probing and backward-shift deletion:
 * no tombstones, 8 bytes a slot, load at most 3/4. The memory is taken at table_init; of
 * that a table uses as many slots as it needs, twice as many when these are full, so that
 * few items stay close together in the caches and touch few pages.
 *
 *	struct table_cursor cursor;
 *	for (uint32_t i = table_first(&t, hash, &cursor); i; i = table_next(&t, &cursor))
 *		if (item_is(slab_at(&slab, i), key))
 *			return slab_at(&slab, i);
 */
#ifndef RINGFENCE_BASE_TABLE_H
#define RINGFENCE_BASE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/memory.h"

struct table_slot {
	uint32_t tag;   /* upper half of the hash: its low bits choose the home slot */
	uint32_t index; /* 0 = empty */
};

struct table {
	struct table_slot *slots;
	uint32_t mask;  /* slots in use - 1, a power of two */
	uint32_t most;  /* what mask can become */
	uint32_t count; /* items */
	uint32_t capacity;
};

struct table_cursor {
	uint32_t slot;
	uint32_t tag;
};

/* Room for capacity items; false when the memory does not hold it. */
bool table_init(struct table *table, struct memory *memory, uint32_t capacity);

/* Indexes of the items with this hash, one after the other; 0 = no more. */
uint32_t table_first(const struct table *table, uint64_t hash, struct table_cursor *cursor);
uint32_t table_next(const struct table *table, struct table_cursor *cursor);

/* Adds the item; false when the table holds capacity items already. */
bool table_insert(struct table *table, uint64_t hash, uint32_t index);

/* Takes the item out; it must be in the table under this hash. */
void table_remove(struct table *table, uint64_t hash, uint32_t index);

/* Brings the slot of a hash into the cache ahead of its use. */
static inline void table_prefetch(const struct table *table, uint64_t hash)
{
	__builtin_prefetch(&table->slots[(uint32_t)(hash >> 32) & table->mask]);
}

#endif
