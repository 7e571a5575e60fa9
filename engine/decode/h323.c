#include "engine/decode/h323_inside.h"

static const char *const PDU_KIND_NAMES[] = {
#define X(id, name) [H323_PDU_##id] = name,
        H323_PDU_KINDS(X)
#undef X
};

/* What the tape's anomalies are called where the whole message is meant. */
static const struct {
	uint32_t bit;
	enum anomaly anomaly;
} TAPE_ANOMALIES[] = {
        {PER_CONTAINED, ANOMALY_PER_NESTED},
        {PER_TRAILING, ANOMALY_PER_NESTED_TRAILING},
        {PER_UNKNOWN, ANOMALY_PER_EXTENSION},
        {PER_RANGE, ANOMALY_PER_RANGE},
        {PER_OID_EMPTY, ANOMALY_PER_OID_EMPTY},
        {PER_OID_LONG, ANOMALY_PER_OID_LONG},
        {PER_BROKEN, ANOMALY_PER_BROKEN},
        {PER_EXHAUSTED, ANOMALY_PER_EXHAUSTED},
};

const char *h323_pdu_kind_name(enum h323_pdu_kind kind)
{
	return PDU_KIND_NAMES[kind];
}

bool h323_init(struct h323_decoder *decoder, struct memory *memory)
{
	decoder->tape = (struct per_tape){
	        .nodes = memory_take(memory, LIMIT_PER_NODES * sizeof(struct per_node)),
	        .size = LIMIT_PER_NODES,
	        .text = memory_take(memory, LIMIT_H323_TEXT),
	        .text_size = LIMIT_H323_TEXT,
	};
	return decoder->tape.nodes && decoder->tape.text;
}

static void message_begin(struct h323_decoder *decoder, enum h323_kind kind)
{
	struct h323_message *message = &decoder->message;

	memset(message, 0, offsetof(struct h323_message, pdus));
	message->anomalies = (struct anomalies){{0}};
	message->kind = kind;
	message->tape = &decoder->tape;
	decoder->tape.count = 0;
	decoder->tape.anomalies = 0;
}

static void message_end(struct h323_decoder *decoder)
{
	struct h323_message *message = &decoder->message;

	message->id = message->pdu_count ? message->pdus[0].id : PER_NO_NAME;
	h323_pdu_expand(decoder);
	for (size_t i = 0; i < sizeof(TAPE_ANOMALIES) / sizeof(TAPE_ANOMALIES[0]); i++)
		if (decoder->tape.anomalies & TAPE_ANOMALIES[i].bit)
			anomaly_set(&message->anomalies, TAPE_ANOMALIES[i].anomaly);
	if (message->pdus_left_out)
		anomaly_set(&message->anomalies, ANOMALY_H323_MANY);
}

uint32_t h323_open(struct h323_decoder *decoder, enum per_type_id type,
        struct slice content, enum anomaly anomaly)
{
	struct per_tape *tape = &decoder->tape;
	const uint32_t root = tape->count;
	const uint32_t anomalies = tape->anomalies;

	if (!content.len)
		return 0;
	if (per_append(type, content, tape) && root < tape->count)
		return root;
	/* It is contained as a nested value is, unless the budget is blown. */
	tape->anomalies = anomalies | (tape->anomalies & PER_EXHAUSTED);
	tape->count = root;
	anomaly_set(&decoder->message.anomalies, anomaly);
	return 0;
}

void h323_ras_parse(struct h323_decoder *decoder, struct slice bytes)
{
	struct per_tape *tape = &decoder->tape;
	struct h323_message *message = &decoder->message;

	message_begin(decoder, H323_RAS);
	message->whole = per_decode(PER_TYPE_RasMessage, bytes, tape);
	if (message->whole && tape->consumed < bytes.len) {
		anomaly_set(&message->anomalies, ANOMALY_PER_TRAILING);
		message->whole = false;
	}
	h323_pdu_root(message, tape, 0, H323_PDU_RAS, H323_DIRECT);
	message_end(decoder);
}

/* Which body a Q.931 message carries (H.225.0 table 4). */
static uint16_t body_of(uint8_t type)
{
	switch (type) {
	case Q931_SETUP:
		return PER_setup;
	case Q931_CALL_PROCEEDING:
		return PER_callProceeding;
	case Q931_CONNECT:
		return PER_connect;
	case Q931_ALERTING:
		return PER_alerting;
	case Q931_INFORMATION:
		return PER_information;
	case Q931_RELEASE_COMPLETE:
		return PER_releaseComplete;
	case Q931_FACILITY:
		return PER_facility;
	case Q931_PROGRESS:
		return PER_progress;
	case Q931_STATUS:
		return PER_status;
	case Q931_STATUS_ENQUIRY:
		return PER_statusInquiry;
	case Q931_SETUP_ACK:
		return PER_setupAcknowledge;
	case Q931_NOTIFY:
		return PER_notify;
	default:
		return PER_NO_NAME;
	}
}

/* The body of H323-UserInformation; an empty one only carries what is tunnelled. */
static void body_add(struct h323_decoder *decoder)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t body =
	        h323_path(tape, 0, H323_PATH(PER_h323_uu_pdu, PER_h323_message_body));
	uint16_t id = PER_NO_NAME;
	uint32_t node = h323_choice(tape, body, &id);
	uint16_t expected = body_of(decoder->q931.type);

	if (!body || !node)
		return;
	h323_pdu_add(&decoder->message,
	        (struct h323_pdu){
	                .kind = H323_PDU_CALL, .id = id, .node = node, .value = -1});
	if (expected && id != expected && id != PER_empty)
		anomaly_set(&decoder->message.anomalies, ANOMALY_H323_BODY);
}

bool h323_call_parse(struct h323_decoder *decoder, struct slice bytes)
{
	struct h323_message *message = &decoder->message;
	struct per_tape *tape = &decoder->tape;

	message_begin(decoder, H323_CALL);
	message->q931 = &decoder->q931;
	if (!q931_parse(bytes, &decoder->q931, &message->anomalies))
		return false;
	struct slice uu = decoder->q931.user_user;
	if (uu.len) {
		message->whole = per_decode(PER_TYPE_H323_UserInformation, uu, tape);
		if (message->whole && tape->consumed < uu.len) {
			anomaly_set(&message->anomalies, ANOMALY_PER_TRAILING);
			message->whole = false;
		}
		body_add(decoder);
	}
	message_end(decoder);
	return true;
}

void h323_control_parse(struct h323_decoder *decoder, struct slice bytes)
{
	struct h323_message *message = &decoder->message;
	struct per_tape *tape = &decoder->tape;
	bool more = true;

	message_begin(decoder, H323_CONTROL);
	tape->made = tape->text_used = 0;
	message->whole = true;
	for (unsigned i = 0; more; i++) {
		uint32_t root = tape->count;
		message->whole =
		        per_append(PER_TYPE_MultimediaSystemControlMessage, bytes, tape);
		h323_pdu_root(message, tape, root, H323_PDU_H245, H323_DIRECT);
		bytes = slice_from(bytes, tape->consumed);
		more = message->whole && bytes.len && tape->consumed;
		if (i > 0)
			anomaly_set(&message->anomalies, ANOMALY_TPKT_SEVERAL);
	}
	message_end(decoder);
}
