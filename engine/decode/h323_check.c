/*
 * What the syntax of H.225.0 and H.245 allows and their text does not.
 */
#include "engine/decode/h323_inside.h"

/* An address to which something can be sent. */
static bool usable(const struct per_tape *tape, uint32_t node)
{
	struct endpoint endpoint;
	uint16_t name;

	if (!h323_choice(tape, node, &name))
		return false;
	/* Of addresses other than IP nothing is known. */
	if (!h323_endpoint(tape, node, &endpoint))
		return true;
	enum address_scope scope = address_scope(&endpoint.ip);
	return endpoint.port && scope != ADDRESS_NONE && scope != ADDRESS_MULTICAST &&
	       scope != ADDRESS_BROADCAST;
}

/* A list of addresses that has some, but none that can be used. */
static bool all_useless(const struct per_tape *tape, uint32_t list)
{
	const uint32_t end = list ? tape->nodes[list].next : 0;

	for (uint32_t i = list + 1; i < end; i = tape->nodes[i].next)
		if (usable(tape, i))
			return false;
	return list && end > list + 1;
}

/* A registration without addresses is none either (H.225.0 7.9.1). */
static void registration_check(struct h323_decoder *decoder, uint32_t node)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t signalling = per_child(tape, node, PER_callSignalAddress);
	uint32_t ras = per_child(tape, node, PER_rasAddress);
	bool none = signalling && ras && tape->nodes[signalling].len == 0 &&
	            tape->nodes[ras].len == 0;

	if (none || all_useless(tape, signalling) || all_useless(tape, ras))
		anomaly_set(&decoder->message.anomalies, ANOMALY_RAS_ADDRESS);
}

static void capabilities_check(struct h323_decoder *decoder, uint32_t node)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t table = per_child(tape, node, PER_capabilityTable);

	if (table && tape->nodes[table].len > LIMIT_H245_CAPABILITIES)
		anomaly_set(&decoder->message.anomalies, ANOMALY_H245_CAPABILITIES_MANY);
}

/*
 * Whoever receives RTP must say where its RTCP goes (H.245 B.3.1, H.323 8.3). Sessions 1
 * and 2 are audio and video; others may be data, which has no RTCP.
 */
static void acknowledgement_check(struct h323_decoder *decoder, uint32_t node)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t h2250 = h323_path(tape, node,
	        H323_PATH(PER_forwardMultiplexAckParameters,
	                PER_h2250LogicalChannelAckParameters));

	int64_t session =
	        h2250 ? h323_number(tape, per_child(tape, h2250, PER_sessionID), 0) : 0;
	if ((session == 1 || session == 2) && per_child(tape, h2250, PER_mediaChannel) &&
	        !per_child(tape, h2250, PER_mediaControlChannel))
		anomaly_set(&decoder->message.anomalies, ANOMALY_H245_ACK_CONTROL);
}

void h323_pdu_check(struct h323_decoder *decoder, const struct h323_pdu *pdu)
{
	if (pdu->kind == H323_PDU_RAS && pdu->id == PER_registrationRequest)
		registration_check(decoder, pdu->node);
	else if (pdu->kind == H323_PDU_H245 && pdu->id == PER_terminalCapabilitySet)
		capabilities_check(decoder, pdu->node);
	else if (pdu->kind == H323_PDU_H245 && pdu->id == PER_openLogicalChannelAck)
		acknowledgement_check(decoder, pdu->node);
}
