/*
 * The list of what is nested in a message. It is worked off from its front while it
 * grows at its end, so that nothing calls itself whatever holds what.
 */
#include "engine/decode/h323_inside.h"

void h323_pdu_add(struct h323_message *message, struct h323_pdu pdu)
{
	if (message->pdu_count == LIMIT_H323_PDUS)
		message->pdus_left_out++;
	else
		message->pdus[message->pdu_count++] = pdu;
}

void h323_pdu_root(struct h323_message *message, const struct per_tape *tape,
        uint32_t root, enum h323_pdu_kind kind, enum h323_way way)
{
	struct h323_pdu pdu = {.kind = (uint8_t)kind, .way = (uint8_t)way, .value = -1};

	pdu.node = h323_choice(tape, root, &pdu.id);
	/* H.245 is a choice of four choices: what counts is the inner one. */
	if (pdu.node && kind == H323_PDU_H245)
		pdu.node = h323_choice(tape, pdu.node, &pdu.id);
	if (pdu.node)
		h323_pdu_add(message, pdu);
}

/* What an OCTET STRING holds, if it holds a message and that is right. */
static uint32_t content_of(const struct per_tape *tape, uint32_t octets)
{
	const struct per_node *node = &tape->nodes[octets];
	bool holds = node->next > octets + 1 && !(node->flags & PER_NODE_RAW);
	return holds ? octets + 1 : 0;
}

static void tunnelled_list(struct h323_decoder *decoder, uint32_t list, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t count = 0;

	for (uint32_t i = list + 1; i < tape->nodes[list].next; i = tape->nodes[i].next) {
		uint32_t root = content_of(tape, i);
		if (root)
			h323_pdu_root(&decoder->message, tape, root, H323_PDU_H245, way);
		count++;
	}
	if (count > LIMIT_H323_TUNNELLED)
		anomaly_set(&decoder->message.anomalies, ANOMALY_H323_TUNNEL_MANY);
}

static void fast_start_list(
        struct h323_decoder *decoder, uint32_t list, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t count = 0;

	for (uint32_t i = list + 1; i < tape->nodes[list].next; i = tape->nodes[i].next) {
		uint32_t root = content_of(tape, i);
		if (root)
			h323_pdu_add(&decoder->message,
			        (struct h323_pdu){.kind = H323_PDU_FAST_START,
			                .way = (uint8_t)way,
			                .id = PER_openLogicalChannel,
			                .node = root,
			                .value = -1});
		count++;
	}
	if (count > LIMIT_H323_FAST_START)
		anomaly_set(&decoder->message.anomalies, ANOMALY_H323_FAST_START_MANY);
}

static void service_list(struct h323_decoder *decoder, uint32_t list, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;

	for (uint32_t i = list + 1; i < tape->nodes[list].next; i = tape->nodes[i].next)
		if (content_of(tape, i))
			h450_list(decoder, content_of(tape, i), way);
}

static void token_list(struct h323_decoder *decoder, uint32_t list, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;

	for (uint32_t i = list + 1; i < tape->nodes[list].next; i = tape->nodes[i].next)
		h323_pdu_add(&decoder->message, (struct h323_pdu){.kind = H323_PDU_TOKEN,
		                                        .way = (uint8_t)way,
		                                        .id = tape->nodes[list].name,
		                                        .node = i,
		                                        .value = -1});
}

static void feature_list(struct h323_decoder *decoder, uint32_t list, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	uint16_t name = tape->nodes[list].name;

	for (uint32_t i = list + 1; i < tape->nodes[list].next; i = tape->nodes[i].next)
		h460_data(decoder, i, name, way);
}

static void feature_set(struct h323_decoder *decoder, uint32_t set, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;

	for (uint32_t i = set + 1; i < tape->nodes[set].next; i = tape->nodes[i].next)
		if (tape->nodes[i].kind == PER_KIND_OF)
			feature_list(decoder, i, way);
}

/* The messages that an IRR tells of: [perCallInfo] [pdu] h323pdu. */
static void reported_list(struct h323_decoder *decoder, uint32_t calls)
{
	const struct per_tape *tape = &decoder->tape;

	for (uint32_t i = calls + 1; i < tape->nodes[calls].next;
	        i = tape->nodes[i].next) {
		uint32_t list = per_child(tape, i, PER_pdu);
		uint32_t end = list ? tape->nodes[list].next : 0;
		for (uint32_t pdu = list + 1; pdu < end; pdu = tape->nodes[pdu].next) {
			struct h323_pdu told = {
			        .kind = H323_PDU_CALL, .way = H323_REPORT, .value = -1};
			told.node = h323_choice(tape,
			        h323_path(tape, pdu,
			                H323_PATH(PER_h323pdu, PER_h323_message_body)),
			        &told.id);
			if (told.node)
				h323_pdu_add(&decoder->message, told);
		}
	}
}

static void version_note(struct h323_decoder *decoder, uint32_t oid)
{
	struct slice octets = h323_bytes(&decoder->tape, oid);
	uint8_t version = h323_version(octets);

	/* An empty one is named as such. */
	if (!version && octets.len)
		anomaly_set(&decoder->message.anomalies, ANOMALY_H323_VERSION);
	else if (version && !decoder->message.version)
		decoder->message.version = version;
}

/* The fields of a RAS message, of a UU-PDU and of its body that hold messages. */
static void fields_list(struct h323_decoder *decoder, uint32_t parent, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	enum h323_way inside = way == H323_REPORT ? H323_REPORT : H323_TUNNEL;
	const uint32_t end = tape->nodes[parent].next;

	for (uint32_t i = parent + 1; i < end; i = tape->nodes[i].next) {
		switch (tape->nodes[i].name) {
		case PER_protocolIdentifier:
			version_note(decoder, i);
			break;
		case PER_fastStart:
			fast_start_list(decoder, i, way);
			break;
		case PER_parallelH245Control:
			tunnelled_list(decoder, i,
			        way == H323_REPORT ? H323_REPORT : H323_PARALLEL);
			break;
		case PER_h245Control:
			tunnelled_list(decoder, i, inside);
			break;
		case PER_h4501SupplementaryService:
			service_list(decoder, i, way);
			break;
		case PER_tokens:
		case PER_cryptoTokens:
			token_list(decoder, i, way);
			break;
		case PER_genericData:
		case PER_neededFeatures:
		case PER_desiredFeatures:
		case PER_supportedFeatures:
			feature_list(decoder, i, way);
			break;
		case PER_featureSet:
			feature_set(decoder, i, way);
			break;
		case PER_perCallInfo:
			reported_list(decoder, i);
			break;
		default:
			break;
		}
	}
}

/* genericInformation of an H.245 message, and those messages that are generic ones. */
static void generic_list(struct h323_decoder *decoder, const struct h323_pdu *pdu)
{
	const struct per_tape *tape = &decoder->tape;
	enum h323_way way = (enum h323_way)pdu->way;
	uint32_t list = per_child(tape, pdu->node, PER_genericInformation);
	const uint32_t end = list ? tape->nodes[list].next : 0;

	for (uint32_t i = list + 1; i < end; i = tape->nodes[i].next)
		h460_message(decoder, i, way);
	if (pdu->id == PER_genericRequest || pdu->id == PER_genericResponse ||
	        pdu->id == PER_genericCommand || pdu->id == PER_genericIndication)
		h460_message(decoder, pdu->node, way);
}

void h323_pdu_expand(struct h323_decoder *decoder)
{
	struct h323_message *message = &decoder->message;

	for (uint32_t i = 0; i < message->pdu_count; i++) {
		const struct h323_pdu pdu = message->pdus[i];
		switch ((enum h323_pdu_kind)pdu.kind) {
		case H323_PDU_CALL:
			fields_list(decoder, pdu.node, (enum h323_way)pdu.way);
			/* The body is the choice's, which is the UU-PDU's first field. */
			fields_list(decoder, pdu.node - 2, (enum h323_way)pdu.way);
			break;
		case H323_PDU_RAS:
			fields_list(decoder, pdu.node, (enum h323_way)pdu.way);
			break;
		case H323_PDU_H245:
		case H323_PDU_FAST_START:
			generic_list(decoder, &pdu);
			break;
		case H323_PDU_H450:
		case H323_PDU_FEATURE:
		case H323_PDU_TOKEN:
			break;
		}
		h323_pdu_check(decoder, &pdu);
	}
}
