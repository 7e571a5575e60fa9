/*
 * ringfence alerts, registrations, quality and nodes: what a running ringfence-api knows.
 */
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/server.h"
#include "cli/verb.h"

enum { PATH_BYTES = 16384, BODY_BYTES = 65536 };

struct list_verb {
	struct server server;
	const char *query;
	const char *limit;
	const char *from;
	const char *by;
	const char *note;
	bool dry_run;
};

static const struct server_column ALERT_COLUMNS[] = {
        {"ID", {"id"}, 7},
        {"LEVEL", {"alert.level"}, 8},
        {"STATE", {"state"}, 12},
        {"WHEN", {"timestamp"}, 19},
        {"ABOUT", {"entity.value"}, 20},
        {"RULE", {"alert.rule_id"}, 24},
        {"WHY", {"alert.explain.text"}, 0},
};

static const struct server_column REGISTRATION_COLUMNS[] = {
        {"WHEN", {"timestamp"}, 19},
        {"USER", {"registration.user"}, 20},
        {"CHANGE", {"registration.change"}, 10},
        {"FROM", {"src_ip"}, 20},
        {"CONTACT", {"registration.binding.contact"}, 40},
        {"DEVICE", {"registration.user_agent"}, 0},
};

static const struct server_column QUALITY_COLUMNS[] = {
        {"KEY", {"key"}, 24},
        {"STREAMS", {"streams"}, 9},
        {"PACKETS", {"packets"}, 12},
        {"LOSS %", {"loss_percent"}, 8},
        {"JITTER ms", {"jitter_ms"}, 10},
        {"MOS", {"mos"}, 6},
        {"LEAST", {"mos_least"}, 6},
};

static const struct server_column NODE_COLUMNS[] = {
        {"NODE", {"id"}, 24},
        {"ALIVE", {"alive"}, 6},
        {"VERSION", {"version"}, 12},
        {"STATE", {"state"}, 0},
};

#define COLUMNS(table) (table), sizeof(table) / sizeof((table)[0])

/* One question of a list. */
static int list_run(struct list_verb *verb, const char *resource,
        const struct server_column *columns, size_t count)
{
	struct buffer path = buffer_of(PATH_BYTES);
	buffer_format(&path, "/api/v1/%s", resource);
	query_add(&path, "q", verb->query);
	query_add(&path, "limit", verb->limit);
	query_add(&path, "from", verb->from);
	query_add(&path, "by", verb->by);
	buffer_slice(&path, slice_of("", 1));
	const struct server_list list = {path.data, columns, count};
	int code = path.failed ? EXIT_BAD_INPUT : server_open(&verb->server);
	if (code == EXIT_FINE)
		code = server_list(&verb->server, &list);
	server_close(&verb->server);
	buffer_free(&path);
	return code;
}

static bool id_given(const char *text)
{
	uint64_t id;
	if (slice_to_u64(slice_text(text), &id))
		return true;
	fprintf(stderr, "ringfence: '%s' is no id of an alert\n", text);
	return false;
}

static int alert_show(struct list_verb *verb, const char *id)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/api/v1/alerts/%s", id);
	const struct http_question question = {.method = "GET", .path = path};
	const int code = server_open(&verb->server);
	return code == EXIT_FINE ? server_ask(&verb->server, &question) : code;
}

/* The note as a JSON string. */
static void note_add(struct buffer *body, const char *note)
{
	buffer_string(body, ",\"note\":\"");
	for (; *note; note++) {
		if (*note == '"' || *note == '\\')
			buffer_format(body, "\\%c", *note);
		else if ((unsigned char)*note >= ' ')
			buffer_slice(body, slice_of(note, 1));
	}
	buffer_string(body, "\"");
}

static int alerts_act(struct list_verb *verb, const char *action, int count, char **ids)
{
	struct buffer body = buffer_of(BODY_BYTES);
	buffer_format(&body, "{\"action\":\"%s\",\"ids\":[", action);
	for (int i = 0; i < count; i++)
		buffer_format(&body, "%s\"%s\"", i ? "," : "", ids[i]);
	buffer_string(&body, "]");
	if (verb->note)
		note_add(&body, verb->note);
	buffer_string(&body, "}");
	const struct http_question question = {.method = "POST",
	        .path = verb->dry_run ? "/api/v1/alerts/actions?dry_run=true"
	                              : "/api/v1/alerts/actions",
	        .content_type = "application/json",
	        .body = buffer_text(&body)};
	int code = body.failed ? EXIT_BAD_INPUT : server_open(&verb->server);
	if (code == EXIT_FINE)
		code = server_ask(&verb->server, &question);
	buffer_free(&body);
	return code;
}

/* The data of server-sent events as they come, a line each. */
static bool tail_take(void *context, struct slice part)
{
	struct buffer *kept = context;
	buffer_slice(kept, part);
	struct slice rest = buffer_text(kept);
	for (size_t len; (len = slice_index(rest, '\n')) < rest.len;
	        rest = slice_from(rest, len + 1)) {
		const struct slice line = slice_first(rest, len);
		if (slice_starts(line, SLICE("data: ")))
			printf("%.*s\n", (int)(line.len - 6), line.data + 6);
	}
	(void)fflush(stdout);
	memmove(kept->data, rest.data, rest.len);
	kept->len = rest.len;
	return !kept->failed && !ferror(stdout);
}

static int alerts_tail(struct list_verb *verb)
{
	struct buffer kept = buffer_of(4 << 20);
	const struct http_question question = {.method = "GET",
	        .path = "/api/v1/stream?topics=alerts",
	        .accept = "text/event-stream",
	        .take = tail_take,
	        .context = &kept};
	int code = server_open(&verb->server);
	if (code == EXIT_FINE)
		code = server_ask(&verb->server, &question);
	buffer_free(&kept);
	return code;
}

static int alerts_run(struct list_verb *verb, int count, char **words)
{
	static const char *const ACTIONS[][2] = {
	        {"ack", "acknowledge"}, {"close", "close"}, {"reopen", "reopen"}};
	if (count == 0 || (count == 1 && strcmp(words[0], "list") == 0))
		return list_run(verb, "alerts", COLUMNS(ALERT_COLUMNS));
	if (count == 1 && strcmp(words[0], "tail") == 0)
		return alerts_tail(verb);
	for (int i = 1; i < count; i++)
		if (!id_given(words[i]))
			return EXIT_USAGE;
	if (count == 2 && strcmp(words[0], "show") == 0)
		return alert_show(verb, words[1]);
	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++)
		if (count > 1 && strcmp(words[0], ACTIONS[i][0]) == 0)
			return alerts_act(verb, ACTIONS[i][1], count - 1, words + 1);
	fprintf(stderr,
	        "ringfence: alerts list, tail, or show, ack, close, reopen with ids\n");
	return EXIT_USAGE;
}

int verb_alerts(int argc, char **argv)
{
	static const struct usage USAGE = {
	        "alerts list|show|ack|close|reopen|tail [ID…] [options]",
	        "list    the newest alerts of a running ringfence-api\n"
	        "show    one alert as JSON\n"
	        "ack     acknowledge alerts; close and reopen likewise\n"
	        "tail    new alerts as they come, a line of JSON each",
	        "ringfence alerts list --query 'is:open severity:<=2'"};
	struct list_verb verb = {0};
	const struct option options[] = {
	        {"query", 'q', OPTION_TEXT, "WORDS",
	                "field:value, is:open, @ip:NETWORK, text", &verb.query},
	        {"limit", 0, OPTION_TEXT, "N", "rows, 1 to 1000", &verb.limit},
	        {"from", 0, OPTION_TEXT, "TIME", "RFC 3339, or -15m, -1h, -7d",
	                &verb.from},
	        {"note", 0, OPTION_TEXT, "TEXT", "ack, close, reopen: why", &verb.note},
	        {"dry-run", 0, OPTION_FLAG, NULL, "say how many it would change",
	                &verb.dry_run},
	        SERVER_OPTIONS(&verb.server),
	};
	struct arguments arguments = {argc, argv};
	switch (options_read(
	        &USAGE, options, sizeof(options) / sizeof(options[0]), &arguments)) {
	case OPTIONS_HELP:
		return EXIT_FINE;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_FINE:
		break;
	}
	const int code = alerts_run(&verb, arguments.count, arguments.values);
	server_close(&verb.server);
	return code;
}

/* A verb that only lists. */
struct lister {
	struct usage usage;
	const char *resource;
	const struct server_column *columns;
	size_t column_count;
};

static int lister_run(const struct lister *lister, int argc, char **argv)
{
	struct list_verb verb = {0};
	const struct option options[] = {
	        {"query", 'q', OPTION_TEXT, "WORDS", "field:value, @ip:NETWORK, text",
	                &verb.query},
	        {"limit", 0, OPTION_TEXT, "N", "rows, 1 to 1000", &verb.limit},
	        {"from", 0, OPTION_TEXT, "TIME", "RFC 3339, or -15m, -1h, -7d",
	                &verb.from},
	        {"by", 0, OPTION_TEXT, "FIELD", "quality: all, hour, codec, src_ip …",
	                &verb.by},
	        SERVER_OPTIONS(&verb.server),
	};
	struct arguments arguments = {argc, argv};
	switch (options_read(&lister->usage, options,
	        sizeof(options) / sizeof(options[0]), &arguments)) {
	case OPTIONS_HELP:
		return EXIT_FINE;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_FINE:
		break;
	}
	if (arguments.count) {
		fprintf(stderr, "ringfence: what is '%s'?\n", arguments.values[0]);
		return EXIT_USAGE;
	}
	return list_run(&verb, lister->resource, lister->columns, lister->column_count);
}

int verb_registrations(int argc, char **argv)
{
	static const struct lister LISTER = {
	        {"registrations [options]", "Changes of registrations, newest first.",
	                "ringfence registrations --query user:1001"},
	        "registrations", COLUMNS(REGISTRATION_COLUMNS)};
	return lister_run(&LISTER, argc, argv);
}

int verb_quality(int argc, char **argv)
{
	static const struct lister LISTER = {
	        {"quality [options]",
	                "Media quality of all streams, or by a field of theirs.",
	                "ringfence quality --by codec --from -1h"},
	        "quality", COLUMNS(QUALITY_COLUMNS)};
	return lister_run(&LISTER, argc, argv);
}

int verb_nodes(int argc, char **argv)
{
	static const struct lister LISTER = {
	        {"nodes [options]", "Sensors and filters, and how they are.",
	                "ringfence nodes"},
	        "nodes", COLUMNS(NODE_COLUMNS)};
	return lister_run(&LISTER, argc, argv);
}
