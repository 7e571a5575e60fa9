/*
 * Rules as a list, one a line.
 */
#ifndef RINGFENCE_CLI_RULES_LIST_H
#define RINGFENCE_CLI_RULES_LIST_H

#include "cli/output.h"
#include "platform/rules_load.h"

void rules_list(const struct rules *rules, enum output output);

#endif
