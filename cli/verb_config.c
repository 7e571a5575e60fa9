/*
 * ringfence config: the configurations of the daemons, as they themselves read them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/option.h"
#include "cli/program.h"
#include "cli/verb.h"

enum { ARGUMENTS_MAX = 4 };

static const struct action ACTIONS[] = {
        {"check", "[PROGRAM]", "say whether the configuration is good, or where not"},
        {"show", "[PROGRAM]", "what its files set; --effective: every setting"},
        {"sample", "PROGRAM", "a configuration of fallbacks, with a line of help each"},
        {"schema", "PROGRAM", "its JSON Schema (2020-12)"},
        {NULL, NULL, NULL},
};

static const struct usage USAGE = {
        .verb = "config",
        .arguments = "[sensor|filter|api]",
        .actions = ACTIONS,
        .about = "Without a program: all whose configuration lies in /etc/ringfence.",
        .example = "ringfence config show sensor --effective",
};

static const char *const PROGRAMS[] = {"sensor", "filter", "api"};

enum { PROGRAM_COUNT = sizeof(PROGRAMS) / sizeof(PROGRAMS[0]) };

struct config_verb {
	const char *action;
	const char *file;
	const char *directory;
	bool effective;
};

static const char *option_of(const struct config_verb *verb)
{
	if (strcmp(verb->action, "check") == 0)
		return "--check-config";
	if (strcmp(verb->action, "sample") == 0)
		return "--sample-config";
	if (strcmp(verb->action, "schema") == 0)
		return "--config-schema";
	return verb->effective ? "--show-config" : "--show-config=set";
}

static bool needs_file(const struct config_verb *verb)
{
	return strcmp(verb->action, "check") == 0 || strcmp(verb->action, "show") == 0;
}

/* The program reads the file and says what there is to say; its exit code. */
static int ask(const struct config_verb *verb, const char *program, const char *file)
{
	char name[32];
	char path[PROGRAM_PATH_BYTES];
	(void)snprintf(name, sizeof(name), "ringfence-%s", program);
	if (!program_beside(name, path)) {
		fprintf(stderr, "ringfence: %s is not installed\n", name);
		return EXIT_ENVIRONMENT;
	}
	const char *arguments[ARGUMENTS_MAX + 1] = {path, option_of(verb), NULL};
	if (needs_file(verb)) {
		arguments[2] = "--config";
		arguments[3] = file;
	}
	const int code = program_run(arguments, NULL);
	return code < 0 ? EXIT_ENVIRONMENT : code;
}

/* One program; missing is fine where all are asked. */
static int one(const struct config_verb *verb, const char *program, bool all)
{
	char path[PROGRAM_PATH_BYTES];
	(void)snprintf(path, sizeof(path), "%s/%s.yaml", verb->directory, program);
	const char *file = verb->file ? verb->file : path;
	if (all && access(file, F_OK) != 0)
		return EXIT_FINE;
	if (needs_file(verb)) {
		printf("# %s: %s\n", program, file);
		(void)fflush(stdout);
	}
	return ask(verb, program, file);
}

static int run(const struct config_verb *verb, const struct arguments *arguments)
{
	int worst = EXIT_FINE;
	bool any = false;
	if (arguments->count < 2 && (verb->file || !needs_file(verb))) {
		fprintf(stderr, "ringfence: config %s needs sensor, filter or api\n",
		        verb->action);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		if (arguments->count > 1 &&
		        strcmp(arguments->values[1], PROGRAMS[i]) != 0)
			continue;
		any = true;
		const int code = one(verb, PROGRAMS[i], arguments->count < 2);
		worst = code > worst ? code : worst;
	}
	if (any)
		return worst;
	fprintf(stderr, "ringfence: there is no program '%s': sensor, filter or api\n",
	        arguments->values[1]);
	return EXIT_USAGE;
}

int verb_config(int argc, char **argv)
{
	struct config_verb verb = {.directory = "/etc/ringfence"};
	const struct option options[] = {
	        {"file", 'f', OPTION_TEXT, "FILE", "the configuration", &verb.file},
	        {"directory", 0, OPTION_TEXT, "DIR",
	                "where they lie, /etc/ringfence unless given", &verb.directory},
	        {"effective", 0, OPTION_FLAG, NULL,
	                "show: every setting, and where its value comes from",
	                &verb.effective},
	};
	struct arguments arguments = {argc, argv};
	int code;
	const struct action *action = options_action(
	        &USAGE, options, sizeof(options) / sizeof(options[0]), &arguments, &code);
	if (!action)
		return code;
	verb.action = action->name;
	return run(&verb, &arguments);
}
