/*
 * What was told of keys: until when their alerts are held back, also after the keys
 * themselves were forgotten. A rule that speaks once a day of each of a hundred thousand
 * devices keeps that promise with 32 bytes each. Looked at only where an alert is raised.
 * When a place is full, what is quiet the least long is forgotten.
 */
#ifndef RINGFENCE_DETECT_TOLD_H
#define RINGFENCE_DETECT_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"

/* An alert's part that outlives its key. */
struct told {
	uint64_t hash; /* of the rule and the key; 0 = free */
	uint64_t quiet_until_us;
	uint64_t quiet_for_us;
	uint32_t raised;
	uint32_t suppressed; /* held back since the last */
};

struct told_keys {
	struct told *places;
	uint64_t mask; /* places of a hash begin at hash & mask */
};

/* As many as fit into the bytes. False when not even some do. */
bool told_init(struct told_keys *keys, struct memory *memory, size_t bytes);

/* What was told of the key, or NULL. */
struct told *told_find(const struct told_keys *keys, uint64_t hash);
/* The same, or a place for it: that of the one that is quiet the least long. */
struct told *told_take(struct told_keys *keys, uint64_t hash);

#endif
