/*
 * Packets for the tests of the frame room, built from the inside out: each function puts
 * its header in front of what is there already.
 */
#ifndef RINGFENCE_TESTS_PACKET_BUILD_H
#define RINGFENCE_TESTS_PACKET_BUILD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/frame/frame.h"

enum { BUILD_BYTES = 70000, BUILD_MEMORY = 8 << 20 };

struct build {
	uint8_t room[BUILD_BYTES];
	size_t len; /* bytes at the end of room */
};

static inline uint8_t *build_data(struct build *b)
{
	return b->room + BUILD_BYTES - b->len;
}

static inline uint8_t *build_front(struct build *b, const void *bytes, size_t len)
{
	b->len += len;
	memcpy(build_data(b), bytes, len);
	return build_data(b);
}

static inline void build_u16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void build_u32(uint8_t *p, uint32_t value)
{
	build_u16(p, value >> 16);
	build_u16(p + 2, value & 0xffff);
}

static inline void build_udp(struct build *b, uint16_t src, uint16_t dst)
{
	const size_t len = b->len + 8;
	uint8_t *p = build_front(b, "\0\0\0\0\0\0\0\0", 8);
	build_u16(p, src);
	build_u16(p + 2, dst);
	build_u16(p + 4, len);
}

/* 10.0.0.last as source, 10.0.1.last as destination. */
static inline uint8_t *build_ip4(struct build *b, uint8_t protocol, uint8_t last)
{
	static const uint8_t header[20] = {0x45, 0xb8, 0, 0, 0x12, 0x34, 0, 0, 64, 0, 0,
	        0, 10, 0, 0, 0, 10, 0, 1, 0};
	uint8_t *p = build_front(b, header, sizeof(header));
	build_u16(p + 2, b->len);
	p[9] = protocol;
	p[15] = p[19] = last;
	return p;
}

static inline uint8_t *build_ip6(struct build *b, uint8_t next, uint8_t last)
{
	static const uint8_t header[40] = {0x6b, 0x80, [7] = 61, [8] = 0xfd, [24] = 0xfd};
	const size_t len = b->len;
	uint8_t *p = build_front(b, header, sizeof(header));
	build_u16(p + 4, len);
	p[6] = next;
	p[23] = p[39] = last;
	p[38] = 1;
	return p;
}

static inline void build_ethernet(struct build *b, uint16_t type)
{
	uint8_t *p = build_front(b, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\0\0", 14);
	build_u16(p + 12, type);
}

static inline void build_tcp(struct build *b, uint16_t src, uint16_t dst, uint32_t seq,
        uint32_t ack, uint8_t flags)
{
	static const uint8_t header[20] = {[12] = 0x50, [14] = 0xff};
	uint8_t *p = build_front(b, header, sizeof(header));
	build_u16(p, src);
	build_u16(p + 2, dst);
	build_u32(p + 4, seq);
	build_u32(p + 8, ack);
	p[13] = flags;
}

static inline void build_payload(struct build *b, const char *text)
{
	b->len = 0;
	build_front(b, text, strlen(text));
}

/* A packet over what was built, in memory of exactly its size. */
static inline struct packet build_packet(struct build *b, uint16_t link, uint64_t time_us)
{
	uint8_t *data = malloc(b->len ? b->len : 1);
	if (!data)
		abort();
	memcpy(data, build_data(b), b->len);
	return (struct packet){.time_us = time_us,
	        .data = data,
	        .len = (uint32_t)b->len,
	        .wire_len = (uint32_t)b->len,
	        .number = 1,
	        .link = link};
}

static inline void build_release(struct packet *packet)
{
	free((void *)(uintptr_t)packet->data);
	packet->data = NULL;
}

static inline struct frame *build_frame(struct memory *memory)
{
	static const struct hash_key key = {1, 2};
	*memory = (struct memory){
	        aligned_alloc(4096, BUILD_MEMORY), BUILD_MEMORY, BUILD_MEMORY};
	if (!memory->base)
		abort();
	memory_clear(memory);
	struct frame *frame = frame_new(memory, BUILD_MEMORY, &key);
	if (!frame)
		abort();
	return frame;
}

static inline void build_frame_release(struct memory *memory)
{
	memory_clear(memory);
	free(memory->base);
}

#endif
