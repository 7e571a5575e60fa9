#include "dashboard-api/forms.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/json.h"

enum { COLUMNS_MAX = 64, COLUMN_BYTES = 96, CELL_BYTES = 65536 };

/* Weights are not weighed: the first that we know. */
enum form form_wanted(const struct visit *visit)
{
	static const struct {
		struct slice type;
		enum form form;
	} FORMS[] = {
	        {{"application/json", 16}, FORM_JSON},
	        {{"application/x-ndjson", 20}, FORM_LINES},
	        {{"text/csv", 8}, FORM_CSV},
	        {{"application/*", 13}, FORM_JSON},
	        {{"*/*", 3}, FORM_JSON},
	        {{"text/*", 6}, FORM_CSV},
	};
	struct slice accept = http_header(visit->request, "Accept");
	if (!slice_present(accept) || !slice_trim(accept).len)
		return FORM_JSON;
	while (slice_present(accept)) {
		struct slice item = slice_split(&accept, ',');
		const struct slice type = slice_trim(slice_split(&item, ';'));
		for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++)
			if (slice_equal_nocase(type, FORMS[i].type))
				return FORMS[i].form;
	}
	return FORM_NONE;
}

const char *form_type(enum form form)
{
	static const char *const TYPES[] = {[FORM_JSON] = "application/json",
	        [FORM_LINES] = "application/x-ndjson",
	        [FORM_CSV] = "text/csv; charset=utf-8",
	        [FORM_NONE] = NULL};
	return TYPES[form];
}

bool form_refuse(struct visit *visit)
{
	return problem(visit, 406,
	        "this is to be had as application/json, application/x-ndjson and "
	        "text/csv");
}

void form_cell(struct buffer *out, struct slice text)
{
	const bool formula = text.len > 1 && memchr("=+-@\t\r", text.data[0], 6);
	buffer_string(out, formula ? "\"'" : "\"");
	while (slice_present(text)) {
		buffer_slice(out, slice_split(&text, '"'));
		if (slice_present(text))
			buffer_string(out, "\"\"");
	}
	buffer_string(out, "\"");
}

/* The columns of a table: members, and members of members, in the order they came. */
struct columns {
	char names[COLUMNS_MAX][COLUMN_BYTES];
	size_t count;
};

static void column_note(struct columns *columns, struct slice outer, struct slice inner)
{
	char name[COLUMN_BYTES];
	const int len = snprintf(name, sizeof(name), "%.*s%s%.*s", (int)outer.len,
	        outer.data, slice_present(inner) ? "." : "", (int)inner.len,
	        inner.data ? inner.data : "");
	for (size_t i = 0; i < columns->count; i++)
		if (strcmp(columns->names[i], name) == 0)
			return;
	if (columns->count < COLUMNS_MAX && len > 0 && (size_t)len < sizeof(name))
		memcpy(columns->names[columns->count++], name, sizeof(name));
}

static void columns_note(struct columns *columns, const struct node *row)
{
	for (const struct node *outer = row->first_child; outer; outer = outer->next) {
		if (outer->kind != NODE_MAP) {
			column_note(columns, outer->key, (struct slice){0});
			continue;
		}
		for (const struct node *inner = outer->first_child; inner;
		        inner = inner->next)
			if (inner->kind != NODE_MAP)
				column_note(columns, outer->key, inner->key);
	}
}

/* A scalar as it stands, the scalars of an array with spaces between them. */
static void value_write(struct buffer *out, const struct node *node)
{
	char text[CELL_BYTES];
	struct writer cell = writer_of(text, sizeof(text));
	if (node && node->kind == NODE_SCALAR && !node_null(node))
		writer_slice(&cell, node->text);
	for (const struct node *item = node ? node->first_child : NULL; item;
	        item = item->next) {
		if (item->kind != NODE_SCALAR)
			continue;
		if (cell.len)
			writer_byte(&cell, ' ');
		writer_slice(&cell, item->text);
	}
	form_cell(out, writer_text(&cell));
}

static void table_write(struct buffer *out, const struct node *rows)
{
	struct columns columns = {.count = 0};
	for (const struct node *row = rows->first_child; row; row = row->next)
		columns_note(&columns, row);
	for (size_t i = 0; i < columns.count; i++)
		buffer_format(out, "%s%s", i ? "," : "", columns.names[i]);
	buffer_string(out, "\r\n");
	for (const struct node *row = rows->first_child; row; row = row->next) {
		for (size_t i = 0; i < columns.count; i++) {
			struct slice rest = slice_text(columns.names[i]);
			const struct node *node = row;
			if (i)
				buffer_string(out, ",");
			while (node && slice_present(rest))
				node = node_find(node, slice_split(&rest, '.'));
			value_write(out, node);
		}
		buffer_string(out, "\r\n");
	}
}

/* The end of the JSON value that begins at text[at]: brackets outside of strings. */
static size_t value_end(struct slice text, size_t at)
{
	size_t depth = 0;
	bool quoted = false;
	for (; at < text.len; at++) {
		const char byte = text.data[at];
		if (quoted) {
			if (byte == '\\')
				at++;
			else
				quoted = byte != '"';
			continue;
		}
		quoted = byte == '"';
		if (byte == '{' || byte == '[')
			depth++;
		else if ((byte == '}' || byte == ']') && --depth == 0)
			return at + 1;
	}
	return text.len;
}

/* Each row as it was written, on a line of its own. */
static void lines_write(struct buffer *out, struct slice page)
{
	const struct slice mark = SLICE("\"data\":[");
	size_t at = slice_find(page, mark) + mark.len;
	while (at < page.len && page.data[at] != ']') {
		const size_t end = value_end(page, at);
		buffer_slice(out, slice_of(page.data + at, end - at));
		buffer_string(out, "\n");
		at = end + (end < page.len && page.data[end] == ',');
	}
}

void form_convert(struct visit *visit)
{
	struct http_reply *reply = visit->reply;
	const enum form form = form_wanted(visit);
	struct document_error error;
	if (form == FORM_JSON || !reply->content_type ||
	        strcmp(reply->content_type, "application/json") != 0)
		return;
	struct document *page = json_parse("", buffer_text(&reply->body), &error);
	const struct node *rows = page ? node_find(page->root, SLICE("data")) : NULL;
	if (rows && rows->kind == NODE_SEQUENCE) {
		struct buffer out = buffer_of(REPLY_BYTES_MAX);
		const struct node *paging = node_find(page->root, SLICE("page"));
		const struct node *next = node_find(paging, SLICE("next"));
		if (next && next->quoted)
			http_reply_header(reply, "X-Next-Cursor", "%.*s",
			        (int)next->text.len, next->text.data);
		if (form == FORM_LINES)
			lines_write(&out, buffer_text(&reply->body));
		else
			table_write(&out, rows);
		if (form == FORM_NONE) {
			buffer_free(&out);
			(void)form_refuse(visit);
		} else {
			buffer_free(&reply->body);
			reply->body = out;
			reply->content_type = form_type(form);
		}
	}
	document_free(&page);
}
