/*
 * A rule in plain words: what it looks at, what it waits for and what it does then.
 */
#ifndef RINGFENCE_CLI_RULE_WORDS_H
#define RINGFENCE_CLI_RULE_WORDS_H

#include <stdio.h>

#include "engine/detect/rule.h"

void rule_words(const struct rule *rule, FILE *to);

#endif
