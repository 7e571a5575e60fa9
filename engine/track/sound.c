/*
 * What a caller hears who is answered at once: the tone of ringing or nothing, from a far
 * end that answered falsely, or a voice. Only calls that were answered within a second
 * and a half are listened to, only in G.711, and for six seconds.
 *
 * Ringing is 425 Hz, or 440 and 480 Hz (ITU-T E.180). The share of a frame's power that
 * lies at a frequency comes of Goertzel's algorithm; in speech no single one has that
 * much.
 */
#include "engine/track/state.h"

#include <math.h>

enum {
	QUICK_US = 1500000,
	LISTEN_US = 6000000,
	LISTEN_EVERY = 4, /* one packet of so many: a tone sounds for a second */
	SAMPLES_LEAST = 80,
	SAMPLES_MOST = 240,
	RATE_HZ = 8000,
	SILENCE = 60 * 60, /* mean square of 16 bits below which nothing is said */
	PCMU = 0,
	PCMA = 8,
};

static const double TONES_HZ[] = {400, 425, 450, 440, 460, 480};
static const double TONE_SHARE = 0.6;

/* ITU-T G.711, both laws, to 16 bits. */
static int sample_of(uint8_t byte, bool mu_law)
{
	const unsigned code = mu_law ? (uint8_t)~byte : byte ^ 0x55u;
	const unsigned exponent = code >> 4 & 7;
	const int mantissa = (int)(code & 15);
	int value;

	if (mu_law)
		value = (((mantissa << 3) + 132) << exponent) - 132;
	else if (exponent)
		value = ((mantissa << 4) + 264) << (exponent - 1);
	else
		value = (mantissa << 4) + 8;
	/* The sign bit says minus in mu-law and plus in A-law. */
	return (code & 0x80) == (mu_law ? 0x80u : 0u) ? -value : value;
}

/* Share of the power at one frequency, 0 to 1. */
static double share_at(double hz, const double *samples, size_t count, double power)
{
	const double turn = 2 * cos(2 * 3.14159265358979 * hz / RATE_HZ);
	double one = 0;
	double two = 0;

	for (size_t i = 0; i < count; i++) {
		const double now = samples[i] + turn * one - two;
		two = one;
		one = now;
	}
	const double found = one * one + two * two - turn * one * two;
	return 2 * found / ((double)count * power);
}

static void frame(struct call *call, struct slice payload, bool mu_law)
{
	double samples[SAMPLES_MOST];
	double power = 0;
	double most = 0;
	const size_t count = payload.len < SAMPLES_MOST ? payload.len : SAMPLES_MOST;

	if (count < SAMPLES_LEAST)
		return;
	for (size_t i = 0; i < count; i++) {
		samples[i] = sample_of((uint8_t)payload.data[i], mu_law);
		power += samples[i] * samples[i];
	}
	count_up(&call->sound.frames);
	if (power < (double)SILENCE * (double)count) {
		count_up(&call->sound.silent);
		return;
	}
	for (size_t i = 0; i < sizeof(TONES_HZ) / sizeof(TONES_HZ[0]); i++) {
		const double share = share_at(TONES_HZ[i], samples, count, power);
		most = share > most ? share : most;
	}
	if (most > TONE_SHARE)
		count_up(&call->sound.tones);
}

bool sound_wanted(const struct call *call, const struct stream *stream)
{
	const bool quick =
	        !call->answer_us || call->answer_us - call->start_us <= QUICK_US;
	return quick && stream->direction == CALL_CALLEE && !stream->secure &&
	       (stream->payload_type == PCMU || stream->payload_type == PCMA);
}

void sound_packet(struct track *track, const struct seen *seen, struct stream *stream)
{
	struct call *call = stream->call ? call_at(track, stream->call) : NULL;
	const struct rtp_packet *rtp = seen->message->rtp;

	if (!call || (call->answer_us &&
	                     (!sound_wanted(call, stream) ||
	                             seen->time_us - call->answer_us > LISTEN_US))) {
		stream->listened = false;
		return;
	}
	if (call->answer_us && rtp->sequence % LISTEN_EVERY == 0 &&
	        (rtp->payload_type == PCMU || rtp->payload_type == PCMA))
		frame(call, rtp->payload, rtp->payload_type == PCMU);
}

void sound_ends(const struct track *track, struct call *call)
{
	const uint64_t heard_us = media_stream_heard_us(track, call, CALL_CALLEE);

	if (call->answer_us && heard_us && call->end_us > heard_us)
		call->sound.quiet_ms = (uint32_t)((call->end_us - heard_us) / 1000);
}
