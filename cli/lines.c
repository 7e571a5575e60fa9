#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

#include "engine/report/rule_view.h"
#include "platform/memory.h"

enum { SEEN_BYTES = 8 << 20 };

bool lines_types(const char *list, uint32_t *types)
{
	struct slice rest = slice_of(list, strlen(list));
	*types = LINES_DEFAULT;
	while (slice_present(rest)) {
		struct slice name = slice_trim(slice_split(&rest, ','));
		enum report_type type = report_type_parse(name);
		if (slice_equal(name, SLICE("all"))) {
			*types |= LINES_ALL;
		} else if (type == REPORT_NONE) {
			fprintf(stderr, "ringfence: --events: there is no type '%.*s'\n",
			        (int)name.len, name.data);
			return false;
		} else {
			*types |= 1u << type;
		}
	}
	return true;
}

bool lines_open(struct lines *lines)
{
	lines->buffer = malloc(REPORT_LINE_MAX);
	lines->seen_memory = memory_reserve(SEEN_BYTES + 4096);
	if (!lines->buffer || !lines->seen_memory.base ||
	        !seen_init(&lines->anomalies, &lines->seen_memory, SEEN_BYTES))
		return false;
	if (lines->array && fputs("[\n", lines->to) == EOF)
		lines->failed = true;
	return true;
}

static void emit(struct lines *lines, const struct writer *out)
{
	size_t len = out->len;
	if (len == 0 || out->truncated)
		return;
	if (lines->array) {
		len--;
		if (lines->written && fputs(",\n", lines->to) == EOF)
			lines->failed = true;
	}
	lines->written++;
	if (fwrite(out->data, 1, len, lines->to) != len)
		lines->failed = true;
}

static struct report_context context_of(
        const struct lines *lines, const struct engine *engine)
{
	return (struct report_context){
	        .track = engine_track(engine),
	        .sources = lines->sources,
	        .source_count = lines->source_count,
	};
}

static void anomalies(
        struct lines *lines, const struct engine *engine, const struct event *event)
{
	static const struct hash_key key = {0x616e6f6d616c7900, 0x72696e6766656e63};
	struct report_context context = context_of(lines, engine);

	if (!event->message || !event->message->datagram)
		return;
	uint64_t source = hash_address(&key, &event->message->datagram->src.ip);
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		if (!anomaly_has(event->message->anomalies, (enum anomaly)i) ||
		        !seen_add(&lines->anomalies, hash_words(&key, source, i)))
			continue;
		struct writer out = writer_of(lines->buffer, REPORT_LINE_MAX);
		anomaly_json(&context, event, (enum anomaly)i, &out);
		emit(lines, &out);
	}
}

void lines_event(
        struct lines *lines, const struct engine *engine, const struct event *event)
{
	enum report_type type = report_type_of(event);
	if (!(lines->types & 1u << type) || type == REPORT_NONE)
		return;
	if (type == REPORT_ANOMALY) {
		anomalies(lines, engine, event);
		return;
	}
	struct report_context context = context_of(lines, engine);
	struct writer out = writer_of(lines->buffer, REPORT_LINE_MAX);
	event_json(&context, event, &out);
	emit(lines, &out);
}

void evidence_name(uint64_t id, struct slice rule_id, char *into, size_t size)
{
	(void)snprintf(into, size, "%llu-%.*s.pcapng", (unsigned long long)id,
	        (int)rule_id.len, rule_id.data);
}

void lines_alert(
        struct lines *lines, const struct engine *engine, const struct alert *alert)
{
	struct report_context context = context_of(lines, engine);
	char name[256];

	if (!(lines->types & 1u << REPORT_ALERT))
		return;
	if (lines->evidence) {
		evidence_name(alert->id, rule_view_id(alert->rule), name, sizeof(name));
		context.evidence_file = name;
	}
	struct writer out = writer_of(lines->buffer, REPORT_LINE_MAX);
	alert_json(&context, alert, &out);
	emit(lines, &out);
}

bool lines_close(struct lines *lines, const struct engine *engine)
{
	const struct summary *summary = engine_summary(engine);
	size_t size = summary_size(summary);
	char *data = malloc(size);

	if (!data)
		return false;
	struct writer out = writer_of(data, size);
	summary_write(summary, engine_frame_counters(engine),
	        track_counters(engine_track(engine)), &out);
	emit(lines, &out);
	free(data);
	if (lines->array && fputs("\n]\n", lines->to) == EOF)
		lines->failed = true;
	return fflush(lines->to) == 0 && !lines->failed;
}

void lines_clear(struct lines *lines)
{
	free(lines->buffer);
	lines->buffer = NULL;
	memory_release(&lines->seen_memory);
}
