/*
 * What another set of rules would have said of captures: one line of JSON each.
 */
#ifndef RINGFENCE_CLI_RULES_BACKTEST_H
#define RINGFENCE_CLI_RULES_BACKTEST_H

#include <stddef.h>

#include "platform/rules_load.h"

struct backtest {
	const struct rules *before;
	const char *after; /* directory or file */
	const char *site;  /* NULL = none */
};

/* The exit code: a capture that cannot be read is told in its line, the rest goes on. */
int rules_backtest(
        const struct backtest *backtest, const char *const *captures, size_t count);

#endif
