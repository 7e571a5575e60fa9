/*
 * One rule within the text of a set: its lines are found, replaced, added and taken out,
 * and all others stay as they were written, comments too.
 */
#ifndef RINGFENCE_API_RULE_TEXT_H
#define RINGFENCE_API_RULE_TEXT_H

#include <stdbool.h>

#include "engine/base/slice.h"
#include "platform/buffer.h"

enum rule_found {
	RULE_FOUND,
	RULE_MISSING,
	RULE_UNWRITTEN, /* the set is not written rule by rule, each on lines of its own
	                 */
};

struct rule_place {
	size_t begin, end; /* bytes of the set: whole lines */
	size_t indent;     /* of its dash */
};

/* An absent id finds the set's first rule. */
enum rule_found rule_place_find(
        struct slice set, struct slice id, struct rule_place *place);

/* The id of a text that is one rule, a map or a list of one; absent when it is not. Valid
 * as long as *kept, which is the caller's to free. */
struct slice rule_text_id(struct slice text, struct buffer *kept);

/* The set with the rule in the place (absent: without it). A place whose end is its
 * begin adds. */
void rule_splice(struct slice set, const struct rule_place *place, struct slice rule,
        struct buffer *out);

#endif
