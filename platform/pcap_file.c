#include <inttypes.h>

#include "platform/capture_format.h"

static const uint32_t magic_us = 0xa1b2c3d4;
static const uint32_t magic_ns = 0xa1b23c4d;
/* Kuznetzov's: longer record headers. */
static const uint32_t magic_modified = 0xa1b2cd34;

enum {
	PCAP_FILE_HEADER = 24,
	PCAP_RECORD_HEADER = 16,
	PCAP_RECORD_MODIFIED = 24,
	PCAP_RECORD_MODIFIED_LONG = 28,
	PCAP_LINK_MASK = 0x03ffffff, /* above: length of a frame check sequence */
	PCAP_CHAIN = 3,              /* records in a row that make a place believed */
};

/* How far a record found behind a damaged place may lie from the last one, in seconds. */
enum { PCAP_NEAR_S = 30 * 24 * 3600 };

struct pcap_record {
	uint64_t seconds;
	uint32_t fraction;
	uint32_t len;
	uint32_t wire_len;
};

static struct pcap_record record_of(const struct pcap_format *format, const uint8_t *head)
{
	struct pcap_record record = {
	        .seconds = load_u32(head, format->swapped),
	        .fraction = load_u32(head + 4, format->swapped),
	        .len = load_u32(head + 8, format->swapped),
	        .wire_len = load_u32(head + 12, format->swapped),
	};
	if (__builtin_expect(format->old_lengths, 0) && record.len > record.wire_len) {
		const uint32_t len = record.wire_len;
		record.wire_len = record.len;
		record.len = len;
	}
	return record;
}

/* Whether the bytes look like the header of a record near the last good one. */
static bool record_plausible(const struct capture *capture, const uint8_t *head)
{
	const struct pcap_format *format = &capture->format.pcap;
	const struct pcap_record record = record_of(format, head);
	const uint64_t last_s = capture->time_us / 1000000;
	if (record.len > CAPTURE_PACKET_MAX || record.wire_len > CAPTURE_PACKET_MAX ||
	        record.len > record.wire_len || record.wire_len == 0)
		return false;
	if (format->snap_bytes && record.len > format->snap_bytes)
		return false;
	if (record.fraction >= (format->nanoseconds ? 1000000000 : 1000000))
		return false;
	return last_s == 0 || (record.seconds + PCAP_NEAR_S >= last_s &&
	                              record.seconds <= last_s + PCAP_NEAR_S);
}

/* Whether a chain of plausible records begins at offset bytes behind the next byte. */
static bool chain_plausible(struct capture *capture, size_t offset)
{
	const size_t header = capture->format.pcap.header_bytes;
	for (int i = 0; i < PCAP_CHAIN; i++) {
		const uint8_t *head = input_peek(&capture->input, offset + header);
		if (!head)
			return i > 0 && input_in_sight(&capture->input) == offset;
		if (!record_plausible(capture, head + offset))
			return false;
		offset += header + record_of(&capture->format.pcap, head + offset).len;
	}
	return true;
}

/* Goes to the next place where records can be read again. */
static enum capture_result resynchronise(struct capture *capture, uint32_t len)
{
	struct input *input = &capture->input;
	const uint64_t start = input_offset(input);
	while (input_peek(input, 1)) {
		input_skip(input, 1);
		if (!chain_plausible(capture, 0))
			continue;
		capture_say(capture, start,
		        "is damaged at byte %" PRIu64 " (a packet of %" PRIu32
		        " bytes): %" PRIu64 " bytes were left out",
		        start, len, input_offset(input) - start);
		return CAPTURE_CORRUPT;
	}
	capture_say(capture, start,
	        "is damaged at byte %" PRIu64 " (a packet of %" PRIu32
	        " bytes), and no packet was found behind it",
	        start, len);
	return capture_give_up(capture);
}

static enum capture_result pcap_next(struct capture *capture, struct packet *packet)
{
	struct input *input = &capture->input;
	const struct pcap_format *format = &capture->format.pcap;
	const size_t header = format->header_bytes;
	const uint8_t *head = input_peek(input, header);
	if (!head)
		return capture_finish(capture, "packet");
	const struct pcap_record record = record_of(format, head);
	if (record.len > CAPTURE_PACKET_MAX)
		return resynchronise(capture, record.len);
	head = input_peek(input, header + record.len);
	if (!head)
		return capture_finish(capture, "packet");
	const uint32_t fraction_us =
	        format->nanoseconds ? record.fraction / 1000 : record.fraction;
	packet->time_us = record.seconds * 1000000 + fraction_us;
	packet->data = head + header;
	packet->len = record.len;
	packet->wire_len = record.wire_len;
	packet->link = format->link;
	input_skip(input, header + record.len);
	return capture_found(capture, packet);
}

/* The modified formats differ in the length of their record headers only. */
static void choose_modified_header(struct capture *capture)
{
	static const uint8_t lengths[] = {
	        PCAP_RECORD_MODIFIED, PCAP_RECORD_MODIFIED_LONG, PCAP_RECORD_HEADER};
	for (size_t i = 0; i < sizeof(lengths); i++) {
		capture->format.pcap.header_bytes = lengths[i];
		if (chain_plausible(capture, 0))
			return;
	}
	capture->format.pcap.header_bytes = PCAP_RECORD_MODIFIED;
}

bool pcap_recognise(struct capture *capture)
{
	const uint8_t *head = input_peek(&capture->input, 4);
	if (!head)
		return false;
	uint32_t magic = load_u32(head, false);
	const bool swapped =
	        magic != magic_us && magic != magic_ns && magic != magic_modified;
	magic = load_u32(head, swapped);
	if (magic != magic_us && magic != magic_ns && magic != magic_modified)
		return false;
	head = input_peek(&capture->input, PCAP_FILE_HEADER);
	if (!head) {
		capture_say(capture, 0, "was cut off inside the header of the file");
		return false;
	}
	const uint16_t minor = load_u16(head + 6, swapped);
	const uint32_t link = load_u32(head + 20, swapped) & PCAP_LINK_MASK;
	capture->format.pcap = (struct pcap_format){
	        .swapped = swapped,
	        .nanoseconds = magic == magic_ns,
	        .old_lengths = minor <= 3,
	        .header_bytes = PCAP_RECORD_HEADER,
	        .link = link < LINK_UNKNOWN ? (uint16_t)link : LINK_UNKNOWN,
	        .snap_bytes = load_u32(head + 16, swapped),
	};
	input_skip(&capture->input, PCAP_FILE_HEADER);
	if (magic == magic_modified)
		choose_modified_header(capture);
	capture->format_name = "pcap";
	capture->next = pcap_next;
	return true;
}
