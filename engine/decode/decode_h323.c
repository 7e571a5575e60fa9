/*
 * H.323 in datagrams and streams: what is one of its messages by content, and how a
 * stream of TPKTs goes on behind one that is none.
 */
#include "engine/decode/decode_inside.h"
#include "engine/decode/tpkt.h"

enum {
	RAS_MULTICAST =
	        1718, /* H.225.0 7.2: hints where the content alone is too short */
	RAS_PORT = 1719,
	CALL_PORT = 1720,
	Q931_HEADER_MIN = 4,
	RAS_CERTAIN = 12,       /* bytes; a shorter one is none that nobody announced */
	IDENTIFIER_CERTAIN = 4, /* characters */
	COTP_DATA = 3,          /* octets before the data of ISO 8073 */
};

static bool port_is(const struct datagram *datagram, uint16_t port)
{
	return datagram->src.port == port || datagram->dst.port == port;
}

static bool expects(const struct decode *decode, enum h323_kind kind)
{
	const struct datagram *datagram = decode->datagram;

	if (h323_learned_is(&decode->learned, datagram, kind))
		return true;
	if (kind == H323_RAS)
		return port_is(datagram, RAS_PORT) || port_is(datagram, RAS_MULTICAST);
	return kind == H323_CALL && port_is(datagram, CALL_PORT);
}

static void give(struct decode *decode, struct message *message, struct slice bytes)
{
	decode_message_begin(decode, message, bytes);
	message->kind = MESSAGE_H323;
	message->h323 = &decode->h323.message;
	message->anomalies = &decode->h323.message.anomalies;
}

/* A fault of the framing: nothing but its name. */
static void give_error(struct decode *decode, struct message *message, struct slice bytes,
        enum anomaly anomaly)
{
	decode_message_begin(decode, message, bytes);
	message->kind = MESSAGE_ERROR;
	decode->anomalies = (struct anomalies){{0}};
	anomaly_set(&decode->anomalies, anomaly);
	message->anomalies = &decode->anomalies;
}

/* An identifier that somebody chose: UTF-16 of some printable ASCII characters. */
static bool is_identifier(struct slice wide)
{
	const uint8_t *data = (const uint8_t *)wide.data;

	if (wide.len < 2 * IDENTIFIER_CERTAIN)
		return false;
	for (size_t i = 0; i < 2 * IDENTIFIER_CERTAIN; i += 2)
		if (data[i] != 0 || data[i + 1] < ' ' || data[i + 1] > '~')
			return false;
	return true;
}

/*
 * Random bytes decode to their last bit once in some thousand times, but they do not hold
 * a protocolIdentifier or an identifier in clear.
 */
static bool ras_certain(const struct h323_message *ras)
{
	const uint32_t node = ras->pdu_count ? ras->pdus[0].node : 0;

	if (!ras->whole)
		return false;
	if (ras->version)
		return true;
	return is_identifier(h323_bytes(
	               ras->tape, per_child(ras->tape, node, PER_endpointIdentifier))) ||
	       is_identifier(h323_bytes(
	               ras->tape, per_child(ras->tape, node, PER_gatekeeperIdentifier)));
}

void decode_ras_broken(struct decode *decode, struct message *message)
{
	if (h323_learned_is(&decode->learned, decode->datagram, H323_RAS))
		give_error(decode, message, decode->rest, ANOMALY_PER_BROKEN);
}

bool decode_ras(struct decode *decode, struct message *message)
{
	const struct h323_message *ras = &decode->h323.message;
	struct slice bytes = decode->rest;
	bool expected = expects(decode, H323_RAS);
	bool like_rtp = bytes.data[0] & 0x80;

	if (!expected && (bytes.len < RAS_CERTAIN || like_rtp))
		return false;
	h323_ras_parse(&decode->h323, bytes);
	bool certain = ras_certain(ras);
	if (!(expected ? ras->id != PER_NO_NAME : certain)) {
		decode_ras_broken(decode, message);
		return message->kind == MESSAGE_ERROR;
	}
	if (certain) {
		h323_learn_flow(&decode->learned, decode->datagram, H323_RAS);
		h323_learn_message(&decode->learned, ras);
	}
	give(decode, message, bytes);
	/* What the capture cut off is no fault of the sender. */
	if (decode->datagram->truncated)
		decode->h323.message.anomalies = (struct anomalies){{0}};
	return true;
}

/*
 * ISO 8073 in a TPKT: RDP, S7 and MMS share its framing. They begin with a connection
 * request or confirm, which fills the TPKT, or with data behind a header of two octets.
 */
static bool is_cotp(struct slice payload)
{
	const uint8_t *data = (const uint8_t *)payload.data;

	if (payload.len < COTP_DATA)
		return false;
	return (data[0] == COTP_DATA - 1 && data[1] == 0xf0) ||
	       ((data[1] == 0xe0 || data[1] == 0xd0) && data[0] == payload.len - 1);
}

static bool is_q931(struct slice payload)
{
	const uint8_t *data = (const uint8_t *)payload.data;
	return payload.len >= Q931_HEADER_MIN && data[0] == Q931_DISCRIMINATOR &&
	       data[1] <= 15;
}

static bool names_h245(const struct h323_message *control)
{
	uint32_t oid =
	        per_child(control->tape, control->pdus[0].node, PER_protocolIdentifier);
	return h323_version(h323_bytes(control->tape, oid)) != 0;
}

/*
 * H.245 that nobody announced: it is no other protocol, and decodes cleanly to its end or
 * names H.245 in its capability set.
 */
static bool is_h245(struct decode *decode, struct slice payload)
{
	const struct h323_message *control = &decode->h323.message;

	if (expects(decode, H323_CONTROL))
		return true;
	if (is_cotp(payload))
		return false;
	h323_control_parse(&decode->h323, payload);
	if (control->id == PER_terminalCapabilitySet && names_h245(control))
		return true;
	return control->whole && control->pdu_count &&
	       !anomaly_has(&control->anomalies, ANOMALY_PER_RANGE) &&
	       !anomaly_has(&control->anomalies, ANOMALY_PER_EXTENSION);
}

static enum stream_step kind_found(struct decode *decode, enum stream_kind kind)
{
	h323_learn_flow(&decode->learned, decode->datagram,
	        kind == STREAM_Q931 ? H323_CALL : H323_CONTROL);
	stream_kind_set(decode, kind);
	return STEP_AGAIN;
}

/* Where the first bytes are no TPKT, or none that is whole: who may have meant one? */
static enum stream_step first_odd(struct decode *decode, enum tpkt_result result)
{
	struct slice behind = slice_from(decode->rest, TPKT_HEADER);

	if (result == TPKT_NO_VERSION && !is_q931(behind))
		return STEP_OTHER;
	if (expects(decode, H323_CONTROL))
		return kind_found(decode, STREAM_H245);
	if (expects(decode, H323_CALL))
		return kind_found(decode, STREAM_Q931);
	return STEP_OTHER;
}

enum stream_step tpkt_first(struct decode *decode, struct message *message)
{
	struct slice payload;
	size_t consumed;
	const enum tpkt_result result = tpkt_read(decode->rest, &payload, &consumed);

	if (decode->rest.len > 1 && decode->rest.data[1] != 0)
		return STEP_OTHER;
	switch (result) {
	case TPKT_INCOMPLETE:
		return STEP_WAIT;
	case TPKT_EMPTY:
		decode_keepalive(decode, message, slice_first(decode->rest, consumed));
		stream_advance(decode, consumed);
		return STEP_MESSAGE;
	case TPKT_COMPLETE:
		if (is_q931(payload))
			return kind_found(decode, STREAM_Q931);
		if (is_h245(decode, payload))
			return kind_found(decode, STREAM_H245);
		break;
	case TPKT_NO_VERSION:
	case TPKT_NO_LENGTH:
	case TPKT_HUGE:
		return first_odd(decode, result);
	}
	return STEP_OTHER;
}

/* What lies before the next TPKT is one piece of garbage. */
static enum stream_step skip(
        struct decode *decode, struct message *message, enum anomaly anomaly)
{
	struct slice bytes = decode->rest;
	size_t at = stream_kind_of(decode) == STREAM_H245 ? tpkt_find_chain(bytes, 1)
	                                                  : tpkt_find_q931(bytes, 1);

	give_error(decode, message, slice_first(bytes, at), anomaly);
	stream_advance(decode, at);
	return STEP_MESSAGE;
}

static enum stream_step payload_step(
        struct decode *decode, struct message *message, struct slice payload)
{
	bool control = stream_kind_of(decode) == STREAM_H245;

	if (control) {
		h323_control_parse(&decode->h323, payload);
	} else if (!h323_call_parse(&decode->h323, payload)) {
		give_error(decode, message, payload, ANOMALY_Q931_HEADER);
		return STEP_MESSAGE;
	}
	h323_learn_message(&decode->learned, &decode->h323.message);
	give(decode, message, payload);
	return STEP_MESSAGE;
}

/* A TPKT but for its version, or bytes that mean nothing. */
static enum anomaly no_version(struct slice bytes)
{
	bool header = bytes.len > TPKT_HEADER && bytes.data[1] == 0;
	return header && is_q931(slice_from(bytes, TPKT_HEADER)) ? ANOMALY_TPKT_VERSION
	                                                         : ANOMALY_TPKT_GARBAGE;
}

enum stream_step tpkt_step(struct decode *decode, struct message *message)
{
	struct slice payload;
	struct slice head = slice_first(decode->rest, TPKT_HEADER);
	size_t consumed;

	switch (tpkt_read(decode->rest, &payload, &consumed)) {
	case TPKT_COMPLETE:
		stream_advance(decode, consumed);
		return payload_step(decode, message, payload);
	case TPKT_EMPTY:
		stream_advance(decode, consumed);
		decode_keepalive(decode, message, head);
		return STEP_MESSAGE;
	case TPKT_INCOMPLETE:
		return STEP_WAIT;
	case TPKT_NO_VERSION:
		if (decode->rest.len < TPKT_HEADER + Q931_HEADER_MIN)
			return STEP_WAIT;
		return skip(decode, message, no_version(decode->rest));
	case TPKT_NO_LENGTH:
		return skip(decode, message, ANOMALY_TPKT_LENGTH);
	case TPKT_HUGE:
		return skip(decode, message, ANOMALY_TPKT_HUGE);
	}
	return STEP_WAIT;
}

enum stream_step tpkt_search(struct decode *decode)
{
	size_t at = tpkt_find_q931(decode->rest, 1);

	/* The head must be there to its end: other protocols have such bytes, too. */
	if (decode->rest.len - at < TPKT_HEADER + Q931_HEADER_MIN)
		return STEP_OTHER;
	stream_advance(decode, at);
	return STEP_AGAIN;
}

void tpkt_resume(struct decode *decode)
{
	struct slice bytes = decode->rest;

	stream_advance(decode, stream_kind_of(decode) == STREAM_H245
	                               ? tpkt_find_chain(bytes, 0)
	                               : tpkt_find_q931(bytes, 0));
}
