/*
 * ringfence alerts: what a running ringfence-api knows of them.
 */
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/server_list.h"
#include "cli/verb.h"
#include "engine/report/json.h"

enum { TAIL_BYTES = 4 << 20 };

static const struct action ACTIONS[] = {
        {"list", NULL, "the newest alerts"},
        {"show", "ID", "one alert as JSON"},
        {"ack", "ID…", "acknowledge alerts"},
        {"close", "ID…", "close alerts"},
        {"reopen", "ID…", "take that back"},
        {"tail", NULL, "new alerts as they come, a line of JSON each"},
        {NULL, NULL, NULL},
};

static const struct usage USAGE = {
        .verb = "alerts",
        .arguments = "[ID…]",
        .actions = ACTIONS,
        .example = "ringfence alerts list --query 'is:open severity:<=2'",
};

static const struct server_column COLUMNS[] = {
        {"ID", {"id"}, 7},
        {"LEVEL", {"alert.level"}, 8},
        {"STATE", {"state"}, 12},
        {"WHEN", {"timestamp"}, 19},
        {"ABOUT", {"entity.value"}, 20},
        {"RULE", {"alert.rule_id"}, 24},
        {"WHY", {"alert.explain.text"}, 0},
};

struct alerts_verb {
	struct server server;
	struct server_query query;
	const char *note;
	bool dry_run;
};

static int list(struct alerts_verb *verb)
{
	static const struct server_table TABLE = {"alerts", SERVER_COLUMNS(COLUMNS)};
	return server_list(&verb->server, &TABLE, &verb->query);
}

static bool ids_given(const struct arguments *arguments)
{
	uint64_t id;
	for (int i = 1; i < arguments->count; i++) {
		if (slice_to_u64(slice_text(arguments->values[i]), &id))
			continue;
		fprintf(stderr, "ringfence: '%s' is no id of an alert\n",
		        arguments->values[i]);
		return false;
	}
	if (arguments->count < 2)
		fprintf(stderr, "ringfence: alerts %s needs the id of an alert\n",
		        arguments->values[0]);
	return arguments->count >= 2;
}

static int show(struct alerts_verb *verb, const char *id)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/api/v1/alerts/%s", id);
	const struct http_question question = {.method = "GET", .path = path};
	return server_once(&verb->server, &question);
}

static int change(
        struct alerts_verb *verb, const char *action, const struct arguments *arguments)
{
	struct buffer body = buffer_of(SERVER_BODY_BYTES);
	struct writer out = buffer_room(&body, SERVER_BODY_BYTES);
	json_object(&out, NULL);
	json_literal(&out, "action", strcmp(action, "ack") == 0 ? "acknowledge" : action);
	json_array(&out, "ids");
	for (int i = 1; i < arguments->count; i++)
		json_literal(&out, NULL, arguments->values[i]);
	json_array_end(&out);
	if (verb->note)
		json_string(&out, "note", slice_text(verb->note));
	json_object_end(&out);
	buffer_take(&body, &out);
	const struct http_question question = {.method = "POST",
	        .path = verb->dry_run ? "/api/v1/alerts/actions?dry_run=true"
	                              : "/api/v1/alerts/actions",
	        .content_type = "application/json",
	        .body = buffer_text(&body)};
	int code = EXIT_BAD_INPUT;
	if (body.failed)
		fprintf(stderr, "ringfence: these are too many at once\n");
	else
		code = server_once(&verb->server, &question);
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

static int tail(struct alerts_verb *verb)
{
	struct buffer kept = buffer_of(TAIL_BYTES);
	struct buffer path = buffer_of(SERVER_PATH_BYTES);
	buffer_string(&path, "/api/v1/stream?topics=alerts");
	query_add(&path, "q", verb->query.words);
	buffer_slice(&path, slice_of("", 1));
	const struct http_question question = {.method = "GET",
	        .path = path.data,
	        .accept = "text/event-stream",
	        .take = tail_take,
	        .context = &kept};
	const int code =
	        path.failed ? EXIT_BAD_INPUT : server_once(&verb->server, &question);
	buffer_free(&path);
	buffer_free(&kept);
	return code;
}

static int run(struct alerts_verb *verb, const struct arguments *arguments)
{
	static char LIST[] = "list";
	char *words[] = {LIST};
	const struct arguments listing = {1, words};
	const struct action *action =
	        action_read(&USAGE, arguments->count ? arguments : &listing);
	if (!action)
		return EXIT_USAGE;
	if (!action->arguments && arguments->count > 1) {
		fprintf(stderr, "ringfence: what is '%s'?\n", arguments->values[1]);
		return EXIT_USAGE;
	}
	if (strcmp(action->name, "list") == 0)
		return list(verb);
	if (strcmp(action->name, "tail") == 0)
		return tail(verb);
	if (!ids_given(arguments))
		return EXIT_USAGE;
	if (strcmp(action->name, "show") == 0)
		return show(verb, arguments->values[1]);
	return change(verb, action->name, arguments);
}

int verb_alerts(int argc, char **argv)
{
	struct alerts_verb verb = {.note = NULL};
	const struct option options[] = {
	        SERVER_QUERY_OPTIONS(&verb.query),
	        {"note", 0, OPTION_TEXT, "TEXT", "ack, close, reopen: why", &verb.note},
	        {"dry-run", 0, OPTION_FLAG, NULL, "say how many it would change",
	                &verb.dry_run},
	        SERVER_OPTIONS(&verb.server),
	};
	struct arguments arguments = {argc, argv};
	int code;
	if (!options_read(&USAGE, options, sizeof(options) / sizeof(options[0]),
	            &arguments, &code))
		return code;
	return run(&verb, &arguments);
}
