/*
 * What another rule set would have said: a second judge over the same events.
 */
#ifndef RINGFENCE_CLI_AGAINST_H
#define RINGFENCE_CLI_AGAINST_H

#include <stdio.h>

#include "platform/rules_load.h"
#include "engine/engine.h"

struct against_count {
	struct slice rule_id;
	uint64_t ours;
	uint64_t theirs;
};

struct against {
	struct rules rules;
	struct memory memory;
	struct detect *detect;
	size_t count;
	struct against_count counts[2 * LIMIT_RULES];
};

/* False, told on standard error, when the rules do not compile. */
/* first: whose places and certificates hold here too, or NULL. */
bool against_open(struct against *against, const char *directory, const char *site,
        const struct rule_set *first);
void against_event(struct against *against, const struct event *event);
void against_alert(struct against *against, const struct alert *alert);
/* The rules whose counts differ, and by how much. */
void against_print(const struct against *against, FILE *to);
void against_close(struct against *against);

#endif
