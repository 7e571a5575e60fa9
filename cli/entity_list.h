/*
 * The block list and the allow list that all nodes share, by a running ringfence-api. All
 * return exit codes and tell on standard error what is wrong.
 */
#ifndef RINGFENCE_CLI_ENTITY_LIST_H
#define RINGFENCE_CLI_ENTITY_LIST_H

#include "cli/entity.h"
#include "cli/server_list.h"

struct entity_list {
	struct server *server;
	const char *resource; /* "blocks", "allowlists" */
	const char *verb;     /* "block", "allow": of messages */
};

int entity_list_add(const struct entity_list *list, const struct entity *entity);
int entity_list_del(const struct entity_list *list, const struct entity *entity);
int entity_list_print(const struct entity_list *list, const struct server_query *query);
/* One entity a line with its seconds left and why. */
int entity_list_export(const struct entity_list *list);
/* EXIT_FOUND when it is blocked. */
int entity_list_check(const struct entity_list *list, const char *address);

#endif
