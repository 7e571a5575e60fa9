/*
 * Idempotency-Key: a POST that a client sends again because it saw no answer is done
 * once. The answer is kept for a day under who asked and the key; it is given again to
 * the same request, and a different one under the same key is refused.
 */
#ifndef RINGFENCE_API_REPEAT_H
#define RINGFENCE_API_REPEAT_H

#include "dashboard-api/api.h"

/* True when the visit is answered: it was handled before, or must not be. */
bool repeat_answer(struct visit *visit);
/* Keeps the answer of a visit that brought a key. */
void repeat_keep(struct visit *visit);
/* Removes what is too old. */
void repeat_forget(struct ledger *ledger, uint64_t now_us);

#endif
