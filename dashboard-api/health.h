/*
 * /livez, /readyz, /version, /metrics: for those who watch the watcher.
 */
#ifndef RINGFENCE_API_HEALTH_H
#define RINGFENCE_API_HEALTH_H

#include "dashboard-api/api.h"

void livez_get(struct visit *visit);
void readyz_get(struct visit *visit);
void version_get(struct visit *visit);
void metrics_get(struct visit *visit);

#endif
