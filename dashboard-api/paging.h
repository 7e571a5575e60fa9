/*
 * What all lists share: how many rows a page may have, and the end of a page.
 */
#ifndef RINGFENCE_API_PAGING_H
#define RINGFENCE_API_PAGING_H

#include "dashboard-api/api.h"

enum { LIST_LIMIT_USUAL = 100 };

/* The parameter limit, LIST_LIMIT_USUAL when it is not given; false with the problem. */
bool paging_limit(struct visit *visit, unsigned *limit);

/* "{"data":[" */
void paging_begin(struct buffer *out);
/* "],"page":{…}}" and the media type; next NULL: this was the last page. */
void paging_end(struct visit *visit, const char *next);

#endif
