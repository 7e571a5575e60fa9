/*
 * Long lists of values in order: found by halving instead of one by one.
 */
#ifndef RINGFENCE_DETECT_RULE_SORT_H
#define RINGFENCE_DETECT_RULE_SORT_H

#include "engine/detect/rule.h"

/* Below it looking at each is as quick. */
enum { SORTED_LEAST = 9, SORTED_PREFIX_MAX = 64 };

/*
 * Puts the values of a comparison in order where that helps to find one; networks inside
 * others of the list go. Sets test->sorted.
 */
void rule_sort(struct rule_test *test, struct rule_value *values);

/* Of a sorted comparison: whether the text, number or address is in the list. */
bool rule_sorted_text(const struct rule_test *test, struct slice text);
bool rule_sorted_number(const struct rule_test *test, double number);
bool rule_sorted_address(const struct rule_test *test, const struct address *ip);

#endif
