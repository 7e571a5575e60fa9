#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsm/gsm.h>
#include <math.h>
#include <opus/opus.h>
#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

#include "platform/audio.h"

enum { TONE_HZ = 1000, FRAMES = 50, FRAME_MS = 20, BYTES = 4000 };

/* Twenty milliseconds of a tone, frame after frame. */
static void tone(int16_t *samples, unsigned rate, unsigned frame)
{
	const unsigned count = rate * FRAME_MS / 1000;
	for (unsigned i = 0; i < count; i++)
		samples[i] = (int16_t)(8000 * sin(2 * M_PI * TONE_HZ *
		                                      (frame * count + i) / rate));
}

struct encoders {
	gsm gsm;
	g722_encode_state_t *g722;
	OpusEncoder *opus;
};

static size_t encode(
        struct encoders *encoders, const char *codec, int16_t *samples, uint8_t *bytes)
{
	size_t count = 0;
	if (strcmp(codec, "GSM") == 0) {
		gsm_encode(encoders->gsm, samples, bytes);
		return 33;
	}
	if (strcmp(codec, "G722") == 0)
		return (size_t)g722_encode(encoders->g722, bytes, samples, 320);
	if (strcmp(codec, "opus") == 0)
		return (size_t)opus_encode(encoders->opus, samples, 960, bytes, BYTES);
	for (; count < 160; count++)
		bytes[count] = strcmp(codec, "PCMU") == 0
		                       ? linear_to_ulaw(samples[count])
		                       : linear_to_alaw(samples[count]);
	return count;
}

static void a_tone_stays_a_tone(void **state)
{
	static const struct {
		const char *codec;
		unsigned rate, clock;
	} ROWS[] = {{"PCMU", 8000, 8000}, {"PCMA", 8000, 8000}, {"G722", 16000, 8000},
	        {"GSM", 8000, 8000}, {"opus", 48000, 48000}};
	static int16_t decoded[AUDIO_SAMPLES_MAX];
	int error;
	struct encoders encoders = {gsm_create(), g722_encode_init(NULL, 64000, 0),
	        opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error)};
	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct audio_decoder *decoder =
		        audio_open(slice_of(ROWS[i].codec, strlen(ROWS[i].codec)));
		unsigned crossings = 0;
		double energy = 0;
		size_t total = 0;
		int16_t before = 0;
		assert_non_null(decoder);
		assert_int_equal(audio_rate(decoder), ROWS[i].rate);
		assert_int_equal(audio_clock(decoder), ROWS[i].clock);
		for (unsigned frame = 0; frame < FRAMES; frame++) {
			int16_t samples[960];
			uint8_t bytes[BYTES];
			tone(samples, ROWS[i].rate, frame);
			const size_t len =
			        encode(&encoders, ROWS[i].codec, samples, bytes);
			const size_t count =
			        audio_decode(decoder, slice_of(bytes, len), decoded);
			assert_int_equal(count, ROWS[i].rate * FRAME_MS / 1000);
			total += count;
			for (size_t k = 0; k < count; k++) {
				crossings += before < 0 && decoded[k] >= 0;
				energy += (double)decoded[k] * decoded[k];
				before = decoded[k];
			}
		}
		/* One second of 1,000 periods, about as loud as it was. */
		assert_in_range(crossings, 960, 1040);
		assert_in_range((unsigned)sqrt(energy / (double)total), 4000, 7000);
		/* Nonsense gives nothing, or something, and no harm. */
		(void)audio_decode(decoder, slice_of("\xff", 1), decoded);
		assert_int_equal(audio_decode(decoder, slice_of("", 0), decoded), 0);
		audio_close(&decoder);
		assert_null(decoder);
	}
	gsm_destroy(encoders.gsm);
	(void)g722_encode_free(encoders.g722);
	opus_encoder_destroy(encoders.opus);
}

static void others_are_not_known(void **state)
{
	(void)state;
	assert_null(audio_open(SLICE("G729")));
	assert_null(audio_open((struct slice){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_tone_stays_a_tone),
	        cmocka_unit_test(others_are_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
