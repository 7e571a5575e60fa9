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

enum { LIST_ENTITY_BYTES = 64 };

/* A network and its canonical text, which is what routers compare. */
bool list_network(
        struct slice text, struct network *network, char canonical[LIST_ENTITY_BYTES]);
/* Whether a block of it would lock out who asks, or this machine. */
bool list_blocks_visitor(const struct visit *visit, const struct network *network);

#endif
