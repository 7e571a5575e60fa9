/*
 * What differs between two sets of rules.
 */
#ifndef RINGFENCE_CLI_RULES_DIFF_H
#define RINGFENCE_CLI_RULES_DIFF_H

#include "cli/output.h"
#include "platform/rules_load.h"

/* Prints each rule and list that was added, removed or changed; how many they are. */
size_t rules_diff(
        const struct rules *before, const struct rules *after, enum output output);

#endif
