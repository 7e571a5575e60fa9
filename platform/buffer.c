#include "platform/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1024 };

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = buffer_of(buffer->len_max);
}

static bool reserve(struct buffer *buffer, size_t bytes)
{
	if (buffer->failed)
		return false;
	if (bytes > buffer->len_max || buffer->len > buffer->len_max - bytes) {
		buffer->failed = true;
		return false;
	}
	if (buffer->len + bytes <= buffer->size)
		return true;
	size_t size = buffer->size ? buffer->size : FIRST_BYTES;
	while (size < buffer->len + bytes)
		size *= 2;
	char *data = realloc(buffer->data, size);
	if (!data) {
		buffer->failed = true;
		return false;
	}
	buffer->data = data;
	buffer->size = size;
	return true;
}

void buffer_slice(struct buffer *buffer, struct slice text)
{
	if (!text.len || !reserve(buffer, text.len))
		return;
	memcpy(buffer->data + buffer->len, text.data, text.len);
	buffer->len += text.len;
}

void buffer_string(struct buffer *buffer, const char *text)
{
	buffer_slice(buffer, slice_text(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	va_list again;
	va_start(arguments, format);
	va_copy(again, arguments);
	const int len = vsnprintf(NULL, 0, format, arguments);
	if (len < 0)
		buffer->failed = true;
	else if (reserve(buffer, (size_t)len + 1)) {
		(void)vsnprintf(
		        buffer->data + buffer->len, (size_t)len + 1, format, again);
		buffer->len += (size_t)len;
	}
	va_end(again);
	va_end(arguments);
}

struct writer buffer_room(struct buffer *buffer, size_t bytes)
{
	if (!reserve(buffer, bytes))
		return writer_of(NULL, 0);
	return writer_of(buffer->data + buffer->len, bytes);
}

void buffer_take(struct buffer *buffer, const struct writer *written)
{
	if (written->truncated)
		buffer->failed = true;
	if (!buffer->failed)
		buffer->len += written->len;
}
