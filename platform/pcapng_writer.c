#include "platform/pcapng_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_APPLICATION = 4, /* of a section */
	OPTION_NAME = 2,        /* of an interface */
	OPTION_RESOLUTION = 9,
	OPTION_HEAD = 4,
	PACKET_FIXED = 32, /* a packet block without data and options */
	FILE_MODE = 0640,
	BUFFER_BYTES = 128 * 1024,
};

struct written_interface {
	uint16_t source;
	uint16_t link;
};

struct pcapng_writer {
	int fd;
	int error_number; /* the first one; 0 = all is well */
	struct pcapng_writer_options options;
	uint64_t written;
	size_t used;    /* of the buffer */
	uint32_t count; /* interfaces */
	uint32_t capacity;
	struct written_interface *interfaces; /* owned */
	uint8_t buffer[BUFFER_BYTES];
};

static void flush(struct pcapng_writer *writer)
{
	size_t done = 0;
	while (done < writer->used && !writer->error_number) {
		const ssize_t count =
		        write(writer->fd, writer->buffer + done, writer->used - done);
		if (count > 0)
			done += (size_t)count;
		else if (count < 0 && errno != EINTR)
			writer->error_number = errno;
	}
	writer->used = 0;
}

static void put(struct pcapng_writer *writer, const void *data, size_t bytes)
{
	const uint8_t *from = data;
	writer->written += bytes;
	while (bytes) {
		size_t room = BUFFER_BYTES - writer->used;
		if (!room) {
			flush(writer);
			room = BUFFER_BYTES;
		}
		const size_t now = bytes < room ? bytes : room;
		memcpy(writer->buffer + writer->used, from, now);
		writer->used += now;
		from += now;
		bytes -= now;
	}
}

/* Always little-endian, so that every machine writes the same bytes. */
static void put_u16(struct pcapng_writer *writer, unsigned value)
{
	const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};
	put(writer, bytes, sizeof(bytes));
}

static void put_u32(struct pcapng_writer *writer, uint32_t value)
{
	put_u16(writer, value & 0xffff);
	put_u16(writer, value >> 16);
}

static uint32_t padding_of(size_t bytes)
{
	return (uint32_t)(-bytes & 3);
}

static void put_padded(struct pcapng_writer *writer, const void *data, size_t bytes)
{
	static const uint8_t zeroes[4] = {0};
	put(writer, data, bytes);
	put(writer, zeroes, padding_of(bytes));
}

static size_t option_bytes(size_t len)
{
	return OPTION_HEAD + len + padding_of(len);
}

static void put_option(struct pcapng_writer *writer, unsigned code, struct slice value)
{
	put_u16(writer, code);
	put_u16(writer, (unsigned)value.len);
	put_padded(writer, value.data, value.len);
}

static struct slice text_of(const char *text)
{
	return slice_first(slice_text(text), PCAPNG_COMMENT_MAX);
}

static void put_section(struct pcapng_writer *writer)
{
	const struct slice application = text_of(writer->options.application);
	size_t options = 0;
	if (application.len)
		options = option_bytes(application.len) + OPTION_HEAD;
	const uint32_t len = 28 + (uint32_t)options;
	put_u32(writer, BLOCK_SECTION);
	put_u32(writer, len);
	put_u32(writer, 0x1a2b3c4d);
	put_u16(writer, 1);
	put_u16(writer, 0);
	/* The length of the section is not known. */
	put_u32(writer, UINT32_MAX);
	put_u32(writer, UINT32_MAX);
	if (application.len) {
		put_option(writer, OPTION_APPLICATION, application);
		put_option(writer, OPTION_END, (struct slice){0});
	}
	put_u32(writer, len);
}

static void put_interface(struct pcapng_writer *writer, const struct packet *packet)
{
	static const char microseconds[] = {6};
	struct slice name = {0};
	if (packet->source < writer->options.source_count)
		name = text_of(writer->options.source_names[packet->source]);
	size_t options = option_bytes(sizeof(microseconds)) + OPTION_HEAD;
	if (name.len)
		options += option_bytes(name.len);
	const uint32_t len = 20 + (uint32_t)options;
	put_u32(writer, BLOCK_INTERFACE);
	put_u32(writer, len);
	put_u16(writer, packet->link);
	put_u16(writer, 0);
	put_u32(writer, 0); /* no limit of bytes per packet */
	if (name.len)
		put_option(writer, OPTION_NAME, name);
	put_option(
	        writer, OPTION_RESOLUTION, slice_of(microseconds, sizeof(microseconds)));
	put_option(writer, OPTION_END, (struct slice){0});
	put_u32(writer, len);
}

/* The number of the packet's interface, described if it is new; false without memory. */
static bool interface_of(
        struct pcapng_writer *writer, const struct packet *packet, uint32_t *number)
{
	for (uint32_t i = 0; i < writer->count; i++) {
		const struct written_interface *interface = &writer->interfaces[i];
		if (interface->source == packet->source &&
		        interface->link == packet->link) {
			*number = i;
			return true;
		}
	}
	if (writer->count == writer->capacity) {
		const uint32_t capacity = writer->capacity ? 2 * writer->capacity : 8;
		struct written_interface *interfaces =
		        realloc(writer->interfaces, capacity * sizeof(*interfaces));
		if (!interfaces)
			return false;
		writer->interfaces = interfaces;
		writer->capacity = capacity;
	}
	writer->interfaces[writer->count] = (struct written_interface){
	        .source = packet->source, .link = packet->link};
	*number = writer->count++;
	put_interface(writer, packet);
	return true;
}

struct pcapng_writer *pcapng_writer_open(const char *path,
        const struct pcapng_writer_options *options, struct pcapng_writer_error *error)
{
	struct pcapng_writer *writer = calloc(1, sizeof(*writer));
	if (!writer) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return NULL;
	}
	writer->options = *options;
	writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (writer->fd < 0) {
		(void)snprintf(error->text, sizeof(error->text), "%s", strerror(errno));
		free(writer);
		return NULL;
	}
	put_section(writer);
	return writer;
}

bool pcapng_writer_add(struct pcapng_writer *writer, const struct packet *packet,
        const struct slice *comments, size_t count)
{
	uint32_t interface = 0;
	if (!writer->error_number && !interface_of(writer, packet, &interface))
		writer->error_number = ENOMEM;
	if (writer->error_number)
		return false;
	size_t options = 0;
	for (size_t i = 0; i < count; i++)
		options += option_bytes(slice_first(comments[i], PCAPNG_COMMENT_MAX).len);
	if (options)
		options += OPTION_HEAD;
	const size_t len =
	        PACKET_FIXED + (size_t)packet->len + padding_of(packet->len) + options;
	if (len > UINT32_MAX - 3) {
		writer->error_number = EFBIG;
		return false;
	}
	put_u32(writer, BLOCK_PACKET);
	put_u32(writer, (uint32_t)len);
	put_u32(writer, interface);
	put_u32(writer, (uint32_t)(packet->time_us >> 32));
	put_u32(writer, (uint32_t)packet->time_us);
	put_u32(writer, packet->len);
	put_u32(writer, packet->wire_len);
	put_padded(writer, packet->data, packet->len);
	for (size_t i = 0; i < count; i++)
		put_option(writer, OPTION_COMMENT,
		        slice_first(comments[i], PCAPNG_COMMENT_MAX));
	if (options)
		put_option(writer, OPTION_END, (struct slice){0});
	put_u32(writer, (uint32_t)len);
	return writer->error_number == 0;
}

uint64_t pcapng_writer_bytes(const struct pcapng_writer *writer)
{
	return writer->written;
}

bool pcapng_writer_close(struct pcapng_writer **writer, struct pcapng_writer_error *error)
{
	if (!*writer)
		return true;
	flush(*writer);
	int number = (*writer)->error_number;
	if (close((*writer)->fd) < 0 && !number)
		number = errno;
	free((*writer)->interfaces);
	free(*writer);
	*writer = NULL;
	if (!number)
		return true;
	(void)snprintf(error->text, sizeof(error->text), "is not complete: %s",
	        number == ENOSPC ? "the disk is full" : strerror(number));
	return false;
}
