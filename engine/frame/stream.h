/*
 * One direction of a TCP connection: bytes in order, out of packets that come in any.
 * What is in order and alone is given straight out of its packet; only what must wait is
 * copied, into a buffer of one of a few sizes. A buffer is a window over the sequence
 * numbers: first the bytes in order that were given but not consumed, behind them runs
 * with holes in between. Overlapping bytes: the first ones count.
 */
#ifndef RINGFENCE_FRAME_STREAM_H
#define RINGFENCE_FRAME_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/base/slab.h"
#include "engine/base/slice.h"
#include "engine/frame/frame.h"

enum { STREAM_SIZES = 4 };

/* The buffers of all streams; the one unused for longest is taken when none is free. */
struct stream_buffers {
	struct slab slabs[STREAM_SIZES];
	struct list order[STREAM_SIZES];
	struct frame_counters *counters;
};

struct tcp_stream {
	uint32_t next_seq;  /* behind the bytes in order */
	uint32_t first_seq; /* behind the SYN, else the first one seen */
	uint32_t buffer;    /* 0 = none */
	uint32_t tag;       /* the decoder's */
	uint32_t waits_s;   /* the decoder's: since when a begun message waits */
	uint8_t size;       /* which slab the buffer is of */
	bool seen;          /* next_seq is known */
	bool syn;
	bool ignored;
	bool gap;             /* bytes before the next ones to be given were lost */
	bool early;           /* what is given lies before first_seq and is not kept */
	bool unread;          /* nothing was consumed or lost since the SYN */
	const uint8_t *given; /* what the decoder has now; NULL = nothing */
	uint32_t given_len;
	uint32_t consumed;
};

enum stream_result {
	STREAM_NOTHING, /* kept, or nothing new */
	STREAM_GIVE,    /* stream->given is to be handed out */
	STREAM_NO_ROOM, /* a hole must be skipped first */
};

bool stream_buffers_init(
        struct stream_buffers *buffers, struct memory *memory, size_t share);

/* Empties the stream and forgets its sequence numbers. */
void stream_reset(struct stream_buffers *buffers, struct tcp_stream *stream);
/* The stream begins with this sequence number. */
void stream_begin(
        struct stream_buffers *buffers, struct tcp_stream *stream, uint32_t seq);
/* Gives its buffer back; bytes that wait in it are lost. */
void stream_drop(struct stream_buffers *buffers, struct tcp_stream *stream);

enum stream_result stream_insert(struct stream_buffers *buffers,
        struct tcp_stream *stream, uint32_t seq, struct slice payload, uint64_t now_us);

/* After a hand-out: keeps what was not consumed. */
void stream_settle(struct stream_buffers *buffers, struct tcp_stream *stream);

/* The same when the packet is gone: keeps only what lies in a buffer. */
void stream_abandon(struct stream_buffers *buffers, struct tcp_stream *stream);

/* Is there a hole with bytes behind it, all of which the receiver says it has? */
bool stream_hole_acked(const struct stream_buffers *buffers,
        const struct tcp_stream *stream, uint32_t ack);
/* Is there a hole that has been waited for long enough? */
bool stream_hole_overdue(const struct stream_buffers *buffers,
        const struct tcp_stream *stream, uint64_t now_us);

/*
 * Skips the first hole and what stands unconsumed before it. True when bytes behind it
 * are to be handed out; without a hole it starts anew behind what it has.
 */
bool stream_skip(struct stream_buffers *buffers, struct tcp_stream *stream);

#endif
