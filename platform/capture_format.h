/*
 * What the readers of the capture formats share. Private to the capture reader: each
 * format is a _recognise that looks at the first bytes and, when they are its own, takes
 * the file header, and a _next for one packet.
 */
#ifndef RINGFENCE_PLATFORM_CAPTURE_FORMAT_H
#define RINGFENCE_PLATFORM_CAPTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "platform/capture.h"
#include "platform/stream_input.h"

/* A link type that packet.link cannot hold or the engine has no number for. */
enum { LINK_UNKNOWN = 0xffff };

struct pcap_format {
	bool swapped; /* against this machine's byte order */
	bool nanoseconds;
	bool old_lengths;     /* the two lengths may stand in the other order */
	uint8_t header_bytes; /* of a record: 16, 24 or 28 */
	uint16_t link;
	uint32_t snap_bytes; /* 0 = no limit */
};

struct pcapng_interface {
	uint64_t units_per_second; /* of its stamps */
	int64_t offset_s;          /* is added to its stamps */
	uint32_t snap_bytes;       /* 0 = no limit */
	uint16_t link;
};

struct pcapng_format {
	bool swapped;
	uint32_t count; /* interfaces of this section */
	uint32_t capacity;
	struct pcapng_interface *interfaces; /* owned */
};

struct capture {
	struct input input;
	const char *format_name;
	enum capture_result (*next)(struct capture *capture, struct packet *packet);
	uint16_t source;
	bool ended;       /* the end was found, whatever was said about it */
	uint64_t number;  /* of the last packet */
	uint64_t time_us; /* of the last packet */
	struct capture_error problem;
	union {
		struct pcap_format pcap;
		struct pcapng_format pcapng;
	} format;
};

/* True when the file is of the format; capture->next is set then. */
bool pcap_recognise(struct capture *capture);
bool pcapng_recognise(struct capture *capture);
bool snoop_recognise(struct capture *capture);
bool erf_recognise(struct capture *capture);
/* Frees what the section of a pcapng holds. */
void pcapng_release(struct capture *capture);

/* Sets the problem, at an offset of the file. */
__attribute__((format(printf, 3, 4))) void capture_say(
        struct capture *capture, uint64_t offset, const char *format, ...);

/*
 * No more bytes where a packet was looked for: the end if none are left, else the
 * capture was cut off. what is what was being read.
 */
enum capture_result capture_finish(struct capture *capture, const char *what);

/* The place was damaged and nothing behind it can be found: the end follows. */
enum capture_result capture_give_up(struct capture *capture);

/* Sets number, time and source of a packet that was found. */
static inline enum capture_result capture_found(
        struct capture *capture, struct packet *packet)
{
	packet->number = ++capture->number;
	packet->source = capture->source;
	if (packet->wire_len < packet->len)
		packet->wire_len = packet->len;
	capture->time_us = packet->time_us;
	return CAPTURE_PACKET;
}

static inline uint16_t load_u16(const uint8_t *bytes, bool swapped)
{
	uint16_t value;
	memcpy(&value, bytes, sizeof(value));
	return swapped ? __builtin_bswap16(value) : value;
}

static inline uint32_t load_u32(const uint8_t *bytes, bool swapped)
{
	uint32_t value;
	memcpy(&value, bytes, sizeof(value));
	return swapped ? __builtin_bswap32(value) : value;
}

static inline uint64_t load_u64(const uint8_t *bytes, bool swapped)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return swapped ? __builtin_bswap64(value) : value;
}

static inline uint16_t load_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t load_be32(const uint8_t *bytes)
{
	return (uint32_t)load_be16(bytes) << 16 | load_be16(bytes + 2);
}

static inline uint32_t load_le32(const uint8_t *bytes)
{
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[1] << 8 | bytes[0];
}

#endif
