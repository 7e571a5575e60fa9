/*
 * The search grammar that lists, live feed, suppressions and notifiers share:
 *
 *   field:value   field:>=4   field:<=2   field:begin*   is:open   @ip:10.0.0.0/8
 *   "some text"   word        and - before any of them for the opposite; all must hold
 */
#ifndef RINGFENCE_API_SEARCH_H
#define RINGFENCE_API_SEARCH_H

#include <stdbool.h>

#include "platform/archive.h"

enum { SEARCH_TEXT_MAX = 1000 };

struct search_problem {
	char text[200];
};

/* Adds a condition; false when there are too many. */
bool search_term(struct archive_query *query, const struct archive_term *term);
/* Adds the conditions of a text, each a group of its own from that one on; false says
 * what is wrong. The text must outlive the query. */
bool search_read(struct slice text, unsigned group, struct archive_query *query,
        struct search_problem *problem);

/* A search that is kept and held against events as they come. */
struct search {
	char text[SEARCH_TEXT_MAX + 1];
	struct archive_query query;
};

/* False says what is wrong; a value that does not fit its field is wrong here, too. The
 * search must not be moved: its conditions point into its text. */
bool search_keep(struct search *search, enum archive_kind kind, struct slice text,
        struct search_problem *problem);

#endif
