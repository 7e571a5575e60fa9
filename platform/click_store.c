/*
 * Rows on their way to ClickHouse, changed there and removed there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/archive_value.h"
#include "platform/click_inside.h"
#include "platform/instant.h"
#include "platform/secret.h"

enum { MUTATION_MS = 5000 };

static void text_add(cJSON *row, const char *name, struct slice text)
{
	char *copy = slice_present(text) ? strndup(text.data, text.len) : NULL;
	if (copy)
		(void)cJSON_AddStringToObject(row, name, copy);
	else
		(void)cJSON_AddNullToObject(row, name);
	free(copy);
}

static void number_add(cJSON *row, const char *name, int64_t number)
{
	char digits[24];
	(void)snprintf(digits, sizeof(digits), "%" PRId64, number);
	(void)cJSON_AddRawToObject(row, name, digits);
}

static void field_add(
        cJSON *row, const struct archive_field *field, const struct click_event *event)
{
	const cJSON *value = archive_value(field, event->event);
	struct address address;
	char text[33];
	switch (field->type) {
	case ARCHIVE_TEXT:
		if (cJSON_IsString(value))
			text_add(row, field->name, slice_text(value->valuestring));
		break;
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		if (cJSON_IsNumber(value))
			number_add(row, field->name,
			        archive_kept(field, value->valuedouble));
		break;
	case ARCHIVE_ADDRESS:
		if (cJSON_IsString(value) &&
		        address_parse(slice_text(value->valuestring), &address)) {
			click_address(&address, text);
			text_add(row, field->name, slice_text(text));
		}
		break;
	case ARCHIVE_STATE:
		if (strcmp(field->name, "state") == 0)
			text_add(row, field->name,
			        slice_present(event->origin->state) ? event->origin->state
			                                            : SLICE("open"));
		break;
	}
}

/* The same event has the same number. */
static int64_t id_of(struct slice event_id)
{
	char digest[SECRET_DIGEST_BYTES];
	uint64_t id = 0;
	secret_digest(event_id, digest);
	(void)slice_hex_to_u64(slice_of(digest, 16), &id);
	return (int64_t)(id >> 2);
}

enum archive_stored click_store(struct click *click, const struct click_event *event)
{
	const struct archive_table *table = archive_table(event->kind);
	struct buffer *out = &click->rows[event->kind];
	cJSON *row = cJSON_CreateObject();
	number_add(row, "time", (int64_t)event->time_us);
	number_add(row, "id", id_of(event->origin->id));
	number_add(row, "version", 0);
	text_add(row, "event_id", event->origin->id);
	text_add(row, "node", event->origin->node);
	text_add(row, "capture", event->origin->capture);
	text_add(row, "body", event->line);
	for (size_t i = 0; i < table->field_count; i++)
		field_add(row, &table->fields[i], event);
	char *text = cJSON_PrintUnformatted(row);
	cJSON_Delete(row);
	if (!out->len)
		buffer_format(out, "INSERT INTO %s FORMAT JSONEachRow\n", table->name);
	if (text)
		buffer_string(out, text);
	buffer_string(out, "\n");
	free(text);
	if (!text || out->failed || (!click->gathering && !click_commit(click)))
		return ARCHIVE_FAILED;
	return ARCHIVE_STORED;
}

bool click_update(struct click *click, const struct click_state *state)
{
	const struct archive_table *table = archive_table(state->kind);
	struct click_sql sql = click_sql_new();
	buffer_format(&sql.text, "SELECT count() FROM %s FINAL WHERE id = %" PRId64,
	        table->name, state->id);
	if (!click_count(click, &sql))
		return false;
	struct buffer insert = buffer_of(1 << 20);
	buffer_format(&insert,
	        "INSERT INTO %s (time, id, version, event_id, node, capture, body",
	        table->name);
	for (size_t i = 0; i < table->field_count; i++)
		buffer_format(&insert, ", %s", table->fields[i].name);
	buffer_format(&insert,
	        ") SELECT time, id, %" PRIu64 ", event_id, node, capture, body",
	        instant_now_us());
	for (size_t i = 0; i < table->field_count; i++) {
		buffer_string(&insert, ", ");
		if (&table->fields[i] == state->field)
			click_quote(&insert, state->value);
		else
			buffer_string(&insert, table->fields[i].name);
	}
	buffer_format(
	        &insert, " FROM %s FINAL WHERE id = %" PRId64, table->name, state->id);
	const bool fine = !insert.failed && click_run(click, buffer_text(&insert));
	buffer_free(&insert);
	return fine;
}

/* Rows are removed beside: waits until they are gone, or for a while. */
static void mutation_wait(struct click *click, const char *table)
{
	const uint64_t end_ms = instant_steady_ms() + MUTATION_MS;
	uint64_t left = 1;
	while (left && instant_steady_ms() < end_ms) {
		struct click_sql sql = click_sql_new();
		buffer_format(&sql.text,
		        "SELECT count() FROM system.mutations WHERE database = '%s' AND "
		        "table = '%s' AND NOT is_done",
		        click->database, table);
		left = click_count(click, &sql);
	}
}

uint64_t click_forget(struct click *click, enum archive_kind kind, uint64_t before_us,
        struct slice capture)
{
	const char *table = archive_table(kind)->name;
	struct buffer where = buffer_of(1 << 16);
	struct click_sql sql = click_sql_new();
	if (slice_present(capture)) {
		buffer_string(&where, "capture = ");
		click_quote(&where, capture);
	} else {
		buffer_format(&where, "capture IS NULL AND time < %" PRIu64, before_us);
	}
	buffer_format(&sql.text, "SELECT count() FROM %s FINAL WHERE %.*s", table,
	        (int)where.len, where.data ? where.data : "");
	const uint64_t count = click_count(click, &sql);
	struct buffer drop = buffer_of(1 << 17);
	buffer_format(&drop, "ALTER TABLE %s DELETE WHERE %.*s", table, (int)where.len,
	        where.data ? where.data : "");
	const bool fine = count && click_run(click, buffer_text(&drop));
	if (fine)
		mutation_wait(click, table);
	buffer_free(&drop);
	buffer_free(&where);
	return fine ? count : 0;
}
