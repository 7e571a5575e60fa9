#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

#include "engine/report/rule_view.h"
#include "platform/memory.h"

bool lines_types(const char *list, uint32_t *types)
{
	struct slice wrong = {0};
	if (line_types(slice_text(list), types, &wrong))
		return true;
	fprintf(stderr, "ringfence: --events: there is no type '%.*s'\n", (int)wrong.len,
	        wrong.data);
	return false;
}

bool lines_open(struct lines *lines)
{
	lines->line.buffer = malloc(REPORT_LINE_MAX);
	lines->line.types = lines->types;
	lines->line.context.sources = lines->sources;
	lines->line.context.source_count = lines->source_count;
	lines->seen_memory = memory_reserve(LINE_SEEN_BYTES + 4096);
	if (!lines->line.buffer || !lines->seen_memory.base ||
	        !seen_init(&lines->line.anomalies, &lines->seen_memory, LINE_SEEN_BYTES))
		return false;
	if (lines->array && fputs("[\n", lines->to) == EOF)
		lines->failed = true;
	return true;
}

static void emit(struct lines *lines, struct slice text)
{
	if (!text.len)
		return;
	if (lines->array) {
		text.len--;
		if (lines->written && fputs(",\n", lines->to) == EOF)
			lines->failed = true;
	}
	lines->written++;
	if (fwrite(text.data, 1, text.len, lines->to) != text.len)
		lines->failed = true;
}

void lines_event(
        struct lines *lines, const struct engine *engine, const struct event *event)
{
	struct slice text;
	lines->line.context.track = engine_track(engine);
	lines->line.context.rules = engine_rules(engine);
	line_begin(&lines->line, event);
	while (line_next(&lines->line, &text))
		emit(lines, text);
}

void evidence_name(uint64_t id, struct slice rule_id, char *into, size_t size)
{
	(void)snprintf(into, size, "%llu-%.*s.pcapng", (unsigned long long)id,
	        (int)rule_id.len, rule_id.data);
}

void lines_alert(
        struct lines *lines, const struct engine *engine, const struct alert *alert)
{
	char name[256];

	lines->line.context.track = engine_track(engine);
	lines->line.context.rules = engine_rules(engine);
	if (lines->evidence) {
		evidence_name(alert->id, rule_view_id(alert->rule), name, sizeof(name));
		lines->line.context.evidence_file = name;
	}
	emit(lines, line_alert(&lines->line, alert));
	lines->line.context.evidence_file = NULL;
}

/* The summary piece by piece; in an array without its line end. */
static bool summary_emit(struct lines *lines, const struct engine *engine)
{
	struct summary_text summary = {.summary = engine_summary(engine),
	        .frame = engine_frame_counters(engine),
	        .track = track_counters(engine_track(engine))};
	const size_t size = summary_piece_size(summary.summary);
	char *data = malloc(size);
	if (!data)
		return false;
	if (lines->array && lines->written && fputs(",\n", lines->to) == EOF)
		lines->failed = true;
	lines->written++;
	struct writer out = writer_of(data, size);
	for (; summary_piece(&summary, &out); out.len = 0) {
		const size_t len = out.len - (summary.ended && lines->array);
		if (fwrite(data, 1, len, lines->to) != len)
			lines->failed = true;
	}
	free(data);
	return !out.truncated;
}

bool lines_close(struct lines *lines, const struct engine *engine)
{
	if (!summary_emit(lines, engine))
		return false;
	if (lines->array && fputs("\n]\n", lines->to) == EOF)
		lines->failed = true;
	return fflush(lines->to) == 0 && !lines->failed;
}

void lines_clear(struct lines *lines)
{
	free(lines->line.buffer);
	lines->line.buffer = NULL;
	memory_release(&lines->seen_memory);
}
