#include "engine/report/seen.h"

enum { SEEN_SLOTS_MIN = 1024 };

bool seen_init(struct seen *seen, struct memory *memory, size_t share)
{
	size_t slots = SEEN_SLOTS_MIN;
	while (slots * 2 * sizeof(*seen->slots) <= share)
		slots *= 2;
	*seen = (struct seen){.mask = slots - 1};
	seen->slots = memory_take(memory, slots * sizeof(*seen->slots));
	return seen->slots != NULL;
}

bool seen_add(struct seen *seen, uint64_t fingerprint)
{
	/* Zero marks an empty slot. */
	if (fingerprint == 0)
		fingerprint = 1;
	size_t at = (size_t)fingerprint & seen->mask;
	while (seen->slots[at] != 0) {
		if (seen->slots[at] == fingerprint)
			return false;
		at = (at + 1) & seen->mask;
	}
	if (seen->count > seen->mask / 4 * 3) {
		seen->refused++;
		return false;
	}
	seen->slots[at] = fingerprint;
	seen->count++;
	return true;
}
