/*
 * What goes on right now at the nodes: /active-calls and /pinholes.
 */
#ifndef RINGFENCE_API_LIVE_CALLS_H
#define RINGFENCE_API_LIVE_CALLS_H

#include "dashboard-api/api.h"

void active_calls_get(struct visit *visit);
void pinholes_get(struct visit *visit);

#endif
