/*
 * Speech out of RTP payloads: G.711, G.722 (ITU-T), GSM 06.10 and Opus (RFC 6716) to
 * 16-bit samples, and samples to a WAV file. What is sent encrypted stays so.
 */
#ifndef RINGFENCE_PLATFORM_AUDIO_H
#define RINGFENCE_PLATFORM_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/base/slice.h"

enum { AUDIO_SAMPLES_MAX = 48000 * 120 / 1000 * 10 }; /* of one packet */

struct audio_decoder;

/* By the name of a=rtpmap, any case; NULL when there is no decoder for it. */
struct audio_decoder *audio_open(struct slice codec);
void audio_close(struct audio_decoder **decoder);
/* Samples a second of what comes out. */
unsigned audio_rate(const struct audio_decoder *decoder);
/* Of the RTP timestamp: of G.722 it is not that of its samples (RFC 3551 4.5.2). */
unsigned audio_clock(const struct audio_decoder *decoder);
/* How many samples the payload gave; 0 when it is none of this codec. */
size_t audio_decode(struct audio_decoder *decoder, struct slice payload,
        int16_t samples[AUDIO_SAMPLES_MAX]);

/* A WAV file of one channel, samples little-endian; the head is written again at the end,
 * when the length is known. */
bool wav_begin(FILE *file, unsigned rate);
bool wav_add(FILE *file, const int16_t *samples, size_t count);
bool wav_end(FILE *file, unsigned rate, uint64_t count);

#endif
