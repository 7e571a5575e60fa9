/*
 * ringfence report: what a running ringfence-api saw in a day or a week, in sections.
 */
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/paint.h"
#include "cli/server_list.h"
#include "cli/verb.h"
#include "platform/document.h"
#include "platform/json.h"

static const struct action ACTIONS[] = {
        {"day", NULL, "the last 24 hours"},
        {"week", NULL, "the last seven days"},
        {NULL, NULL, NULL},
};

static const struct usage USAGE = {
        .verb = "report",
        .actions = ACTIONS,
        .example = "ringfence report week -o csv > week.csv",
};

static const struct server_column COUNTS[] = {
        {"WHAT", {"key"}, 36}, {"ALERTS", {"count", "alerts"}, 9}};
static const struct server_column KPIS[] = {
        {"CALLS", {"key"}, 28},
        {"TRIED", {"attempts"}, 9},
        {"ANSWERED", {"answered"}, 9},
        {"ASR %", {"asr_percent"}, 7},
        {"NER %", {"ner_percent"}, 7},
        {"ACD s", {"acd_s"}, 8},
        {"MINUTES", {"minutes"}, 10},
        {"PDD ms", {"pdd_ms"}, 8},
        {"MOS", {"mos"}, 6},
};
static const struct server_column QUALITY[] = {
        {"MEDIA", {"key"}, 28},
        {"STREAMS", {"streams"}, 9},
        {"LOSS %", {"loss_percent"}, 8},
        {"JITTER ms", {"jitter_ms"}, 10},
        {"MOS", {"mos"}, 6},
        {"LEAST", {"mos_least"}, 6},
};

static const struct section {
	const char *name;
	struct server_table table;
	const char *by;
} SECTIONS[] = {
        {"alerts_by_level", {"alerts/aggregate", SERVER_COLUMNS(COUNTS)}, "level"},
        {"alerts_by_rule", {"alerts/aggregate", SERVER_COLUMNS(COUNTS)}, "rule_id"},
        {"calls", {"kpis", SERVER_COLUMNS(KPIS)}, "all"},
        {"calls_by_end", {"kpis", SERVER_COLUMNS(KPIS)}, "status"},
        {"media", {"quality", SERVER_COLUMNS(QUALITY)}, "all"},
        {"media_by_codec", {"quality", SERVER_COLUMNS(QUALITY)}, "codec"},
};

enum { SECTION_COUNT = sizeof(SECTIONS) / sizeof(SECTIONS[0]) };

/* Each value a line: section, row, column, value. */
static void csv_print(const struct section *section, const struct node *rows)
{
	for (const struct node *row = rows->first_child; row; row = row->next) {
		const struct slice key = server_cell(row, &section->table.columns[0]);
		for (size_t i = 1; i < section->table.column_count; i++) {
			const struct server_column *column = &section->table.columns[i];
			printf("%s,", section->name);
			csv_text(slice_present(key) ? key : SLICE("all"));
			printf(",%s,", column->paths[0]);
			csv_text(server_cell(row, column));
			putchar('\n');
		}
	}
}

static void title_print(const char *name)
{
	const struct paint paint = paint_of(stdout);
	printf("\n");
	paint_begin(&paint, PAINT_BOLD);
	for (; *name; name++)
		putchar(*name == '_' ? ' ' : *name);
	paint_end(&paint);
	printf("\n");
}

static int section_print(
        enum output output, const struct section *section, struct slice body)
{
	struct document_error error;
	if (output == OUTPUT_JSON || output == OUTPUT_NDJSON) {
		printf(output == OUTPUT_JSON ? "\"%s\":"
		                             : "{\"section\":\"%s\",\"list\":",
		        section->name);
		printf("%.*s%s", (int)body.len, body.data,
		        output == OUTPUT_JSON ? "" : "}\n");
		return EXIT_FINE;
	}
	struct document *document = json_parse("", body, &error);
	const struct node *rows =
	        document ? node_find(document->root, SLICE("data")) : NULL;
	if (rows && output == OUTPUT_CSV) {
		csv_print(section, rows);
	} else if (rows) {
		title_print(section->name);
		server_table_print(&section->table, rows);
	}
	document_free(&document);
	return rows ? EXIT_FINE : EXIT_ENVIRONMENT;
}

static int sections_print(
        struct server *server, enum output output, struct server_query *query)
{
	int code = EXIT_FINE;
	if (output == OUTPUT_CSV)
		printf("section,row,column,value\n");
	for (size_t i = 0; code == EXIT_FINE && i < SECTION_COUNT; i++) {
		struct http_answer answer = {.body = buffer_of(0)};
		query->by = SECTIONS[i].by;
		code = server_list_ask(
		        server, SECTIONS[i].table.resource, query, &answer);
		if (output == OUTPUT_JSON)
			printf(i ? ",\n" : "{");
		if (code == EXIT_FINE)
			code = section_print(
			        output, &SECTIONS[i], buffer_text(&answer.body));
		buffer_free(&answer.body);
	}
	if (output == OUTPUT_JSON)
		printf("}\n");
	return code;
}

int verb_report(int argc, char **argv)
{
	struct server server = {.url = NULL};
	struct server_query query = {.words = NULL};
	const struct option options[] = {SERVER_OPTIONS(&server)};
	struct arguments arguments = {argc, argv};
	int code;
	const struct action *action = options_action(
	        &USAGE, options, sizeof(options) / sizeof(options[0]), &arguments, &code);
	if (!action)
		return code;
	query.from = strcmp(action->name, "day") == 0 ? "-1d" : "-7d";
	/* Sections are made from JSON, whatever is printed. */
	const enum output output = (enum output)server.output;
	server.output = OUTPUT_JSON;
	code = server_open(&server);
	if (code == EXIT_FINE)
		code = sections_print(&server, output, &query);
	server_close(&server);
	return fflush(stdout) == 0 ? code : EXIT_ENVIRONMENT;
}
