#include "platform/click.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/click_inside.h"
#include "platform/document.h"
#include "platform/json.h"

enum { ROWS_BYTES_MAX = 64 << 20 };

bool click_is_place(const char *place)
{
	return strncmp(place, "http://", 7) == 0 || strncmp(place, "https://", 8) == 0;
}

const char *click_problem(const struct click *click)
{
	return click->error.text;
}

static bool fail(struct click *click, const char *why)
{
	(void)snprintf(
	        click->error.text, sizeof(click->error.text), "ClickHouse: %.220s", why);
	return false;
}

static bool post(struct click *click, struct slice sql, struct http_answer *answer)
{
	const struct http_question question = {.method = "POST",
	        .path = click->path,
	        .accept = "*/*",
	        .content_type = "text/plain",
	        .body = sql};
	if (!http_client_ask(click->client, &question, answer))
		return fail(click, http_client_problem(click->client));
	buffer_slice(&answer->body, slice_of("", 1));
	if (answer->body.failed || !answer->body.data)
		return fail(click, "out of memory");
	answer->body.len--;
	return answer->status == 200 || fail(click, answer->body.data);
}

bool click_run(struct click *click, struct slice sql)
{
	struct http_answer answer = {.body = buffer_of(0)};
	const bool fine = post(click, sql, &answer);
	buffer_free(&answer.body);
	return fine;
}

enum archive_listed click_ask(
        struct click *click, struct click_sql *sql, struct document **answer)
{
	struct http_answer said = {.body = buffer_of(0)};
	struct document_error error;
	enum archive_listed listed = ARCHIVE_UNREADABLE;
	*answer = NULL;
	buffer_string(&sql->text, " FORMAT JSONCompact");
	if (sql->bad_value) {
		listed = ARCHIVE_BAD_VALUE;
	} else if (sql->text.failed) {
		(void)fail(click, "the question is too long");
	} else if (post(click, buffer_text(&sql->text), &said)) {
		*answer = json_parse("", buffer_text(&said.body), &error);
		if (*answer)
			listed = ARCHIVE_LISTED;
		else
			(void)fail(click, error.text);
	} else if (strstr(click->error.text, "imeout exceeded")) {
		listed = ARCHIVE_TOO_SLOW;
	}
	buffer_free(&said.body);
	buffer_free(&sql->text);
	return listed;
}

const struct node *click_rows(const struct document *answer)
{
	const struct node *data = answer ? node_find(answer->root, SLICE("data")) : NULL;
	return data ? data->first_child : NULL;
}

struct slice click_cell(const struct node *row, size_t index)
{
	const struct node *cell = row->first_child;
	while (cell && index-- > 0)
		cell = cell->next;
	return cell && cell->kind == NODE_SCALAR && !node_null(cell) ? cell->text
	                                                             : (struct slice){0};
}

uint64_t click_number(const struct node *row, size_t index)
{
	uint64_t number = 0;
	(void)slice_to_u64(click_cell(row, index), &number);
	return number;
}

double click_decimal(const struct node *row, size_t index)
{
	char text[40];
	const struct slice cell = click_cell(row, index);
	(void)snprintf(
	        text, sizeof(text), "%.*s", (int)cell.len, cell.data ? cell.data : "");
	return strtod(text, NULL);
}

uint64_t click_count(struct click *click, struct click_sql *sql)
{
	struct document *answer;
	(void)click_ask(click, sql, &answer);
	const struct node *row = click_rows(answer);
	const uint64_t count = row ? click_number(row, 0) : 0;
	document_free(&answer);
	return count;
}

static const char *column_type(enum archive_type type)
{
	return type == ARCHIVE_NUMBER || type == ARCHIVE_HUNDREDTHS ? "Nullable(Int64)"
	                                                            : "Nullable(String)";
}

static bool column_there(struct click *click, const char *table, const char *column)
{
	struct click_sql sql = click_sql_new();
	buffer_format(&sql.text,
	        "SELECT count() FROM system.columns WHERE database = '%s' AND table = "
	        "'%s' "
	        "AND name = '%s'",
	        click->database, table, column);
	return click_count(click, &sql) > 0;
}

static bool table_make(struct click *click, const struct archive_table *table)
{
	struct buffer sql = buffer_of(1 << 16);
	buffer_format(&sql,
	        "CREATE TABLE IF NOT EXISTS %s (time UInt64, id UInt64, version UInt64, "
	        "event_id String, node Nullable(String), capture Nullable(String), body "
	        "String) ENGINE = ReplacingMergeTree(version) PARTITION BY "
	        "toYYYYMM(toDateTime(intDiv(time, 1000000), 'UTC')) ORDER BY (time, id)",
	        table->name);
	bool fine = click_run(click, buffer_text(&sql));
	for (size_t i = 0; fine && i < table->field_count; i++) {
		const struct archive_field *field = &table->fields[i];
		if (column_there(click, table->name, field->name))
			continue;
		sql.len = 0;
		buffer_format(&sql, "ALTER TABLE %s ADD COLUMN %s %s", table->name,
		        field->name, column_type(field->type));
		/* Another of our threads may have been faster. */
		fine = click_run(click, buffer_text(&sql)) ||
		       column_there(click, table->name, field->name);
	}
	buffer_free(&sql);
	return fine;
}

/* "http://host:8123/database" apart. */
static bool place_split(struct click *click, const char *place)
{
	const char *host = strstr(place, "://");
	const char *slash = host ? strchr(host + 3, '/') : NULL;
	if (!slash || !slash[1] || strlen(slash + 1) >= sizeof(click->database) ||
	        strspn(slash + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                          "0123456789_") != strlen(slash + 1))
		return fail(click, "the archive's place is http://host:8123/database");
	(void)snprintf(click->database, sizeof(click->database), "%s", slash + 1);
	(void)snprintf(click->server, sizeof(click->server), "%.*s", (int)(slash - place),
	        place);
	return true;
}

struct click *click_open(const char *place, struct archive_error *error)
{
	char sql[256];
	struct click *click = calloc(1, sizeof(*click));
	if (!click)
		return NULL;
	bool fine = place_split(click, place);
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++)
		click->rows[i] = buffer_of(ROWS_BYTES_MAX);
	click->options = (struct http_client_options){.server = click->server};
	click->client = fine ? http_client_new(&click->options) : NULL;
	(void)snprintf(click->path, sizeof(click->path), "/");
	(void)snprintf(
	        sql, sizeof(sql), "CREATE DATABASE IF NOT EXISTS %s", click->database);
	fine = click->client && click_run(click, slice_text(sql));
	(void)snprintf(click->path, sizeof(click->path),
	        "/?database=%s&max_execution_time=%d&output_format_json_quote_64bit_"
	        "integers=1&join_use_nulls=1",
	        click->database, ARCHIVE_PATIENCE_MS / 1000);
	for (unsigned i = 0; fine && i < ARCHIVE_KINDS; i++)
		fine = table_make(click, archive_table((enum archive_kind)i));
	if (!fine) {
		*error = click->error;
		click_close(&click);
	}
	return click;
}

void click_close(struct click **click)
{
	struct click *old = *click;
	if (!old)
		return;
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++)
		buffer_free(&old->rows[i]);
	http_client_free(&old->client);
	free(old);
	*click = NULL;
}

void click_begin(struct click *click)
{
	click->gathering = true;
}

void click_rollback(struct click *click)
{
	click->gathering = false;
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++)
		buffer_free(&click->rows[i]);
}

bool click_commit(struct click *click)
{
	bool fine = true;
	click->gathering = false;
	for (unsigned i = 0; fine && i < ARCHIVE_KINDS; i++) {
		if (!click->rows[i].len && !click->rows[i].failed)
			continue;
		fine = !click->rows[i].failed &&
		       click_run(click, buffer_text(&click->rows[i]));
		buffer_free(&click->rows[i]);
		click->rows[i] = buffer_of(ROWS_BYTES_MAX);
	}
	/* What was not taken is sent again by whoever sent it: it is one row then. */
	if (!fine)
		click_rollback(click);
	return fine;
}
