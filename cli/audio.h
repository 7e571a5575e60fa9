/*
 * What was said in one stream of a call, as a WAV file: packets in the order of their
 * numbers, what is missing as silence.
 */
#ifndef RINGFENCE_CLI_AUDIO_H
#define RINGFENCE_CLI_AUDIO_H

#include "cli/findings.h"
#include "cli/run.h"

struct audio_wish {
	const char *ssrc; /* "0x1a2b3c4d"; NULL = the first stream of the call */
	const char *path; /* of the WAV file */
};

/* A stream that ended. */
struct audio_stream {
	struct endpoint src;
	struct endpoint dst;
	uint64_t call;
	uint32_t ssrc;
	bool secure;
	const char *codec; /* of the engine's table */
	uint64_t types[2]; /* payload types of that codec, as bits */
};

enum { AUDIO_STREAMS_MAX = 4096 };

/* The streams of a run, gathered from its events. */
struct audio {
	struct audio_stream *streams;
	size_t count;
};

void audio_event(struct audio *audio, const struct event *event);
void audio_clear(struct audio *audio);
/* Reads the captures once more; an exit code, told on standard error. */
int audio_write(const struct audio *audio, const struct audio_wish *wish,
        const struct run *run, uint64_t call);

#endif
