#include "engine/report/summary_h323.h"

#include "engine/report/json.h"

static const char *const GROUP_NAMES[SUMMARY_H323_GROUPS] = {
        [SUMMARY_RAS] = "ras",
        [SUMMARY_H225] = "h225",
        [SUMMARY_H245] = "h245",
};

void summary_h323_add(struct summary_h323 *summary, const struct h323_message *message)
{
	for (uint32_t i = 0; i < message->pdu_count; i++) {
		const struct h323_pdu *pdu = &message->pdus[i];
		switch ((enum h323_pdu_kind)pdu->kind) {
		case H323_PDU_RAS:
			summary->counts[SUMMARY_RAS][pdu->id]++;
			break;
		case H323_PDU_CALL:
			summary->counts[SUMMARY_H225][pdu->id]++;
			break;
		case H323_PDU_H245:
			summary->counts[SUMMARY_H245][pdu->id]++;
			break;
		case H323_PDU_FAST_START:
		case H323_PDU_H450:
		case H323_PDU_FEATURE:
		case H323_PDU_TOKEN:
			break;
		}
	}
}

uint64_t summary_h323_count(const struct summary_h323 *summary,
        enum summary_h323_group group, enum per_name name)
{
	return summary->counts[group][name];
}

static struct slice name_of(uint16_t name)
{
	const char *text = name == PER_NO_NAME ? "unknown" : per_name_text(name);
	return slice_text(text);
}

/* In the order of the names: the next one is the least of those behind the last. */
static void group_write(const uint32_t *counts, struct writer *out)
{
	struct slice last = SLICE("");
	for (;;) {
		uint16_t next = PER_NAME_COUNT;
		for (uint16_t name = 0; name < PER_NAME_COUNT; name++) {
			if (!counts[name] || slice_compare(name_of(name), last) <= 0)
				continue;
			if (next == PER_NAME_COUNT ||
			        slice_compare(name_of(name), name_of(next)) < 0)
				next = name;
		}
		if (next == PER_NAME_COUNT)
			return;
		json_count(out, name_of(next), counts[next]);
		last = name_of(next);
	}
}

void summary_h323_write(const struct summary_h323 *summary, struct writer *out)
{
	json_object(out, "h323");
	for (unsigned group = 0; group < SUMMARY_H323_GROUPS; group++) {
		json_object(out, GROUP_NAMES[group]);
		group_write(summary->counts[group], out);
		json_object_end(out);
	}
	json_object_end(out);
}
