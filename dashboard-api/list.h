/*
 * Lists of archived events as pages of JSON, as lines of JSON or as CSV.
 */
#ifndef RINGFENCE_API_LIST_H
#define RINGFENCE_API_LIST_H

#include "dashboard-api/api.h"

/* Answers the visit with the rows of its route's table that its parameters ask for. */
void list_answer(struct visit *visit);
/* With further parameters that the caller reads (ends with NULL) or terms it has set. */
void list_query_answer(struct visit *visit, const struct archive_query *query);
/* One row by the id in the path. */
void list_one_answer(struct visit *visit, enum archive_kind kind);

/* Appends a row as a JSON object. */
void row_json(const struct visit *visit, enum archive_kind kind,
        const struct archive_row *row, struct buffer *out);
/* What went wrong with a question. */
bool listed_check(struct visit *visit, enum archive_listed listed);
/* The id in the path; false with a problem. */
bool visit_id(struct visit *visit, size_t index, int64_t *id);

#endif
