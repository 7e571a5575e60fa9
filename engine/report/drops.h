/*
 * What a live source lost, and when: totals at moments, so that a call or an alert can
 * tell how many packets nobody saw meanwhile. The oldest moments are forgotten; what
 * reaches farther back is told from the oldest one that is known.
 */
#ifndef RINGFENCE_REPORT_DROPS_H
#define RINGFENCE_REPORT_DROPS_H

#include <stdint.h>

enum { DROPS_MOMENTS = 4096 };

struct drops {
	uint64_t total;
	uint32_t count; /* of moments ever noted */
	struct {
		uint64_t time_us;
		uint64_t total; /* before what was lost then */
	} moments[DROPS_MOMENTS];
};

/* Some more packets were lost by then; time does not go back. */
void drops_note(struct drops *drops, uint64_t time_us, uint64_t lost);

/* Packets lost between two times, to the moment's precision. */
uint64_t drops_between(const struct drops *drops, uint64_t from_us, uint64_t to_us);

#endif
