/*
 * ringfence calls: the calls of capture files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/audio.h"
#include "cli/calls_server.h"
#include "cli/evidence.h"
#include "cli/exit.h"
#include "cli/findings.h"
#include "cli/ladder.h"
#include "cli/lines.h"
#include "cli/run.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "engine/report/event_json.h"

static const struct action ACTIONS[] = {
        {"list", "[FILE…]", "calls, of a server when no file is named"},
        {"show", "[FILE…]", "one call's record as JSON"},
        {"ladder", "[FILE…]", "one call's messages, all its legs"},
        {"pcap", "[FILE…]", "one call's packets, signalling and media, to a new capture"},
        {"audio", "[FILE…]", "what was said in one stream of a call, to a WAV file"},
        {"active", NULL, "the calls that are up now, of a server"},
        {NULL, NULL, NULL},
};

static const struct usage USAGE = {
        .verb = "calls",
        .arguments = "[FILE…]",
        .actions = ACTIONS,
        .example = "ringfence calls ladder capture.pcap --call 3 --format svg > call.svg",
};

struct calls_verb {
	const char *action;
	const char *call;
	unsigned format; /* text, svg, json */
	const char *write;
	const char *stream;
	struct server server;
	struct server_query query;
	size_t memory_bytes;
	struct run run;
	struct run_engine engine;
	struct lines lines;
	struct findings findings;
	struct audio audio;
};

static bool is_wanted(const struct calls_verb *verb, uint64_t id, struct slice call_id)
{
	struct slice wanted = slice_text(verb->call);
	uint64_t number;
	return slice_equal(wanted, call_id) ||
	       (slice_to_u64(wanted, &number) && number == id);
}

static bool lists_json(const struct calls_verb *verb)
{
	return strcmp(verb->action, "list") == 0 &&
	       (verb->server.output == OUTPUT_JSON ||
	               verb->server.output == OUTPUT_NDJSON);
}

static void on_event(
        void *context, const struct engine *engine, const struct event *event)
{
	struct calls_verb *verb = context;
	bool shows = strcmp(verb->action, "show") == 0;

	findings_event(&verb->findings, engine, event);
	audio_event(&verb->audio, event);
	if (event->kind != EVENT_CALL_END || !event->call)
		return;
	if (lists_json(verb) || (shows && is_wanted(verb, event->call->id,
	                                          call_text(event->call, CALL_TEXT_ID))))
		lines_event(&verb->lines, engine, event);
}

static const struct finding_call *wanted_call(const struct calls_verb *verb)
{
	for (size_t i = 0; i < verb->findings.call_count; i++) {
		const struct finding_call *call = &verb->findings.calls[i];
		if (is_wanted(verb, call->id, call->call_id))
			return call;
	}
	fprintf(stderr, "ringfence: there is no call '%s'; calls list shows all\n",
	        verb->call);
	return NULL;
}

static int draw(const struct calls_verb *verb, const struct finding_call *call)
{
	struct ladder *ladder = malloc(sizeof(*ladder));
	if (!ladder)
		return EXIT_ENVIRONMENT;
	ladder_of(ladder, &verb->findings, call);
	static void (*const writers[])(const struct ladder *, FILE *) = {
	        ladder_text, ladder_svg, ladder_json};
	writers[verb->format](ladder, stdout);
	free(ladder);
	return EXIT_FINE;
}

static void csv_print(const struct findings *findings)
{
	printf("id,start,from,to,state,status,duration_s,end,mos_caller,mos_callee,call_"
	       "id\n");
	for (size_t i = 0; i < findings->call_count; i++) {
		const struct finding_call *call = &findings->calls[i];
		printf("%llu,", (unsigned long long)call->id);
		csv_time(call->start_us);
		putchar(',');
		csv_text(call->from_user);
		putchar(',');
		csv_text(call->to_user);
		printf(",%s,%u,%.3f,%s", call->state, call->status, call->duration_s,
		        call->end);
		for (unsigned side = 0; side < 2; side++) {
			putchar(',');
			if (call->mos_x100[side])
				printf("%.2f", call->mos_x100[side] / 100.0);
		}
		putchar(',');
		csv_text(call->call_id);
		putchar('\n');
	}
}

static int answer(const struct calls_verb *verb)
{
	struct paint paint = paint_of(stdout);

	if (strcmp(verb->action, "list") == 0) {
		if (verb->server.output == OUTPUT_JSON)
			printf("\n]\n");
		else if (verb->server.output == OUTPUT_CSV)
			csv_print(&verb->findings);
		else if (!lists_json(verb))
			terminal_calls(
			        &paint, &verb->findings, verb->findings.call_count);
		return EXIT_FINE;
	}
	const struct finding_call *call = wanted_call(verb);
	if (!call)
		return EXIT_BAD_INPUT;
	if (strcmp(verb->action, "ladder") == 0)
		return draw(verb, call);
	const struct audio_wish wish = {verb->stream, verb->write};
	if (strcmp(verb->action, "audio") == 0)
		return audio_write(&verb->audio, &wish, &verb->run, call->id);
	if (strcmp(verb->action, "pcap") == 0 &&
	        !evidence_write_call(verb->write, &verb->run, &verb->findings, call))
		return EXIT_ENVIRONMENT;
	return EXIT_FINE;
}

static int calls_run(struct calls_verb *verb, const struct arguments *arguments)
{
	const char *const *paths = (const char *const *)arguments->values + 1;
	size_t count = (size_t)arguments->count - 1;

	if (!run_open(&verb->run, paths, count))
		return EXIT_BAD_INPUT;
	verb->lines.to = stdout;
	verb->lines.array = verb->server.output == OUTPUT_JSON && lists_json(verb);
	verb->lines.types = 1u << REPORT_CALL;
	verb->lines.sources = paths;
	verb->lines.source_count = count;
	verb->findings.with_messages = strcmp(verb->action, "list") != 0;
	verb->engine.memory_bytes = verb->memory_bytes;
	verb->engine.sink = (struct sink){verb, on_event, NULL};
	if (!lines_open(&verb->lines) || !run_engine_open(&verb->engine) ||
	        !run_through(&verb->run, &verb->engine))
		return EXIT_ENVIRONMENT;
	findings_seal(&verb->findings);
	int code = answer(verb);
	if (fflush(stdout) != 0)
		return EXIT_ENVIRONMENT;
	return code == EXIT_FINE && verb->run.damaged ? EXIT_BAD_INPUT : code;
}

static bool usable(const struct calls_verb *verb)
{
	const bool lists =
	        strcmp(verb->action, "list") == 0 || strcmp(verb->action, "active") == 0;
	if (!lists && !verb->call) {
		fprintf(stderr,
		        "ringfence: --call says which call: its number or Call-ID\n");
		return false;
	}
	if ((strcmp(verb->action, "pcap") == 0 || strcmp(verb->action, "audio") == 0) &&
	        !verb->write) {
		fprintf(stderr, "ringfence: -w FILE says where they go\n");
		return false;
	}
	return true;
}

static int of_server(struct calls_verb *verb)
{
	static const char *const FORMATS[] = {"text", "svg", "json"};
	const struct calls_question question = {.server = &verb->server,
	        .query = &verb->query,
	        .action = verb->action,
	        .call = verb->call,
	        .format = FORMATS[verb->format],
	        .write = verb->write,
	        .stream = verb->stream};
	return calls_server(&question);
}

static int of_files(struct calls_verb *verb, const struct arguments *arguments)
{
	const int code = calls_run(verb, arguments);
	run_engine_close(&verb->engine);
	run_close(&verb->run);
	lines_clear(&verb->lines);
	findings_clear(&verb->findings);
	audio_clear(&verb->audio);
	return code;
}

int verb_calls(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	struct calls_verb verb = {.memory_bytes = (size_t)512 << 20};
	const struct option table[] = {
	        {"call", 0, OPTION_TEXT, "ID", "number of the call or its Call-ID",
	                &verb.call},
	        {"format", 0, OPTION_CHOICE, "text|svg|json", "of a ladder",
	                &verb.format},
	        {"write", 'w', OPTION_TEXT, "FILE", "pcap, audio: the new file",
	                &verb.write},
	        {"stream", 0, OPTION_TEXT, "SSRC",
	                "audio: which stream, the first unless given", &verb.stream},
	        {"memory", 0, OPTION_BYTES, "SIZE",
	                "ceiling of the engine, 512M unless given", &verb.memory_bytes},
	        SERVER_QUERY_OPTIONS(&verb.query),
	        SERVER_OPTIONS(&verb.server),
	};
	int code;

	const struct action *action = options_action(
	        &USAGE, table, sizeof(table) / sizeof(table[0]), &arguments, &code);
	if (!action)
		return code;
	verb.action = action->name;
	if (!usable(&verb))
		return EXIT_USAGE;
	if (!action->arguments && arguments.count > 1) {
		fprintf(stderr, "ringfence: calls %s takes no file\n", verb.action);
		return EXIT_USAGE;
	}
	return arguments.count == 1 ? of_server(&verb) : of_files(&verb, &arguments);
}
