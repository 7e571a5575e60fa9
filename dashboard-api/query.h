/*
 * From the parameters of a list to a question to the archive.
 */
#ifndef RINGFENCE_API_QUERY_H
#define RINGFENCE_API_QUERY_H

#include "dashboard-api/api.h"

/* Fills the query from all parameters of the visit but those in also (ends with NULL);
 * on failure the problem is in the reply. Texts live as long as the request. */
bool query_read(struct visit *visit, enum archive_kind kind, const char *const *also,
        struct archive_query *query);

/* "time.id" of a row, as the page's next cursor. */
void cursor_write(char text[40], uint64_t time_us, int64_t id);

#endif
