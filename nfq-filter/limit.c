#include "nfq-filter/limit.h"

#include <stddef.h>

enum { BURST = 5 };

bool limited_init(struct limited_sources *limits, struct memory *memory,
        uint32_t capacity, const struct hash_key *key)
{
	limits->hash_key = *key;
	if (!slab_init(&limits->slab, memory, sizeof(struct limited), capacity) ||
	        !table_init(&limits->table, memory, capacity))
		return false;
	list_init(&limits->age, &limits->slab, offsetof(struct limited, age));
	return true;
}

static uint64_t hash_of(
        const struct limited_sources *limits, const struct address *address)
{
	return hash_address(&limits->hash_key, address);
}

static uint32_t find(const struct limited_sources *limits, const struct address *address)
{
	struct table_cursor cursor;
	for (uint32_t i = table_first(&limits->table, hash_of(limits, address), &cursor);
	        i; i = table_next(&limits->table, &cursor)) {
		const struct limited *limited = slab_at(&limits->slab, i);
		if (address_equal(&limited->address, address))
			return i;
	}
	return 0;
}

static void forget(struct limited_sources *limits, uint32_t index)
{
	const struct limited *limited = slab_at(&limits->slab, index);
	table_remove(&limits->table, hash_of(limits, &limited->address), index);
	list_remove(&limits->age, index);
	slab_give(&limits->slab, index);
}

void limit_begin(struct limited_sources *limits, const struct address *address,
        struct slice rule, uint64_t until_us)
{
	uint32_t index = find(limits, address);
	if (!index) {
		if (slab_full(&limits->slab))
			forget(limits, limits->age.front);
		index = slab_take(&limits->slab);
		*(struct limited *)slab_at(&limits->slab, index) =
		        (struct limited){.address = *address};
		(void)table_insert(&limits->table, hash_of(limits, address), index);
		list_push_back(&limits->age, index);
	}
	struct limited *limited = slab_at(&limits->slab, index);
	list_touch(&limits->age, index);
	if (until_us > limited->until_us)
		limited->until_us = until_us;
	rule = slice_first(rule, sizeof(limited->rule) - 1);
	memcpy(limited->rule, rule.data, rule.len);
	limited->rule[rule.len] = 0;
}

const struct limited *limit_exceeded(
        struct limited_sources *limits, const struct address *address, uint64_t now_us)
{
	const uint32_t index = limits->slab.count ? find(limits, address) : 0;
	if (!index)
		return NULL;
	struct limited *limited = slab_at(&limits->slab, index);
	if (now_us >= limited->until_us) {
		forget(limits, index);
		return NULL;
	}
	const uint64_t due_us = limited->next_us > now_us ? limited->next_us : now_us;
	if (due_us - now_us > BURST * limits->gap_us) {
		limited->dropped++;
		return limited;
	}
	limited->next_us = due_us + limits->gap_us;
	return NULL;
}
