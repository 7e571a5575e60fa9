/*
 * A pool of blocks in size classes (32, 48 … 256, 320, 384, 448, 512, 640 … up to
 * POOL_BLOCK_MAX bytes) over one region: the home of text that outlives its packet.
 * An arena chains blocks of a pool and is freed at once, with the registration that owns
 * it; one block of a pool alone is enough for who keeps little (see texts.h).
 */
#ifndef RINGFENCE_BASE_POOL_H
#define RINGFENCE_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"
#include "engine/base/slice.h"

enum { POOL_CLASSES = 48, POOL_BLOCK_MAX = 65536 };

struct pool {
	uint8_t *region;
	size_t bytes;
	size_t fresh; /* bytes handed out at least once */
	size_t used;  /* bytes in use */
	size_t given; /* bytes given back since neighbours were last united */
	uint32_t free[POOL_CLASSES]; /* free lists: offset / 16 of the first block, 0 =
	                                none */
};

struct arena {
	uint32_t head; /* newest block, offset / 16 in its pool; 0 = empty */
	uint16_t used; /* bytes used of the newest block */
	uint16_t size; /* its size / 16 */
};

/*
 * When neither a free block nor fresh memory serves a request, free neighbours are united
 * once, if an eighth of the region was given back since the last time: a pool filled with
 * small blocks can hold large ones later.
 */
bool pool_init(struct pool *pool, struct memory *memory, size_t bytes);

/* A block of at least size bytes, aligned to 8, content undefined; NULL = exhausted. */
void *pool_take(struct pool *pool, size_t size);
void pool_give(struct pool *pool, void *block);
/* Bytes that the block holds, at least the size that was asked for. */
size_t pool_block_room(const void *block);

/*
 * Makes the first block of an empty arena hold this many bytes in all: for who knows what
 * will come, so that nothing of the block stays unused. False when the pool is exhausted.
 */
bool arena_reserve(struct pool *pool, struct arena *arena, size_t bytes);

/* size zeroed bytes aligned to 8, owned by the arena; NULL when the pool is exhausted. */
void *arena_take(struct pool *pool, struct arena *arena, size_t size);

/*
 * A copy of the slice that lives as long as the arena. An absent slice stays absent.
 * When the pool is exhausted, or the slice is longer than POOL_BLOCK_MAX - 16, the result
 * is absent.
 */
struct slice arena_keep(struct pool *pool, struct arena *arena, struct slice slice);

/* Gives all blocks back and empties the arena. */
void arena_clear(struct pool *pool, struct arena *arena);

#endif
