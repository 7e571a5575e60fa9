/*
 * Lists of a running ringfence-api: what is asked of them, and how they look on a
 * terminal.
 */
#ifndef RINGFENCE_CLI_SERVER_LIST_H
#define RINGFENCE_CLI_SERVER_LIST_H

#include "cli/server.h"
#include "engine/detect/document.h"

struct server_column {
	const char *title;
	const char *paths[2]; /* in a row: the first that is there */
	int width;            /* characters; 0 = the rest of the line */
};

struct server_table {
	const char *resource; /* behind /api/v1/ */
	const struct server_column *columns;
	size_t column_count;
};

/* The columns of a server_table. */
#define SERVER_COLUMNS(table) (table), sizeof(table) / sizeof((table)[0])

/* What narrows a list; NULL: nothing. */
struct server_query {
	const char *words;
	const char *limit;
	const char *from;
	const char *to;
	const char *by;
	const char *within;
};

/* Rows of a verb's option table. */
#define SERVER_QUERY_OPTIONS(query)                                                      \
	{"query", 'q', OPTION_TEXT, "WORDS", "field:value, is:open, @ip:NETWORK, text",  \
	        &(query)->words},                                                        \
	        {"limit", 0, OPTION_TEXT, "N", "rows, 1 to 1000", &(query)->limit},      \
	        {"from", 0, OPTION_TEXT, "TIME", "RFC 3339, or -15m, -1h, -7d",          \
	                &(query)->from},                                                 \
	{                                                                                \
		"to", 0, OPTION_TEXT, "TIME", "likewise, the end", &(query)->to          \
	}

/* Its answer in the form of the server's output; the body is the caller's to free. */
int server_list_ask(struct server *server, const char *resource,
        const struct server_query *query, struct http_answer *answer);
/* The text of a column in a row; absent when the row has none. */
struct slice server_cell(const struct node *row, const struct server_column *column);
void server_table_print(const struct server_table *table, const struct node *rows);

/* Asks for the list and prints it in the server's output; the exit code. */
int server_list(struct server *server, const struct server_table *table,
        const struct server_query *query);

#endif
