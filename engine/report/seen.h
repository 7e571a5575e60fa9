/*
 * A bounded set that remembers what was seen before, by 64-bit keyed fingerprints: 8
 * bytes an entry. Two different things share a fingerprint with a chance of 2^-64 each,
 * which counting can bear. A full set forgets nothing and takes nothing new; it says so.
 */
#ifndef RINGFENCE_REPORT_SEEN_H
#define RINGFENCE_REPORT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"

struct seen {
	uint64_t *slots; /* 0 = empty */
	size_t mask;     /* slots in use - 1, a power of two that grows with count */
	size_t most;     /* what mask can become */
	size_t count;
	uint64_t refused; /* new ones that found the set full */
};

/* Uses at most share bytes; false when not even a small set fits. */
bool seen_init(struct seen *seen, struct memory *memory, size_t share);

/* True when this fingerprint is new (and there was room for it). */
bool seen_add(struct seen *seen, uint64_t fingerprint);

#endif
