#include "engine/decode/classify.h"
#include "engine/decode/decode.h"
#include "engine/decode/decode_inside.h"
#include "engine/decode/scan.h"

enum { CHANNEL_ID = 4 };

static const struct anomalies no_anomalies;

struct decode *decode_new(
        struct memory *memory, struct frame *frame, const struct hash_key *key)
{
	struct decode *decode = memory_take(memory, sizeof(*decode));
	if (!decode)
		return NULL;
	decode->frame = frame;
	decode->unmasked = (struct websocket_buffer){
	        .data = memory_take(memory, LIMIT_SIP_MESSAGE),
	        .size = LIMIT_SIP_MESSAGE,
	};
	bool fits = decode->unmasked.data && h323_init(&decode->h323, memory) &&
	            h323_learned_init(&decode->learned, memory, key);
	return fits ? decode : NULL;
}

/* Media behind the identifier of its channel (H.460.19) is read as media. */
static struct slice without_channel(const struct decode *decode, struct slice payload)
{
	if (payload.len > CHANNEL_ID &&
	        h323_learned_multiplexed(&decode->learned, decode->datagram) &&
	        (payload.data[CHANNEL_ID] & 0xc0) == 0x80)
		return slice_from(payload, CHANNEL_ID);
	return payload;
}

void decode_open(struct decode *decode, const struct datagram *datagram)
{
	decode->datagram = datagram;
	decode->rest = datagram->payload;
	if (!datagram->stream)
		decode->rest = without_channel(decode, datagram->payload);
	decode->first = true;
	decode->consumed = 0;
}

void decode_message_begin(
        struct decode *decode, struct message *message, struct slice bytes)
{
	*message = (struct message){.kind = MESSAGE_OTHER,
	        .datagram = decode->datagram,
	        .anomalies = &no_anomalies,
	        .bytes = bytes};
}

/* A body without a type that begins as a session description is read as one. */
static struct slice session_description(struct sip_message *sip)
{
	struct slice part = sip_body_part(sip, SLICE("application/sdp"), &sip->anomalies);
	if (!slice_present(part) && !slice_present(sip->content_type) &&
	        slice_starts(sip->body, SLICE("v=0")))
		part = sip->body;
	return part;
}

enum sip_result decode_sip(struct decode *decode, const struct sip_input *input,
        struct message *message, size_t *consumed)
{
	enum sip_result result = sip_parse(input, &decode->sip, consumed);
	if (result != SIP_COMPLETE)
		return result;
	decode_message_begin(decode, message, decode->sip.raw);
	message->kind = MESSAGE_SIP;
	message->sip = &decode->sip;
	message->anomalies = &decode->sip.anomalies;
	if (!decode->sip.body.len ||
	        sip_value(&decode->sip, SIP_HEADER_CONTENT_ENCODING).len)
		return result;
	struct slice part = session_description(&decode->sip);
	if (slice_present(part) && sdp_parse(part, &decode->sdp, &decode->sip.anomalies))
		message->sdp = &decode->sdp;
	else if (slice_present(part))
		anomaly_set(&decode->sip.anomalies, ANOMALY_SDP_BAD);
	return result;
}

void decode_error(struct decode *decode, struct message *message, struct slice bytes)
{
	decode_message_begin(decode, message, bytes);
	message->kind = MESSAGE_ERROR;
	decode->anomalies = (struct anomalies){{0}};
	anomaly_set(&decode->anomalies, ANOMALY_SIP_START_LINE);
	message->anomalies = &decode->anomalies;
}

void decode_keepalive(struct decode *decode, struct message *message, struct slice bytes)
{
	decode_message_begin(decode, message, bytes);
	message->kind = MESSAGE_KEEPALIVE;
}

/* The next SIP message of a datagram; the anomalies of the first tell of the others. */
static bool sip_next(struct decode *decode, struct message *message)
{
	const struct sip_input input = {
	        .bytes = decode->rest, .truncated = decode->datagram->truncated};
	bool first = decode->first;
	size_t consumed;
	decode->first = false;
	if (decode_sip(decode, &input, message, &consumed) == SIP_COMPLETE) {
		decode->rest = slice_from(decode->rest, consumed);
		if (!first)
			anomaly_set(&decode->sip.anomalies, ANOMALY_SIP_SEVERAL_MESSAGES);
		return true;
	}
	struct slice bytes = decode->rest;
	decode->rest = slice_from(decode->rest, decode->rest.len);
	if (!first)
		return false;
	decode_message_begin(decode, message, bytes);
	if (sip_start_meant(bytes))
		decode_error(decode, message, bytes);
	return true;
}

static void rtp_read(struct decode *decode, struct message *message)
{
	if (!rtp_parse(decode->rest, &decode->rtp, &decode->anomalies))
		return;
	message->kind = MESSAGE_RTP;
	message->rtp = &decode->rtp;
}

static void rtcp_read(struct decode *decode, struct message *message)
{
	if (!rtcp_parse(decode->rest, &decode->rtcp, &decode->anomalies)) {
		decode->anomalies = (struct anomalies){{0}};
		rtp_read(decode, message);
		return;
	}
	message->kind = MESSAGE_RTCP;
	message->rtcp = &decode->rtcp;
}

static void stun_read(struct decode *decode, struct message *message)
{
	message->kind = MESSAGE_STUN;
	message->stun = &decode->stun;
	if (!stun_parse(decode->rest, &decode->stun, &decode->anomalies))
		message->kind = MESSAGE_ERROR;
}

/* The records of a flight lie one behind the other (RFC 6347 4.1.1). */
static void dtls_read(struct decode *decode, struct message *message)
{
	struct reader reader = reader_of_slice(decode->rest);
	message->kind = MESSAGE_DTLS;
	while (reader_left(&reader)) {
		reader_skip(&reader, 11);
		reader_skip(&reader, reader_u16(&reader));
	}
	if (reader.failed && !decode->datagram->truncated)
		anomaly_set(&decode->anomalies, ANOMALY_DTLS_BAD);
}

static bool datagram_next(struct decode *decode, struct message *message)
{
	if (!decode->first && !decode->rest.len)
		return false;
	enum payload_class class = classify(decode->rest);
	if (class == CLASS_SIP)
		return sip_next(decode, message);
	if (!decode->first)
		return false;
	decode->first = false;
	decode->anomalies = (struct anomalies){{0}};
	decode_message_begin(decode, message, decode->rest);
	message->anomalies = &decode->anomalies;
	switch (class) {
	case CLASS_METHOD:
		decode_error(decode, message, decode->rest);
		break;
	case CLASS_RAS:
		if (!decode_ras(decode, message) && decode->rest.data[0] & 0x80)
			rtp_read(decode, message);
		break;
	case CLASS_STUN:
		stun_read(decode, message);
		break;
	case CLASS_DTLS:
		dtls_read(decode, message);
		break;
	case CLASS_RTCP:
		rtcp_read(decode, message);
		break;
	case CLASS_RTP:
		rtp_read(decode, message);
		break;
	case CLASS_BLANK:
		message->kind = MESSAGE_KEEPALIVE;
		break;
	case CLASS_OTHER:
		decode_ras_broken(decode, message);
		break;
	case CLASS_SIP:
		break;
	}
	decode->rest = slice_from(decode->rest, decode->rest.len);
	return true;
}

bool decode_next(struct decode *decode, struct message *message)
{
	if (decode->datagram->stream)
		return stream_next(decode, message);
	return datagram_next(decode, message);
}
