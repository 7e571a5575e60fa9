/*
 * A text on the heap that grows as it is written, up to a limit. What does not fit, or
 * finds no memory, is not written and failed is set (sticky).
 */
#ifndef RINGFENCE_PLATFORM_BUFFER_H
#define RINGFENCE_PLATFORM_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/slice.h"
#include "engine/base/writer.h"

struct buffer {
	char *data; /* owned; NULL when nothing was written */
	size_t len;
	size_t size;
	size_t len_max;
	bool failed;
};

static inline struct buffer buffer_of(size_t len_max)
{
	return (struct buffer){.len_max = len_max};
}

void buffer_free(struct buffer *buffer);
void buffer_slice(struct buffer *buffer, struct slice text);
void buffer_string(struct buffer *buffer, const char *text);
__attribute__((format(printf, 2, 3))) void buffer_format(
        struct buffer *buffer, const char *format, ...);

/*
 * A writer over room for that many bytes behind the text; buffer_take keeps what was
 * written into it. A truncated writer fails the buffer.
 */
struct writer buffer_room(struct buffer *buffer, size_t bytes);
void buffer_take(struct buffer *buffer, const struct writer *written);

static inline struct slice buffer_text(const struct buffer *buffer)
{
	return slice_of(buffer->data ? buffer->data : "", buffer->len);
}

#endif
