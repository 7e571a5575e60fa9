/*
 * The incidents of a run on a terminal: the worst ones, a few lines each.
 */
#ifndef RINGFENCE_CLI_TERMINAL_INCIDENTS_H
#define RINGFENCE_CLI_TERMINAL_INCIDENTS_H

#include "cli/findings.h"
#include "cli/paint.h"

void terminal_incidents(const struct paint *paint, const struct findings *findings);

#endif
