#include "engine/decode/decode_inside.h"
#include "engine/decode/scan.h"
#include "engine/decode/tpkt.h"

enum {
	SEARCH_MAX =
	        65536,  /* bytes of a stream joined midway that are searched for SIP */
	FOREIGN_MAX = 262144, /* bytes of another protocol that are looked at */
	OVERDUE_S = 10, /* so long a message may take from its first byte to its last */
};

static const uint32_t OVERDUE_TOLD = UINT32_MAX;

enum stream_kind stream_kind_of(const struct decode *decode)
{
	return *frame_stream_tag(decode->datagram->stream) & 0xff;
}

void stream_kind_set(struct decode *decode, enum stream_kind kind)
{
	*frame_stream_tag(decode->datagram->stream) = kind;
}

void stream_advance(struct decode *decode, size_t bytes)
{
	decode->rest = slice_from(decode->rest, bytes);
	decode->consumed += bytes;
}

/* Not of interest: what is left is done with, too. */
static enum stream_step give_up(struct decode *decode)
{
	stream_advance(decode, decode->rest.len);
	frame_ignore(decode->frame, decode->datagram->stream);
	return STEP_WAIT;
}

/* The ports at which routers read along (RFC 3261 18, H.225.0), at the far end. */
static bool read_along(const struct datagram *datagram)
{
	static const uint16_t ports[] = {5060, 5061, 1720};
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (datagram->dst.port == ports[i])
			return true;
	return false;
}

/* A whole start line of SIP, or a Q.931 message in its TPKT, at the head of the bytes. */
static bool signalling_begins(struct slice bytes)
{
	const struct slice version = SLICE("SIP/2.0");
	struct slice rest = bytes, payload;
	const struct slice line = slice_split(&rest, '\n');
	size_t consumed;
	if (slice_present(rest) &&
	        (slice_starts(line, version) || slice_ends(slice_trim(line), version)))
		return true;
	return tpkt_read(bytes, &payload, &consumed) == TPKT_COMPLETE &&
	       tpkt_find_q931(bytes, 0) == 0;
}

/*
 * Somebody's browser may be made to send what a gateway on the way takes for a phone's own
 * message, when a segment begins with it: no pinhole comes of it, and it is told.
 */
static enum stream_step foreign_step(struct decode *decode, struct message *message)
{
	uint32_t *tag = frame_stream_tag(decode->datagram->stream);
	const struct slice bytes = decode->rest;
	*tag += (uint32_t)(bytes.len < FOREIGN_MAX ? bytes.len : FOREIGN_MAX) << 8;
	stream_advance(decode, bytes.len);
	if (!signalling_begins(bytes)) {
		if (*tag >> 8 >= FOREIGN_MAX)
			frame_ignore(decode->frame, decode->datagram->stream);
		return STEP_WAIT;
	}
	frame_ignore(decode->frame, decode->datagram->stream);
	decode_error(decode, message, bytes);
	decode->anomalies = (struct anomalies){{0}};
	anomaly_set(&decode->anomalies, ANOMALY_SIP_MIDSTREAM);
	return STEP_MESSAGE;
}

/*
 * No start line in sight. A connection seen from its first byte that does not speak SIP
 * never will; one joined midway is searched for a while.
 */
static enum stream_step search(struct decode *decode)
{
	uint32_t *tag = frame_stream_tag(decode->datagram->stream);
	const char *end = scan_end(decode->rest), *p = end;
	bool known = stream_kind_of(decode) == STREAM_SIP;
	if (!known && decode->datagram->stream_start && read_along(decode->datagram)) {
		stream_kind_set(decode, STREAM_FOREIGN);
		stream_advance(decode, decode->rest.len);
		return STEP_WAIT;
	}
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
	stream_advance(decode, bytes);
	return decode->rest.len ? STEP_AGAIN : STEP_WAIT;
}

static enum stream_step error_line(struct decode *decode, struct message *message)
{
	struct slice bytes = decode->rest;
	unsigned ignored = 0;
	const char *p = scan_skip_space(bytes.data, scan_end(bytes));
	p = scan_eol(p, scan_end(bytes), &ignored);
	struct slice line = slice_first(bytes, (size_t)(p - bytes.data));
	decode_error(decode, message, line);
	stream_advance(decode, line.len);
	return STEP_MESSAGE;
}

static bool blank(struct slice bytes)
{
	return scan_skip_space(bytes.data, scan_end(bytes)) == scan_end(bytes);
}

static enum stream_step sip_step(struct decode *decode, struct message *message)
{
	const struct sip_input input = {.bytes = decode->rest,
	        .stream = true,
	        .truncated = decode->datagram->truncated};
	struct slice bytes = decode->rest;
	size_t consumed;
	enum sip_result result = decode_sip(decode, &input, message, &consumed);
	switch (result) {
	case SIP_COMPLETE:
		stream_kind_set(decode, STREAM_SIP);
		stream_advance(decode, consumed);
		return STEP_MESSAGE;
	case SIP_INCOMPLETE:
		return STEP_WAIT;
	case SIP_SKIPPED:
		stream_advance(decode, consumed);
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

static enum stream_step websocket_step(struct decode *decode, struct message *message)
{
	struct slice payload, frame = decode->rest;
	size_t consumed, unused;
	switch (websocket_read(frame, &decode->unmasked, &payload, &consumed)) {
	case WEBSOCKET_NOT:
		return give_up(decode);
	case WEBSOCKET_INCOMPLETE:
		return STEP_WAIT;
	case WEBSOCKET_CONTROL:
		stream_advance(decode, consumed);
		decode_keepalive(decode, message, slice_first(frame, consumed));
		return STEP_MESSAGE;
	case WEBSOCKET_MESSAGE:
		break;
	}
	stream_advance(decode, consumed);
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

static enum stream_step first_step(struct decode *decode, struct message *message)
{
	size_t consumed;
	enum stream_step step = tpkt_first(decode, message);
	if (step == STEP_OTHER && !decode->datagram->stream_start)
		step = tpkt_search(decode);
	if (step != STEP_OTHER)
		return step;
	switch (websocket_upgrade(decode->rest, &consumed)) {
	case WEBSOCKET_MESSAGE:
		stream_kind_set(decode, STREAM_WEBSOCKET);
		stream_advance(decode, consumed);
		return STEP_AGAIN;
	case WEBSOCKET_INCOMPLETE:
		return STEP_WAIT;
	case WEBSOCKET_CONTROL:
	case WEBSOCKET_NOT:
		break;
	}
	return sip_step(decode, message);
}

static enum stream_step stream_step(struct decode *decode, struct message *message)
{
	switch (stream_kind_of(decode)) {
	case STREAM_SIP:
		return sip_step(decode, message);
	case STREAM_WEBSOCKET:
		return websocket_step(decode, message);
	case STREAM_Q931:
	case STREAM_H245:
		return tpkt_step(decode, message);
	case STREAM_FOREIGN:
		return foreign_step(decode, message);
	case STREAM_UNKNOWN:
		break;
	}
	return first_step(decode, message);
}

/* Frames cannot be told again behind lost bytes; start lines and TPKTs can. */
static void resume(struct decode *decode)
{
	switch (stream_kind_of(decode)) {
	case STREAM_WEBSOCKET:
		(void)give_up(decode);
		break;
	case STREAM_Q931:
	case STREAM_H245:
		tpkt_resume(decode);
		break;
	case STREAM_SIP:
	case STREAM_FOREIGN:
	case STREAM_UNKNOWN:
		break;
	}
}

/* A message that was begun long ago and does not come to its end: told once. */
static bool overdue(struct decode *decode, struct message *message)
{
	uint32_t *waits_s = frame_stream_waits(decode->datagram->stream);
	const uint32_t now_s = (uint32_t)(decode->datagram->time_us / 1000000);

	if (!decode->rest.len || decode->consumed)
		*waits_s = 0;
	if (!decode->rest.len || *waits_s == OVERDUE_TOLD)
		return false;
	if (!*waits_s)
		*waits_s = now_s;
	if (now_s - *waits_s <= OVERDUE_S || !sip_start_meant(decode->rest))
		return false;
	*waits_s = OVERDUE_TOLD;
	decode_error(decode, message, decode->rest);
	decode->anomalies = (struct anomalies){{0}};
	anomaly_set(&decode->anomalies, ANOMALY_SIP_SLOW);
	return true;
}

bool stream_next(struct decode *decode, struct message *message)
{
	if (decode->first && decode->datagram->stream_gap)
		resume(decode);
	decode->first = false;
	while (decode->rest.len) {
		enum stream_step step = stream_step(decode, message);
		if (step == STEP_MESSAGE)
			return true;
		if (step == STEP_WAIT)
			break;
	}
	if (overdue(decode, message))
		return true;
	decode->rest = slice_from(decode->rest, decode->rest.len);
	frame_consume(decode->frame, decode->datagram->stream, decode->consumed);
	decode->consumed = 0;
	return false;
}
