#include "cli/rules_backtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/against.h"
#include "cli/exit.h"
#include "cli/run.h"
#include "engine/report/json.h"
#include "platform/buffer.h"

enum { ENGINE_MEMORY = 512 << 20, LINE_BYTES_MAX = 8 << 20, ROW_BYTES = 1024 };

static void on_event(
        void *context, const struct engine *engine, const struct event *event)
{
	(void)engine;
	against_event(context, event);
}

static void on_alert(
        void *context, const struct engine *engine, const struct alert *alert)
{
	(void)engine;
	against_alert(context, alert);
}

static bool run_one(
        const struct backtest *backtest, const char *path, struct against *against)
{
	struct run run = {0};
	struct run_engine engine = {
	        .memory_bytes = ENGINE_MEMORY,
	        .rules = &backtest->before->set,
	        .sink = {against, on_event, on_alert},
	};
	const bool fine = run_open(&run, &path, 1) && run_engine_open(&engine) &&
	                  run_through(&run, &engine) && !run.damaged;
	run_engine_close(&engine);
	run_close(&run);
	return fine;
}

static void counts_write(const struct against *against, struct buffer *line)
{
	uint64_t before = 0;
	uint64_t after = 0;
	bool any = false;
	buffer_string(line, ",\"rules\":[");
	for (size_t i = 0; i < against->count; i++) {
		const struct against_count *count = &against->counts[i];
		before += count->ours;
		after += count->theirs;
		if (count->ours == count->theirs)
			continue;
		if (any)
			buffer_string(line, ",");
		struct writer row = buffer_room(line, ROW_BYTES);
		json_object(&row, NULL);
		json_string(&row, "rule_id", count->rule_id);
		json_u64(&row, "before", count->ours);
		json_u64(&row, "after", count->theirs);
		json_object_end(&row);
		buffer_take(line, &row);
		any = true;
	}
	buffer_format(line, "],\"before\":%llu,\"after\":%llu}",
	        (unsigned long long)before, (unsigned long long)after);
}

/* The file's name tells the capture, without the way to it. */
static void line_print(const char *path, const struct against *against, bool whole)
{
	struct buffer line = buffer_of(LINE_BYTES_MAX);
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	struct writer head = buffer_room(&line, ROW_BYTES);
	json_object(&head, NULL);
	json_string(&head, "capture", slice_text(name));
	json_bool(&head, "whole", whole);
	buffer_take(&line, &head);
	counts_write(against, &line);
	printf("%.*s\n", (int)line.len, line.data);
	(void)fflush(stdout);
	buffer_free(&line);
}

int rules_backtest(
        const struct backtest *backtest, const char *const *captures, size_t count)
{
	struct against *against = calloc(1, sizeof(*against));
	int code = against ? EXIT_FINE : EXIT_ENVIRONMENT;
	for (size_t i = 0; code == EXIT_FINE && i < count; i++) {
		*against = (struct against){0};
		if (against_open(against, backtest->after, backtest->site, NULL))
			line_print(captures[i], against,
			        run_one(backtest, captures[i], against));
		else
			code = EXIT_BAD_INPUT;
		against_close(against);
	}
	free(against);
	return code;
}
