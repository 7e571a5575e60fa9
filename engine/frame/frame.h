/*
 * From a packet to datagrams: link layers and tunnels, IP, defragmentation, UDP, TCP
 * reassembly, SCTP. Owned by one thread; all memory is taken at init.
 */
#ifndef RINGFENCE_FRAME_FRAME_H
#define RINGFENCE_FRAME_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/frame/datagram.h"
#include "engine/frame/packet.h"

struct frame;

/* One row per drop or oddity: enum, name in counters. X(name) */
#define FRAME_COUNTERS(X)                                                                \
	X(packets)                                                                       \
	X(bytes)                                                                         \
	X(fragments)                                                                     \
	X(fragments_overlapping)                                                         \
	X(fragments_expired)                                                             \
	X(fragments_evicted)                                                             \
	X(datagrams_reassembled)                                                         \
	X(tcp_segments)                                                                  \
	X(tcp_retransmitted)                                                             \
	X(tcp_reordered)                                                                 \
	X(tcp_overlapping)                                                               \
	X(tcp_gaps)                                                                      \
	X(tcp_midstream)                                                                 \
	X(tcp_evicted)                                                                   \
	X(sctp_evicted)                                                                  \
	X(truncated)                                                                     \
	X(icmp)                                                                          \
	X(layers_too_deep)                                                               \
	X(undecoded)

struct frame_counters {
#define X(name) uint64_t name;
	FRAME_COUNTERS(X)
#undef X
};

/*
 * NULL when the memory does not hold it. share: bytes that it may take of the memory, at
 * least 3 MB. Three eighths go to fragments, the rest to TCP.
 */
struct frame *frame_new(struct memory *memory, size_t share, const struct hash_key *key);

/* Begins a packet. What the packet before gave is invalid from here on. */
void frame_open(struct frame *frame, const struct packet *packet);

/*
 * The next datagram of the packet; false when there is no more (or none: a fragment …).
 * Ask until it is false: only then are a stream's unconsumed bytes copied out of the
 * packet; else they are lost.
 */
bool frame_next(struct frame *frame, struct datagram *datagram);

/*
 * Begins the end of the input in the place of a packet: frame_next then gives the bytes
 * of TCP that wait behind a hole which nothing will fill any more, with the time and
 * number of the last packet.
 */
void frame_finish(struct frame *frame);

/*
 * TCP: the first bytes of the payload are done with and will not come again; what is
 * left stays and comes again, with more behind it, in a later datagram. Whoever reads no
 * message from a stream's payload consumes 0 and waits.
 */
void frame_consume(struct frame *frame, struct tcp_stream *stream, size_t bytes);

/* TCP: nothing in this direction is of interest; its bytes are no longer kept. */
void frame_ignore(struct frame *frame, struct tcp_stream *stream);

/* TCP: a word that belongs to the decoder (what it found the stream to be), 0 at first.
 */
uint32_t *frame_stream_tag(struct tcp_stream *stream);
/* TCP: another one, for the second since which a begun message waits, 0 at first. */
uint32_t *frame_stream_waits(struct tcp_stream *stream);

const struct frame_counters *frame_counters(const struct frame *frame);

#endif
