#include "engine/decode/decode_inside.h"
#include "engine/decode/scan.h"

/*
 * What a direction of a connection turned out to be: the low byte of the stream's tag;
 * above it, how many bytes went by without a message.
 */
enum stream_kind { STREAM_UNKNOWN, STREAM_SIP, STREAM_WEBSOCKET };

enum {
	SEARCH_MAX = 65536
}; /* bytes of a stream joined midway that are searched for SIP */

enum step { STEP_WAIT, STEP_AGAIN, STEP_MESSAGE };

static enum stream_kind kind_of(const struct decode *decode)
{
	return *frame_stream_tag(decode->datagram->stream) & 0xff;
}

static void kind_set(struct decode *decode, enum stream_kind kind)
{
	*frame_stream_tag(decode->datagram->stream) = kind;
}

static void advance(struct decode *decode, size_t bytes)
{
	decode->rest = slice_from(decode->rest, bytes);
	decode->consumed += bytes;
}

/* Not of interest: what is left is done with, too. */
static enum step give_up(struct decode *decode)
{
	advance(decode, decode->rest.len);
	frame_ignore(decode->frame, decode->datagram->stream);
	return STEP_WAIT;
}

/*
 * No start line in sight. A connection seen from its first byte that does not speak SIP
 * never will; one joined midway is searched for a while.
 */
static enum step search(struct decode *decode)
{
	uint32_t *tag = frame_stream_tag(decode->datagram->stream);
	const char *end = scan_end(decode->rest), *p = end;
	bool known = kind_of(decode) == STREAM_SIP;
	if (!known && decode->datagram->stream_start)
		return give_up(decode);
	/* The last line may be the beginning of a start line. */
	while (p > decode->rest.data && p[-1] != '\n' && p[-1] != '\r')
		p--;
	size_t bytes = p > decode->rest.data ? (size_t)(p - decode->rest.data)
	                                     : decode->rest.len;
	if (!known && (*tag >> 8) + bytes > SEARCH_MAX)
		return give_up(decode);
	if (!known)
		*tag += (uint32_t)bytes << 8;
	advance(decode, bytes);
	return decode->rest.len ? STEP_AGAIN : STEP_WAIT;
}

static enum step error_line(struct decode *decode, struct message *message)
{
	struct slice bytes = decode->rest;
	unsigned ignored = 0;
	const char *p = scan_skip_space(bytes.data, scan_end(bytes));
	p = scan_eol(p, scan_end(bytes), &ignored);
	struct slice line = slice_first(bytes, (size_t)(p - bytes.data));
	decode_error(decode, message, line);
	advance(decode, line.len);
	return STEP_MESSAGE;
}

static bool blank(struct slice bytes)
{
	return scan_skip_space(bytes.data, scan_end(bytes)) == scan_end(bytes);
}

static enum step sip_step(struct decode *decode, struct message *message)
{
	const struct sip_input input = {.bytes = decode->rest,
	        .stream = true,
	        .truncated = decode->datagram->truncated};
	struct slice bytes = decode->rest;
	size_t consumed;
	enum sip_result result = decode_sip(decode, &input, message, &consumed);
	switch (result) {
	case SIP_COMPLETE:
		kind_set(decode, STREAM_SIP);
		advance(decode, consumed);
		return STEP_MESSAGE;
	case SIP_INCOMPLETE:
		return STEP_WAIT;
	case SIP_SKIPPED:
		advance(decode, consumed);
		if (!blank(slice_first(bytes, consumed)))
			return STEP_AGAIN;
		decode_keepalive(decode, message, slice_first(bytes, consumed));
		return STEP_MESSAGE;
	case SIP_NOT:
		break;
	}
	if (sip_start_meant(bytes))
		return error_line(decode, message);
	return search(decode);
}

static void inner_open(struct decode *decode, struct slice payload)
{
	const struct datagram *outer = decode->datagram;
	memcpy(&decode->inner, outer,
	        offsetof(struct datagram, tunnels) +
	                outer->tunnel_count * sizeof(outer->tunnels[0]));
	decode->inner.transport = TRANSPORT_WS;
	decode->inner.payload = payload;
	decode->inner.stream = NULL;
}

static enum step websocket_step(struct decode *decode, struct message *message)
{
	struct slice payload, frame = decode->rest;
	size_t consumed, unused;
	switch (websocket_read(frame, &decode->unmasked, &payload, &consumed)) {
	case WEBSOCKET_NOT:
		return give_up(decode);
	case WEBSOCKET_INCOMPLETE:
		return STEP_WAIT;
	case WEBSOCKET_CONTROL:
		advance(decode, consumed);
		decode_keepalive(decode, message, slice_first(frame, consumed));
		return STEP_MESSAGE;
	case WEBSOCKET_MESSAGE:
		break;
	}
	advance(decode, consumed);
	inner_open(decode, payload);
	const struct sip_input input = {.bytes = payload};
	if (decode_sip(decode, &input, message, &unused) != SIP_COMPLETE) {
		if (blank(payload))
			decode_keepalive(decode, message, payload);
		else
			decode_error(decode, message, payload);
	}
	message->datagram = &decode->inner;
	return STEP_MESSAGE;
}

static enum step first_step(struct decode *decode, struct message *message)
{
	size_t consumed;
	switch (websocket_upgrade(decode->rest, &consumed)) {
	case WEBSOCKET_MESSAGE:
		kind_set(decode, STREAM_WEBSOCKET);
		advance(decode, consumed);
		return STEP_AGAIN;
	case WEBSOCKET_INCOMPLETE:
		return STEP_WAIT;
	case WEBSOCKET_CONTROL:
	case WEBSOCKET_NOT:
		break;
	}
	return sip_step(decode, message);
}

static enum step stream_step(struct decode *decode, struct message *message)
{
	switch (kind_of(decode)) {
	case STREAM_SIP:
		return sip_step(decode, message);
	case STREAM_WEBSOCKET:
		return websocket_step(decode, message);
	case STREAM_UNKNOWN:
		break;
	}
	return first_step(decode, message);
}

bool stream_next(struct decode *decode, struct message *message)
{
	/* Frames cannot be told again behind lost bytes; start lines can. */
	if (decode->first && decode->datagram->stream_gap &&
	        kind_of(decode) == STREAM_WEBSOCKET)
		(void)give_up(decode);
	decode->first = false;
	while (decode->rest.len) {
		enum step step = stream_step(decode, message);
		if (step == STEP_MESSAGE)
			return true;
		if (step == STEP_WAIT)
			break;
	}
	decode->rest = slice_from(decode->rest, decode->rest.len);
	frame_consume(decode->frame, decode->datagram->stream, decode->consumed);
	decode->consumed = 0;
	return false;
}
