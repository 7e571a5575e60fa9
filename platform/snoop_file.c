#include <inttypes.h>

#include "platform/capture_format.h"

/* RFC 1761: all numbers are big-endian. */
enum { SNOOP_FILE_HEADER = 16, SNOOP_RECORD_HEADER = 24, SNOOP_VERSION = 2 };

static const uint8_t snoop_magic[8] = {'s', 'n', 'o', 'o', 'p', 0, 0, 0};

/* RFC 1761's data link types that the engine knows; the rest is undecoded. */
static uint16_t link_of(uint32_t type)
{
	switch (type) {
	case 0: /* IEEE 802.3 */
	case 4: /* Ethernet */
		return LINK_ETHERNET;
	case 5: /* HDLC */
		return LINK_CHDLC;
	default:
		return LINK_UNKNOWN;
	}
}

static enum capture_result snoop_next(struct capture *capture, struct packet *packet)
{
	struct input *input = &capture->input;
	const uint8_t *head = input_peek(input, SNOOP_RECORD_HEADER);
	if (!head)
		return capture_finish(capture, "packet");
	const uint32_t wire_len = load_be32(head);
	const uint32_t len = load_be32(head + 4);
	const uint32_t record_bytes = load_be32(head + 8);
	if (len > CAPTURE_PACKET_MAX || record_bytes > 2 * CAPTURE_PACKET_MAX ||
	        record_bytes < SNOOP_RECORD_HEADER + len) {
		const uint64_t offset = input_offset(input);
		capture_say(capture, offset,
		        "is damaged at byte %" PRIu64 " (a packet of %" PRIu32
		        " bytes in a record of %" PRIu32 ")",
		        offset, len, record_bytes);
		return capture_give_up(capture);
	}
	/* The padding of the last record may be missing. */
	size_t present = record_bytes;
	if (!input_peek(input, record_bytes))
		present = input_in_sight(input);
	head = input_peek(input, SNOOP_RECORD_HEADER + len);
	if (!head)
		return capture_finish(capture, "packet");
	packet->time_us = (uint64_t)load_be32(head + 16) * 1000000 + load_be32(head + 20);
	packet->data = head + SNOOP_RECORD_HEADER;
	packet->len = len;
	packet->wire_len = wire_len;
	packet->link = capture->format.pcap.link;
	input_skip(input, present);
	return capture_found(capture, packet);
}

bool snoop_recognise(struct capture *capture)
{
	const uint8_t *head = input_peek(&capture->input, sizeof(snoop_magic));
	if (!head || memcmp(head, snoop_magic, sizeof(snoop_magic)) != 0)
		return false;
	head = input_peek(&capture->input, SNOOP_FILE_HEADER);
	if (!head) {
		capture_say(capture, 0, "was cut off inside the header of the file");
		return false;
	}
	const uint32_t version = load_be32(head + 8);
	if (version != SNOOP_VERSION) {
		capture_say(capture, 8,
		        "is a snoop capture of version %" PRIu32 "; only 2 is known",
		        version);
		return false;
	}
	capture->format.pcap.link = link_of(load_be32(head + 12));
	input_skip(&capture->input, SNOOP_FILE_HEADER);
	capture->format_name = "snoop";
	capture->next = snoop_next;
	return true;
}
