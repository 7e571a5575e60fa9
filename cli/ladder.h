/*
 * Ladder diagrams: the messages of a call with all its legs, one column an address.
 */
#ifndef RINGFENCE_CLI_LADDER_H
#define RINGFENCE_CLI_LADDER_H

#include <stdio.h>

#include "cli/findings.h"

enum { LADDER_COLUMNS_MAX = 8, LADDER_ROWS_MAX = 400 };

struct ladder {
	const struct finding_call *call;
	uint32_t column_count;
	struct endpoint columns[LADDER_COLUMNS_MAX];
	size_t row_count;
	const struct finding_message *rows[LADDER_ROWS_MAX];
	size_t left_out; /* messages beyond the limits */
};

void ladder_of(struct ladder *ladder, const struct findings *findings,
        const struct finding_call *call);
void ladder_text(const struct ladder *ladder, FILE *to);
void ladder_svg(const struct ladder *ladder, FILE *to);
void ladder_json(const struct ladder *ladder, FILE *to);

/* Wire text for HTML and SVG: escaped, valid UTF-8, no controls. */
void markup_text(FILE *to, struct slice text);

#endif
