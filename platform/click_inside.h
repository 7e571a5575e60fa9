/*
 * Between the files of the archive on ClickHouse.
 */
#ifndef RINGFENCE_PLATFORM_CLICK_INSIDE_H
#define RINGFENCE_PLATFORM_CLICK_INSIDE_H

#include "engine/detect/document.h"
#include "platform/click.h"
#include "platform/click_sql.h"
#include "platform/http_client.h"

enum { CLICK_PLACE_BYTES = 1024 };

struct click {
	struct http_client_options options;
	struct http_client *client;
	char server[CLICK_PLACE_BYTES];
	char path[CLICK_PLACE_BYTES]; /* with the database and the limits */
	char database[128];
	struct buffer rows[ARCHIVE_KINDS]; /* that wait for their commit */
	bool gathering;
	struct archive_error error;
};

/* A statement without result, or *answer (freed by the caller) of one with it. */
bool click_run(struct click *click, struct slice sql);
enum archive_listed click_ask(
        struct click *click, struct click_sql *sql, struct document **answer);
/* The number that a question of one number is answered with; 0 when it is not. */
uint64_t click_count(struct click *click, struct click_sql *sql);
/* The first row of an answer, then node->next; NULL = none. */
const struct node *click_rows(const struct document *answer);
/* A value of a row by its place; absent for null. */
struct slice click_cell(const struct node *row, size_t index);
uint64_t click_number(const struct node *row, size_t index);
double click_decimal(const struct node *row, size_t index);

#endif
