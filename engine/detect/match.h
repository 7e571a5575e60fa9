/*
 * Judging a compiled condition: one loop over its comparisons, no allocation.
 */
#ifndef RINGFENCE_DETECT_MATCH_H
#define RINGFENCE_DETECT_MATCH_H

#include "engine/detect/rule.h"

/* Whether the event in the cache satisfies the condition that begins at entry. */
bool match_condition(const struct rule *rule, const struct pattern_ops *patterns,
        uint16_t entry, struct field_cache *cache);

/* Whether the text satisfies the comparison, which is one of texts with values given. */
bool match_text(const struct rule_test *test, const struct pattern_ops *patterns,
        struct slice text);

/* Whether the number satisfies the comparison, which is one of numbers or of a length. */
bool match_number(const struct rule_test *test, double number);

#endif
