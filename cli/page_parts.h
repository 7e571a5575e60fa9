/*
 * The drawn parts of an audit page. For page.c alone.
 */
#ifndef RINGFENCE_CLI_PAGE_PARTS_H
#define RINGFENCE_CLI_PAGE_PARTS_H

#include <stdio.h>

#include "cli/findings.h"

extern const char PAGE_STYLE[];

/* SIP messages over time, with a mark for each alert. */
void page_timeline(FILE *to, const struct findings *findings);
/* The incidents, each told as a story. False without memory. */
bool page_incidents(FILE *to, const struct findings *findings);
/* Loss, jitter and MOS of each stream, the latter over time. */
void page_quality(
        FILE *to, const struct findings *findings, const struct summary *summary);

#endif
