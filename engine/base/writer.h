/*
 * A bounded text writer over memory of the caller's. What does not fit is not written
 * and truncated is set (sticky); the text is never terminated by itself.
 */
#ifndef RINGFENCE_BASE_WRITER_H
#define RINGFENCE_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

struct writer {
	char *data; /* borrowed */
	size_t size;
	size_t len;
	bool truncated;
};

static inline struct writer writer_of(char *data, size_t size)
{
	return (struct writer){.data = data, .size = size};
}

static inline struct slice writer_text(const struct writer *writer)
{
	return slice_of(writer->data, writer->len);
}

/* A report is thousands of these: their common case is worth a copy at the caller. */
static inline void writer_byte(struct writer *writer, char byte)
{
	if (writer->truncated)
		return;
	if (writer->len < writer->size)
		writer->data[writer->len++] = byte;
	else
		writer->truncated = true;
}

void writer_slice(struct writer *writer, struct slice text);
void writer_string(struct writer *writer, const char *text);
void writer_u64(struct writer *writer, uint64_t value);
void writer_i64(struct writer *writer, int64_t value);
/* Fixed point with that many decimals (0 to 9), rounded half away from zero. */
void writer_fixed(struct writer *writer, double value, int decimals);
/* Lower-case hexadecimal with at least that many digits. */
void writer_hex(struct writer *writer, uint64_t value, int digits);
void writer_hex_bytes(struct writer *writer, struct slice bytes);
/* RFC 3339 in UTC with microseconds: 2026-01-31T23:59:59.000001Z. */
void writer_time(struct writer *writer, uint64_t time_us);

#endif
