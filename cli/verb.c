#include "cli/verb.h"

#include <string.h>

static const struct verb VERBS[] = {
        {"replay", "audit capture files", verb_replay},
        {"rules", "list, explain, test, publish and roll back detection rules",
                verb_rules},
        {"alerts", "list, show, acknowledge, close and follow alerts", verb_alerts},
        {"calls", "calls of capture files, or of a server: list, draw, extract",
                verb_calls},
        {"quality", "media quality of all streams, or by a field of theirs",
                verb_quality},
        {"registrations", "changes of registrations, newest first", verb_registrations},
        {"block", "block addresses, and tell what is blocked", verb_block},
        {"allow", "addresses that are never blocked", verb_allow},
        {"nodes", "sensors and filters, and how they are", verb_nodes},
        {"report", "alerts, calls and quality of a day or a week", verb_report},
        {"demo", "everything on this machine, with the shipped captures", verb_demo},
        {"doctor", "what is wrong with this machine, and what mends it", verb_doctor},
        {"config", "check configurations, and show where each value comes from",
                verb_config},
        {"completion", "completion of the command line for a shell", verb_completion},
        {"decode", "print messages in hexadecimal as trees", verb_decode},
};

enum { VERB_COUNT = sizeof(VERBS) / sizeof(VERBS[0]) };

const struct verb *verb_at(size_t index)
{
	return index < VERB_COUNT ? &VERBS[index] : NULL;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(name, VERBS[i].name) == 0)
			return &VERBS[i];
	return NULL;
}
