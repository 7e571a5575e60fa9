/*
 * A slab: items of one size, addressed by a 32-bit index. Index 0 is "none". The most
 * recently given item is taken first. Items come with undefined content; sanitised
 * builds poison the free ones.
 */
#ifndef RINGFENCE_BASE_SLAB_H
#define RINGFENCE_BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"

struct slab {
	uint8_t *items; /* item 1 is at items + item_bytes */
	size_t item_bytes;
	uint32_t capacity;
	uint32_t count;   /* in use */
	uint32_t fresh;   /* items that were ever taken */
	uint32_t free;    /* head of the free list, 0 = empty */
};

/* False when the memory does not hold capacity items. item_bytes >= 4. */
bool slab_init(struct slab *slab, struct memory *memory, size_t item_bytes, uint32_t capacity);

/* The index of an item, or 0 when the slab is full. */
uint32_t slab_take(struct slab *slab);
void slab_give(struct slab *slab, uint32_t index);

static inline void *slab_at(const struct slab *slab, uint32_t index)
{
	return slab->items + (size_t)index * slab->item_bytes;
}

static inline uint32_t slab_index(const struct slab *slab, const void *item)
{
	return (uint32_t)(((const uint8_t *)item - slab->items) / (ptrdiff_t)slab->item_bytes);
}

static inline bool slab_full(const struct slab *slab)
{
	return slab->count == slab->capacity;
}

#endif
