/*
 * What a rule can be skipped by: the methods and status classes that can matter to it.
 */
#ifndef RINGFENCE_DETECT_RULE_INDEX_H
#define RINGFENCE_DETECT_RULE_INDEX_H

#include "engine/detect/rule.h"

/* Sets rule->methods and rule->classes from its conditions. */
void rule_index(struct rule *rule);

#endif
