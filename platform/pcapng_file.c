#include <inttypes.h>
#include <stdlib.h>

#include "platform/capture_format.h"

/* draft-ietf-opsawg-pcapng: block types, options and lengths. */
enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OBSOLETE = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET_ENHANCED = 6,
	BLOCK_KNOWN_LAST = 0x0b, /* of the types numbered from 1 */
	BLOCK_JOURNAL = 9,
	BLOCK_CUSTOM = 0xbad,
	BLOCK_CUSTOM_PRIVATE = 0x40000bad, /* not to be copied */
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_FRAME = 12, /* type, length and length again */
	BLOCK_HEAD = 8,
	SECTION_HEAD = 28,
	INTERFACE_HEAD = 16,
	ENHANCED_HEAD = 28,
	SIMPLE_HEAD = 12,
	OPTION_STAMP_RESOLUTION = 9,
	OPTION_STAMP_OFFSET = 14,
};

static const uint64_t latest_s = 253402300799; /* the end of the year 9999 */

struct block {
	const uint8_t *bytes;
	uint32_t type;
	uint32_t len; /* whole, a multiple of 4 */
};

/* Units per second of an if_tsresol; 0 = more than 64 bits hold. */
static uint64_t units_of(uint8_t resolution)
{
	const unsigned exponent = resolution & 0x7f;
	if (resolution & 0x80)
		return exponent < 64 ? (uint64_t)1 << exponent : 0;
	if (exponent > 19)
		return 0;
	uint64_t units = 1;
	for (unsigned i = 0; i < exponent; i++)
		units *= 10;
	return units;
}

static uint64_t time_of(const struct pcapng_interface *interface, uint64_t stamp)
{
	const uint64_t units = interface->units_per_second;
	const uint64_t seconds = units ? stamp / units : 0;
	const uint64_t rest = units ? stamp % units : 0;
	/* Of fine units the last digits are given up, so that the product fits. */
	const uint64_t million = 1000000;
	const uint64_t fraction_us = units <= UINT64_MAX / million
	                                     ? rest * million / (units ? units : 1)
	                                     : rest / (units / million);
	const int64_t offset = interface->offset_s;
	if (seconds > latest_s || offset > (int64_t)(latest_s - seconds))
		return latest_s * million;
	if (offset < -(int64_t)seconds)
		return 0;
	return (uint64_t)((int64_t)seconds + offset) * million + fraction_us;
}

static void read_interface_options(const struct pcapng_format *format,
        const struct block *block, struct pcapng_interface *interface)
{
	const bool swapped = format->swapped;
	uint32_t at = INTERFACE_HEAD;
	while (at + 4 <= block->len - 4) {
		const uint8_t *option = block->bytes + at;
		const uint16_t code = load_u16(option, swapped);
		const uint32_t len = load_u16(option + 2, swapped);
		const uint32_t padded = (len + 3) & ~(uint32_t)3;
		if (code == 0 || padded > block->len - 4 - (at + 4))
			return;
		if (code == OPTION_STAMP_RESOLUTION && len >= 1)
			interface->units_per_second = units_of(option[4]);
		else if (code == OPTION_STAMP_OFFSET && len >= 8)
			interface->offset_s = (int64_t)load_u64(option + 4, swapped);
		at += 4 + padded;
	}
}

/* False when there is no memory for it. */
static bool add_interface(struct pcapng_format *format, const struct block *block)
{
	if (format->count == CAPTURE_INTERFACES_MAX)
		return true; /* its packets are refused as of no interface */
	if (format->count == format->capacity) {
		const uint32_t capacity = format->capacity ? 2 * format->capacity : 4;
		struct pcapng_interface *interfaces =
		        realloc(format->interfaces, capacity * sizeof(*interfaces));
		if (!interfaces)
			return false;
		format->interfaces = interfaces;
		format->capacity = capacity;
	}
	struct pcapng_interface *interface = &format->interfaces[format->count++];
	*interface = (struct pcapng_interface){
	        .units_per_second = 1000000,
	        .link = load_u16(block->bytes + 8, format->swapped),
	        .snap_bytes = load_u32(block->bytes + 12, format->swapped),
	};
	read_interface_options(format, block, interface);
	return true;
}

static uint32_t least_bytes(uint32_t type)
{
	switch (type) {
	case BLOCK_SECTION:
		return SECTION_HEAD;
	case BLOCK_INTERFACE:
		return INTERFACE_HEAD + 4;
	case BLOCK_PACKET_OBSOLETE:
	case BLOCK_PACKET_ENHANCED:
		return ENHANCED_HEAD + 4;
	case BLOCK_PACKET_SIMPLE:
		return SIMPLE_HEAD + 4;
	default:
		return BLOCK_FRAME;
	}
}

/* Type and length of the block that begins at head, 12 bytes of which are in sight. */
static struct block head_of(const struct pcapng_format *format, const uint8_t *head)
{
	bool swapped = format->swapped;
	struct block block = {.bytes = head, .type = load_u32(head, swapped)};
	/* A section says itself in which byte order it is; its type reads the same in
	 * both. */
	if (block.type == BLOCK_SECTION)
		swapped = load_u32(head + 8, false) != BYTE_ORDER_MAGIC;
	block.len = load_u32(head + 4, swapped);
	return block;
}

static bool head_valid(const struct block *block)
{
	return block->len >= least_bytes(block->type) &&
	       block->len <= CAPTURE_BLOCK_MAX && block->len % 4 == 0;
}

static bool section_order(const uint8_t *bytes, bool *swapped)
{
	const uint32_t magic = load_u32(bytes + 8, false);
	*swapped = magic != BYTE_ORDER_MAGIC;
	return !*swapped || __builtin_bswap32(magic) == BYTE_ORDER_MAGIC;
}

/* Whether a known block, whole and with both its lengths, begins at the next byte. */
static bool block_plausible(struct capture *capture)
{
	const struct pcapng_format *format = &capture->format.pcapng;
	const uint8_t *head = input_peek(&capture->input, BLOCK_FRAME);
	if (!head)
		return false;
	const struct block block = head_of(format, head);
	bool swapped = format->swapped;
	const bool known = (block.type >= 1 && block.type <= BLOCK_KNOWN_LAST) ||
	                   block.type == BLOCK_SECTION || block.type == BLOCK_CUSTOM ||
	                   block.type == BLOCK_CUSTOM_PRIVATE;
	if (!known || !head_valid(&block))
		return false;
	if (block.type == BLOCK_SECTION && !section_order(head, &swapped))
		return false;
	head = input_peek(&capture->input, block.len);
	return head && load_u32(head + block.len - 4, swapped) == block.len;
}

/* Goes to the next block, some bytes on; what is wrong with this one is in the problem.
 */
static enum capture_result resynchronise(struct capture *capture)
{
	struct input *input = &capture->input;
	while (input_peek(input, 1)) {
		input_skip(input, 1);
		if (block_plausible(capture))
			return CAPTURE_CORRUPT;
	}
	return capture_give_up(capture);
}

/* Steps over a block that is framed well but says nonsense, named by the problem. */
static enum capture_result refuse(
        struct capture *capture, const struct block *block, const char *why)
{
	const uint64_t offset = input_offset(&capture->input);
	input_skip(&capture->input, block->len);
	capture_say(capture, offset, "is damaged at byte %" PRIu64 ": %s", offset, why);
	return CAPTURE_CORRUPT;
}

static enum capture_result open_simple(
        struct capture *capture, const struct block *block, struct packet *packet)
{
	const struct pcapng_format *format = &capture->format.pcapng;
	if (!format->count)
		return refuse(capture, block, "a packet of no interface");
	const uint32_t snap = format->interfaces[0].snap_bytes;
	const uint32_t present = block->len - SIMPLE_HEAD - 4;
	packet->wire_len = load_u32(block->bytes + 8, format->swapped);
	packet->len = packet->wire_len < present ? packet->wire_len : present;
	if (snap && packet->len > snap)
		packet->len = snap;
	if (packet->len > CAPTURE_PACKET_MAX)
		return refuse(capture, block, "a packet that is too long");
	packet->data = block->bytes + SIMPLE_HEAD;
	packet->link = format->interfaces[0].link;
	/* It has no stamp: it is as old as the one before. */
	packet->time_us = capture->time_us;
	input_skip(&capture->input, block->len);
	return capture_found(capture, packet);
}

static enum capture_result open_packet(
        struct capture *capture, const struct block *block, struct packet *packet)
{
	const struct pcapng_format *format = &capture->format.pcapng;
	const bool swapped = format->swapped;
	const uint8_t *bytes = block->bytes;
	const uint32_t number = block->type == BLOCK_PACKET_OBSOLETE
	                                ? load_u16(bytes + 8, swapped)
	                                : load_u32(bytes + 8, swapped);
	if (number >= format->count)
		return refuse(capture, block, "a packet of an interface not described");
	const struct pcapng_interface *interface = &format->interfaces[number];
	packet->len = load_u32(bytes + 20, swapped);
	packet->wire_len = load_u32(bytes + 24, swapped);
	if (packet->len > block->len - ENHANCED_HEAD - 4)
		return refuse(capture, block, "a packet longer than its block");
	if (packet->len > CAPTURE_PACKET_MAX)
		return refuse(capture, block, "a packet that is too long");
	packet->data = bytes + ENHANCED_HEAD;
	packet->link = interface->link;
	packet->time_us =
	        time_of(interface, (uint64_t)load_u32(bytes + 12, swapped) << 32 |
	                                   load_u32(bytes + 16, swapped));
	input_skip(&capture->input, block->len);
	return capture_found(capture, packet);
}

/* The whole block at the next byte; CAPTURE_PACKET when it is there. */
static enum capture_result peek_block(struct capture *capture, struct block *block)
{
	struct input *input = &capture->input;
	struct pcapng_format *format = &capture->format.pcapng;
	const uint64_t offset = input_offset(input);
	const uint8_t *head = input_peek(input, BLOCK_FRAME);
	if (!head)
		return capture_finish(capture, "block");
	*block = head_of(format, head);
	bool swapped = format->swapped;
	const bool section = block->type == BLOCK_SECTION;
	if (!head_valid(block) || (section && !section_order(head, &swapped))) {
		capture_say(capture, offset,
		        "is damaged at byte %" PRIu64 ": a block of type %" PRIu32
		        " with %" PRIu32 " bytes",
		        offset, block->type, block->len);
		return resynchronise(capture);
	}
	head = input_peek(input, block->len);
	if (!head)
		return capture_finish(capture, "block");
	block->bytes = head;
	const uint32_t again = load_u32(head + block->len - 4, swapped);
	if (again != block->len) {
		capture_say(capture, offset,
		        "is damaged at byte %" PRIu64 ": a block's length is %" PRIu32
		        " before it and %" PRIu32 " behind it",
		        offset, block->len, again);
		return resynchronise(capture);
	}
	if (section) {
		format->swapped = swapped;
		format->count = 0;
	}
	return CAPTURE_PACKET;
}

static enum capture_result pcapng_next(struct capture *capture, struct packet *packet)
{
	struct block block;
	for (;;) {
		const enum capture_result result = peek_block(capture, &block);
		if (result != CAPTURE_PACKET)
			return result;
		switch (block.type) {
		case BLOCK_PACKET_ENHANCED:
		case BLOCK_PACKET_OBSOLETE:
			return open_packet(capture, &block, packet);
		case BLOCK_PACKET_SIMPLE:
			return open_simple(capture, &block, packet);
		case BLOCK_INTERFACE:
			if (add_interface(&capture->format.pcapng, &block))
				break;
			capture->input.ended = INPUT_NO_MEMORY;
			return capture_finish(capture, "block");
		case BLOCK_CUSTOM:
		case BLOCK_CUSTOM_PRIVATE:
		case BLOCK_JOURNAL:
			/* No packets, but Wireshark gives them frame numbers. */
			capture->number++;
			break;
		default:
			break;
		}
		input_skip(&capture->input, block.len);
	}
}

bool pcapng_recognise(struct capture *capture)
{
	const uint8_t *head = input_peek(&capture->input, 4);
	if (!head || load_u32(head, false) != BLOCK_SECTION)
		return false;
	bool swapped;
	head = input_peek(&capture->input, BLOCK_FRAME);
	if (!head) {
		capture_say(capture, 0, "was cut off inside the header of the file");
		return false;
	}
	if (!section_order(head, &swapped))
		return false;
	capture->format_name = "pcapng";
	capture->next = pcapng_next;
	return true;
}

void pcapng_release(struct capture *capture)
{
	if (capture->next != pcapng_next)
		return;
	free(capture->format.pcapng.interfaces);
	capture->format.pcapng = (struct pcapng_format){0};
}
