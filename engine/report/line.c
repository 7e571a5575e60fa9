#include "engine/report/line.h"

bool line_types(struct slice list, uint32_t *types, struct slice *wrong)
{
	uint32_t found = LINE_TYPES_DEFAULT;
	while (slice_present(list)) {
		const struct slice name = slice_trim(slice_split(&list, ','));
		const enum report_type type = report_type_parse(name);
		if (slice_equal(name, SLICE("all"))) {
			found |= LINE_TYPES_ALL;
		} else if (type == REPORT_NONE) {
			*wrong = name;
			return false;
		} else {
			found |= 1u << type;
		}
	}
	*types = found;
	return true;
}

void line_begin(struct line *line, const struct event *event)
{
	const enum report_type type = report_type_of(event);
	const bool wanted = type != REPORT_NONE && line->types & 1u << type;
	const bool placed = event->message && event->message->datagram;
	line->event = wanted && (type != REPORT_ANOMALY || placed) ? event : NULL;
	line->next = 0;
}

/* Whether the message shows this anomaly, and its source does so the first time. */
static bool anomaly_news(struct line *line, const struct message *message, unsigned index)
{
	static const struct hash_key key = {0x616e6f6d616c7900, 0x72696e6766656e63};
	if (!anomaly_has(message->anomalies, (enum anomaly)index))
		return false;
	const uint64_t source = hash_address(&key, &message->datagram->src.ip);
	return seen_add(&line->anomalies, hash_words(&key, source, index));
}

static struct slice text_of(const struct writer *out)
{
	return out->len && !out->truncated ? writer_text(out) : (struct slice){0};
}

bool line_next(struct line *line, struct slice *text)
{
	const struct event *event = line->event;
	struct writer out = writer_of(line->buffer, REPORT_LINE_MAX);
	if (!event)
		return false;
	if (report_type_of(event) != REPORT_ANOMALY) {
		line->event = NULL;
		event_json(&line->context, event, &out);
		*text = text_of(&out);
		return slice_present(*text);
	}
	while (line->next < ANOMALY_COUNT) {
		const unsigned index = line->next++;
		if (!anomaly_news(line, event->message, index))
			continue;
		out = writer_of(line->buffer, REPORT_LINE_MAX);
		anomaly_json(&line->context, event, (enum anomaly)index, &out);
		*text = text_of(&out);
		if (slice_present(*text))
			return true;
	}
	line->event = NULL;
	return false;
}

struct slice line_alert(struct line *line, const struct alert *alert)
{
	struct writer out = writer_of(line->buffer, REPORT_LINE_MAX);
	if (!(line->types & 1u << REPORT_ALERT))
		return (struct slice){0};
	alert_json(&line->context, alert, &out);
	return text_of(&out);
}
