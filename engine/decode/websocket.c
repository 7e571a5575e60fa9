#include "engine/base/reader.h"
#include "engine/decode/scan.h"
#include "engine/decode/websocket.h"

enum { UPGRADE_MAX = 16384 };

enum opcode {
	OPCODE_CONTINUATION = 0,
	OPCODE_TEXT = 1,
	OPCODE_BINARY = 2,
	OPCODE_CLOSE = 8,
	OPCODE_PING = 9,
	OPCODE_PONG = 10,
};

struct ws_frame {
	bool final;
	bool masked;
	uint8_t opcode;
	uint8_t key[4];
	struct slice payload;
	size_t bytes; /* with its header */
};

/* Is the word one of a comma-joined list? */
static bool list_has(struct slice list, const char *word, size_t len)
{
	while (slice_present(list)) {
		struct slice one = slice_trim(slice_split(&list, ','));
		if (scan_is(one, word, len))
			return true;
	}
	return false;
}

/* The header fields of an upgrade: both that matter must be there. */
static bool upgrades_to_sip(struct slice fields)
{
	bool websocket = false, sip = false;
	while (slice_present(fields)) {
		struct slice line = slice_trim(slice_split(&fields, '\n'));
		size_t colon = slice_index(line, ':');
		if (colon == line.len)
			continue;
		struct slice name = slice_first(line, colon);
		struct slice value = slice_trim(slice_from(line, colon + 1));
		if (SCAN_IS(name, "upgrade"))
			websocket |= list_has(value, "websocket", 9);
		if (SCAN_IS(name, "sec-websocket-protocol"))
			sip |= list_has(value, "sip", 3);
	}
	return websocket && sip;
}

enum websocket_result websocket_upgrade(struct slice bytes, size_t *consumed)
{
	*consumed = 0;
	bool request = slice_starts(bytes, SLICE("GET "));
	if (!request && !slice_starts(bytes, SLICE("HTTP/1.1 101")))
		return WEBSOCKET_NOT;
	size_t end = slice_find(bytes, SLICE("\r\n\r\n"));
	if (end == bytes.len)
		return bytes.len < UPGRADE_MAX ? WEBSOCKET_INCOMPLETE : WEBSOCKET_NOT;
	if (!upgrades_to_sip(slice_first(bytes, end)))
		return WEBSOCKET_NOT;
	*consumed = end + 4;
	return WEBSOCKET_MESSAGE;
}

/* RFC 6455 5.2; the length is looked at before it is waited for. */
static enum websocket_result frame_read(
        struct reader *reader, size_t max, struct ws_frame *frame)
{
	const uint8_t *start = reader->data;
	uint8_t first = reader_u8(reader), second = reader_u8(reader);
	uint64_t length = second & 0x7f;
	if (length == 126)
		length = reader_u16(reader);
	else if (length == 127)
		length = reader_u64(reader);
	frame->final = first & 0x80;
	frame->opcode = first & 0x0f;
	frame->masked = second & 0x80;
	for (unsigned i = 0; i < 4; i++)
		frame->key[i] = frame->masked ? reader_u8(reader) : 0;
	if (reader->failed)
		return WEBSOCKET_INCOMPLETE;
	bool known = frame->opcode <= OPCODE_BINARY ||
	             (frame->opcode >= OPCODE_CLOSE && frame->opcode <= OPCODE_PONG);
	if ((first & 0x70) || !known || length > max)
		return WEBSOCKET_NOT;
	frame->payload = reader_slice(reader, (size_t)length);
	if (reader->failed)
		return WEBSOCKET_INCOMPLETE;
	frame->bytes = (size_t)(reader->data - start);
	return frame->opcode >= OPCODE_CLOSE ? WEBSOCKET_CONTROL : WEBSOCKET_MESSAGE;
}

static void unmask(const struct ws_frame *frame, char *into)
{
	for (size_t i = 0; i < frame->payload.len; i++)
		into[i] = (char)((uint8_t)frame->payload.data[i] ^ frame->key[i & 3]);
}

enum websocket_result websocket_read(struct slice bytes,
        const struct websocket_buffer *buffer, struct slice *message, size_t *consumed)
{
	struct reader reader = reader_of_slice(bytes);
	size_t len = 0;
	bool begun = false;
	*consumed = 0;
	for (;;) {
		struct ws_frame frame = {0};
		enum websocket_result result =
		        frame_read(&reader, buffer->size - len, &frame);
		if (result == WEBSOCKET_CONTROL && begun)
			continue;
		if (result == WEBSOCKET_CONTROL)
			*consumed = frame.bytes;
		if (result != WEBSOCKET_MESSAGE)
			return result;
		if (begun != (frame.opcode == OPCODE_CONTINUATION))
			return WEBSOCKET_NOT;
		unmask(&frame, buffer->data + len);
		len += frame.payload.len;
		begun = true;
		if (!frame.final)
			continue;
		*message = slice_of(buffer->data, len);
		*consumed = bytes.len - reader_left(&reader);
		return WEBSOCKET_MESSAGE;
	}
}
