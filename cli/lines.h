/*
 * Events as lines of JSON on a stream, or as one JSON array of them.
 */
#ifndef RINGFENCE_CLI_LINES_H
#define RINGFENCE_CLI_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/engine.h"
#include "engine/report/line.h"

struct lines {
	FILE *to;
	bool array;     /* one JSON array instead of a line each */
	uint32_t types; /* bits of enum report_type that are written */
	const char *const *sources;
	size_t source_count;
	bool evidence; /* alerts name their evidence file */
	bool failed;   /* the stream takes no more */
	uint64_t written;
	struct memory seen_memory;
	struct line line;
};

/* "all" or names joined by commas, added to the default; false names the wrong one. */
bool lines_types(const char *list, uint32_t *types);

bool lines_open(struct lines *lines);
void lines_event(
        struct lines *lines, const struct engine *engine, const struct event *event);
void lines_alert(
        struct lines *lines, const struct engine *engine, const struct alert *alert);
/* The summary and the end; false when something could not be written. */
bool lines_close(struct lines *lines, const struct engine *engine);
void lines_clear(struct lines *lines);

/* The name of an alert's evidence file, without its directory. */
void evidence_name(uint64_t id, struct slice rule_id, char *into, size_t size);

#endif
