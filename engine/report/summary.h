/*
 * The summary of a run: counts as Wireshark's dissectors count, every captured copy and
 * retransmission as seen. The contract for comparing decoders.
 *
 * Call-IDs and streams are counted exactly as far as the share of memory holds them; what
 * did not fit is counted as such in "limits". Everything is written in a fixed order.
 */
#ifndef RINGFENCE_REPORT_SUMMARY_H
#define RINGFENCE_REPORT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/base/writer.h"
#include "engine/detect/detect.h"
#include "engine/frame/frame.h"
#include "engine/track/event.h"
#include "engine/track/track.h"

struct summary;

/* One RTP stream: source, destination and SSRC. */
struct summary_stream {
	struct endpoint src;
	struct endpoint dst;
	uint32_t ssrc;
	uint8_t payload_type;
	uint16_t mos_x100; /* 0 = no value */
	uint64_t first_us;
	uint32_t packets;
	uint32_t duplicates;
	uint32_t reordered;
	uint32_t lost;
	double jitter_ms_max;
	double jitter_ms_mean;
};

/* NULL when the memory does not suffice. */
struct summary *summary_new(
        struct memory *memory, size_t share, const struct hash_key *key);
void summary_packet(struct summary *summary, const struct packet *packet);
void summary_message(struct summary *summary, const struct message *message);
void summary_event(struct summary *summary, const struct event *event);
void summary_alert(struct summary *summary, const struct alert *alert);

/* Times of the earliest and the latest packet, 0 = none. */
uint64_t summary_first_us(const struct summary *summary);
uint64_t summary_last_us(const struct summary *summary);
uint64_t summary_packets(const struct summary *summary);
uint64_t summary_calls(const struct summary *summary);
uint64_t summary_anomaly(const struct summary *summary, enum anomaly anomaly);
uint64_t summary_requests(const struct summary *summary, enum sip_method method);
uint64_t summary_responses(const struct summary *summary, unsigned status);
/* In order of their end, 0 to summary_stream_count - 1. */
size_t summary_stream_count(const struct summary *summary);
const struct summary_stream *summary_stream(const struct summary *summary, size_t index);

/*
 * The event of type "summary" with its line end, in pieces: it may list very many
 * streams. Set to zero but for its pointers before the first piece.
 */
struct summary_text {
	const struct summary *summary;
	const struct frame_counters *frame;
	const struct track_counters *track;
	uint32_t streams; /* written so far */
	bool begun, ended;
};

enum { SUMMARY_STREAMS_AT_ONCE = 256 /* of a piece */ };

/* Enough bytes for any piece. */
size_t summary_piece_size(const struct summary *summary);
/* The next piece into an empty writer; false behind the last one. */
bool summary_piece(struct summary_text *text, struct writer *out);

#endif
