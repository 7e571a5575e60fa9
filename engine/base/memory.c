#include "engine/base/memory.h"

#include <string.h>

#include "engine/base/poison.h"

enum { MEMORY_ALIGN = 64 };

void *memory_take(struct memory *memory, size_t bytes)
{
	const size_t start =
	        (memory->used + MEMORY_ALIGN - 1) & ~(size_t)(MEMORY_ALIGN - 1);
	if (start > memory->bytes || bytes > memory->bytes - start)
		return NULL;
	memory->used = start + bytes;
	return memory->base + start;
}

void memory_clear(struct memory *memory)
{
	unpoison_bytes(memory->base, memory->used);
	if (memory->used > 0)
		memset(memory->base, 0, memory->used);
	memory->used = 0;
}

void memory_rewind(struct memory *memory, size_t mark)
{
	memset(memory->base + mark, 0, memory->used - mark);
	memory->used = mark;
}
