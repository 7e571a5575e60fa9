/*
 * SIGHUP: settings and rules are read again. What is wrong with either leaves it as it
 * was. Settings that need other sockets, memory, sets or programs (state, queue, table,
 * devices, way, Redis, standby, nat, memory, user) hold until the next start.
 */
#ifndef RINGFENCE_FILTER_RELOAD_H
#define RINGFENCE_FILTER_RELOAD_H

#include "nfq-filter/filter.h"

void filter_reload(struct filter *filter);

#endif
