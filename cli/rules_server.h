/*
 * ringfence rules publish, diff and rollback: sets of rules by a running ringfence-api.
 */
#ifndef RINGFENCE_CLI_RULES_SERVER_H
#define RINGFENCE_CLI_RULES_SERVER_H

#include <stdbool.h>

/* Whether the words behind "rules" ask a server: diff does unless --against names a set.
 */
bool rules_server_meant(int argc, char **argv);
int rules_server(int argc, char **argv);

#endif
