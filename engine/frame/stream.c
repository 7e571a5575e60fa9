#include "engine/frame/stream.h"

#include <string.h>

#include "engine/base/ensure.h"
#include "engine/limits.h"

enum {
	HOLE_WAIT_US =
	        4 * 1000000, /* more than the usual first two retransmissions take */
	OLD_BYTES = 1 << 24, /* further back is another connection, no retransmission */
};

static const uint32_t SIZES[STREAM_SIZES] = {2048, 8192, 32768, LIMIT_TCP_PENDING};

struct run {
	uint32_t start; /* offsets in the buffer */
	uint32_t end;
};

struct buffer {
	struct list_link link;
	struct tcp_stream *owner;
	uint64_t hole_us; /* when the first hole was noticed */
	uint32_t have;    /* bytes in order */
	uint32_t late;    /* segments since then that did not fill it */
	uint32_t run_count;
	struct run runs[LIMIT_TCP_GAPS + 1]; /* sorted, apart from each other */
	uint8_t bytes[];
};

static struct buffer *buffer_of(
        const struct stream_buffers *buffers, const struct tcp_stream *stream)
{
	return stream->buffer ? slab_at(&buffers->slabs[stream->size], stream->buffer)
	                      : NULL;
}

bool stream_buffers_init(
        struct stream_buffers *buffers, struct memory *memory, size_t share)
{
	for (size_t i = 0; i < STREAM_SIZES; i++) {
		const size_t item = sizeof(struct buffer) + SIZES[i] + 8;
		const size_t count = share / STREAM_SIZES / item;
		if (count < 2 ||
		        !slab_init(&buffers->slabs[i], memory, item, (uint32_t)count - 1))
			return false;
		list_init(&buffers->order[i], &buffers->slabs[i],
		        offsetof(struct buffer, link));
	}
	return true;
}

void stream_drop(struct stream_buffers *buffers, struct tcp_stream *stream)
{
	if (!stream->buffer)
		return;
	list_remove(&buffers->order[stream->size], stream->buffer);
	slab_give(&buffers->slabs[stream->size], stream->buffer);
	stream->buffer = 0;
}

void stream_reset(struct stream_buffers *buffers, struct tcp_stream *stream)
{
	stream_drop(buffers, stream);
	*stream = (struct tcp_stream){0};
}

void stream_begin(struct stream_buffers *buffers, struct tcp_stream *stream, uint32_t seq)
{
	stream_reset(buffers, stream);
	stream->seen = stream->syn = stream->unread = true;
	stream->next_seq = stream->first_seq = seq;
}

/* The stream loses what it has in its buffer. */
static void lose(struct stream_buffers *buffers, struct tcp_stream *stream)
{
	stream_drop(buffers, stream);
	stream->gap = true;
	stream->unread = false;
	buffers->counters->tcp_gaps++;
}

/* A buffer that holds bytes, with the content of the present one; at most the largest. */
static struct buffer *ensure_buffer(
        struct stream_buffers *buffers, struct tcp_stream *stream, uint32_t bytes)
{
	uint8_t size = 0;
	struct buffer *old = buffer_of(buffers, stream);
	while (SIZES[size] < bytes)
		size++;
	if (old && stream->size >= size) {
		list_touch(&buffers->order[stream->size], stream->buffer);
		return old;
	}
	struct slab *slab = &buffers->slabs[size];
	if (slab_full(slab)) {
		struct buffer *oldest = slab_at(slab, buffers->order[size].front);
		buffers->counters->tcp_evicted++;
		lose(buffers, oldest->owner);
	}
	const uint32_t index = slab_take(slab);
	struct buffer *buffer = slab_at(slab, index);
	if (old) {
		const uint32_t end =
		        old->run_count ? old->runs[old->run_count - 1].end : old->have;
		memcpy(buffer, old, sizeof(*old) + end);
		stream_drop(buffers, stream);
	} else {
		*buffer = (struct buffer){.owner = stream};
	}
	list_push_back(&buffers->order[size], index);
	stream->buffer = index;
	stream->size = size;
	return buffer;
}

/* Takes the first bytes out of the window. */
static void shift(struct buffer *buffer, uint32_t count)
{
	const uint32_t end = buffer->run_count ? buffer->runs[buffer->run_count - 1].end
	                                       : buffer->have;
	memmove(buffer->bytes, buffer->bytes + count, end - count);
	buffer->have -= count;
	for (uint32_t i = 0; i < buffer->run_count; i++) {
		buffer->runs[i].start -= count;
		buffer->runs[i].end -= count;
	}
}

/* Copies what no run covers; true when something was covered. */
static bool fill(struct buffer *buffer, uint32_t start, uint32_t end, const char *data)
{
	uint32_t at = start;
	bool overlap = false;
	for (uint32_t i = 0; i < buffer->run_count && buffer->runs[i].start < end; i++) {
		const struct run *run = &buffer->runs[i];
		if (run->end <= at)
			continue;
		if (at < run->start)
			memcpy(buffer->bytes + at, data + (at - start), run->start - at);
		at = run->end;
		overlap = true;
	}
	if (at < end)
		memcpy(buffer->bytes + at, data + (at - start), end - at);
	return overlap;
}

/* Adds a run, united with those that it touches. */
static void unite(struct buffer *buffer, struct run run)
{
	uint32_t first = 0;
	while (first < buffer->run_count && buffer->runs[first].end < run.start)
		first++;
	uint32_t behind = first;
	for (; behind < buffer->run_count && buffer->runs[behind].start <= run.end;
	        behind++) {
		if (buffer->runs[behind].start < run.start)
			run.start = buffer->runs[behind].start;
		if (buffer->runs[behind].end > run.end)
			run.end = buffer->runs[behind].end;
	}
	ENSURE(behind > first || buffer->run_count <= LIMIT_TCP_GAPS);
	memmove(&buffer->runs[first + 1], &buffer->runs[behind],
	        (buffer->run_count - behind) * sizeof(run));
	buffer->runs[first] = run;
	buffer->run_count += 1 + first - behind;
}

/* The first run becomes part of the bytes in order; the count of new ones. */
static uint32_t absorb(struct buffer *buffer)
{
	if (buffer->run_count == 0 || buffer->runs[0].start > buffer->have)
		return 0;
	const uint32_t grown = buffer->runs[0].end - buffer->have;
	buffer->have = buffer->runs[0].end;
	buffer->run_count--;
	memmove(&buffer->runs[0], &buffer->runs[1],
	        buffer->run_count * sizeof(struct run));
	buffer->late = 0;
	return grown;
}

static enum stream_result give(struct tcp_stream *stream, const void *data, size_t len)
{
	stream->given = data;
	stream->given_len = (uint32_t)len;
	stream->consumed = 0;
	return STREAM_GIVE;
}

/* Bytes that do not stand directly behind those in order, or have to be joined. */
static enum stream_result insert_buffered(struct stream_buffers *buffers,
        struct tcp_stream *stream, uint32_t ahead, struct slice payload, uint64_t now_us)
{
	struct buffer *buffer = buffer_of(buffers, stream);
	const uint32_t have = buffer ? buffer->have : 0;
	if (ahead > LIMIT_TCP_PENDING || payload.len > LIMIT_TCP_PENDING ||
	        have + ahead + payload.len > LIMIT_TCP_PENDING)
		return STREAM_NO_ROOM;
	if (ahead > 0 && buffer && buffer->run_count == LIMIT_TCP_GAPS)
		return STREAM_NO_ROOM;
	const struct run run = {have + ahead, have + ahead + (uint32_t)payload.len};
	buffer = ensure_buffer(buffers, stream, run.end);
	if (fill(buffer, run.start, run.end, payload.data))
		buffers->counters->tcp_overlapping++;
	if (ahead > 0) {
		buffers->counters->tcp_reordered++;
		if (buffer->run_count == 0)
			buffer->hole_us = now_us;
		buffer->late++;
	}
	unite(buffer, run);
	const uint32_t grown = absorb(buffer);
	stream->next_seq += grown;
	return grown > 0 ? give(stream, buffer->bytes, buffer->have) : STREAM_NOTHING;
}

/* Bytes before those that a stream without a SYN was first seen with are no repetition.
 */
static bool is_early(const struct tcp_stream *stream, uint32_t seq, struct slice payload)
{
	const uint32_t end = seq + (uint32_t)payload.len;
	return !stream->syn && stream->next_seq - stream->first_seq < OLD_BYTES &&
	       (int32_t)(end - stream->first_seq) <= 0;
}

enum stream_result stream_insert(struct stream_buffers *buffers,
        struct tcp_stream *stream, uint32_t seq, struct slice payload, uint64_t now_us)
{
	if (!stream->seen) {
		buffers->counters->tcp_midstream++;
		stream->seen = stream->gap = true;
		stream->next_seq = stream->first_seq = seq;
	}
	const int32_t ahead = (int32_t)(seq - stream->next_seq);
	if (stream->ignored || ahead < -OLD_BYTES) {
		if (!stream->ignored)
			lose(buffers, stream);
		stream->next_seq = seq;
	} else if (ahead < 0) {
		const uint32_t old = 0 - (uint32_t)ahead;
		if (is_early(stream, seq, payload)) {
			stream->first_seq = seq;
			stream->early = true;
			return give(stream, payload.data, payload.len);
		}
		if (old >= payload.len) {
			buffers->counters->tcp_retransmitted++;
			return STREAM_NOTHING;
		}
		buffers->counters->tcp_overlapping++;
		payload = slice_from(payload, old);
		seq += old;
	}
	if (stream->buffer || seq != stream->next_seq)
		return insert_buffered(
		        buffers, stream, seq - stream->next_seq, payload, now_us);
	stream->next_seq += (uint32_t)payload.len;
	if (stream->ignored)
		return STREAM_NOTHING;
	return give(stream, payload.data, payload.len);
}

void stream_settle(struct stream_buffers *buffers, struct tcp_stream *stream)
{
	const uint8_t *given = stream->given;
	if (!given)
		return;
	stream->given = NULL;
	const bool early = stream->early;
	stream->early = false;
	if (early && !stream->ignored)
		return;
	if (stream->consumed > 0)
		stream->gap = stream->unread = false;
	if (stream->ignored) {
		stream_drop(buffers, stream);
		return;
	}
	struct buffer *buffer = buffer_of(buffers, stream);
	const uint32_t left = stream->given_len - stream->consumed;
	if (!buffer && left > 0) {
		buffer = ensure_buffer(buffers, stream, left);
		memcpy(buffer->bytes, given + stream->consumed, left);
		buffer->have = left;
	} else if (buffer && left == 0 && buffer->run_count == 0) {
		stream_drop(buffers, stream);
	} else if (buffer && stream->consumed > 0) {
		shift(buffer, stream->consumed);
	}
}

void stream_abandon(struct stream_buffers *buffers, struct tcp_stream *stream)
{
	if (!stream->given)
		return;
	if (!stream->buffer && !stream->early && stream->consumed < stream->given_len) {
		stream->given = NULL;
		lose(buffers, stream);
		return;
	}
	stream_settle(buffers, stream);
}

bool stream_hole_acked(const struct stream_buffers *buffers,
        const struct tcp_stream *stream, uint32_t ack)
{
	const struct buffer *buffer = buffer_of(buffers, stream);
	if (!buffer || buffer->run_count == 0)
		return false;
	const uint32_t behind = stream->next_seq - buffer->have + buffer->runs[0].end;
	return (int32_t)(ack - behind) >= 0;
}

bool stream_hole_overdue(const struct stream_buffers *buffers,
        const struct tcp_stream *stream, uint64_t now_us)
{
	const struct buffer *buffer = buffer_of(buffers, stream);
	if (!buffer || buffer->run_count == 0)
		return false;
	return buffer->late > LIMIT_TCP_GAPS ||
	       (now_us > buffer->hole_us && now_us - buffer->hole_us > HOLE_WAIT_US);
}

bool stream_skip(struct stream_buffers *buffers, struct tcp_stream *stream)
{
	struct buffer *buffer = buffer_of(buffers, stream);
	if (!buffer || buffer->run_count == 0) {
		lose(buffers, stream);
		return false;
	}
	stream->gap = true;
	stream->unread = false;
	buffers->counters->tcp_gaps++;
	const uint32_t start = buffer->runs[0].start;
	stream->next_seq += start - buffer->have;
	buffer->have = start;
	shift(buffer, start);
	stream->next_seq += absorb(buffer);
	(void)give(stream, buffer->bytes, buffer->have);
	return true;
}
