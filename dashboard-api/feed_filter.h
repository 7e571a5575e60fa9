/*
 * The search of a listener of the live feed: which events it wants to hear.
 */
#ifndef RINGFENCE_API_FEED_FILTER_H
#define RINGFENCE_API_FEED_FILTER_H

#include "dashboard-api/feed.h"

struct feed_filter;

/* By the parameter q; *filter NULL when there is none. False with the problem told when
 * it fits none of the topics. Freed by free. */
bool feed_filter_read(struct visit *visit, unsigned topics, struct feed_filter **filter);
bool feed_filter_match(
        const struct feed_filter *filter, enum topic topic, struct slice event);

#endif
