/*
 * /kpis, /quality, /entities, /search: what many calls and alerts say together.
 */
#ifndef RINGFENCE_API_STATS_H
#define RINGFENCE_API_STATS_H

#include "dashboard-api/api.h"

void kpis_get(struct visit *visit);
void inventory_get(struct visit *visit);
void quality_get(struct visit *visit);
void entity_get(struct visit *visit);
void search_get(struct visit *visit);

#endif
