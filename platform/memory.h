/*
 * Where the engine's memory comes from: one mapping, of which only what is touched costs
 * real memory. Huge pages are asked for where the system has them.
 */
#ifndef RINGFENCE_PLATFORM_MEMORY_H
#define RINGFENCE_PLATFORM_MEMORY_H

#include <stddef.h>

#include "engine/base/memory.h"

/* Zeroed memory, rounded up to whole pages; base is NULL when the system refuses. */
struct memory memory_reserve(size_t bytes);

/* Gives it back and clears; nothing reserved is fine. */
void memory_release(struct memory *memory);

#endif
