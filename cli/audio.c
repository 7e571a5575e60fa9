#include "cli/audio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "engine/decode/rtp.h"
#include "engine/track/call.h"
#include "engine/track/stream.h"
#include "platform/audio.h"
#include "platform/memory.h"

enum {
	FRAME_MEMORY = 96 << 20,
	PACKETS_MAX = 4000000,
	BYTES_MAX = 512 << 20, /* of payload that is held at once */
	SILENCE_MAX_S = 600,   /* a longer gap of timestamps is a new beginning */
	SSRC_DIGITS = 8,
};

/* A packet of the stream. */
struct piece {
	uint64_t number; /* its sequence number, counted on */
	uint32_t timestamp;
	uint32_t len;
	char *payload; /* owned */
};

struct gathering {
	const struct audio_stream *stream;
	struct frame *frame;
	struct piece *pieces;
	size_t count;
	size_t room;
	size_t bytes;
	uint64_t highest;
	bool exhausted;
};

static void types_note(struct audio_stream *stream, unsigned type)
{
	stream->types[type / 64 & 1] |= 1ull << (type % 64);
}

void audio_event(struct audio *audio, const struct event *event)
{
	const struct stream *ended = event->stream;
	if (event->kind != EVENT_RTP_STREAM || !ended || !ended->confirmed ||
	        !event->call || audio->count == AUDIO_STREAMS_MAX)
		return;
	if (!audio->streams)
		audio->streams = calloc(AUDIO_STREAMS_MAX, sizeof(*audio->streams));
	if (!audio->streams)
		return;
	struct audio_stream *stream = &audio->streams[audio->count++];
	*stream = (struct audio_stream){.src = ended->src,
	        .dst = ended->dst,
	        .call = event->call->id,
	        .ssrc = ended->ssrc,
	        .secure = ended->secure,
	        .codec = codec_at(ended->codec)->name};
	for (unsigned i = 0; i < ended->announced && i < STREAM_PAYLOADS; i++)
		if (ended->payloads[i].codec == ended->codec)
			types_note(stream, ended->payloads[i].type & 127);
	for (unsigned type = 0; type < 96; type++)
		if (codec_of_type((uint8_t)type) == ended->codec)
			types_note(stream, type);
}

void audio_clear(struct audio *audio)
{
	free(audio->streams);
	*audio = (struct audio){NULL, 0};
}

/* The sequence number counted on from the highest so far (RFC 3550 A.1). */
static uint64_t number_of(struct gathering *gathering, uint16_t sequence)
{
	if (!gathering->count)
		return gathering->highest = 65536u + sequence;
	const int16_t step = (int16_t)(sequence - (uint16_t)gathering->highest);
	const uint64_t number = gathering->highest + (uint64_t)(int64_t)step;
	if (step > 0)
		gathering->highest = number;
	return number;
}

static void piece_add(struct gathering *gathering, const struct rtp_packet *packet)
{
	if (gathering->count == gathering->room) {
		const size_t room = gathering->room ? gathering->room * 2 : 4096;
		struct piece *more =
		        realloc(gathering->pieces, room * sizeof(*gathering->pieces));
		if (!more || room > PACKETS_MAX) {
			gathering->pieces = more ? more : gathering->pieces;
			gathering->exhausted = true;
			return;
		}
		gathering->pieces = more;
		gathering->room = room;
	}
	char *payload = malloc(packet->payload.len + 1);
	if (!payload || gathering->bytes + packet->payload.len > BYTES_MAX) {
		free(payload);
		gathering->exhausted = true;
		return;
	}
	memcpy(payload, packet->payload.data, packet->payload.len);
	gathering->bytes += packet->payload.len;
	const uint64_t number = number_of(gathering, packet->sequence);
	gathering->pieces[gathering->count++] = (struct piece){
	        number, packet->timestamp, (uint32_t)packet->payload.len, payload};
}

static void take(void *context, const struct packet *packet)
{
	struct gathering *gathering = context;
	const struct audio_stream *stream = gathering->stream;
	struct datagram datagram;
	frame_open(gathering->frame, packet);
	while (frame_next(gathering->frame, &datagram)) {
		struct rtp_packet rtp;
		struct anomalies anomalies = {0};
		if (datagram.stream) {
			frame_ignore(gathering->frame, datagram.stream);
			continue;
		}
		if (!endpoint_equal(&datagram.src, &stream->src) ||
		        !endpoint_equal(&datagram.dst, &stream->dst) ||
		        !rtp_parse(datagram.payload, &rtp, &anomalies) ||
		        rtp.ssrc != stream->ssrc || gathering->exhausted ||
		        !(stream->types[rtp.payload_type / 64 & 1] >>
		                        (rtp.payload_type % 64) &
		                1))
			continue;
		piece_add(gathering, &rtp);
	}
}

static int piece_order(const void *a, const void *b)
{
	const struct piece *left = a;
	const struct piece *right = b;
	return (left->number > right->number) - (left->number < right->number);
}

static bool gather(struct gathering *gathering, const struct run *from)
{
	static const struct hash_key key = {0x0123456789abcdef, 0xfedcba9876543210};
	struct memory memory = memory_reserve(FRAME_MEMORY);
	struct packet_taker taker = {gathering, take};
	struct run run = {0};
	bool fine = memory.base != NULL;
	if (fine)
		gathering->frame = frame_new(&memory, FRAME_MEMORY - (8 << 20), &key);
	fine = fine && gathering->frame && run_open_again(&run, from) &&
	       run_packets(&run, &taker);
	run_close(&run);
	memory_release(&memory);
	if (gathering->count)
		qsort(gathering->pieces, gathering->count, sizeof(*gathering->pieces),
		        piece_order);
	return fine;
}

static bool silence_add(FILE *file, uint64_t count)
{
	static const int16_t silence[1024];
	while (count) {
		const size_t part = count < 1024 ? (size_t)count : 1024;
		if (!wav_add(file, silence, part))
			return false;
		count -= part;
	}
	return true;
}

/* All pieces in their order; how many samples were written. */
static bool pieces_write(const struct gathering *gathering, struct audio_decoder *decoder,
        FILE *file, uint64_t *written)
{
	static const uint64_t none = UINT64_MAX;
	int16_t samples[AUDIO_SAMPLES_MAX];
	const unsigned rate = audio_rate(decoder);
	const unsigned clock = audio_clock(decoder);
	uint64_t last = none;
	uint64_t due = 0; /* where the piece belongs */
	for (size_t i = 0; i < gathering->count; i++) {
		const struct piece *piece = &gathering->pieces[i];
		if (piece->number == last)
			continue;
		if (last != none) {
			const int32_t step =
			        (int32_t)(piece->timestamp -
			                  gathering->pieces[i - 1].timestamp);
			const bool usual =
			        step >= 0 &&
			        (uint64_t)step < (uint64_t)SILENCE_MAX_S * clock;
			due = usual ? due + (uint64_t)step * rate / clock : *written;
		}
		last = piece->number;
		if (due > *written) {
			if (!silence_add(file, due - *written))
				return false;
			*written = due;
		}
		const size_t count = audio_decode(
		        decoder, slice_of(piece->payload, piece->len), samples);
		if (!wav_add(file, samples, count))
			return false;
		*written += count;
	}
	return true;
}

static int file_write_wav(const char *path, const struct gathering *gathering,
        struct audio_decoder *decoder)
{
	const unsigned rate = audio_rate(decoder);
	uint64_t written = 0;
	FILE *file = fopen(path, "wb");
	bool fine = file && wav_begin(file, rate) &&
	            pieces_write(gathering, decoder, file, &written) &&
	            wav_end(file, rate, written);
	if (file && fclose(file) != 0)
		fine = false;
	if (!fine)
		fprintf(stderr, "ringfence: %s cannot be written\n", path);
	return fine ? EXIT_FINE : EXIT_ENVIRONMENT;
}

static bool ssrc_read(const char *text, uint32_t *ssrc)
{
	struct slice digits = slice_text(text);
	uint64_t value;
	if (slice_starts_nocase(digits, SLICE("0x")))
		digits = slice_from(digits, 2);
	if (digits.len > SSRC_DIGITS || !slice_hex_to_u64(digits, &value))
		return false;
	*ssrc = (uint32_t)value;
	return true;
}

static const struct audio_stream *stream_find(
        const struct audio *audio, const struct audio_wish *wish, uint64_t call)
{
	uint32_t ssrc = 0;
	if (wish->ssrc && !ssrc_read(wish->ssrc, &ssrc))
		return NULL;
	for (size_t i = 0; i < audio->count; i++)
		if (audio->streams[i].call == call &&
		        (!wish->ssrc || audio->streams[i].ssrc == ssrc))
			return &audio->streams[i];
	return NULL;
}

int audio_write(const struct audio *audio, const struct audio_wish *wish,
        const struct run *run, uint64_t call)
{
	struct gathering gathering = {.stream = stream_find(audio, wish, call)};
	int code = EXIT_BAD_INPUT;
	if (!gathering.stream) {
		fprintf(stderr, "ringfence: the call has no such stream\n");
		return EXIT_BAD_INPUT;
	}
	if (gathering.stream->secure) {
		fprintf(stderr, "ringfence: this stream is encrypted\n");
		return EXIT_BAD_INPUT;
	}
	struct audio_decoder *decoder = audio_open(slice_text(gathering.stream->codec));
	if (!decoder)
		fprintf(stderr,
		        "ringfence: %s cannot be decoded: PCMU, PCMA, G722, GSM "
		        "and opus can\n",
		        gathering.stream->codec ? gathering.stream->codec
		                                : "an unknown codec");
	else if (!gather(&gathering, run))
		code = EXIT_ENVIRONMENT;
	else if (!gathering.count)
		fprintf(stderr, "ringfence: the stream's packets are not there\n");
	else
		code = file_write_wav(wish->path, &gathering, decoder);
	for (size_t i = 0; i < gathering.count; i++)
		free(gathering.pieces[i].payload);
	free(gathering.pieces);
	audio_close(&decoder);
	return code;
}
