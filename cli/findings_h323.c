/*
 * Messages of H.323 among the findings. Call signalling and H.245 come with their call;
 * what RAS says about a call is heard before there is one, and is hung to it at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/findings_inside.h"
#include "engine/track/h323.h"

enum { LABEL_BYTES = 64, NESTED_MAX = 3 };

/* As engineers call what H.245 spells out: a column of a ladder is narrow. */
static const struct {
	uint16_t name;
	const char *text;
} SHORT[] = {
        {PER_terminalCapabilitySet, "TCS"},
        {PER_terminalCapabilitySetAck, "TCSAck"},
        {PER_terminalCapabilitySetReject, "TCSReject"},
        {PER_masterSlaveDetermination, "MSD"},
        {PER_masterSlaveDeterminationAck, "MSDAck"},
        {PER_masterSlaveDeterminationReject, "MSDReject"},
        {PER_openLogicalChannel, "OLC"},
        {PER_openLogicalChannelAck, "OLCAck"},
        {PER_openLogicalChannelReject, "OLCReject"},
        {PER_closeLogicalChannel, "CLC"},
        {PER_closeLogicalChannelAck, "CLCAck"},
        {PER_endSessionCommand, "endSession"},
};

static void add_name(struct writer *label, uint16_t name)
{
	writer_byte(label, ' ');
	for (size_t i = 0; i < sizeof(SHORT) / sizeof(SHORT[0]); i++) {
		if (SHORT[i].name != name)
			continue;
		writer_string(label, SHORT[i].text);
		return;
	}
	writer_string(label, per_name_text(name));
}

/* "H.225 connect, H.245 TCS MSD"; a message that only carries H.245 is that. */
static void label_write(const struct h323_message *message, struct writer *label)
{
	static const char *const kinds[] = {
	        [H323_RAS] = "RAS", [H323_CALL] = "H.225", [H323_CONTROL] = "H.245"};
	unsigned nested = 0;
	bool fast = false;
	const bool own = message->kind != H323_CONTROL && message->id != PER_empty;
	if (own) {
		writer_string(label, kinds[message->kind]);
		add_name(label, message->id);
	}
	for (uint32_t i = 0; i < message->pdu_count && nested < NESTED_MAX; i++) {
		const struct h323_pdu *pdu = &message->pdus[i];
		fast |= pdu->kind == H323_PDU_FAST_START;
		if (pdu->kind != H323_PDU_H245 || pdu->way == H323_REPORT)
			continue;
		if (nested++ == 0)
			writer_string(label, own ? ", H.245" : "H.245");
		add_name(label, pdu->id);
	}
	if (fast)
		writer_string(label, ", fastStart");
	if (!label->len)
		writer_string(label, kinds[message->kind]);
}

/* As the colours of a ladder go: what SIP would have said. */
static uint16_t status_of(const struct h323_message *message)
{
	switch (message->id) {
	case PER_connect:
	case PER_admissionConfirm:
	case PER_disengageConfirm:
	case PER_locationConfirm:
		return 200;
	case PER_admissionReject:
	case PER_disengageReject:
	case PER_locationReject:
		return 403;
	case PER_releaseComplete:
		return message->q931 && message->q931->has_cause &&
		                       message->q931->cause != 16
		               ? 480
		               : 0;
	default:
		return 0;
	}
}

void findings_h323(struct findings *findings, const struct event *event)
{
	const struct message *message = event->message;
	const struct ras_transaction *ras = event->ras;
	if (!findings->with_messages || !message || !message->h323)
		return;
	if (event->kind == EVENT_H323_MESSAGE ? !event->call : !(ras && ras->has_call))
		return;
	struct finding_message *into = findings_message_new(findings);
	if (!into)
		return;
	char bytes[LABEL_BYTES * 3];
	char identifier[40];
	struct writer label = writer_of(bytes, sizeof(bytes));
	label_write(message->h323, &label);
	*into = (struct finding_message){
	        .call = event->call ? event->call->id : 0,
	        .time_us = event->time_us,
	        .packet = {event->packet ? event->packet->number : 0,
	                event->packet ? event->packet->source : 0},
	        .src = message->datagram->src,
	        .dst = message->datagram->dst,
	        .label = findings_keep(findings, slice_first(writer_text(&label), 120)),
	        .status = status_of(message->h323),
	};
	if (event->call) {
		findings_message_link(findings, into);
		return;
	}
	into->call_id = findings_keep(
	        findings, h323_call_id(ras->identifier, ras->conference, identifier));
	findings->unlinked_count++;
}

static int by_call_id(const void *a, const void *b)
{
	const struct finding_call *left = *(const struct finding_call *const *)a;
	const struct finding_call *right = *(const struct finding_call *const *)b;
	const size_t len = left->call_id.len < right->call_id.len ? left->call_id.len
	                                                          : right->call_id.len;
	const int order = len ? memcmp(left->call_id.data, right->call_id.data, len) : 0;
	if (order)
		return order;
	if (left->call_id.len != right->call_id.len)
		return left->call_id.len < right->call_id.len ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

/* The first leg of the identifier: legs of one call are drawn together. */
static const struct finding_call *first_leg(
        const struct finding_call *const *sorted, size_t count, struct slice call_id)
{
	const struct finding_call wanted = {.call_id = call_id};
	const struct finding_call *key = &wanted;
	size_t low = 0;
	size_t high = count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (by_call_id(&sorted[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && slice_equal(sorted[low]->call_id, call_id) ? sorted[low]
	                                                                 : NULL;
}

void findings_h323_seal(struct findings *findings)
{
	if (!findings->unlinked_count || !findings->call_count)
		return;
	const struct finding_call **sorted =
	        malloc(findings->call_count * sizeof(*sorted));
	if (!sorted)
		return;
	for (size_t i = 0; i < findings->call_count; i++)
		sorted[i] = &findings->calls[i];
	qsort(sorted, findings->call_count, sizeof(*sorted), by_call_id);
	for (size_t i = 0; i < findings->message_count; i++) {
		struct finding_message *message = &findings->messages[i];
		const struct finding_call *call =
		        message->call || !message->call_id.len
		                ? NULL
		                : first_leg(
		                          sorted, findings->call_count, message->call_id);
		if (!call)
			continue;
		message->call = call->id;
		findings_message_link(findings, message);
	}
	free(sorted);
}
