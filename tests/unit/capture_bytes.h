/*
 * Capture files built byte by byte, and ways to offer them to the reader. For the tests
 * of the capture reader only.
 */
#ifndef RINGFENCE_TESTS_CAPTURE_BYTES_H
#define RINGFENCE_TESTS_CAPTURE_BYTES_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a packet had on the wire beyond what was captured. */
enum { WIRE_MORE = 5 };

static const uint64_t start_us = 1000000000000000;

struct bytes {
	uint8_t data[8192];
	size_t len;
	bool big; /* numbers are written big-endian */
};

static inline void put_raw(struct bytes *bytes, const void *data, size_t len)
{
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

static inline void put_number(struct bytes *bytes, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++) {
		const size_t shift = 8 * (bytes->big ? width - 1 - i : i);
		bytes->data[bytes->len++] = (uint8_t)(value >> shift);
	}
}

static inline void put_u16(struct bytes *bytes, uint16_t value)
{
	put_number(bytes, value, 2);
}

static inline void put_u32(struct bytes *bytes, uint32_t value)
{
	put_number(bytes, value, 4);
}

static inline void put_fill(struct bytes *bytes, uint8_t value, size_t count)
{
	memset(bytes->data + bytes->len, value, count);
	bytes->len += count;
}

static inline void put_pcap_header(struct bytes *bytes, uint32_t magic, uint32_t link)
{
	put_u32(bytes, magic);
	put_u16(bytes, 2);
	put_u16(bytes, 4);
	put_u32(bytes, 0);
	put_u32(bytes, 0);
	put_u32(bytes, 65535);
	put_u32(bytes, link);
}

/* A record of len bytes at 1,000,000,000 s plus fraction; extra: of a longer header. */
static inline void put_pcap_packet(
        struct bytes *bytes, uint32_t fraction, uint32_t len, size_t extra)
{
	put_u32(bytes, 1000000000);
	put_u32(bytes, fraction);
	put_u32(bytes, len);
	put_u32(bytes, len + 5);
	put_fill(bytes, 0, extra);
	put_fill(bytes, 0xaa, len);
}

/* Opens a file of these bytes that has no name; the path is /proc/self/fd/N. */
static inline int bytes_file(const void *data, size_t len, char path[32])
{
	const int fd = memfd_create("capture", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	(void)snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* The same as a pipe whose writer is gone; at most what a pipe holds. */
static inline int bytes_pipe(const void *data, size_t len, char path[32])
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0 || write(ends[1], data, len) != (ssize_t)len)
		abort();
	(void)close(ends[1]);
	(void)snprintf(path, 32, "/proc/self/fd/%d", ends[0]);
	return ends[0];
}

#endif
