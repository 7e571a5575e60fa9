/*
 * The devices that were seen: those that registered by SIP, and what RAS told of H.323.
 */
#include <string.h>

#include "platform/archive_question.h"

/* One kind of device, as a part of a SELECT. */
struct part {
	const char *kind;
	const char *name;
	const char *product;
	const char *from; /* up to the first time */
};

static const struct part PARTS[] = {
        {"sip", "user || ifnull('@' || host, '')", "max(user_agent)",
                " FROM registrations WHERE user IS NOT NULL AND time >= "},
        {"h323", "ifnull(identifier, role)", "max(product)",
                " FROM devices WHERE time >= "},
};

static void part_write(struct question *question, const struct part *part,
        const struct archive_query *query)
{
	question_sql(question, "SELECT '");
	question_sql(question, part->kind);
	question_sql(question, "' AS kind, ");
	question_sql(question, part->name);
	question_sql(question, " AS name, src_ip, ");
	question_sql(question, part->product);
	question_sql(
	        question, " AS product, min(time) AS first, max(time) AS last, count(*)");
	question_sql(question, part->from);
	question_number(question, (int64_t)query->from_us);
	if (query->to_us) {
		question_sql(question, " AND time <= ");
		question_number(question, (int64_t)query->to_us);
	}
	question_sql(question, " GROUP BY 2, src_ip");
}

enum archive_listed archive_inventory(struct archive *archive,
        const struct archive_query *query, const struct archive_devices *reader)
{
	if (archive->click)
		return click_inventory(archive->click, query, reader);
	struct question question;
	int step;
	question_init(&question);
	for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
		if (i)
			question_sql(&question, " UNION ALL ");
		part_write(&question, &PARTS[i], query);
	}
	question_sql(&question, " ORDER BY last DESC, kind, name LIMIT ");
	question_number(&question, query->limit);
	sqlite3_stmt *statement = question_ask(archive, &question);
	if (!statement)
		return ARCHIVE_UNREADABLE;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		char text[64];
		const struct archive_device device = {
		        .kind = column_text(statement, 0),
		        .name = column_text(statement, 1),
		        .address = column_address(statement, 2, text),
		        .product = column_text(statement, 3),
		        .first_us = (uint64_t)sqlite3_column_int64(statement, 4),
		        .last_us = (uint64_t)sqlite3_column_int64(statement, 5),
		        .seen = (uint64_t)sqlite3_column_int64(statement, 6),
		};
		if (!reader->device(reader->context, &device))
			break;
	}
	return question_end(archive, statement, step);
}
