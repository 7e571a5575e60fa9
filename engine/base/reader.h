/*
 * A bounded reader of binary input with a sticky error: reading beyond the end yields
 * zeroes and sets failed, so that ten fields are read and failed is looked at once.
 * Numbers are in network byte order. A nested element gets a reader of its own
 * (reader_sub), which cannot leave it.
 */
#ifndef RINGFENCE_BASE_READER_H
#define RINGFENCE_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

struct reader {
	const uint8_t *data; /* the next byte, borrowed */
	const uint8_t *end;
	bool failed;
};

static inline struct reader reader_of(const void *data, size_t len)
{
	return (struct reader){data, (const uint8_t *)data + len, false};
}

static inline struct reader reader_of_slice(struct slice slice)
{
	return reader_of(slice.data, slice.len);
}

static inline size_t reader_left(const struct reader *reader)
{
	return (size_t)(reader->end - reader->data);
}

/* True when count more bytes are there; else sets failed and goes to the end. */
static inline bool reader_need(struct reader *reader, size_t count)
{
	if (__builtin_expect(reader_left(reader) >= count, 1))
		return true;
	reader->failed = true;
	reader->data = reader->end;
	return false;
}

static inline uint8_t reader_u8(struct reader *reader)
{
	if (!reader_need(reader, 1))
		return 0;
	return *reader->data++;
}

static inline uint16_t reader_u16(struct reader *reader)
{
	if (!reader_need(reader, 2))
		return 0;
	const uint8_t *p = reader->data;
	reader->data += 2;
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t reader_u24(struct reader *reader)
{
	if (!reader_need(reader, 3))
		return 0;
	const uint8_t *p = reader->data;
	reader->data += 3;
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t reader_u32(struct reader *reader)
{
	if (!reader_need(reader, 4))
		return 0;
	const uint8_t *p = reader->data;
	reader->data += 4;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t reader_u64(struct reader *reader)
{
	uint64_t high = reader_u32(reader);
	return high << 32 | reader_u32(reader);
}

static inline void reader_skip(struct reader *reader, size_t count)
{
	if (reader_need(reader, count))
		reader->data += count;
}

/* The next count bytes as a slice; absent when they are not there. */
static inline struct slice reader_slice(struct reader *reader, size_t count)
{
	if (!reader_need(reader, count))
		return (struct slice){0};
	struct slice slice = slice_of(reader->data, count);
	reader->data += count;
	return slice;
}

/* A reader of the next count bytes; this one goes on behind them. */
static inline struct reader reader_sub(struct reader *reader, size_t count)
{
	struct reader sub = {0};
	if (reader_need(reader, count)) {
		sub = reader_of(reader->data, count);
		reader->data += count;
	} else {
		sub.failed = true;
	}
	return sub;
}

static inline struct slice reader_rest(const struct reader *reader)
{
	return slice_of(reader->data, reader_left(reader));
}

#endif
