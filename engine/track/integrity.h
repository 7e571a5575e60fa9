/*
 * Whether one device alone sends a stream, whatever its packets say of their source. Who
 * slips packets in under a forged address has to take numbers that the device takes too,
 * or others: then a number comes twice with different payloads, or the numbers jump to
 * and fro. What a capture or a network does to packets (copies, detours) and what a
 * device does that begins anew brings about neither.
 */
#ifndef RINGFENCE_TRACK_INTEGRITY_H
#define RINGFENCE_TRACK_INTEGRITY_H

#include "engine/track/stream.h"

/* Of timestamp, length and first bytes: one of 256. */
static inline uint8_t integrity_print(const struct rtp_packet *packet)
{
	uint64_t word = 0;
	if (packet->payload.len >= sizeof(word))
		memcpy(&word, packet->payload.data, sizeof(word));
	word ^= (uint64_t)packet->timestamp << 32 ^ packet->payload.len;
	return (uint8_t)(word * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

/* A packet that is no duplicate; step: its number less the highest before it. */
static inline void integrity_note(
        struct stream *stream, const struct rtp_packet *packet, uint16_t step)
{
	/* Those from far behind would take the place of newer ones. */
	if (__builtin_expect(step < 0x8000 || step > UINT16_MAX - STREAM_PRINTS + 1, 1))
		stream->prints[packet->sequence % STREAM_PRINTS] =
		        integrity_print(packet);
	if (__builtin_expect(packet->extension.len || packet->padding, 0))
		stream->hidden += (uint32_t)packet->extension.len + packet->padding;
}

/* A second packet of a number: STREAM_FORGED when its payload is another. */
unsigned integrity_duplicate(
        struct stream *stream, const struct rtp_packet *packet, uint16_t step);

/* The numbers jumped, before the stream takes up the new run. */
unsigned integrity_jump(struct stream *stream, uint16_t sequence);

/* A number that nobody had, far behind the highest. */
unsigned integrity_behind(struct stream *stream, uint32_t back);

static inline void integrity_second_begins(struct stream *stream)
{
	stream->touched_packets = (uint16_t)stream->packets;
	stream->touched_unique = (uint16_t)stream->unique;
}

/* About a second has passed since the last call: whether it was flooded. */
unsigned integrity_second(struct stream *stream, uint64_t time_us);

#endif
