/*
 * From settings to a filter that runs, and back.
 */
#ifndef RINGFENCE_FILTER_START_H
#define RINGFENCE_FILTER_START_H

#include "nfq-filter/filter.h"

/*
 * Makes everything: memory, engine, rules, table, what the kernel kept of a run before,
 * queue. filter->settings is set. take_over: from the program that runs, if one does,
 * once nothing of ours can be wrong any more. False, told in the log.
 */
bool filter_start(struct filter *filter, bool take_over);
/* The table, its pinholes and bans stay in force. */
void filter_stop(struct filter *filter);

/* Other rules from the same directory; false and nothing changed when one is wrong. */
bool filter_reload_rules(struct filter *filter);

#endif
