/*
 * Questions to the archive on ClickHouse.
 */
#include <inttypes.h>
#include <string.h>

#include "platform/click_inside.h"
#include "platform/document.h"

enum { FIRST_STATE = 6 };

static void columns_write(struct click_sql *sql, const struct archive_table *table)
{
	buffer_string(&sql->text, "SELECT id, time, event_id, node, capture, body");
	for (size_t i = 0; i < table->field_count; i++)
		if (table->fields[i].type == ARCHIVE_STATE)
			buffer_format(&sql->text, ", %s", table->fields[i].name);
	buffer_format(&sql->text, " FROM %s FINAL", table->name);
}

static struct archive_row row_of(
        const struct archive_table *table, const struct node *cells)
{
	struct archive_row row = {.id = (int64_t)click_number(cells, 0),
	        .time_us = click_number(cells, 1),
	        .event_id = click_cell(cells, 2),
	        .node = click_cell(cells, 3),
	        .capture = click_cell(cells, 4),
	        .body = click_cell(cells, 5)};
	for (size_t i = 0; i < table->field_count; i++) {
		if (table->fields[i].type != ARCHIVE_STATE)
			continue;
		row.states[row.state_count] =
		        click_cell(cells, FIRST_STATE + row.state_count);
		row.state_count++;
	}
	return row;
}

enum archive_listed click_list(struct click *click, const struct archive_query *query,
        const struct archive_reader *reader)
{
	const struct archive_table *table = archive_table(query->kind);
	struct click_sql sql = click_sql_new();
	struct document *answer;
	columns_write(&sql, table);
	click_where(&sql, query);
	buffer_format(&sql.text, " ORDER BY time DESC, id DESC LIMIT %u", query->limit);
	const enum archive_listed listed = click_ask(click, &sql, &answer);
	for (const struct node *cells = click_rows(answer); cells; cells = cells->next) {
		const struct archive_row row = row_of(table, cells);
		if (!reader->row(reader->context, &row))
			break;
	}
	document_free(&answer);
	return listed;
}

bool click_get(struct click *click, enum archive_kind kind, int64_t id,
        const struct archive_reader *reader)
{
	const struct archive_table *table = archive_table(kind);
	struct click_sql sql = click_sql_new();
	struct document *answer;
	columns_write(&sql, table);
	buffer_format(&sql.text, " WHERE id = %" PRId64 " LIMIT 1", id);
	(void)click_ask(click, &sql, &answer);
	const struct node *cells = click_rows(answer);
	if (cells) {
		const struct archive_row row = row_of(table, cells);
		(void)reader->row(reader->context, &row);
	}
	document_free(&answer);
	return cells != NULL;
}

enum archive_listed click_aggregate(struct click *click,
        const struct archive_query *query, const struct archive_field *field,
        const struct archive_counter *counter)
{
	struct click_sql sql = click_sql_new();
	struct document *answer;
	buffer_format(&sql.text,
	        "SELECT %s, count(), min(time), max(time), argMax(id, time) FROM %s "
	        "FINAL",
	        field->name, archive_table(query->kind)->name);
	click_where(&sql, query);
	buffer_format(&sql.text, " GROUP BY %s ORDER BY count() DESC, %s LIMIT %u",
	        field->name, field->name, query->limit);
	const enum archive_listed listed = click_ask(click, &sql, &answer);
	for (const struct node *cells = click_rows(answer); cells; cells = cells->next) {
		char text[64];
		struct archive_count count = {.value = click_cell(cells, 0),
		        .rows = click_number(cells, 1),
		        .first_us = click_number(cells, 2),
		        .last_us = click_number(cells, 3),
		        .last_id = (int64_t)click_number(cells, 4)};
		if (field->type == ARCHIVE_ADDRESS)
			count.value = click_address_text(count.value, text);
		if (!counter->count(counter->context, &count))
			break;
	}
	document_free(&answer);
	return listed;
}

static void key_write(struct click_sql *sql, const struct click_by *by)
{
	switch (by->by) {
	case ARCHIVE_BY_ALL:
		buffer_string(&sql->text, "'all'");
		return;
	case ARCHIVE_BY_HOUR:
		buffer_string(&sql->text,
		        "formatDateTime(toDateTime(intDiv(time, 1000000), 'UTC'), "
		        "'%Y-%m-%dT%H:00:00Z')");
		return;
	case ARCHIVE_BY_PREFIX:
		buffer_string(&sql->text,
		        "substring(replaceRegexpOne(ifNull(called, ''), "
		        "'^[+0]+', ''), 1, 4)");
		return;
	case ARCHIVE_BY_FIELD:
		buffer_string(&sql->text, by->field->name);
		return;
	}
}

static enum archive_listed sums_ask(struct click *click,
        const struct archive_query *query, const struct click_by *by, const char *columns,
        struct document **answer)
{
	struct click_sql sql = click_sql_new();
	buffer_string(&sql.text, "SELECT ");
	key_write(&sql, by);
	buffer_format(&sql.text, " AS sums_key, count() AS sums_rows%s FROM %s FINAL",
	        columns, archive_table(query->kind)->name);
	click_where(&sql, query);
	buffer_format(&sql.text, " GROUP BY sums_key ORDER BY %s LIMIT %u",
	        by->by == ARCHIVE_BY_HOUR ? "sums_key" : "sums_rows DESC, sums_key",
	        query->limit);
	return click_ask(click, &sql, answer);
}

static struct slice key_of(
        const struct click_by *by, const struct node *cells, char text[64])
{
	const struct slice key = click_cell(cells, 0);
	return by->field && by->field->type == ARCHIVE_ADDRESS
	               ? click_address_text(key, text)
	               : key;
}

enum archive_listed click_kpis(struct click *click, const struct archive_query *query,
        const struct click_by *by, const struct archive_kpi_reader *reader)
{
	struct document *answer;
	const enum archive_listed listed = sums_ask(click, query, by,
	        ", countIf(ifNull(duration_s, 0) > 0), countIf(ifNull(duration_s, 0) > 0 "
	        "OR "
	        "ifNull(status, 0) IN (480, 486, 487, 600, 603) OR ifNull(q850_cause, 0) "
	        "IN "
	        "(16, 17, 18, 19, 21)), sum(ifNull(duration_s, 0)) / 100, "
	        "ifNull(avg(pdd_ms), 0), ifNull(avg(mos), 0) / 100, countIf(ifNull(mos, "
	        "999) "
	        "< 360), sum(ifNull(cost, 0)) / 100, max(currency)",
	        &answer);
	for (const struct node *cells = click_rows(answer); cells; cells = cells->next) {
		char text[64];
		const struct archive_kpi kpi = {.key = key_of(by, cells, text),
		        .attempts = click_number(cells, 1),
		        .answered = click_number(cells, 2),
		        .effective = click_number(cells, 3),
		        .duration_s = click_decimal(cells, 4),
		        .pdd_ms = click_decimal(cells, 5),
		        .mos = click_decimal(cells, 6),
		        .mos_low = click_number(cells, 7),
		        .cost = click_decimal(cells, 8),
		        .currency = click_cell(cells, 9)};
		if (!reader->kpi(reader->context, &kpi))
			break;
	}
	document_free(&answer);
	return listed;
}

enum archive_listed click_qualities(struct click *click,
        const struct archive_query *query, const struct click_by *by,
        const struct archive_quality_reader *reader)
{
	struct document *answer;
	const enum archive_listed listed = sums_ask(click, query, by,
	        ", sum(ifNull(packets, 0)), sum(ifNull(lost, 0)), ifNull(avg(mos), 0) / "
	        "100, "
	        "ifNull(min(mos), 0) / 100, ifNull(avg(jitter_ms), 0) / 100",
	        &answer);
	for (const struct node *cells = click_rows(answer); cells; cells = cells->next) {
		char text[64];
		const struct archive_quality quality = {.key = key_of(by, cells, text),
		        .streams = click_number(cells, 1),
		        .packets = click_number(cells, 2),
		        .lost = click_number(cells, 3),
		        .mos = click_decimal(cells, 4),
		        .mos_least = click_decimal(cells, 5),
		        .jitter_ms = click_decimal(cells, 6)};
		if (!reader->quality(reader->context, &quality))
			break;
	}
	document_free(&answer);
	return listed;
}

enum archive_listed click_inventory(struct click *click,
        const struct archive_query *query, const struct archive_devices *reader)
{
	static const char *const PARTS[] = {
	        "SELECT 'sip' AS kind, concat(ifNull(user, ''), '@', ifNull(host, '')) "
	        "AS "
	        "name, src_ip, max(user_agent) AS product, min(time) AS first, max(time) "
	        "AS "
	        "last, count() AS seen FROM registrations FINAL WHERE user IS NOT NULL",
	        "SELECT 'h323' AS kind, ifNull(identifier, ifNull(role, '')) AS name, "
	        "src_ip, "
	        "max(product) AS product, min(time) AS first, max(time) AS last, count() "
	        "AS "
	        "seen FROM devices FINAL WHERE 1"};
	struct click_sql sql = click_sql_new();
	struct document *answer;
	buffer_string(&sql.text, "SELECT * FROM (");
	for (size_t i = 0; i < 2; i++) {
		buffer_format(&sql.text, "%s%s AND time >= %" PRIu64,
		        i ? " UNION ALL " : "", PARTS[i], query->from_us);
		if (query->to_us)
			buffer_format(&sql.text, " AND time <= %" PRIu64, query->to_us);
		buffer_string(&sql.text, " GROUP BY name, src_ip");
	}
	buffer_format(
	        &sql.text, ") ORDER BY last DESC, kind, name LIMIT %u", query->limit);
	const enum archive_listed listed = click_ask(click, &sql, &answer);
	for (const struct node *cells = click_rows(answer); cells; cells = cells->next) {
		char text[64];
		const struct archive_device device = {.kind = click_cell(cells, 0),
		        .name = click_cell(cells, 1),
		        .address = click_address_text(click_cell(cells, 2), text),
		        .product = click_cell(cells, 3),
		        .first_us = click_number(cells, 4),
		        .last_us = click_number(cells, 5),
		        .seen = click_number(cells, 6)};
		if (!reader->device(reader->context, &device))
			break;
	}
	document_free(&answer);
	return listed;
}
