/*
 * H.460: features by number, whose parameters may hold encodings of their own.
 */
#include "engine/decode/h323_inside.h"

struct parameter {
	uint16_t feature; /* H.460.n */
	uint16_t id;
	uint16_t type; /* enum per_type_id */
};

static const struct parameter PARAMETERS[] = {
        {2, 1, PER_TYPE_NumberPortabilityInfo},
        {3, 1, PER_TYPE_CircuitStatus},
        {4, 1, PER_TYPE_CallPriorityInfo},
        {4, 2, PER_TYPE_CallPriorityInfo},
        {4, 3, PER_TYPE_CountryInternationalNetworkCallOriginationIdentification},
        {4, 4, PER_TYPE_CountryInternationalNetworkCallOriginationIdentification},
        {9, 1, PER_TYPE_QosMonitoringReportData},
        {9, 2, PER_TYPE_ExtendedRTPMetrics},
        {10, 1, PER_TYPE_CallPartyCategoryInfo},
        {14, 1, PER_TYPE_MLPPInfo},
        {15, 1, PER_TYPE_SignallingChannelData},
        {17, 1, PER_TYPE_RasMessage},
        {18, 1, PER_TYPE_IncomingCallIndication},
        {18, 2, PER_TYPE_LRQKeepAliveData},
        {20, 1, PER_TYPE_ExtendedAliasAddress},
        {21, 1, PER_TYPE_CapabilityAdvertisement},
};

enum { RAS_OVER_H2250 = 17, MEDIA_TRAVERSAL = 19, NAT_MEDIA = 24 };

/* itu-t recommendation h 460 as content octets of BER; the next arc is the n of H.460.n.
 */
static const uint8_t H460[] = {0x00, 0x08, 0x83, 0x4c};

static uint16_t type_of(int64_t feature, int64_t id)
{
	for (size_t i = 0; i < sizeof(PARAMETERS) / sizeof(PARAMETERS[0]); i++)
		if (PARAMETERS[i].feature == feature && PARAMETERS[i].id == id)
			return PARAMETERS[i].type;
	return PER_NO_TYPE;
}

/* The standard number of an identifier that is a choice; -1 when it is not standard. */
static int64_t standard_of(const struct per_tape *tape, uint32_t identifier)
{
	uint16_t name;
	uint32_t chosen = identifier ? h323_choice(tape, identifier, &name) : 0;
	return chosen && name == PER_standard ? h323_number(tape, chosen, -1) : -1;
}

/* The octets in a parameter, where it holds octets: raw, or octetString of H.245. */
static struct slice octets_of(const struct per_tape *tape, uint32_t value)
{
	uint16_t name;
	uint32_t chosen = value ? h323_choice(tape, value, &name) : 0;
	bool octets = chosen && (name == PER_raw || name == PER_octetString);
	return octets ? h323_bytes(tape, chosen) : (struct slice){0};
}

void h460_data(
        struct h323_decoder *decoder, uint32_t node, uint16_t list, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	int64_t feature = standard_of(tape, per_child(tape, node, PER_id));
	uint32_t parameters = per_child(tape, node, PER_parameters);
	const uint32_t end = parameters ? tape->nodes[parameters].next : 0;
	struct h323_pdu pdu = {.kind = H323_PDU_FEATURE,
	        .way = (uint8_t)way,
	        .id = list,
	        .node = node,
	        .value = (int32_t)feature};

	const uint32_t first = decoder->message.pdu_count;
	h323_pdu_add(&decoder->message, pdu);
	for (uint32_t i = parameters + 1; i < end; i = tape->nodes[i].next) {
		int64_t id = standard_of(tape, per_child(tape, i, PER_id));
		uint16_t type = type_of(feature, id);
		if (!type)
			continue;
		uint32_t root = h323_open(decoder, (enum per_type_id)type,
		        octets_of(tape, per_child(tape, i, PER_content)),
		        ANOMALY_H460_BAD);
		if (root && feature == RAS_OVER_H2250)
			h323_pdu_root(&decoder->message, tape, root, H323_PDU_RAS,
			        way == H323_REPORT ? H323_REPORT : H323_TUNNEL);
		if (first < LIMIT_H323_PDUS && !decoder->message.pdus[first].content)
			decoder->message.pdus[first].content = root;
	}
}

/* The identifier of a GenericMessage, where it is a standard one. */
static struct slice message_oid(const struct per_tape *tape, uint32_t node)
{
	uint16_t name;
	uint32_t identifier = per_child(tape, node, PER_messageIdentifier);
	uint32_t chosen = identifier ? h323_choice(tape, identifier, &name) : 0;

	return chosen && name == PER_standard ? h323_bytes(tape, chosen)
	                                      : (struct slice){0};
}

/* The n of H.460.n; -1 when it is not of H.460. */
static int32_t feature_of(struct slice oid)
{
	if (oid.len <= sizeof(H460) || memcmp(oid.data, H460, sizeof(H460)) != 0)
		return -1;
	return (uint8_t)oid.data[sizeof(H460)];
}

/* What the octets of a parameter hold: H.460.19, and Annex B of H.460.24 (arc 2). */
static uint16_t message_type(struct slice oid, int32_t feature, int64_t id)
{
	if (feature == MEDIA_TRAVERSAL && id == 1)
		return PER_TYPE_TraversalParameters;
	if (feature == NAT_MEDIA && oid.data[oid.len - 1] == 2)
		return PER_TYPE_AlternateAddresses;
	return PER_NO_TYPE;
}

void h460_message(struct h323_decoder *decoder, uint32_t node, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	const struct slice oid = message_oid(tape, node);
	struct h323_pdu pdu = {.kind = H323_PDU_FEATURE,
	        .way = (uint8_t)way,
	        .id = PER_genericInformation,
	        .node = node,
	        .value = feature_of(oid)};
	uint32_t list = per_child(tape, node, PER_messageContent);
	const uint32_t end = list ? tape->nodes[list].next : 0;

	for (uint32_t i = list + 1; i < end && !pdu.content; i = tape->nodes[i].next) {
		int64_t id =
		        standard_of(tape, per_child(tape, i, PER_parameterIdentifier));
		uint16_t type = message_type(oid, pdu.value, id);
		if (type)
			pdu.content = h323_open(decoder, (enum per_type_id)type,
			        octets_of(tape, per_child(tape, i, PER_parameterValue)),
			        ANOMALY_H460_BAD);
	}
	h323_pdu_add(&decoder->message, pdu);
}
