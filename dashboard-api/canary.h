/*
 * A set tried in earnest: some nodes judge by it while all others follow the current
 * version, until it is published, or the trial is ended.
 */
#ifndef RINGFENCE_API_CANARY_H
#define RINGFENCE_API_CANARY_H

#include "dashboard-api/api.h"

void ruleset_canary(struct visit *visit);
void canary_delete(struct visit *visit);

/* ,"canary":null or {"version":…,"nodes":[…]}; false when Redis is away (told). */
bool canary_write(struct visit *visit);

#endif
