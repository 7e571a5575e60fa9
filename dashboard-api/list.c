#include "dashboard-api/list.h"

#include <inttypes.h>
#include <string.h>

#include "dashboard-api/forms.h"
#include "dashboard-api/mask.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/query.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/json.h"

enum { ROW_HEAD_BYTES = 8192 };

static void states_json(
        enum archive_kind kind, const struct archive_row *row, struct writer *out)
{
	const struct archive_table *table = archive_table(kind);
	size_t state = 0;
	for (size_t i = 0; i < table->field_count; i++)
		if (table->fields[i].type == ARCHIVE_STATE && state < row->state_count)
			json_text(out, table->fields[i].name, row->states[state++]);
}

void row_json(const struct visit *visit, enum archive_kind kind,
        const struct archive_row *row, struct buffer *out)
{
	char id[24];
	struct writer digits = writer_of(id, sizeof(id));
	struct writer head = buffer_room(out, ROW_HEAD_BYTES);
	writer_i64(&digits, row->id);
	json_object(&head, NULL);
	json_string(&head, "id", writer_text(&digits));
	json_string(&head, "event_id", row->event_id);
	json_text(&head, "node", row->node);
	json_text(&head, "capture", row->capture);
	states_json(kind, row, &head);
	writer_byte(&head, ',');
	buffer_take(out, &head);
	mask_event(row->body, mask_wanted(visit), out);
}

/* A list while it is written. */
struct page {
	const struct visit *visit;
	const struct archive_query *query;
	struct buffer *out;
	enum form form;
	unsigned rows;
	bool has_more;
	uint64_t last_us;
	int64_t last_id;
};

static const struct node *node_at(const struct node *node, const char *path)
{
	struct slice rest = slice_text(path);
	while (node && slice_present(rest))
		node = node_find(node, slice_split(&rest, '.'));
	return node;
}

static void csv_cells(const struct page *page, const struct archive_row *row)
{
	const struct archive_table *table = archive_table(page->query->kind);
	struct document_error error;
	struct buffer event = buffer_of(REPLY_BYTES_MAX);
	buffer_string(&event, "{");
	mask_event(row->body, mask_wanted(page->visit), &event);
	struct document *document = json_parse("", buffer_text(&event), &error);
	size_t state = 0;
	for (size_t i = 0; i < table->field_count; i++) {
		const struct archive_field *field = &table->fields[i];
		struct slice cell = {0};
		for (size_t p = 0; document && !slice_present(cell) && p < 2; p++) {
			const struct node *node =
			        field->paths[p] ? node_at(document->root, field->paths[p])
			                        : NULL;
			if (node && node->kind == NODE_SCALAR)
				cell = node->text;
		}
		if (field->type == ARCHIVE_STATE && state < row->state_count)
			cell = row->states[state++];
		buffer_string(page->out, ",");
		form_cell(page->out, slice_present(cell) ? cell : SLICE(""));
	}
	document_free(&document);
	buffer_free(&event);
}

static void csv_head(const struct page *page)
{
	const struct archive_table *table = archive_table(page->query->kind);
	buffer_string(page->out, "id,timestamp");
	for (size_t i = 0; i < table->field_count; i++)
		buffer_format(page->out, ",%s", table->fields[i].name);
	buffer_string(page->out, "\r\n");
}

static void csv_row(const struct page *page, const struct archive_row *row)
{
	char stamp[40];
	struct writer time = writer_of(stamp, sizeof(stamp));
	writer_time(&time, row->time_us);
	buffer_format(page->out, "%" PRId64 ",%.*s", row->id, (int)time.len, stamp);
	csv_cells(page, row);
	buffer_string(page->out, "\r\n");
}

static bool page_row(void *context, const struct archive_row *row)
{
	struct page *page = context;
	/* One more row than a page holds tells whether there is a next one. */
	if (page->rows == page->query->limit - 1) {
		page->has_more = true;
		return false;
	}
	if (page->form == FORM_CSV) {
		csv_row(page, row);
	} else {
		if (page->form == FORM_JSON && page->rows)
			buffer_string(page->out, ",");
		row_json(page->visit, page->query->kind, row, page->out);
		if (page->form == FORM_LINES)
			buffer_string(page->out, "\n");
	}
	page->rows++;
	page->last_us = row->time_us;
	page->last_id = row->id;
	return !page->out->failed;
}

bool listed_check(struct visit *visit, enum archive_listed listed)
{
	switch (listed) {
	case ARCHIVE_LISTED:
		return visit->reply->body.failed
		               ? problem(visit, 422,
		                         "the answer is too large: ask for less")
		               : true;
	case ARCHIVE_BAD_VALUE:
		return problem(visit, 400,
		        "a value does not fit its field: numbers are decimal, addresses "
		        "are IP "
		        "addresses or networks (10.0.0.0/8)");
	case ARCHIVE_TOO_SLOW:
		return problem(visit, 503,
		        "the question took more than %d seconds: narrow it by time or by "
		        "a field",
		        ARCHIVE_PATIENCE_MS / 1000);
	case ARCHIVE_UNREADABLE:
		break;
	}
	log_write(visit->api->log, LOG_LEVEL_ERROR, "%s",
	        archive_error_text(visit->api->archive));
	return problem(visit, 503, "the archive cannot be read at the moment");
}

static void page_end(struct visit *visit, const struct page *page)
{
	char cursor[40];
	cursor_write(cursor, page->last_us, page->last_id);
	if (page->form == FORM_JSON)
		paging_end(visit, page->has_more ? cursor : NULL);
	else if (page->has_more)
		http_reply_header(visit->reply, "X-Next-Cursor", "%s", cursor);
	visit->reply->content_type = form_type(page->form);
}

void list_query_answer(struct visit *visit, const struct archive_query *query)
{
	struct archive_query wider = *query;
	struct page page = {.visit = visit, .query = &wider, .out = &visit->reply->body};
	const struct archive_reader reader = {&page, page_row};

	page.form = form_wanted(visit);
	if (page.form == FORM_NONE) {
		(void)form_refuse(visit);
		return;
	}
	wider.limit++;
	visit->reply->body.len_max = REPLY_BYTES_MAX;
	if (page.form == FORM_JSON)
		paging_begin(page.out);
	else if (page.form == FORM_CSV)
		csv_head(&page);
	if (!listed_check(visit, archive_list(visit->api->archive, &wider, &reader)))
		return;
	page_end(visit, &page);
}

void list_answer(struct visit *visit)
{
	struct archive_query query;
	if (query_read(visit, visit->route->table, NULL, &query))
		list_query_answer(visit, &query);
}

bool visit_id(struct visit *visit, size_t index, int64_t *id)
{
	uint64_t value;
	if (!slice_to_u64(visit->values[index], &value) || value > INT64_MAX)
		return problem(visit, 404, "there is no such id");
	*id = (int64_t)value;
	return true;
}

/* The one row of an answer. */
struct one {
	const struct visit *visit;
	enum archive_kind kind;
};

static bool one_row(void *context, const struct archive_row *row)
{
	const struct one *one = context;
	row_json(one->visit, one->kind, row, &one->visit->reply->body);
	return true;
}

void list_one_answer(struct visit *visit, enum archive_kind kind)
{
	struct one one = {visit, kind};
	const struct archive_reader reader = {&one, one_row};
	int64_t id;
	if (!visit_id(visit, 0, &id))
		return;
	if (!archive_get(visit->api->archive, kind, id, &reader)) {
		(void)problem(visit, 404, "there is no such %s",
		        archive_table(kind)->event_type);
		return;
	}
	visit->reply->content_type = "application/json";
}
