/*
 * The inline filter of this machine: asked by its control socket. Lists come from the
 * kernel itself, so that they tell what is in force. All return exit codes and tell on
 * standard error what is wrong.
 */
#ifndef RINGFENCE_CLI_FILTER_H
#define RINGFENCE_CLI_FILTER_H

#include "cli/entity.h"
#include "cli/output.h"

struct filter_place {
	const char *socket;
	const char *table;
};

/* EXIT_FOUND when it is blocked. */
int filter_check(const struct filter_place *place, const char *address);
int filter_ban(const struct filter_place *place, const struct entity *entity);
int filter_unban(const struct filter_place *place, const struct entity *entity);
int filter_list(const struct filter_place *place, enum output output);
/* Single addresses, one a line with its seconds left and its rule. */
int filter_export(const struct filter_place *place);

#endif
