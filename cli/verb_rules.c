/*
 * ringfence rules: what the rules are, whether they compile and whether they work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/rule_words.h"
#include "cli/rules_backtest.h"
#include "cli/rules_diff.h"
#include "cli/rules_list.h"
#include "cli/rules_server.h"
#include "platform/rules_load.h"
#include "cli/run.h"
#include "cli/verb.h"
#include "platform/certificates.h"
#include "platform/geo.h"
#include "engine/report/rule_view.h"

enum { PATH_BYTES = 4096, TEST_MEMORY = 512 << 20 };

static const struct action ACTIONS[] = {
        {"list", NULL, "one line a rule"},
        {"show", "[RULE…]", "rules as they are written"},
        {"explain", "[RULE…]", "rules in plain words"},
        {"validate", NULL, "compile, and say what is wrong and where"},
        {"test", "[RULE…]",
                "run each rule's own captures and compare the number of alerts"},
        {"diff", NULL,
                "what differs in --against from --rules, or in them from the server's"},
        {"backtest", "FILE…",
                "what --against would have said of captures, in lines of JSON"},
        {"publish", NULL, "make them the rules of all nodes, by a server"},
        {"rollback", "VERSION", "publish an older version again"},
        {"recall", NULL, "end a canary: all nodes judge by the version in force"},
        {NULL, NULL, NULL},
};

static const struct usage USAGE = {
        .verb = "rules",
        .arguments = "[RULE…]",
        .actions = ACTIONS,
        .example = "ringfence rules explain auth-bruteforce",
};

struct rules_verb {
	struct rules_server server;
	const char *directory;
	const char *captures;
	const char *site;
	const char *against;
	struct rules rules;
	int code;
};

/* The lines of the file from the rule's first to the next item of the same indent. */
static void show(const struct rule *rule)
{
	FILE *file = fopen(rule->path, "r");
	char line[8192];
	size_t indent = 0;
	uint32_t number = 0;

	if (!file)
		return;
	printf("# %s:%u\n", rule->path, rule->line);
	while (fgets(line, sizeof(line), file)) {
		size_t spaces = strspn(line, " -");
		if (++number < rule->line)
			continue;
		if (number == rule->line)
			indent = spaces;
		else if (line[spaces] != '\n' && line[spaces] != '\0' &&
		         (spaces < indent || memchr(line, '-', indent)))
			break;
		printf("%s", line);
	}
	(void)fclose(file);
}

struct test_sink {
	const struct rule *rule;
	uint64_t alerts;
};

static void count_alert(
        void *context, const struct engine *engine, const struct alert *alert)
{
	struct test_sink *sink = context;
	(void)engine;
	if (alert->rule == sink->rule)
		sink->alerts++;
}

/* The alerts of the rule over one capture; false when it could not be read. */
static bool run_capture(const struct rule_set *rules, const struct rule *rule,
        const char *path, uint64_t *alerts)
{
	struct test_sink sink = {.rule = rule};
	struct run run = {0};
	struct run_engine engine = {
	        .memory_bytes = TEST_MEMORY,
	        .rules = rules,
	        .sink = {&sink, NULL, count_alert},
	};
	bool fine = run_open(&run, &path, 1) && run_engine_open(&engine) &&
	            run_through(&run, &engine);
	run_engine_close(&engine);
	run_close(&run);
	*alerts = sink.alerts;
	return fine;
}

/* The path of a file that a test names; false when the test names none. */
static bool named(const struct rules_verb *verb, const struct node *row,
        struct slice what, char path[PATH_BYTES])
{
	const struct node *name = node_find(row, what);
	if (!name)
		return false;
	(void)snprintf(path, PATH_BYTES, "%s/%.*s", verb->captures, (int)name->text.len,
	        name->text.data);
	return true;
}

/* The same with the rules as a site changes them, a database of places, certificates. */
static bool run_at_site(const struct rules_verb *verb, const struct rule *rule,
        const struct node *row, const char *path, uint64_t *alerts)
{
	char site[PATH_BYTES], places[PATH_BYTES], held[PATH_BYTES];
	const bool at_site = named(verb, row, SLICE("site"), site);
	const bool placed = named(verb, row, SLICE("geo"), places);
	const bool certified = named(verb, row, SLICE("certificates"), held);
	struct geo_error geo_error;
	struct certificates_error certificates_error;
	struct rules rules;

	if (!at_site && !placed && !certified)
		return run_capture(&verb->rules.set, rule, path, alerts);
	if (!rules_load(&rules, verb->directory, at_site ? site : verb->site)) {
		rules_clear(&rules);
		return false;
	}
	struct geo *geo = placed ? geo_open(places, &geo_error) : NULL;
	struct certificates *certificates =
	        certified ? certificates_open(held, &certificates_error) : NULL;
	const struct geo_ops geo_seam = geo_ops(geo);
	const struct certificate_ops certificate_seam = certificate_ops(certificates);
	rules.set.geo = geo ? &geo_seam : NULL;
	if (certificates)
		rules.set.certificates = &certificate_seam;
	const bool fine =
	        (geo || !placed) && (certificates || !certified) &&
	        run_capture(&rules.set, rule_find(&rules.set, rule->id), path, alerts);
	rules_clear(&rules);
	geo_close(&geo);
	certificates_close(&certificates);
	return fine;
}

/* One row of a rule's tests: { capture: …, alerts: N } or { capture: …, min: N }. */
static bool test_row(
        const struct rules_verb *verb, const struct rule *rule, const struct node *row)
{
	const struct node *capture = node_find(row, SLICE("capture"));
	const struct node *exact = node_find(row, SLICE("alerts"));
	const struct node *expected = exact ? exact : node_find(row, SLICE("min"));
	char path[PATH_BYTES];
	uint64_t wanted = 0;
	uint64_t alerts = 0;

	if (!expected || !slice_to_u64(expected->text, &wanted) ||
	        !named(verb, row, SLICE("capture"), path)) {
		printf("FAILED  %.*s  a test needs a capture, and alerts or min\n",
		        (int)rule->id.len, rule->id.data);
		return false;
	}
	bool read = run_at_site(verb, rule, row, path, &alerts);
	bool fine = read && (exact ? alerts == wanted : alerts >= wanted);
	printf("%s  %.*s  %.*s: %llu alerts, %s%llu expected\n",
	        fine ? "fine  " : "FAILED", (int)rule->id.len, rule->id.data,
	        (int)capture->text.len, capture->text.data, (unsigned long long)alerts,
	        exact ? "" : "at least ", (unsigned long long)wanted);
	return fine;
}

static bool test(const struct rules_verb *verb, const struct rule *rule)
{
	const struct node *tests = node_find(rule->node, SLICE("tests"));
	bool fine = true;

	if (!tests) {
		printf("none    %.*s  has no tests\n", (int)rule->id.len, rule->id.data);
		return true;
	}
	for (const struct node *row = tests->first_child; row; row = row->next)
		fine = test_row(verb, rule, row) && fine;
	return fine;
}

static bool one(
        const struct rules_verb *verb, const char *action, const struct rule *rule)
{
	if (strcmp(action, "test") == 0)
		return test(verb, rule);
	if (strcmp(action, "show") == 0)
		show(rule);
	else
		rule_words(rule, stdout);
	return true;
}

/* The named rules, or all of them. */
static int each(const struct rules_verb *verb, const struct arguments *arguments)
{
	const char *action = arguments->values[0];
	int code = EXIT_FINE;

	for (uint32_t i = 0;
	        arguments->count == 1 && i < rule_set_count(&verb->rules.set); i++)
		if (!one(verb, action, rule_at(&verb->rules.set, i)))
			code = EXIT_FOUND;
	for (int i = 1; i < arguments->count; i++) {
		const char *id = arguments->values[i];
		const struct rule *rule = rule_find(&verb->rules.set, slice_text(id));
		if (!rule) {
			fprintf(stderr,
			        "ringfence: there is no rule '%s'; rules list shows "
			        "all\n",
			        id);
			return EXIT_USAGE;
		}
		if (!one(verb, action, rule))
			code = EXIT_FOUND;
	}
	return code;
}

static int compare(const struct rules_verb *verb)
{
	struct rules after;
	const bool loaded = rules_load(&after, verb->against, verb->site);
	const bool fine = loaded && rule_set_count(&after.set) > 0;
	/* Nobody means to be protected by nothing. */
	if (fine)
		(void)rules_diff(
		        &verb->rules, &after, (enum output)verb->server.server.output);
	else if (loaded)
		fprintf(stderr, "%s:1:1: there is no rule in it\n", verb->against);
	rules_clear(&after);
	return fine ? EXIT_FINE : EXIT_BAD_INPUT;
}

/* What needs a second set of rules. */
static int act_against(const struct rules_verb *verb, const struct arguments *arguments)
{
	const struct backtest backtest = {&verb->rules, verb->against, verb->site};
	if (strcmp(arguments->values[0], "diff") == 0)
		return compare(verb);
	return rules_backtest(&backtest, (const char *const *)arguments->values + 1,
	        (size_t)arguments->count - 1);
}

static bool is_against(const char *action)
{
	return strcmp(action, "diff") == 0 || strcmp(action, "backtest") == 0;
}

static int act(struct rules_verb *verb, const struct arguments *arguments)
{
	const char *action = arguments->values[0];

	if (is_against(action))
		return act_against(verb, arguments);

	if (strcmp(action, "list") == 0) {
		rules_list(&verb->rules, (enum output)verb->server.server.output);
		return EXIT_FINE;
	}
	if (strcmp(action, "validate") == 0) {
		printf("%u rules in %s are valid\n", rule_set_count(&verb->rules.set),
		        verb->directory);
		return EXIT_FINE;
	}
	return each(verb, arguments);
}

/* Published sets are the server's; diff is, unless --against names another set. */
static bool asks_server(const struct rules_verb *verb, const char *action)
{
	return strcmp(action, "publish") == 0 || strcmp(action, "rollback") == 0 ||
	       strcmp(action, "recall") == 0 ||
	       (strcmp(action, "diff") == 0 && !verb->against);
}

static int run(struct rules_verb *verb, const struct arguments *arguments)
{
	const struct action *action = action_read(&USAGE, arguments);
	if (!action)
		return EXIT_USAGE;
	verb->server.directory = verb->directory;
	if (asks_server(verb, action->name))
		return rules_server(&verb->server, arguments);
	if (is_against(action->name) && !verb->against) {
		fprintf(stderr, "ringfence: rules %s needs --against DIR\n",
		        action->name);
		return EXIT_USAGE;
	}
	if (!verb->directory)
		verb->directory = rules_default();
	if (!verb->directory) {
		fprintf(stderr,
		        "ringfence: no rules were found; --rules DIR names them\n");
		return EXIT_BAD_INPUT;
	}
	int code = EXIT_BAD_INPUT;
	if (rules_load(&verb->rules, verb->directory, verb->site))
		code = act(verb, arguments);
	rules_clear(&verb->rules);
	return code;
}

int verb_rules(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	struct rules_verb verb = {.captures = RINGFENCE_CAPTURES_DIR};
	const struct option table[] = {
	        {"rules", 0, OPTION_TEXT, "DIR", "the rules' directory", &verb.directory},
	        {"site", 0, OPTION_TEXT, "FILE",
	                "this site's lists and changes to rules (or a directory)",
	                &verb.site},
	        {"captures", 0, OPTION_TEXT, "DIR", "where the captures of tests lie",
	                &verb.captures},
	        {"against", 0, OPTION_TEXT, "DIR", "other rules, of diff and backtest",
	                &verb.against},
	        {"note", 0, OPTION_TEXT, "TEXT", "publish, rollback: why, for the log",
	                &verb.server.note},
	        {"canary", 0, OPTION_TEXT, "NODE[,NODE]",
	                "publish: have only these nodes judge by it, to try it",
	                &verb.server.canary},
	        {"dry-run", 0, OPTION_FLAG, NULL,
	                "publish, rollback: only say what would happen",
	                &verb.server.dry_run},
	        SERVER_OPTIONS(&verb.server.server),
	};
	int code;

	if (!options_read(
	            &USAGE, table, sizeof(table) / sizeof(table[0]), &arguments, &code))
		return code;
	return run(&verb, &arguments);
}
