#include "cli/timeline.h"

#include <string.h>

enum { WIDTH_FIRST_US = 1000 };

static void halve(struct timeline *timeline)
{
	for (size_t i = 0; i < TIMELINE_COLUMNS / 2; i++)
		for (size_t kind = 0; kind < TIMELINE_KINDS; kind++)
			timeline->counts[i][kind] = timeline->counts[2 * i][kind] +
			                            timeline->counts[2 * i + 1][kind];
	memset(timeline->counts[TIMELINE_COLUMNS / 2], 0, sizeof(timeline->counts) / 2);
	timeline->columns = (timeline->columns + 1) / 2;
	timeline->width_us *= 2;
}

void timeline_add(struct timeline *timeline, uint64_t time_us, enum timeline_kind kind)
{
	if (!timeline->width_us) {
		timeline->first_us = time_us;
		timeline->width_us = WIDTH_FIRST_US;
	}
	/* Packets out of order may lie before the first. */
	const uint64_t offset =
	        time_us > timeline->first_us ? time_us - timeline->first_us : 0;
	while (offset / timeline->width_us >= TIMELINE_COLUMNS)
		halve(timeline);
	const uint32_t column = (uint32_t)(offset / timeline->width_us);
	if (column >= timeline->columns)
		timeline->columns = column + 1;
	timeline->counts[column][kind]++;
}

uint64_t timeline_most(const struct timeline *timeline)
{
	uint64_t most = 0;
	for (uint32_t i = 0; i < timeline->columns; i++) {
		uint64_t all = 0;
		for (size_t kind = 0; kind < TIMELINE_KINDS; kind++)
			all += timeline->counts[i][kind];
		most = all > most ? all : most;
	}
	return most;
}

double timeline_at(const struct timeline *timeline, uint64_t time_us)
{
	const double span = (double)timeline->width_us * timeline->columns;
	if (span <= 0 || time_us <= timeline->first_us)
		return 0;
	const double at = (double)(time_us - timeline->first_us) / span;
	return at < 1 ? at : 1;
}
