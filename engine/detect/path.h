/*
 * Ways through a condition: sets of comparisons of which one must hold as a whole for the
 * condition to hold. They tell at a glance which rules an event cannot concern; the
 * comparisons themselves still decide.
 */
#ifndef RINGFENCE_DETECT_PATH_H
#define RINGFENCE_DETECT_PATH_H

#include "engine/detect/rule.h"

enum { PATH_LITERALS = 12, PATHS_MAX = 40 };

/* A comparison of the rule, and how it must turn out. */
struct path_literal {
	uint16_t test;
	bool truth; /* of the bare comparison, absent values give false */
};

struct path {
	uint8_t count;
	bool sufficient; /* when all hold, the condition does */
	struct path_literal literals[PATH_LITERALS];
};

/* More ways than there is room for become one without comparisons: anything may be. */
struct paths {
	uint8_t count; /* 0 = the condition never holds */
	struct path paths[PATHS_MAX];
};

/*
 * The paths of all the rule's comparisons: entry i of the result is where a condition
 * that enters at comparison i can hold. From the caller's memory, NULL = too little.
 */
struct paths *paths_of(const struct rule *rule, struct memory *memory);

/* The same of an entry, RULE_ACCEPT and RULE_REJECT included. */
const struct paths *paths_at(const struct paths *all, uint16_t entry);

/* Whether the comparison can turn out so at all: an empty list holds nothing. */
bool literal_possible(const struct rule *rule, struct path_literal literal);

#endif
