/*
 * A stream of TPKTs in pieces, as fuzz_decode_stream does it for all protocols, but to a
 * port that is known for call signalling, so that what is odd is meant as H.323 too. The
 * first byte says how long the pieces are; its highest bit makes it start midway.
 */
#include <stdint.h>
#include <string.h>

#include "engine/base/ensure.h"
#include "engine/decode/decode.h"
#include "engine/frame/stream.h"
#include "tests/fuzz/decode_kit.h"
#include "tests/fuzz/h323_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALL_PORT = 1720 };

static void drain(struct decode *decode, const struct datagram *datagram)
{
	struct message message;
	size_t count = 0;

	decode_open(decode, datagram);
	while (decode_next(decode, &message)) {
		ENSURE(message.anomalies && message.datagram);
		ENSURE(++count <= datagram->payload.len + 1);
		if (message.kind == MESSAGE_H323)
			h323_kit_check(message.h323);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcp_stream stream = {0};

	if (!size)
		return 0;
	size_t step = (size_t)(data[0] & 0x7f) + 1;
	bool midway = data[0] & 0x80;
	struct slice left = slice_of(data + 1, size - 1);
	/* Each piece adds to what the decoder left unread. */
	for (size_t have = 0; have < left.len && !stream.ignored;) {
		have = have + step < left.len ? have + step : left.len;
		const struct datagram datagram = {.payload = slice_first(left, have),
		        .transport = TRANSPORT_TCP,
		        .dst = {.port = CALL_PORT},
		        .stream = &stream,
		        .stream_gap = midway,
		        .stream_start = !midway};
		stream.given = (const uint8_t *)datagram.payload.data;
		stream.given_len = (uint32_t)have;
		stream.consumed = 0;
		drain(decode_kit(), &datagram);
		ENSURE(stream.consumed <= have);
		left = slice_from(left, stream.consumed);
		have -= stream.consumed;
		midway = false;
	}
	return 0;
}
