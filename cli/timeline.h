/*
 * How many SIP messages there were over time, in a fixed number of columns: when time
 * goes beyond the last, each two become one. No allocation, whatever the capture's
 * length.
 */
#ifndef RINGFENCE_CLI_TIMELINE_H
#define RINGFENCE_CLI_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

enum { TIMELINE_COLUMNS = 240 };

enum timeline_kind {
	TIMELINE_REQUEST,
	TIMELINE_ACCEPTED,
	TIMELINE_REFUSED,
	TIMELINE_KINDS
};

struct timeline {
	uint64_t first_us;
	uint64_t width_us; /* of a column; 0 = nothing was added */
	uint32_t columns;  /* in use */
	uint32_t counts[TIMELINE_COLUMNS][TIMELINE_KINDS];
};

void timeline_add(struct timeline *timeline, uint64_t time_us, enum timeline_kind kind);

/* The most messages of a column, all kinds together. */
uint64_t timeline_most(const struct timeline *timeline);

/* Where a time lies: 0 at the first column's begin, 1 at the last one's end. */
double timeline_at(const struct timeline *timeline, uint64_t time_us);

#endif
