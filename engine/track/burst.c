#include "engine/track/burst.h"

void burst_lost(struct burst *burst, uint32_t count)
{
	if (count == 0)
		return;
	if (burst->received >= BURST_GMIN) {
		if (burst->lost <= 1)
			burst->c14++;
		else
			burst->c13++;
		burst->lost = 1;
		burst->c11 += burst->received;
	} else {
		burst->lost++;
		if (burst->received == 0) {
			burst->c33++;
		} else {
			burst->c23++;
			burst->c22 += burst->received - 1;
		}
	}
	/* All others of the row follow a loss directly. */
	burst->lost += count - 1;
	burst->c33 += count - 1;
	burst->losses += count;
	burst->received = 0;
}

/* Losses in a row over what random loss of the same rate would give (G.107 3.5). */
static double ratio_of(const struct burst *burst, double packets)
{
	const double runs = (double)burst->losses - burst->c33;
	if (runs <= 0 || packets <= 0)
		return 1;
	const double ratio = burst->losses / runs * (1 - burst->losses / packets);
	return ratio > 1 ? ratio : 1;
}

void burst_measure(
        const struct burst *burst, uint32_t packet_ms, struct burst_metrics *metrics)
{
	const double c11 = (double)burst->c11 + burst->received;
	/* A burst that is still open counts as if it ended here. */
	const double c13 = (double)burst->c13 + (burst->lost > 1);
	const double c23 = burst->c23;
	const double c33 = burst->c33;
	const double total = c11 + burst->c14 + 2 * c13 + burst->c22 + 2 * c23 + c33;
	const double from_loss = c13 + c23 + c33;
	const double p32 = from_loss > 0 ? c23 / from_loss : 0;
	const double p23 = burst->c22 + c23 < 1 ? 1 : 1 - burst->c22 / (burst->c22 + c23);
	const double gap = c11 + burst->c14 + c13;
	*metrics = (struct burst_metrics){
	        .gap_density = c11 + burst->c14 > 0 ? burst->c14 / (c11 + burst->c14) : 0,
	        .gap_ms = gap * packet_ms,
	        .burst_ratio = ratio_of(burst, total),
	};
	if (c13 <= 0)
		return;
	metrics->burst_density = p23 / (p23 + p32);
	metrics->gap_ms = gap * packet_ms / c13;
	metrics->burst_ms = total * packet_ms / c13 - metrics->gap_ms;
}
