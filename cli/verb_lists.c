/*
 * ringfence registrations, quality and nodes: lists of a running ringfence-api.
 */
#include <stdio.h>

#include "cli/exit.h"
#include "cli/server_list.h"
#include "cli/verb.h"

static const struct server_column REGISTRATIONS[] = {
        {"WHEN", {"timestamp"}, 19},
        {"USER", {"registration.user"}, 20},
        {"CHANGE", {"registration.change"}, 10},
        {"FROM", {"src_ip"}, 20},
        {"CONTACT", {"registration.binding.contact"}, 40},
        {"DEVICE", {"registration.user_agent"}, 0},
};

static const struct server_column QUALITY[] = {
        {"KEY", {"key"}, 24},
        {"STREAMS", {"streams"}, 9},
        {"PACKETS", {"packets"}, 12},
        {"LOSS %", {"loss_percent"}, 8},
        {"JITTER ms", {"jitter_ms"}, 10},
        {"MOS", {"mos"}, 6},
        {"LEAST", {"mos_least"}, 6},
};

static const struct server_column NODES[] = {
        {"NODE", {"id"}, 24},
        {"KIND", {"kind"}, 8},
        {"ALIVE", {"alive"}, 6},
        {"VERSION", {"version"}, 12},
        {"RULES", {"rules"}, 6},
        {"DROPPED", {"dropped"}, 8},
        {"STATE", {"state"}, 9},
        {"PROBLEM", {"problem"}, 0},
};

struct list_verb {
	struct usage usage;
	struct server_table table;
	bool queried; /* knows q, from and to */
	bool grouped; /* knows by */
};

static int list_run(const struct list_verb *verb, int argc, char **argv)
{
	struct server server = {.url = NULL};
	struct server_query query = {.words = NULL};
	const struct option by = {"by", 0, OPTION_TEXT, "FIELD",
	        "all, hour, codec, src_ip or another field", &query.by};
	const struct option others[] = {
	        SERVER_OPTIONS(&server), SERVER_QUERY_OPTIONS(&query), by};
	enum { OTHERS = sizeof(others) / sizeof(others[0]), SERVER_ONLY = 4 };
	struct arguments arguments = {argc, argv};
	int code;
	if (!options_read(&verb->usage, others,
	            verb->grouped   ? OTHERS
	            : verb->queried ? OTHERS - 1
	                            : SERVER_ONLY,
	            &arguments, &code))
		return code;
	if (arguments.count) {
		fprintf(stderr, "ringfence: what is '%s'?\n", arguments.values[0]);
		return EXIT_USAGE;
	}
	return server_list(&server, &verb->table, &query);
}

int verb_registrations(int argc, char **argv)
{
	static const struct list_verb VERB = {
	        {.verb = "registrations",
	                .about = "Changes of registrations, newest first.",
	                .example = "ringfence registrations --query user:1001"},
	        {"registrations", SERVER_COLUMNS(REGISTRATIONS)}, true, false};
	return list_run(&VERB, argc, argv);
}

int verb_quality(int argc, char **argv)
{
	static const struct list_verb VERB = {
	        {.verb = "quality",
	                .about = "Media quality of all streams, or by a field of theirs.",
	                .example = "ringfence quality --by codec --from -1h"},
	        {"quality", SERVER_COLUMNS(QUALITY)}, true, true};
	return list_run(&VERB, argc, argv);
}

int verb_nodes(int argc, char **argv)
{
	static const struct list_verb VERB = {
	        {.verb = "nodes",
	                .about = "Sensors and filters, and how they are.",
	                .example = "ringfence nodes"},
	        {"nodes", SERVER_COLUMNS(NODES)}, false, false};
	return list_run(&VERB, argc, argv);
}
