#include "engine/base/table.h"

#include "engine/base/ensure.h"

enum { SLOTS_FIRST = 256 };

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

bool table_init(struct table *table, struct memory *memory, uint32_t capacity)
{
	uint64_t slots = 4;
	while (slots * 3 / 4 < capacity)
		slots *= 2;
	if (slots > (uint64_t)1 << 31)
		return false;
	struct table_slot *memory_slots =
	        memory_take(memory, slots * sizeof(*memory_slots));
	if (!memory_slots)
		return false;
	*table = (struct table){
	        .slots = memory_slots,
	        .mask = (uint32_t)(slots < SLOTS_FIRST ? slots : SLOTS_FIRST) - 1,
	        .most = (uint32_t)(slots - 1),
	        .capacity = capacity,
	};
	return true;
}

static uint32_t find_from(
        const struct table *table, uint32_t slot, struct table_cursor *cursor)
{
	while (table->slots[slot].index) {
		const struct table_slot *found = &table->slots[slot];
		slot = (slot + 1) & table->mask;
		if (found->tag == cursor->tag) {
			cursor->slot = slot;
			return found->index;
		}
	}
	cursor->slot = slot;
	return 0;
}

uint32_t table_first(
        const struct table *table, uint64_t hash, struct table_cursor *cursor)
{
	cursor->tag = tag_of(hash);
	return find_from(table, cursor->tag & table->mask, cursor);
}

uint32_t table_next(const struct table *table, struct table_cursor *cursor)
{
	return find_from(table, cursor->slot, cursor);
}

/* Puts the content of a slot into the first free one from its home on. */
static void put(struct table *table, struct table_slot content)
{
	uint32_t slot = content.tag & table->mask;
	while (table->slots[slot].index)
		slot = (slot + 1) & table->mask;
	table->slots[slot] = content;
}

/*
 * Twice the slots. Each item is taken out and put back, which moves it towards its home if
 * at all, until all stay where they are: then no hole is left on the way to any.
 */
static void grow(struct table *table)
{
	bool moved;
	table->mask = 2 * table->mask + 1;
	do {
		moved = false;
		for (uint32_t slot = 0; slot <= table->mask; slot++) {
			const struct table_slot content = table->slots[slot];
			if (!content.index)
				continue;
			table->slots[slot].index = 0;
			put(table, content);
			moved |= table->slots[slot].index != content.index;
		}
	} while (moved);
}

bool table_insert(struct table *table, uint64_t hash, uint32_t index)
{
	ENSURE(index != 0);
	if (table->count >= table->capacity)
		return false;
	if (table->mask < table->most && table->count >= (table->mask + 1) / 4 * 3)
		grow(table);
	put(table, (struct table_slot){.tag = tag_of(hash), .index = index});
	table->count++;
	return true;
}

void table_remove(struct table *table, uint64_t hash, uint32_t index)
{
	struct table_slot *slots = table->slots;
	uint32_t hole = tag_of(hash) & table->mask;
	while (slots[hole].index != index) {
		ENSURE(slots[hole].index != 0);
		hole = (hole + 1) & table->mask;
	}
	/* An item may move into the hole unless its home lies behind the hole. */
	for (uint32_t slot = (hole + 1) & table->mask; slots[slot].index;
	        slot = (slot + 1) & table->mask) {
		const uint32_t from_home = (slot - slots[slot].tag) & table->mask;
		const uint32_t from_hole = (slot - hole) & table->mask;
		if (from_home < from_hole)
			continue;
		slots[hole] = slots[slot];
		hole = slot;
	}
	slots[hole] = (struct table_slot){0};
	table->count--;
}
