/*
 * The pinholes that are open, for who looks at them through Redis: the newest ones, every
 * two seconds.
 */
#ifndef RINGFENCE_FILTER_SHOW_H
#define RINGFENCE_FILTER_SHOW_H

#include "nfq-filter/filter.h"

/* Now and then; the packet path never waits for it. */
void filter_show(struct filter *filter);

#endif
