#include "engine/report/drops.h"

void drops_note(struct drops *drops, uint64_t time_us, uint64_t lost)
{
	const uint32_t index = drops->count++ % DROPS_MOMENTS;
	drops->moments[index].time_us = time_us;
	drops->moments[index].total = drops->total;
	drops->total += lost;
}

/* The total before the first moment that is not before the time. */
static uint64_t total_at(const struct drops *drops, uint64_t time_us)
{
	uint32_t low = drops->count > DROPS_MOMENTS ? drops->count - DROPS_MOMENTS : 0;
	uint32_t high = drops->count;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (drops->moments[middle % DROPS_MOMENTS].time_us < time_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low < drops->count ? drops->moments[low % DROPS_MOMENTS].total
	                          : drops->total;
}

uint64_t drops_between(const struct drops *drops, uint64_t from_us, uint64_t to_us)
{
	return total_at(drops, to_us + 1) - total_at(drops, from_us);
}
