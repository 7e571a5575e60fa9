/*
 * Burst and gap metrics of a stream's losses (RFC 3611 4.7.2 and appendix A.1), Gmin 16.
 */
#ifndef RINGFENCE_TRACK_BURST_H
#define RINGFENCE_TRACK_BURST_H

#include <stdint.h>

enum { BURST_GMIN = 16 };

struct burst {             /* transition counts, named as in the RFC's appendix */
	uint32_t received; /* packets since the last loss */
	uint32_t c11, c13, c14, c22, c23, c33;
	uint32_t lost;   /* losses of the current burst */
	uint32_t losses; /* all of them */
};

struct burst_metrics {
	double burst_density; /* share lost within bursts, 0 to 1 */
	double gap_density;
	double burst_ms; /* mean length, 0 = no burst */
	double gap_ms;
	double burst_ratio; /* BurstR of G.107, at least 1 */
};

/* One packet came. */
static inline void burst_received(struct burst *burst)
{
	burst->received++;
}

/* count packets in a row did not come; O(1). */
void burst_lost(struct burst *burst, uint32_t count);

void burst_measure(
        const struct burst *burst, uint32_t packet_ms, struct burst_metrics *metrics);

#endif
