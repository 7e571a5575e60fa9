#include <inttypes.h>

#include "platform/capture_format.h"

/* Endace's extensible record format: a file is records, without a header of its own. */
enum {
	ERF_HEADER = 16,
	ERF_EXTENSION = 8,
	ERF_EXTENSIONS_MAX = 16,
	ERF_MORE = 0x80, /* another extension header follows */
	ERF_ETHERNET_PAD = 2,
	ERF_TYPE_HDLC = 1,
	ERF_TYPE_ETHERNET = 2,
	ERF_TYPE_COLOR_HDLC = 10,
	ERF_TYPE_COLOR_ETHERNET = 11,
	ERF_TYPE_DSM_HDLC = 15,
	ERF_TYPE_DSM_ETHERNET = 16,
	ERF_TYPE_COLOR_HASH_HDLC = 19,
	ERF_TYPE_COLOR_HASH_ETHERNET = 20,
	ERF_TYPE_IPV4 = 22,
	ERF_TYPE_IPV6 = 23,
	ERF_TYPE_LAST = 33,
	ERF_TYPE_PAD = 48,
	ERF_CHAIN = 4,      /* records in a row that make a file believed */
	ERF_SLACK = 64,     /* bytes a record may be longer than what it holds */
	ERF_NEAR_S = 86400, /* between two records of the same file's start */
};

struct erf_record {
	uint32_t seconds;
	uint32_t fraction; /* of 2^32 */
	uint8_t type;
	uint16_t record_bytes;
	uint16_t wire_len;
};

static struct erf_record record_of(const uint8_t *head)
{
	return (struct erf_record){
	        .seconds = load_le32(head + 4),
	        .fraction = load_le32(head),
	        .type = head[8],
	        .record_bytes = load_be16(head + 10),
	        .wire_len = load_be16(head + 14),
	};
}

static bool record_plausible(const struct erf_record *record)
{
	const uint8_t type = record->type & (ERF_MORE - 1);
	if (type == 0 || (type > ERF_TYPE_LAST && type != ERF_TYPE_PAD))
		return false;
	if (record->record_bytes < ERF_HEADER)
		return false;
	const uint32_t extension = record->type & ERF_MORE ? ERF_EXTENSION : 0;
	return record->record_bytes <=
	       ERF_HEADER + extension + (uint32_t)record->wire_len + ERF_SLACK;
}

/* Sets data, len and link from the record, whose bytes are all there. */
static void open_record(
        const uint8_t *bytes, const struct erf_record *record, struct packet *packet)
{
	uint32_t skip = ERF_HEADER;
	uint8_t more = record->type & ERF_MORE;
	for (int i = 0; more && i < ERF_EXTENSIONS_MAX; i++) {
		if (skip + ERF_EXTENSION > record->record_bytes)
			break;
		more = bytes[skip] & ERF_MORE;
		skip += ERF_EXTENSION;
	}
	switch (record->type & (ERF_MORE - 1)) {
	case ERF_TYPE_ETHERNET:
	case ERF_TYPE_COLOR_ETHERNET:
	case ERF_TYPE_DSM_ETHERNET:
	case ERF_TYPE_COLOR_HASH_ETHERNET:
		skip += ERF_ETHERNET_PAD;
		packet->link = LINK_ETHERNET;
		break;
	case ERF_TYPE_HDLC:
	case ERF_TYPE_COLOR_HDLC:
	case ERF_TYPE_DSM_HDLC:
	case ERF_TYPE_COLOR_HASH_HDLC:
		packet->link = LINK_CHDLC;
		break;
	case ERF_TYPE_IPV4:
	case ERF_TYPE_IPV6:
		packet->link = LINK_RAW;
		break;
	default:
		packet->link = LINK_ERF;
		skip = 0;
		break;
	}
	if (skip > record->record_bytes)
		skip = record->record_bytes;
	packet->data = bytes + skip;
	packet->len = record->record_bytes - skip;
	packet->wire_len = record->wire_len;
	/* Records are padded to 8 bytes. */
	if (packet->link != LINK_ERF && packet->len > record->wire_len)
		packet->len = record->wire_len;
}

static enum capture_result erf_next(struct capture *capture, struct packet *packet)
{
	struct input *input = &capture->input;
	for (;;) {
		const uint8_t *head = input_peek(input, ERF_HEADER);
		if (!head)
			return capture_finish(capture, "packet");
		const struct erf_record record = record_of(head);
		if (record.record_bytes < ERF_HEADER) {
			const uint64_t offset = input_offset(input);
			capture_say(capture, offset,
			        "is damaged at byte %" PRIu64 " (a record of %u bytes)",
			        offset, record.record_bytes);
			return capture_give_up(capture);
		}
		head = input_peek(input, record.record_bytes);
		if (!head)
			return capture_finish(capture, "packet");
		input_skip(input, record.record_bytes);
		if ((record.type & (ERF_MORE - 1)) == ERF_TYPE_PAD)
			continue;
		open_record(head, &record, packet);
		packet->time_us = (uint64_t)record.seconds * 1000000 +
		                  ((uint64_t)record.fraction * 1000000 >> 32);
		return capture_found(capture, packet);
	}
}

bool erf_recognise(struct capture *capture)
{
	size_t offset = 0;
	uint32_t seconds = 0;
	for (int i = 0; i < ERF_CHAIN; i++) {
		const uint8_t *head = input_peek(&capture->input, offset + ERF_HEADER);
		if (!head) {
			if (i == 0 || input_in_sight(&capture->input) != offset)
				return false;
			break;
		}
		const struct erf_record record = record_of(head + offset);
		if (!record_plausible(&record))
			return false;
		if (i > 0 && (record.seconds + ERF_NEAR_S < seconds ||
		                     record.seconds > seconds + ERF_NEAR_S))
			return false;
		seconds = record.seconds;
		offset += record.record_bytes;
	}
	if (!input_peek(&capture->input, offset))
		return false;
	capture->format_name = "ERF";
	capture->next = erf_next;
	return true;
}
