/*
 * Codecs: what the E-model and the jitter computation need to know of each. Where Ie and
 * Bpl come from stands with the table.
 */
#ifndef RINGFENCE_TRACK_CODEC_H
#define RINGFENCE_TRACK_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum codec_class {
	CODEC_NARROW,
	CODEC_WIDE, /* judged on the wideband scale, as of G.107.1 */
	CODEC_FULL,
	CODEC_VIDEO,
	CODEC_OTHER, /* events, comfort noise, fax: nothing to judge */
};

struct codec {
	const char *name;  /* as in a=rtpmap */
	uint32_t clock_hz; /* of the RTP timestamp; 0 = unknown */
	uint8_t class;     /* enum codec_class */
	uint8_t ptime_ms;  /* default */
	bool judged;       /* Ie and Bpl are known */
	double ie;         /* equipment impairment factor */
	double bpl;        /* packet-loss robustness factor */
};

enum { CODEC_UNKNOWN = 0, CODEC_NO_TYPE = 255 };

/* Of an index of the table; an index beyond it is the unknown codec. */
const struct codec *codec_at(uint8_t index);

/*
 * The index of an encoding name (any case) with its clock rate; of a name that is not in
 * the table that of a nameless row with this clock, else CODEC_UNKNOWN. A clock rate of 0
 * takes the first row of that name.
 */
uint8_t codec_of_name(struct slice name, uint32_t clock_hz);

/* The index of a static payload type (RFC 3551 6), else CODEC_UNKNOWN. */
uint8_t codec_of_type(uint8_t payload_type);

/* Kilobits of payload a second at most, 0 = unknown. */
double codec_kbps(uint8_t index);
/* Every packet of a call is as long as the one before. */
bool codec_is_steady(uint8_t index);

bool codec_is_event(uint8_t index);
bool codec_is_comfort_noise(uint8_t index);

#endif
