#include "engine/track/chain.h"

static struct chain_link *link_of(const struct chain *chain, uint32_t index)
{
	return (void *)((uint8_t *)slab_at(chain->slab, index) + chain->offset);
}

bool chain_init(struct chain *chain, struct memory *memory, const struct slab *slab,
        size_t offset)
{
	chain->slab = slab;
	chain->offset = offset;
	return table_init(&chain->table, memory, slab->capacity);
}

uint32_t chain_first(const struct chain *chain, uint64_t hash)
{
	struct table_cursor cursor;
	return table_first(&chain->table, hash, &cursor);
}

uint32_t chain_next(const struct chain *chain, uint32_t index)
{
	return link_of(chain, index)->next;
}

void chain_add(struct chain *chain, uint64_t hash, uint32_t index)
{
	const uint32_t head = chain_first(chain, hash);
	if (head) {
		table_remove(&chain->table, hash, head);
		link_of(chain, head)->prev = index;
	}
	*link_of(chain, index) = (struct chain_link){.next = head};
	/* The table has room for every item of the slab. */
	(void)table_insert(&chain->table, hash, index);
}

void chain_remove(struct chain *chain, uint64_t hash, uint32_t index)
{
	const struct chain_link link = *link_of(chain, index);
	if (link.next)
		link_of(chain, link.next)->prev = link.prev;
	if (link.prev) {
		link_of(chain, link.prev)->next = link.next;
		return;
	}
	table_remove(&chain->table, hash, index);
	if (link.next)
		(void)table_insert(&chain->table, hash, link.next);
}
