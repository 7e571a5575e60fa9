/*
 * Doubly linked list of slab items by 32-bit index, with the links inside the item:
 * 8 bytes an item. Used for idle order (front = longest idle).
 */
#ifndef RINGFENCE_BASE_LIST_H
#define RINGFENCE_BASE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/slab.h"

struct list_link {
	uint32_t next; /* 0 = end */
	uint32_t prev;
};

struct list {
	struct slab *slab;
	size_t offset; /* of the struct list_link in an item */
	uint32_t front;
	uint32_t back;
	uint32_t count;
};

void list_init(struct list *list, struct slab *slab, size_t offset);
void list_push_back(struct list *list, uint32_t index);
void list_remove(struct list *list, uint32_t index);
/* Remove and push back: the item is now the most recent one. */
void list_touch(struct list *list, uint32_t index);

static inline struct list_link *list_link_of(const struct list *list, uint32_t index)
{
	return (void *)((uint8_t *)slab_at(list->slab, index) + list->offset);
}

#endif
