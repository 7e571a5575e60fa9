#include "cli/server_list.h"

#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/paint.h"
#include "platform/document.h"
#include "platform/json.h"

enum { CELL_WIDTH_MAX = 100 };

static const struct node *node_at(const struct node *node, const char *path)
{
	struct slice rest = slice_text(path);
	while (node && slice_present(rest))
		node = node_find(node, slice_split(&rest, '.'));
	return node;
}

struct slice server_cell(const struct node *row, const struct server_column *column)
{
	for (size_t i = 0; i < 2 && column->paths[i]; i++) {
		const struct node *node = node_at(row, column->paths[i]);
		if (node && node->kind == NODE_SCALAR && !node_null(node))
			return node->text;
	}
	return slice_of(NULL, 0);
}

void server_table_print(const struct server_table *table, const struct node *rows)
{
	const struct paint paint = paint_of(stdout);
	paint_begin(&paint, PAINT_BOLD);
	for (size_t i = 0; i < table->column_count; i++)
		printf("%-*s ", table->columns[i].width, table->columns[i].title);
	paint_end(&paint);
	printf("\n");
	for (const struct node *row = rows ? rows->first_child : NULL; row;
	        row = row->next) {
		for (size_t i = 0; i < table->column_count; i++) {
			const int width = table->columns[i].width;
			const struct slice text = server_cell(row, &table->columns[i]);
			paint_text(&paint, slice_present(text) ? text : SLICE("-"),
			        width ? -width : CELL_WIDTH_MAX);
			printf(" ");
		}
		printf("\n");
	}
}

/* Columns are named by where they stand in a row. */
static void csv_print(const struct server_table *table, const struct node *rows)
{
	for (size_t i = 0; i < table->column_count; i++)
		printf("%s%s", i ? "," : "", table->columns[i].paths[0]);
	printf("\n");
	for (const struct node *row = rows ? rows->first_child : NULL; row;
	        row = row->next) {
		for (size_t i = 0; i < table->column_count; i++) {
			if (i)
				putchar(',');
			csv_text(server_cell(row, &table->columns[i]));
		}
		printf("\n");
	}
}

/* The objects of an array, a line each: what lies within them stays as it came. */
static void lines_print(struct slice array)
{
	unsigned depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < array.len; i++) {
		const char byte = array.data[i];
		if (quoted && byte == '\\' && i + 1 < array.len) {
			printf("%.2s", array.data + i++);
			continue;
		}
		if (byte == '"')
			quoted = !quoted;
		else if (!quoted && byte == '{')
			depth++;
		else if (!quoted && byte == ']' && !depth)
			return;
		if (depth)
			putchar(byte);
		if (!quoted && byte == '}' && depth && !--depth)
			putchar('\n');
	}
}

/* Some resources know JSON only: then the other forms are made here. */
static int made_print(
        enum output output, const struct server_table *table, struct slice body)
{
	const struct slice head = SLICE("{\"data\":[");
	struct document_error error;
	if (output == OUTPUT_NDJSON) {
		lines_print(slice_from(body, head.len));
		return EXIT_FINE;
	}
	struct document *document = json_parse("", body, &error);
	if (!document)
		return EXIT_ENVIRONMENT;
	const struct node *rows = node_find(document->root, SLICE("data"));
	if (output == OUTPUT_CSV)
		csv_print(table, rows);
	else
		server_table_print(table, rows);
	document_free(&document);
	return EXIT_FINE;
}

static int answer_print(
        enum output output, const struct server_table *table, struct slice body)
{
	const bool whole = slice_starts(body, SLICE("{\"data\":["));
	if (output == OUTPUT_TABLE || (output != OUTPUT_JSON && whole))
		return made_print(output, table, body);
	(void)fwrite(body.data, 1, body.len, stdout);
	if (body.len && body.data[body.len - 1] != '\n')
		putchar('\n');
	return EXIT_FINE;
}

static bool path_write(
        struct buffer *path, const char *resource, const struct server_query *query)
{
	buffer_format(path, "/api/v1/%s", resource);
	query_add(path, "q", query->words);
	query_add(path, "limit", query->limit);
	query_add(path, "from", query->from);
	query_add(path, "to", query->to);
	query_add(path, "by", query->by);
	query_add(path, "within", query->within);
	buffer_slice(path, slice_of("", 1));
	return !path->failed;
}

int server_list_ask(struct server *server, const char *resource,
        const struct server_query *query, struct http_answer *answer)
{
	static const char *const ACCEPTS[] = {[OUTPUT_TABLE] = "application/json",
	        [OUTPUT_JSON] = "application/json",
	        [OUTPUT_NDJSON] = "application/x-ndjson",
	        [OUTPUT_CSV] = "text/csv"};
	struct buffer path = buffer_of(SERVER_PATH_BYTES);
	int code = EXIT_BAD_INPUT;
	if (path_write(&path, resource, query)) {
		const struct http_question question = {.method = "GET",
		        .path = path.data,
		        .accept = ACCEPTS[server->output]};
		code = server_answer(server, &question, answer);
	} else {
		fprintf(stderr, "ringfence: the question is too long\n");
	}
	buffer_free(&path);
	return code;
}

int server_list(struct server *server, const struct server_table *table,
        const struct server_query *query)
{
	struct http_answer answer = {.body = buffer_of(0)};
	int code = server_open(server);
	if (code == EXIT_FINE)
		code = server_list_ask(server, table->resource, query, &answer);
	if (code == EXIT_FINE)
		code = answer_print(
		        (enum output)server->output, table, buffer_text(&answer.body));
	server_close(server);
	buffer_free(&answer.body);
	return code;
}
