/*
 * Incidents: alerts that belong together because they name the same stranger or the same
 * account, and the calls that came of them.
 */
#ifndef RINGFENCE_CLI_INCIDENT_H
#define RINGFENCE_CLI_INCIDENT_H

#include "cli/findings.h"

enum { INCIDENT_SOURCES_MAX = 16, INCIDENT_ACCOUNTS_MAX = 16 };

struct incident {
	const struct finding_alert **alerts; /* in the order of their times */
	size_t alert_count;
	enum severity worst;
	struct address
	        sources[INCIDENT_SOURCES_MAX]; /* of the strangers, first come first */
	size_t source_count;
	size_t sources_left_out; /* names of further ones */
	struct slice accounts[INCIDENT_ACCOUNTS_MAX];
	size_t account_count;
	size_t accounts_left_out;
};

struct incidents {
	struct incident *items; /* worst first, then those with more alerts */
	size_t count;
	const struct finding_alert **alerts; /* that the incidents share out */
};

/*
 * Of alerts of severity medium and above; one that names nobody stands alone. After
 * findings_seal. False without memory; incidents_clear in any case.
 */
bool incidents_of(struct incidents *incidents, const struct findings *findings);
void incidents_clear(struct incidents *incidents);

/* What was called: by the strangers, or in calls that alerts are about. */
struct incident_calls {
	const struct finding_call *
	        *items; /* by time, one a call whatever its legs; to be freed */
	size_t count;
	size_t answered;
	double talk_s;
	uint64_t first_us;
	uint64_t last_us;
	size_t prevented; /* answered ones, begun while a block of an alert before would
	                     have held */
	double prevented_s;
};

/* False without memory. */
bool incident_calls(struct incident_calls *calls, const struct incident *incident,
        const struct findings *findings);

/*
 * The first alert whose rule would have stopped the stranger had it been enforced: by a
 * block, else by whatever it would have done. NULL = none would have.
 */
const struct finding_alert *incident_stop(const struct incident *incident);

#endif
