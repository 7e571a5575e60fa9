/*
 * The audit page of a replay: one HTML file that needs nothing from elsewhere.
 */
#ifndef RINGFENCE_CLI_PAGE_H
#define RINGFENCE_CLI_PAGE_H

#include "cli/findings.h"

/* False, told on standard error, when the file is not complete. */
bool page_write(
        const char *path, const struct findings *findings, const struct engine *engine);

#endif
