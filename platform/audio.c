#include "platform/audio.h"

#include <gsm/gsm.h>
#include <opus/opus.h>
#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

enum {
	GSM_SAMPLES = 160,
	GSM_BYTES = 33,
	G722_BIT_RATE = 64000,
	WAV_HEAD_BYTES = 44,
	WAV_BYTES_MAX = 0x7fffff00,
};

enum kind { KIND_ULAW, KIND_ALAW, KIND_G722, KIND_GSM, KIND_OPUS };

struct format {
	struct slice name;
	enum kind kind;
	unsigned rate;
	unsigned clock;
};

static const struct format FORMATS[] = {
        {{"PCMU", 4}, KIND_ULAW, 8000, 8000},
        {{"PCMA", 4}, KIND_ALAW, 8000, 8000},
        {{"G722", 4}, KIND_G722, 16000, 8000},
        {{"GSM", 3}, KIND_GSM, 8000, 8000},
        {{"opus", 4}, KIND_OPUS, 48000, 48000},
};

struct audio_decoder {
	const struct format *format;
	g722_decode_state_t *g722;
	gsm gsm;
	OpusDecoder *opus;
};

static bool state_open(struct audio_decoder *decoder)
{
	int error;
	switch (decoder->format->kind) {
	case KIND_G722:
		decoder->g722 = g722_decode_init(NULL, G722_BIT_RATE, 0);
		return decoder->g722;
	case KIND_GSM:
		decoder->gsm = gsm_create();
		return decoder->gsm;
	case KIND_OPUS:
		decoder->opus =
		        opus_decoder_create((opus_int32)decoder->format->rate, 1, &error);
		return decoder->opus;
	case KIND_ULAW:
	case KIND_ALAW:
		break;
	}
	return true;
}

struct audio_decoder *audio_open(struct slice codec)
{
	struct audio_decoder *decoder = calloc(1, sizeof(*decoder));
	for (size_t i = 0; decoder && i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++)
		if (slice_equal_nocase(codec, FORMATS[i].name))
			decoder->format = &FORMATS[i];
	if (decoder && (!decoder->format || !state_open(decoder)))
		audio_close(&decoder);
	return decoder;
}

void audio_close(struct audio_decoder **decoder)
{
	struct audio_decoder *old = *decoder;
	if (!old)
		return;
	if (old->g722)
		(void)g722_decode_free(old->g722);
	if (old->gsm)
		gsm_destroy(old->gsm);
	if (old->opus)
		opus_decoder_destroy(old->opus);
	free(old);
	*decoder = NULL;
}

unsigned audio_rate(const struct audio_decoder *decoder)
{
	return decoder->format->rate;
}

unsigned audio_clock(const struct audio_decoder *decoder)
{
	return decoder->format->clock;
}

static size_t g711_decode_bytes(enum kind kind, struct slice payload, int16_t *samples)
{
	const size_t count =
	        payload.len < AUDIO_SAMPLES_MAX ? payload.len : AUDIO_SAMPLES_MAX;
	for (size_t i = 0; i < count; i++) {
		const uint8_t byte = (uint8_t)payload.data[i];
		samples[i] =
		        kind == KIND_ULAW ? ulaw_to_linear(byte) : alaw_to_linear(byte);
	}
	return count;
}

static size_t gsm_decode_frames(gsm state, struct slice payload, int16_t *samples)
{
	size_t count = 0;
	gsm_byte frame[GSM_BYTES];
	while (payload.len >= GSM_BYTES && count + GSM_SAMPLES <= AUDIO_SAMPLES_MAX) {
		memcpy(frame, payload.data, sizeof(frame));
		if (gsm_decode(state, frame, samples + count) != 0)
			break;
		count += GSM_SAMPLES;
		payload = slice_from(payload, GSM_BYTES);
	}
	return count;
}

size_t audio_decode(struct audio_decoder *decoder, struct slice payload,
        int16_t samples[AUDIO_SAMPLES_MAX])
{
	const uint8_t *bytes = (const uint8_t *)payload.data;
	int count = 0;
	switch (decoder->format->kind) {
	case KIND_ULAW:
	case KIND_ALAW:
		return g711_decode_bytes(decoder->format->kind, payload, samples);
	case KIND_GSM:
		return gsm_decode_frames(decoder->gsm, payload, samples);
	case KIND_G722:
		/* Two samples a byte. */
		if (payload.len <= AUDIO_SAMPLES_MAX / 2)
			count = g722_decode(
			        decoder->g722, samples, bytes, (int)payload.len);
		break;
	case KIND_OPUS:
		if (payload.len && payload.len < AUDIO_SAMPLES_MAX)
			count = opus_decode(decoder->opus, bytes, (opus_int32)payload.len,
			        samples, AUDIO_SAMPLES_MAX, 0);
		break;
	}
	return count > 0 ? (size_t)count : 0;
}

static void little(uint8_t *to, uint32_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static bool head_write(FILE *file, unsigned rate, uint32_t bytes)
{
	uint8_t head[WAV_HEAD_BYTES] = "RIFF\0\0\0\0WAVEfmt ";
	little(head + 4, bytes + WAV_HEAD_BYTES - 8, 4);
	little(head + 16, 16, 4);
	little(head + 20, 1, 2); /* PCM */
	little(head + 22, 1, 2); /* channels */
	little(head + 24, rate, 4);
	little(head + 28, rate * 2, 4);
	little(head + 32, 2, 2);
	little(head + 34, 16, 2);
	memcpy(head + 36, "data", 4);
	little(head + 40, bytes, 4);
	return fwrite(head, sizeof(head), 1, file) == 1;
}

bool wav_begin(FILE *file, unsigned rate)
{
	return head_write(file, rate, 0);
}

bool wav_add(FILE *file, const int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[2];
		little(bytes, (uint16_t)samples[i], 2);
		if (fwrite(bytes, sizeof(bytes), 1, file) != 1)
			return false;
	}
	return true;
}

bool wav_end(FILE *file, unsigned rate, uint64_t count)
{
	const uint64_t bytes = count * 2 < WAV_BYTES_MAX ? count * 2 : WAV_BYTES_MAX;
	return fseek(file, 0, SEEK_SET) == 0 && head_write(file, rate, (uint32_t)bytes) &&
	       fflush(file) == 0;
}
