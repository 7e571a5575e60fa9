/*
 * SQL for ClickHouse, written from a query. Values from outside are quoted here and
 * nowhere else.
 */
#ifndef RINGFENCE_PLATFORM_CLICK_SQL_H
#define RINGFENCE_PLATFORM_CLICK_SQL_H

#include "engine/base/address.h"
#include "platform/archive.h"
#include "platform/buffer.h"

struct click_sql {
	struct buffer text;
	bool bad_value; /* one does not fit its field */
};

struct click_sql click_sql_new(void);
void click_quote(struct buffer *out, struct slice text);
/* An address as it is kept: 32 hexadecimal digits, which sort as it does. */
void click_address(const struct address *address, char text[33]);
/* The text of it again. */
struct slice click_address_text(struct slice kept, char text[64]);
/* " WHERE …" */
void click_where(struct click_sql *sql, const struct archive_query *query);

#endif
