/*
 * The filter's own policy, beside the rules: which methods and sizes may pass, what must
 * belong to a call that was seen, what happens to what nobody can decode, and what a
 * rule's verdict means for the packet and its source.
 */
#ifndef RINGFENCE_FILTER_POLICY_H
#define RINGFENCE_FILTER_POLICY_H

#include "nfq-filter/filter.h"

/* Judges one message; sets moment->stop when it must not pass. */
void policy_message(struct filter *filter, const struct event *event);
/* Judges the packet, once all in it was decoded. */
void policy_packet(struct filter *filter, bool whole);

/* Whether the filter acts on what goes between these two, or only says so. */
bool policy_enforces(const struct filter *filter, const struct view *view);

#endif
