#include "engine/base/pool.h"

#include <string.h>

#include "engine/base/ensure.h"
#include "engine/base/poison.h"

enum {
	UNIT = 16, /* offsets and sizes are counted in these */
	CLASS_STEPS_FROM = 14,
	CLASS_COUNT = CLASS_STEPS_FROM + 4 * 8 + 1,
	BLOCK_FIRST = 256,   /* the first block of an arena, unless more is asked for */
	BLOCK_GROWTH = 4096, /* blocks double up to this */
	ARENA_ITEM_MAX = POOL_BLOCK_MAX - 16,
};

_Static_assert((int)CLASS_COUNT <= (int)POOL_CLASSES, "every class has a free list");

/* In front of every block; its next serves the arena's chain and the free list. */
struct block {
	uint32_t next; /* offset / UNIT, 0 = end */
	uint16_t class;
	uint16_t free; /* 1 = in a free list */
};

/* 32, 48 … 256, then four steps to each doubling. */
static size_t class_bytes(uint32_t class)
{
	if (class < CLASS_STEPS_FROM)
		return (size_t)(class + 2) * UNIT;
	const uint32_t step = class - CLASS_STEPS_FROM;
	return (size_t)(4 + step % 4) << (step / 4 + 6);
}

static uint32_t class_for(size_t bytes)
{
	if (bytes <= 2 * UNIT)
		return 0;
	if (bytes <= 256)
		return (uint32_t)((bytes + UNIT - 1) / UNIT) - 2;
	/* The highest bit and the two behind it, rounded up. */
	const uint32_t doubling = 61 - (uint32_t)__builtin_clzl(bytes - 1);
	const uint32_t quarter = (uint32_t)((bytes - 1) >> doubling) - 3;
	return CLASS_STEPS_FROM + (doubling - 6) * 4 + quarter;
}

static struct block *block_at(const struct pool *pool, uint32_t offset)
{
	return (void *)(pool->region + (size_t)offset * UNIT);
}

/* Bytes of a block that items may use. */
static size_t block_room(uint16_t size_units)
{
	const size_t bytes = (size_t)size_units * UNIT;
	/* Less than 65536 in all, so that the arena's count of used bytes cannot wrap. */
	return bytes < POOL_BLOCK_MAX ? bytes : POOL_BLOCK_MAX - sizeof(struct block);
}

static void push_free(struct pool *pool, uint32_t offset, uint32_t class)
{
	struct block *block = block_at(pool, offset);
	unpoison_bytes(block, sizeof(*block));
	*block = (struct block){
	        .next = pool->free[class], .class = (uint16_t) class, .free = 1};
	pool->free[class] = offset;
	/* The header stays readable: neighbours look at it. */
	poison_bytes(block + 1, class_bytes(class) - sizeof(*block));
}

/* Cuts a free run of units into blocks, the largest first. */
static void carve(struct pool *pool, uint32_t offset, size_t units)
{
	uint32_t class = CLASS_COUNT - 1;
	while (units > 0) {
		const size_t size = class_bytes(class) / UNIT;
		/* One unit alone would be no block. */
		if (size > units || units - size == 1) {
			class --;
			continue;
		}
		push_free(pool, offset, class);
		offset += (uint32_t)size;
		units -= size;
	}
}

/* Unites free neighbours; a run at the end becomes fresh memory again. */
static void unite(struct pool *pool)
{
	const uint32_t end = (uint32_t)(pool->fresh / UNIT);
	uint32_t run = 0;
	pool->given = 0;
	memset(pool->free, 0, sizeof(pool->free));
	for (uint32_t offset = 1; offset < end;) {
		const struct block *block = block_at(pool, offset);
		const uint32_t next =
		        offset + (uint32_t)(class_bytes(block->class) / UNIT);
		if (block->free && !run)
			run = offset;
		if (!block->free && run) {
			carve(pool, run, offset - run);
			run = 0;
		}
		offset = next;
	}
	if (run) {
		pool->fresh = (size_t)run * UNIT;
		unpoison_bytes(block_at(pool, run), (size_t)(end - run) * UNIT);
	}
}

/* Takes a block that is free already, or fresh memory; 0 = neither. */
static uint32_t take_at_hand(struct pool *pool, uint32_t class)
{
	const size_t bytes = class_bytes(class);
	uint32_t offset = pool->free[class];
	if (!offset && bytes <= pool->bytes - pool->fresh) {
		offset = (uint32_t)(pool->fresh / UNIT);
		pool->fresh += bytes;
		pool->used += bytes;
		*block_at(pool, offset) = (struct block){.class = (uint16_t) class};
		return offset;
	}
	while (!offset && ++class < CLASS_COUNT)
		offset = pool->free[class];
	if (!offset)
		return 0;
	struct block *block = block_at(pool, offset);
	unpoison_bytes(block, class_bytes(class));
	pool->free[class] = block->next;
	pool->used += class_bytes(class);
	block->next = 0;
	block->free = 0;
	return offset;
}

/* A block of the class, or of a larger one when only those are left; 0 = exhausted. */
static uint32_t take_block(struct pool *pool, uint32_t class)
{
	uint32_t offset = take_at_hand(pool, class);
	if (!offset && pool->given >= pool->bytes / 8) {
		unite(pool);
		offset = take_at_hand(pool, class);
	}
	return offset;
}

static void give_block(struct pool *pool, uint32_t offset)
{
	const uint32_t class = block_at(pool, offset)->class;
	pool->used -= class_bytes(class);
	pool->given += class_bytes(class);
	push_free(pool, offset, class);
}

bool pool_init(struct pool *pool, struct memory *memory, size_t bytes)
{
	const size_t limit = (size_t)UINT32_MAX * UNIT;
	if (bytes > limit)
		bytes = limit;
	uint8_t *region = memory_take(memory, bytes);
	if (!region || bytes < UNIT)
		return false;
	/* Offset 0 means "none": the first unit stays unused. */
	*pool = (struct pool){.region = region, .bytes = bytes, .fresh = UNIT};
	return true;
}

void *pool_take(struct pool *pool, size_t size)
{
	if (size > POOL_BLOCK_MAX - sizeof(struct block))
		return NULL;
	const uint32_t offset = take_block(pool, class_for(size + sizeof(struct block)));
	return offset ? block_at(pool, offset) + 1 : NULL;
}

void pool_give(struct pool *pool, void *block)
{
	const size_t from_region = (size_t)((uint8_t *)block - pool->region);
	give_block(pool, (uint32_t)(from_region / UNIT));
}

size_t pool_block_room(const void *block)
{
	const struct block *header = (const struct block *)block - 1;
	return class_bytes(header->class) - sizeof(*header);
}

static bool arena_push(struct pool *pool, struct arena *arena, uint32_t offset)
{
	if (!offset)
		return false;
	struct block *block = block_at(pool, offset);
	block->next = arena->head;
	arena->head = offset;
	arena->used = sizeof(*block);
	arena->size = (uint16_t)(class_bytes(block->class) / UNIT);
	return true;
}

/* Makes a block with room for size bytes the arena's newest. */
static bool arena_grow(struct pool *pool, struct arena *arena, size_t size)
{
	size_t want = arena->head ? (size_t)arena->size * UNIT * 2 : BLOCK_FIRST;
	if (want > BLOCK_GROWTH)
		want = BLOCK_GROWTH;
	if (want < size + sizeof(struct block))
		want = size + sizeof(struct block);
	uint32_t offset = take_block(pool, class_for(want));
	if (!offset)
		offset = take_block(pool, class_for(size + sizeof(struct block)));
	return arena_push(pool, arena, offset);
}

bool arena_reserve(struct pool *pool, struct arena *arena, size_t bytes)
{
	if (bytes > ARENA_ITEM_MAX)
		return false;
	return arena_push(
	        pool, arena, take_block(pool, class_for(bytes + sizeof(struct block))));
}

static void *arena_bump(struct pool *pool, struct arena *arena, size_t size, size_t align)
{
	size_t start = (arena->used + align - 1) & ~(align - 1);
	if (size > ARENA_ITEM_MAX)
		return NULL;
	if (!arena->head || start + size > block_room(arena->size)) {
		if (!arena_grow(pool, arena, size))
			return NULL;
		start = arena->used;
	}
	arena->used = (uint16_t)(start + size);
	return (uint8_t *)block_at(pool, arena->head) + start;
}

void *arena_take(struct pool *pool, struct arena *arena, size_t size)
{
	void *item = arena_bump(pool, arena, size, 8);
	if (item)
		memset(item, 0, size);
	return item;
}

struct slice arena_keep(struct pool *pool, struct arena *arena, struct slice slice)
{
	if (!slice_present(slice))
		return slice;
	void *copy = arena_bump(pool, arena, slice.len, 1);
	if (!copy)
		return (struct slice){0};
	memcpy(copy, slice.data, slice.len);
	return slice_of(copy, slice.len);
}

void arena_clear(struct pool *pool, struct arena *arena)
{
	uint32_t offset = arena->head;
	while (offset) {
		const uint32_t next = block_at(pool, offset)->next;
		give_block(pool, offset);
		offset = next;
	}
	*arena = (struct arena){0};
}
