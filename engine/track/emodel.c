#include "engine/track/emodel.h"

static const double NARROW_MAX = 93.2;
static const double WIDE_MAX = 129.0;
static const double WIDE_SCALE = 1.29;

double emodel_r(const struct codec *codec, const struct emodel_input *input)
{
	const double over_ms = input->delay_ms - 177.3;
	const double id = 0.024 * input->delay_ms + (over_ms > 0 ? 0.11 * over_ms : 0);
	const double burst = input->burst_ratio > 1 ? input->burst_ratio : 1;
	const double loss = input->loss_percent;
	double ie = codec->ie;
	if (loss > 0)
		ie += (95 - codec->ie) * loss / (loss / burst + codec->bpl);
	if (codec->class == CODEC_WIDE || codec->class == CODEC_FULL)
		return (WIDE_MAX - id - ie) / WIDE_SCALE;
	return NARROW_MAX - id - ie;
}

double emodel_mos(double r)
{
	if (r <= 0)
		return 1;
	if (r >= 100)
		return 4.5;
	const double mos = 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r);
	return mos < 1 ? 1 : mos;
}
