/*
 * IP defragmentation. Fragments are copied into a pool until their datagram is whole; of
 * overlapping bytes the first ones count. Unfinished datagrams are given up after 30 s of
 * packet time, the oldest ones when memory runs out. Both are counted.
 */
#ifndef RINGFENCE_FRAME_DEFRAG_H
#define RINGFENCE_FRAME_DEFRAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/list.h"
#include "engine/base/pool.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/frame/frame.h"
#include "engine/frame/layers.h"

enum { DEFRAG_WHOLE_MAX = 3 }; /* whole datagrams within each other in one packet */

struct defrag {
	struct slab unfinished;
	struct table table;
	struct list order; /* by time of the first fragment */
	struct pool pool;
	struct hash_key key;
	uint8_t *whole; /* DEFRAG_WHOLE_MAX datagrams of the present packet */
	unsigned whole_count;
};

bool defrag_init(struct defrag *defrag, struct memory *memory, size_t share,
        const struct hash_key *key);

/* Gives up what is too old. */
void defrag_expire(
        struct defrag *defrag, uint64_t now_us, struct frame_counters *counters);

/* Begins a packet; inline, for most packets find nothing to do here. */
static inline void defrag_advance(
        struct defrag *defrag, uint64_t now_us, struct frame_counters *counters)
{
	defrag->whole_count = 0;
	if (defrag->order.front)
		defrag_expire(defrag, now_us, counters);
}

/*
 * Adds the fragment under the cursor. True when its datagram is whole: the cursor then
 * stands on it, in memory that is valid until the next packet, and l->type is set.
 */
bool defrag_add(struct defrag *defrag, struct layers *l, struct frame_counters *counters);

#endif
