/*
 * Questions to the archive: one SELECT is written from the query's terms and read.
 */
#include <string.h>

#include "platform/archive_question.h"
#include "platform/instant.h"

static void columns_write(struct question *question, const struct archive_table *table)
{
	question_sql(question, "SELECT id, time, event_id, node, capture, body");
	for (size_t i = 0; i < table->field_count; i++) {
		if (table->fields[i].type != ARCHIVE_STATE)
			continue;
		question_sql(question, ", ");
		question_sql(question, table->fields[i].name);
	}
	question_sql(question, " FROM ");
	question_sql(question, table->name);
}

sqlite3_stmt *question_ask(struct archive *archive, const struct question *question)
{
	sqlite3_stmt *statement = NULL;
	if (question->sql.truncated ||
	        sqlite3_prepare_v2(archive->database, question->text,
	                (int)question->sql.len, &statement, NULL) != SQLITE_OK) {
		(void)archive_fail(archive, "archive");
		return NULL;
	}
	for (size_t i = 0; i < question->binding_count; i++) {
		const struct binding *binding = &question->bindings[i];
		const int at = (int)i + 1;
		switch (binding->kind) {
		case BINDING_NUMBER:
			(void)sqlite3_bind_int64(statement, at, binding->number);
			break;
		case BINDING_TEXT:
			(void)sqlite3_bind_text(statement, at, binding->text.data,
			        (int)binding->text.len, SQLITE_STATIC);
			break;
		case BINDING_ADDRESS:
			(void)sqlite3_bind_blob(statement, at, binding->address.bytes,
			        sizeof(binding->address.bytes), SQLITE_STATIC);
			break;
		}
	}
	archive->deadline_ms = instant_steady_ms() + ARCHIVE_PATIENCE_MS;
	return statement;
}

enum archive_listed question_end(
        struct archive *archive, sqlite3_stmt *statement, int last_step)
{
	enum archive_listed listed = ARCHIVE_LISTED;
	if (last_step == SQLITE_INTERRUPT)
		listed = ARCHIVE_TOO_SLOW;
	else if (last_step != SQLITE_DONE && last_step != SQLITE_ROW)
		listed = ARCHIVE_UNREADABLE;
	if (listed != ARCHIVE_LISTED)
		(void)archive_fail(archive, "archive");
	archive->deadline_ms = 0;
	(void)sqlite3_finalize(statement);
	return listed;
}

struct slice column_text(sqlite3_stmt *statement, int column)
{
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return (struct slice){0};
	const unsigned char *text = sqlite3_column_text(statement, column);
	return slice_of(text, (size_t)sqlite3_column_bytes(statement, column));
}

struct slice column_address(sqlite3_stmt *statement, int column, char text[64])
{
	struct writer out = writer_of(text, 64);
	struct address address;
	if (sqlite3_column_type(statement, column) != SQLITE_BLOB)
		return column_text(statement, column);
	if (sqlite3_column_bytes(statement, column) != sizeof(address.bytes))
		return (struct slice){0};
	memcpy(address.bytes, sqlite3_column_blob(statement, column),
	        sizeof(address.bytes));
	writer_address(&out, &address);
	return writer_text(&out);
}

static struct archive_row row_of(sqlite3_stmt *statement)
{
	enum { FIRST_STATE = 6 };
	struct archive_row row = {
	        .id = sqlite3_column_int64(statement, 0),
	        .time_us = (uint64_t)sqlite3_column_int64(statement, 1),
	        .event_id = column_text(statement, 2),
	        .node = column_text(statement, 3),
	        .capture = column_text(statement, 4),
	        .body = column_text(statement, 5),
	};
	const int columns = sqlite3_column_count(statement);
	for (int i = FIRST_STATE; i < columns; i++)
		row.states[row.state_count++] = column_text(statement, i);
	return row;
}

static enum archive_listed rows_read(struct archive *archive, sqlite3_stmt *statement,
        const struct archive_reader *reader)
{
	int step;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		const struct archive_row row = row_of(statement);
		if (!reader->row(reader->context, &row))
			break;
	}
	return question_end(archive, statement, step);
}

enum archive_listed archive_list(struct archive *archive,
        const struct archive_query *query, const struct archive_reader *reader)
{
	if (archive->click)
		return click_list(archive->click, query, reader);
	const struct archive_table *table = archive_table(query->kind);
	struct question question;
	question_init(&question);
	columns_write(&question, table);
	/* Ids first: an index knows them and the time, and rows are wide. */
	question_sql(&question, " WHERE id IN (SELECT id FROM ");
	question_sql(&question, table->name);
	question_way(archive, &question, query);
	question_where(&question, query);
	question_sql(&question, " ORDER BY time DESC, id DESC LIMIT ");
	question_number(&question, query->limit);
	question_sql(&question, ") ORDER BY time DESC, id DESC");
	if (question.bad_value)
		return ARCHIVE_BAD_VALUE;
	sqlite3_stmt *statement = question_ask(archive, &question);
	return statement ? rows_read(archive, statement, reader) : ARCHIVE_UNREADABLE;
}

bool archive_get(struct archive *archive, enum archive_kind kind, int64_t id,
        const struct archive_reader *reader)
{
	if (archive->click)
		return click_get(archive->click, kind, id, reader);
	struct question question;
	question_init(&question);
	columns_write(&question, archive_table(kind));
	question_sql(&question, " WHERE id = ");
	question_number(&question, id);
	sqlite3_stmt *statement = question_ask(archive, &question);
	if (!statement)
		return false;
	const int step = sqlite3_step(statement);
	if (step == SQLITE_ROW) {
		const struct archive_row row = row_of(statement);
		(void)reader->row(reader->context, &row);
	}
	return question_end(archive, statement, step) == ARCHIVE_LISTED &&
	       step == SQLITE_ROW;
}

enum archive_listed archive_aggregate(struct archive *archive,
        const struct archive_query *query, const struct archive_field *field,
        const struct archive_counter *counter)
{
	if (archive->click)
		return click_aggregate(archive->click, query, field, counter);
	struct question question;
	int step;
	question_init(&question);
	question_sql(&question, "SELECT ");
	question_sql(&question, field->name);
	question_sql(&question,
	        " AS value, count(*) AS rows, min(time), max(time), max(id) FROM ");
	question_sql(&question, archive_table(query->kind)->name);
	question_where(&question, query);
	question_sql(&question, " GROUP BY value ORDER BY rows DESC, value LIMIT ");
	question_number(&question, query->limit);
	if (question.bad_value)
		return ARCHIVE_BAD_VALUE;
	sqlite3_stmt *statement = question_ask(archive, &question);
	if (!statement)
		return ARCHIVE_UNREADABLE;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
		char text[64];
		const struct archive_count count = {
		        .value = column_address(statement, 0, text),
		        .rows = (uint64_t)sqlite3_column_int64(statement, 1),
		        .first_us = (uint64_t)sqlite3_column_int64(statement, 2),
		        .last_us = (uint64_t)sqlite3_column_int64(statement, 3),
		        .last_id = sqlite3_column_int64(statement, 4),
		};
		if (!counter->count(counter->context, &count))
			break;
	}
	return question_end(archive, statement, step);
}

/* How many rows the statement changed; 0 when it failed. */
static uint64_t changes(struct archive *archive, const struct question *question)
{
	sqlite3_stmt *statement = question_ask(archive, question);
	if (!statement)
		return 0;
	const int step = sqlite3_step(statement);
	if (question_end(archive, statement, step) != ARCHIVE_LISTED)
		return 0;
	return (uint64_t)sqlite3_changes64(archive->database);
}

bool archive_update(struct archive *archive, enum archive_kind kind, int64_t id,
        const struct archive_field *field, struct slice value)
{
	const struct click_state state = {kind, id, field, value};
	if (archive->click)
		return click_update(archive->click, &state);
	struct question question;
	question_init(&question);
	question_sql(&question, "UPDATE ");
	question_sql(&question, archive_table(kind)->name);
	question_sql(&question, " SET ");
	question_sql(&question, field->name);
	question_sql(&question, " = ");
	question_text(&question, value);
	question_sql(&question, " WHERE id = ");
	question_number(&question, id);
	return changes(archive, &question) == 1;
}

uint64_t archive_forget(
        struct archive *archive, enum archive_kind kind, uint64_t before_us)
{
	if (archive->click)
		return click_forget(archive->click, kind, before_us, (struct slice){0});
	struct question question;
	question_init(&question);
	question_sql(&question, "DELETE FROM ");
	question_sql(&question, archive_table(kind)->name);
	question_sql(&question, " WHERE capture IS NULL AND time < ");
	question_number(&question, (int64_t)before_us);
	return changes(archive, &question);
}

uint64_t archive_forget_capture(
        struct archive *archive, enum archive_kind kind, struct slice capture)
{
	if (archive->click)
		return click_forget(archive->click, kind, 0, capture);
	struct question question;
	question_init(&question);
	question_sql(&question, "DELETE FROM ");
	question_sql(&question, archive_table(kind)->name);
	question_sql(&question, " WHERE capture = ");
	question_text(&question, capture);
	return changes(archive, &question);
}
