/*
 * /suppressions: what analysts do not want to be told again, as a search with an end.
 * Alerts that it finds are kept as suppressed: they are in no inbox, and neither the live
 * feed nor notifiers tell of them. Matched by the threads that take events in.
 */
#ifndef RINGFENCE_API_SUPPRESSIONS_H
#define RINGFENCE_API_SUPPRESSIONS_H

#include "dashboard-api/api.h"

struct suppressions;

/* Those that the ledger holds; NULL without memory. */
struct suppressions *suppressions_open(struct ledger *ledger);
void suppressions_close(struct suppressions **suppressions);
/* From any thread. */
bool suppressions_match(
        struct suppressions *suppressions, struct slice alert, uint64_t now_us);

void suppressions_get(struct visit *visit);
void suppressions_post(struct visit *visit);
void suppression_delete(struct visit *visit);

#endif
