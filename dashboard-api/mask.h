/*
 * Numbers hidden from those who need not know them.
 */
#ifndef RINGFENCE_API_MASK_H
#define RINGFENCE_API_MASK_H

#include "dashboard-api/api.h"

/* Whether what this visit reads must be masked. */
bool mask_wanted(const struct visit *visit);

/*
 * Appends the event's members behind '{', numbers of people hidden but for their first
 * three digits and the last two when masked: "+4930•••••67".
 */
void mask_event(struct slice event, bool masked, struct buffer *out);

#endif
