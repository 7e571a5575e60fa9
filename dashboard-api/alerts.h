/*
 * /alerts: the inbox of what was found, and what was done about it.
 */
#ifndef RINGFENCE_API_ALERTS_H
#define RINGFENCE_API_ALERTS_H

#include "dashboard-api/api.h"

void alert_get(struct visit *visit);
void alerts_aggregate(struct visit *visit);
void alerts_groups(struct visit *visit);
void alerts_act(struct visit *visit);
void alert_evidence(struct visit *visit);
void alert_explain(struct visit *visit);

#endif
