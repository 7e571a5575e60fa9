/*
 * Alerts in the order that a reader wants them: the worst rule first, and the alerts of
 * one rule together, in their order.
 */
#ifndef RINGFENCE_CLI_GROUPS_H
#define RINGFENCE_CLI_GROUPS_H

#include "cli/findings.h"

struct group {
	const struct finding_alert *const *alerts; /* of one rule */
	size_t count;
};

struct groups {
	const struct finding_alert **order;
	struct group *items;
	size_t count;
	size_t levels[SEVERITY_INFO + 1]; /* alerts by enum severity */
};

/* False without memory; groups_clear in any case. */
bool groups_of(struct groups *groups, const struct findings *findings);
void groups_clear(struct groups *groups);

#endif
