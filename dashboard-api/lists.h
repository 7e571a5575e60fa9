/*
 * /blocks, /allowlists, /nodes: what all routers enforce, and who they are. They live in
 * Redis; without it these routes say so.
 */
#ifndef RINGFENCE_API_LISTS_H
#define RINGFENCE_API_LISTS_H

#include "dashboard-api/api.h"

void blocks_get(struct visit *visit);
void blocks_post(struct visit *visit);
void block_delete(struct visit *visit);
void blocks_check(struct visit *visit);
void allows_get(struct visit *visit);
void allows_post(struct visit *visit);
void allow_delete(struct visit *visit);

#endif
