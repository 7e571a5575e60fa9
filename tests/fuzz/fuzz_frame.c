/*
 * The frame room under arbitrary packets. An input is a byte that chooses the link type
 * and then packets, each behind its length in two bytes; the last may be cut off.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/ensure.h"
#include "engine/base/reader.h"
#include "engine/frame/frame.h"

enum { MEMORY_BYTES = 3 << 20 };

static const uint16_t LINKS[] = {LINK_ETHERNET, LINK_RAW, LINK_NULL, LINK_PPP,
        LINK_PPP_HDLC, LINK_PPPOE, LINK_CHDLC, LINK_LOOP, LINK_LINUX_SLL, LINK_LINUX_SLL2,
        LINK_ERF, LINK_NFLOG, LINK_IPV6};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Looks at every byte of the payload, and consumes some of a stream's. */
static void take(struct frame *frame, const struct datagram *d)
{
	unsigned sum = 0;
	for (size_t i = 0; i < d->payload.len; i++)
		sum += (uint8_t)d->payload.data[i];
	ENSURE(d->tunnel_count <= LIMIT_TUNNEL_DEPTH);
	ENSURE(d->payload.len <= LIMIT_TCP_PENDING);
	if (!d->stream)
		return;
	if (sum % 64 == 1)
		frame_ignore(frame, d->stream);
	frame_consume(frame, d->stream, sum % (d->payload.len + 2));
}

static struct frame *fresh_frame(struct memory *memory)
{
	static const struct hash_key key = {1, 2};
	static uint8_t *region;
	if (!region && !(region = aligned_alloc(4096, MEMORY_BYTES)))
		abort();
	if (!memory->base) {
		*memory = (struct memory){region, MEMORY_BYTES, MEMORY_BYTES};
		memory_clear(memory);
	}
	memory_clear(memory);
	struct frame *frame = frame_new(memory, MEMORY_BYTES, &key);
	ENSURE(frame);
	return frame;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct memory memory;
	struct frame *frame = fresh_frame(&memory);
	struct reader input = reader_of(data, size);
	const uint16_t link = LINKS[reader_u8(&input) % (sizeof(LINKS) / sizeof(*LINKS))];
	for (uint64_t number = 1; reader_left(&input) > 2; number++) {
		const uint16_t wire_len = reader_u16(&input);
		const size_t left = reader_left(&input);
		const struct packet packet = {
		        .time_us = number * 300000,
		        .data = input.data,
		        .len = (uint32_t)(wire_len < left ? wire_len : left),
		        .wire_len = wire_len,
		        .number = number,
		        .link = link,
		};
		struct datagram datagram;
		reader_skip(&input, packet.len);
		frame_open(frame, &packet);
		while (frame_next(frame, &datagram))
			take(frame, &datagram);
	}
	ENSURE(frame_counters(frame)->packets <= size);
	return 0;
}
