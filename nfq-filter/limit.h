/*
 * Sources that a rule limits: each may send a few messages a second until its time is
 * over (GCRA, exact). Bounded; the one limited for longest makes room.
 */
#ifndef RINGFENCE_FILTER_LIMIT_H
#define RINGFENCE_FILTER_LIMIT_H

#include "engine/base/address.h"
#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"

enum { LIMIT_RULE_MAX = 48 };

struct limited {
	struct list_link age;
	struct address address;
	uint64_t until_us;
	uint64_t next_us; /* theoretical arrival of the next message */
	uint64_t dropped;
	char rule[LIMIT_RULE_MAX]; /* that asked for it */
};

struct limited_sources {
	struct slab slab;
	struct table table;
	struct list age;
	struct hash_key hash_key;
	uint64_t gap_us; /* between two messages */
};

bool limited_init(struct limited_sources *limits, struct memory *memory,
        uint32_t capacity, const struct hash_key *key);
/* From here on, until then. */
void limit_begin(struct limited_sources *limits, const struct address *address,
        struct slice rule, uint64_t until_us);
/* The entry when this message is one too many, else NULL. */
const struct limited *limit_exceeded(
        struct limited_sources *limits, const struct address *address, uint64_t now_us);

#endif
