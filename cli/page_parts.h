/*
 * The drawn parts of an audit page. For page.c alone.
 */
#ifndef RINGFENCE_CLI_PAGE_PARTS_H
#define RINGFENCE_CLI_PAGE_PARTS_H

#include <stdio.h>

#include "cli/findings.h"

extern const char PAGE_STYLE[];

/* Messages of calls over time, with a mark for each alert. */
void page_timeline(
        FILE *to, const struct findings *findings, const struct summary *summary);
/* Loss and jitter of each stream as bars. */
void page_quality(FILE *to, const struct summary *summary);

#endif
