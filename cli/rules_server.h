/*
 * ringfence rules publish, diff and rollback: sets of rules by a running ringfence-api.
 */
#ifndef RINGFENCE_CLI_RULES_SERVER_H
#define RINGFENCE_CLI_RULES_SERVER_H

#include "cli/server.h"

struct rules_server {
	struct server server;
	const char *directory; /* the set to hand over; NULL: the default one */
	const char *note;
	const char *canary; /* the nodes between commas that try a set; NULL: all */
	bool dry_run;
};

/* The first argument is the action: publish, diff, rollback or recall. The exit code. */
int rules_server(struct rules_server *verb, const struct arguments *arguments);

#endif
