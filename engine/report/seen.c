#include "engine/report/seen.h"

enum { SEEN_SLOTS_MIN = 1024 };

bool seen_init(struct seen *seen, struct memory *memory, size_t share)
{
	size_t slots = SEEN_SLOTS_MIN;
	while (slots * 2 * sizeof(*seen->slots) <= share)
		slots *= 2;
	*seen = (struct seen){.mask = SEEN_SLOTS_MIN - 1, .most = slots - 1};
	seen->slots = memory_take(memory, slots * sizeof(*seen->slots));
	return seen->slots != NULL;
}

/* The slot of a fingerprint, or the free one where it would be. */
static size_t find(const struct seen *seen, uint64_t fingerprint)
{
	size_t at = (size_t)fingerprint & seen->mask;
	while (seen->slots[at] != 0 && seen->slots[at] != fingerprint)
		at = (at + 1) & seen->mask;
	return at;
}

/* Twice the slots: each is taken out and put back until all stay, as tables do. */
static void grow(struct seen *seen)
{
	bool moved;
	seen->mask = 2 * seen->mask + 1;
	do {
		moved = false;
		for (size_t at = 0; at <= seen->mask; at++) {
			const uint64_t fingerprint = seen->slots[at];
			if (!fingerprint)
				continue;
			seen->slots[at] = 0;
			seen->slots[find(seen, fingerprint)] = fingerprint;
			moved |= seen->slots[at] != fingerprint;
		}
	} while (moved);
}

bool seen_add(struct seen *seen, uint64_t fingerprint)
{
	/* Zero marks an empty slot. */
	if (fingerprint == 0)
		fingerprint = 1;
	const size_t at = find(seen, fingerprint);
	if (seen->slots[at])
		return false;
	if (seen->count > seen->mask / 4 * 3) {
		if (seen->mask == seen->most) {
			seen->refused++;
			return false;
		}
		grow(seen);
	}
	seen->slots[find(seen, fingerprint)] = fingerprint;
	seen->count++;
	return true;
}
