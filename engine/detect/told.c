#include "engine/detect/told.h"

enum { WAYS = 4 /* places that a hash may have: a line or two of the cache */ };

bool told_init(struct told_keys *keys, struct memory *memory, size_t bytes)
{
	size_t places = WAYS;

	while (2 * places * sizeof(*keys->places) <= bytes)
		places *= 2;
	keys->places = memory_take(memory, places * sizeof(*keys->places));
	keys->mask = (places - 1) & ~(uint64_t)(WAYS - 1);
	return keys->places != NULL;
}

struct told *told_find(const struct told_keys *keys, uint64_t hash)
{
	struct told *told = keys->places + (hash & keys->mask);

	for (unsigned i = 0; i < WAYS; i++)
		if (told[i].hash == hash)
			return &told[i];
	return NULL;
}

struct told *told_take(struct told_keys *keys, uint64_t hash)
{
	struct told *told = told_find(keys, hash);
	struct told *places = keys->places + (hash & keys->mask);

	if (told)
		return told;
	told = places;
	for (unsigned i = 1; i < WAYS; i++)
		if (places[i].quiet_until_us < told->quiet_until_us)
			told = &places[i];
	*told = (struct told){.hash = hash};
	return told;
}
