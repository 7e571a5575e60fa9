/*
 * The engine's memory: one region that its face reserves and hands over at start
 * (the number of the option "memory"). Everything that lives as long as the process is
 * taken from it once; nothing is given back and nothing calls malloc between packets.
 * Fresh memory of the region is zero, and its pages cost nothing until they are touched.
 */
#ifndef RINGFENCE_BASE_MEMORY_H
#define RINGFENCE_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory {
	uint8_t *base; /* borrowed from the face, zeroed, aligned to 4096 */
	size_t bytes;
	size_t used;
};

/*
 * Takes bytes from the region, zeroed and aligned to 64. Returns NULL when the region is
 * exhausted, which a start treats as "memory too small" and refuses.
 */
void *memory_take(struct memory *memory, size_t bytes);

/* Takes everything back and zeroes it, for another start over the same region (tests). */
void memory_clear(struct memory *memory);

/* Gives back, zeroed, what was taken since used was mark: for work at the start. */
void memory_rewind(struct memory *memory, size_t mark);

static inline size_t memory_left(const struct memory *memory)
{
	return memory->bytes - memory->used;
}

#endif
