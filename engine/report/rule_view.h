/*
 * What reports show of a rule: the one place of this room that knows how a compiled rule
 * is laid out.
 */
#ifndef RINGFENCE_REPORT_RULE_VIEW_H
#define RINGFENCE_REPORT_RULE_VIEW_H

#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/detect/detect.h"

struct node;

struct rule_view {
	struct slice id;
	struct slice title;
	struct slice category;
	struct slice advice;
	const struct node *map; /* to catalogues of attacks and weaknesses, or NULL */
	uint32_t number;        /* EVE's signature_id */
	uint32_t rev;
	enum severity severity;
	uint64_t respond_us; /* for how long a block or limit holds */
};

/* rule may be NULL: an empty view. */
struct rule_view rule_view(const struct rule *rule);
struct slice rule_view_id(const struct rule *rule);

/* "critical" … "info" */
const char *report_severity(enum severity severity);
/* EVE knows 1 to 4; info is 4 as low is. */
unsigned report_severity_eve(enum severity severity);
const char *report_entity(enum entity_type type);
const char *report_verdict(enum verdict verdict);

#endif
