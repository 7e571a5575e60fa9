/*
 * /nodes, and the nodes' names for who asks each of them.
 */
#ifndef RINGFENCE_API_NODES_H
#define RINGFENCE_API_NODES_H

#include "dashboard-api/api.h"

void nodes_get(struct visit *visit);

/* The names of all nodes, each with its end; false with a problem. Appended to *names. */
bool nodes_names(struct visit *visit, struct buffer *names);
/* The name at the beginning of *rest, which moves behind it; NULL at the end. */
const char *nodes_next(struct slice *rest);

#endif
