/*
 * A stream that comes in pieces, and a datagram: the first byte of the input says how
 * long the pieces are and whether the stream is seen from its start.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/ensure.h"
#include "engine/frame/stream.h"
#include "tests/fuzz/decode_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(const struct datagram *datagram)
{
	struct decode *decode = decode_kit();
	struct message message;
	size_t count = 0;
	decode_open(decode, datagram);
	while (decode_next(decode, &message)) {
		ENSURE(message.anomalies && message.datagram);
		ENSURE(++count <= datagram->payload.len + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	size_t step = (size_t)(data[0] & 0x7f) + 1;
	struct tcp_stream stream = {0};
	struct slice rest = slice_of(data + 1, size - 1);
	drain(&(struct datagram){.payload = rest});
	for (size_t len = step; rest.len && !stream.ignored; len += step) {
		const struct datagram datagram = {.payload = slice_first(rest, len),
		        .transport = TRANSPORT_TCP,
		        .stream = &stream,
		        .stream_start = data[0] & 0x80};
		stream.given = (const uint8_t *)datagram.payload.data;
		stream.given_len = (uint32_t)datagram.payload.len;
		stream.consumed = 0;
		drain(&datagram);
		rest = slice_from(rest, stream.consumed);
		if (len > rest.len + stream.consumed)
			break;
		len -= stream.consumed < len ? stream.consumed : len;
	}
	return 0;
}
