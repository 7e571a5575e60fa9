/*
 * The report of a replay for people at a terminal: the worst first.
 */
#ifndef RINGFENCE_CLI_TERMINAL_H
#define RINGFENCE_CLI_TERMINAL_H

#include "cli/findings.h"
#include "cli/paint.h"

void terminal_report(const struct paint *paint, const struct findings *findings,
        const struct engine *engine, bool judged);
/* The table of calls alone, at most limit rows. */
void terminal_calls(
        const struct paint *paint, const struct findings *findings, size_t limit);

#endif
