/*
 * An incident told in sentences: who came from where, what was tried, what worked, what
 * it cost, and which rule would have stopped it when.
 */
#ifndef RINGFENCE_CLI_STORY_H
#define RINGFENCE_CLI_STORY_H

#include "cli/incident.h"

enum { STORY_STEPS_MAX = 24 };

/* What one rule told of the incident. */
struct story_step {
	const struct finding_alert *alert; /* the first */
	size_t count;
	uint64_t last_us;
};

struct story {
	/* Lines of wire text to be made harmless by whoever prints them; to be freed. */
	char *title;
	char *who;
	char *tried;
	char *worked; /* empty: nothing did, as far as was seen */
	char *stop;
	struct story_step steps[STORY_STEPS_MAX]; /* in the order of their first alerts */
	size_t step_count;
	size_t steps_left_out;
	struct incident_calls calls;
};

/* False without memory; story_clear in any case. */
bool story_of(struct story *story, const struct incident *incident,
        const struct findings *findings);
void story_clear(struct story *story);

#endif
