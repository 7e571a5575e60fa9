/*
 * The E-model (ITU-T G.107) in the form that measured networks need: delay and loss with
 * its burstiness, all other parameters at their defaults.
 */
#ifndef RINGFENCE_TRACK_EMODEL_H
#define RINGFENCE_TRACK_EMODEL_H

#include "engine/track/codec.h"

struct emodel_input {
	double delay_ms;     /* one way, mouth to ear */
	double loss_percent; /* of the packets, late ones included */
	double burst_ratio;  /* BurstR; 1 = random loss, less is taken as 1 */
};

/*
 * The transmission rating R of a judged codec. Wideband codecs are rated as of G.107.1,
 * from 129, and scaled by 1/1.29 so that one scale serves all. May be negative.
 */
double emodel_r(const struct codec *codec, const struct emodel_input *input);

/* G.107 annex B: the mean opinion score of R, 1 to 4.5. */
double emodel_mos(double r);

#endif
