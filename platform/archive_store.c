#include <stdio.h>
#include <string.h>

#include "platform/archive_inside.h"
#include "platform/archive_value.h"
#include "platform/instant.h"

/* Columns before the fields' own: time, event_id, node, capture, body. */
enum { FIXED_COLUMNS = 5, NODE_COLUMN = 3, CAPTURE_COLUMN = 4 };

static sqlite3_stmt *insert_statement(struct archive *archive, enum archive_kind kind)
{
	const struct archive_table *table = archive_table(kind);
	char sql[2048];
	if (archive->inserts[kind])
		return archive->inserts[kind];
	int len = snprintf(sql, sizeof(sql),
	        "INSERT OR IGNORE INTO %s (time, event_id, node, capture, body",
	        table->name);
	for (size_t i = 0; i < table->field_count; i++)
		len += snprintf(sql + len, sizeof(sql) - (size_t)len, ", %s",
		        table->fields[i].name);
	len += snprintf(sql + len, sizeof(sql) - (size_t)len, ") VALUES (?,?,?,?,?");
	for (size_t i = 0; i < table->field_count; i++)
		len += snprintf(sql + len, sizeof(sql) - (size_t)len, ",?");
	(void)snprintf(sql + len, sizeof(sql) - (size_t)len, ")");
	if (sqlite3_prepare_v3(archive->database, sql, -1, SQLITE_PREPARE_PERSISTENT,
	            &archive->inserts[kind], NULL) != SQLITE_OK)
		(void)archive_fail(archive, "archive");
	return archive->inserts[kind];
}

static void text_bind(sqlite3_stmt *statement, int column, struct slice text)
{
	if (slice_present(text))
		(void)sqlite3_bind_text(
		        statement, column, text.data, (int)text.len, SQLITE_TRANSIENT);
	else
		(void)sqlite3_bind_null(statement, column);
}

static void field_bind(sqlite3_stmt *statement, int column,
        const struct archive_field *field, const cJSON *event)
{
	const cJSON *value = archive_value(field, event);
	struct address address;

	(void)sqlite3_bind_null(statement, column);
	switch (field->type) {
	case ARCHIVE_TEXT:
		if (cJSON_IsString(value))
			text_bind(statement, column, slice_text(value->valuestring));
		break;
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		if (cJSON_IsNumber(value))
			(void)sqlite3_bind_int64(statement, column,
			        archive_kept(field, value->valuedouble));
		break;
	case ARCHIVE_ADDRESS:
		if (cJSON_IsString(value) &&
		        address_parse(slice_text(value->valuestring), &address))
			(void)sqlite3_bind_blob(statement, column, address.bytes,
			        sizeof(address.bytes), SQLITE_TRANSIENT);
		break;
	case ARCHIVE_STATE:
		break;
	}
}

/* What is new is open, unless its origin says otherwise. */
static void state_bind(
        sqlite3_stmt *insert, const struct archive_table *table, struct slice state)
{
	for (size_t i = 0; i < table->field_count; i++)
		if (strcmp(table->fields[i].name, "state") == 0)
			text_bind(insert, FIXED_COLUMNS + 1 + (int)i,
			        slice_present(state) ? state : SLICE("open"));
}

static bool event_time(const cJSON *event, uint64_t *time_us)
{
	const cJSON *stamp = cJSON_GetObjectItemCaseSensitive(event, "timestamp");
	return cJSON_IsString(stamp) &&
	       instant_parse(slice_text(stamp->valuestring), 0, time_us);
}

static enum archive_stored event_store(struct archive *archive,
        const struct archive_origin *origin, struct slice line, const cJSON *event)
{
	const cJSON *type = cJSON_GetObjectItemCaseSensitive(event, "event_type");
	uint64_t time_us;
	if (!cJSON_IsString(type) || !event_time(event, &time_us))
		return ARCHIVE_BAD;
	const enum archive_kind kind = archive_kind_of(slice_text(type->valuestring));
	if (kind == ARCHIVE_KINDS)
		return ARCHIVE_IGNORED;
	const struct click_event click = {kind, origin, line, event, time_us};
	if (archive->click)
		return click_store(archive->click, &click);
	sqlite3_stmt *insert = insert_statement(archive, kind);
	if (!insert)
		return ARCHIVE_FAILED;
	const struct archive_table *table = archive_table(kind);
	(void)sqlite3_bind_int64(insert, 1, (sqlite3_int64)time_us);
	text_bind(insert, 2, origin->id);
	text_bind(insert, NODE_COLUMN, origin->node);
	text_bind(insert, CAPTURE_COLUMN, origin->capture);
	text_bind(insert, FIXED_COLUMNS, line);
	for (size_t i = 0; i < table->field_count; i++)
		field_bind(insert, FIXED_COLUMNS + 1 + (int)i, &table->fields[i], event);
	state_bind(insert, table, origin->state);
	const bool stored = sqlite3_step(insert) == SQLITE_DONE;
	if (!stored)
		(void)archive_fail(archive, "archive");
	(void)sqlite3_reset(insert);
	if (!stored)
		return ARCHIVE_FAILED;
	return sqlite3_changes(archive->database) ? ARCHIVE_STORED : ARCHIVE_KNOWN;
}

enum archive_stored archive_store(
        struct archive *archive, const struct archive_origin *origin, struct slice line)
{
	while (line.len &&
	        (line.data[line.len - 1] == '\n' || line.data[line.len - 1] == '\r'))
		line.len--;
	cJSON *event = cJSON_ParseWithLength(line.data, line.len);
	if (!cJSON_IsObject(event)) {
		cJSON_Delete(event);
		return ARCHIVE_BAD;
	}
	const enum archive_stored stored = event_store(archive, origin, line, event);
	cJSON_Delete(event);
	return stored;
}
