/*
 * ringfence block and allow: what is blocked, and what never is. Block asks the inline
 * filter of this machine, or a server, which tells all routers; allow asks a server.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/entity_list.h"
#include "cli/exit.h"
#include "cli/filter.h"
#include "cli/verb.h"
#include "engine/base/address.h"

enum { LINE_BYTES = 512 };

static const struct action BLOCK_ACTIONS[] = {
        {"list", NULL, "what is blocked now"},
        {"check", "ADDRESS", "whether an address is blocked, by what and until when"},
        {"add", "ADDRESS", "block an address or a network (192.0.2.0/24)"},
        {"del", "ADDRESS", "take that back"},
        {"export", NULL, "what is blocked, one a line with its seconds left"},
        {"import", "FILE", "block what a file lists, in the form of export"},
        {NULL, NULL, NULL},
};

static const struct usage BLOCK = {
        .verb = "block",
        .arguments = "[ADDRESS[/PREFIX] | FILE]",
        .actions = BLOCK_ACTIONS,
        .about = "Asks the filter of this machine; with --server or RINGFENCE_SERVER, "
                 "the server,\nwhich tells all routers.",
        .example = "ringfence block check 192.0.2.7",
};

static const struct action ALLOW_ACTIONS[] = {
        {"list", NULL, "what is never blocked"},
        {"add", "ADDRESS", "never block an address or a network"},
        {"del", "ADDRESS", "take that back"},
        {"export", NULL, "the list, one a line with its seconds left"},
        {"import", "FILE", "add what a file lists, in the form of export"},
        {NULL, NULL, NULL},
};

static const struct usage ALLOW = {
        .verb = "allow",
        .arguments = "[ADDRESS[/PREFIX] | FILE]",
        .actions = ALLOW_ACTIONS,
        .example = "ringfence allow add 192.0.2.0/24 --ttl 0 --reason trunk",
};

struct block_verb {
	const struct usage *usage;
	const char *action;
	const char *socket; /* NULL: not named */
	struct filter_place place;
	struct server server;
	struct server_query query;
	struct entity_list list;
	const char *ttl;
	struct entity entity;
	bool here; /* the filter of this machine is asked */
};

static bool seconds_parse(const char *text, uint64_t *seconds)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t len = strlen(text);
	uint64_t factor = 1;
	for (size_t i = 0; len && i < sizeof(units) / sizeof(units[0]); i++)
		if (text[len - 1] == units[i].unit)
			factor = units[i].seconds;
	if (len && (text[len - 1] < '0' || text[len - 1] > '9'))
		len--;
	if (!slice_to_u64(slice_of(text, len), seconds) ||
	        *seconds > UINT64_MAX / 86400 / 1000000)
		return false;
	*seconds *= factor;
	return true;
}

static bool entity_read(struct block_verb *verb, const char *text)
{
	struct network network;
	verb->entity.text = text;
	if (!network_parse(slice_text(text), &network)) {
		fprintf(stderr,
		        "ringfence: '%s' is no address or network (192.0.2.0/24)\n",
		        text);
		return false;
	}
	if (seconds_parse(verb->ttl, &verb->entity.ttl_s))
		return true;
	fprintf(stderr, "ringfence: '%s' is no duration (10m, 12h, 0 = for ever)\n",
	        verb->ttl);
	return false;
}

static int add(const struct block_verb *verb)
{
	return verb->here ? filter_ban(&verb->place, &verb->entity)
	                  : entity_list_add(&verb->list, &verb->entity);
}

static int import(struct block_verb *verb, const char *path)
{
	char line[LINE_BYTES];
	const char *ttl_given = verb->ttl;
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t count = 0;
	int code = EXIT_FINE;
	if (!from) {
		fprintf(stderr, "ringfence: %s: %s\n", path, strerror(errno));
		return EXIT_BAD_INPUT;
	}
	while (fgets(line, sizeof(line), from)) {
		char *rest = line;
		const char *address = strsep(&rest, " \t\n");
		const char *ttl = rest ? strsep(&rest, " \t\n") : NULL;
		if (!*address || *address == '#')
			continue;
		verb->ttl = ttl && *ttl ? ttl : ttl_given;
		const int one = entity_read(verb, address) ? add(verb) : EXIT_BAD_INPUT;
		code = one ? one : code;
		count += !one;
	}
	if (from != stdin)
		(void)fclose(from);
	fprintf(stderr, "%zu entities%s\n", count,
	        verb->entity.dry_run ? " would be taken" : " taken");
	return code;
}

static int list(const struct block_verb *verb)
{
	return verb->here ? filter_list(&verb->place, (enum output)verb->server.output)
	                  : entity_list_print(&verb->list, &verb->query);
}

static int export(const struct block_verb *verb)
{
	return verb->here ? filter_export(&verb->place) : entity_list_export(&verb->list);
}

static int del(const struct block_verb *verb)
{
	return verb->here ? filter_unban(&verb->place, &verb->entity)
	                  : entity_list_del(&verb->list, &verb->entity);
}

static int check(const struct block_verb *verb)
{
	return verb->here ? filter_check(&verb->place, verb->entity.text)
	                  : entity_list_check(&verb->list, verb->entity.text);
}

static int act(struct block_verb *verb, const struct arguments *arguments)
{
	static const struct {
		const char *name;
		int (*run)(const struct block_verb *verb);
	} actions[] = {{"list", list}, {"export", export}, {"check", check}, {"add", add},
	        {"del", del}};
	const struct action *action = action_read(verb->usage, arguments);
	if (!action)
		return EXIT_USAGE;
	if (arguments->count != 1 + (action->arguments != NULL)) {
		fprintf(stderr, "ringfence: %s %s takes %s\n", verb->usage->verb,
		        action->name, action->arguments ? action->arguments : "nothing");
		return EXIT_USAGE;
	}
	if (strcmp(action->name, "import") == 0)
		return import(verb, arguments->values[1]);
	if (action->arguments && !entity_read(verb, arguments->values[1]))
		return EXIT_USAGE;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(action->name, actions[i].name) == 0)
			return actions[i].run(verb);
	return EXIT_USAGE;
}

static int run(struct block_verb *verb, int argc, char **argv)
{
	const bool blocks = verb->usage == &BLOCK;
	/* Those of the filter come last: allow has none. */
	const struct option options[] = {
	        {"ttl", 0, OPTION_TEXT, "DURATION", "for how long; 0 = for ever",
	                &verb->ttl},
	        {"reason", 0, OPTION_TEXT, "TEXT", "why; one word for the filter",
	                &verb->entity.reason},
	        {"dry-run", 0, OPTION_FLAG, NULL, "only say what would happen",
	                &verb->entity.dry_run},
	        {"within", 0, OPTION_TEXT, "NETWORK", "list: only what lies in it",
	                &verb->query.within},
	        SERVER_OPTIONS(&verb->server),
	        {"force", 0, OPTION_FLAG, NULL, "also what is protected",
	                &verb->entity.force},
	        {"socket", 0, OPTION_TEXT, "PATH", "the filter's control socket",
	                &verb->socket},
	        {"table", 0, OPTION_TEXT, "NAME", "the filter's table",
	                &verb->place.table},
	};
	enum { FILTER_ONLY = 3 };
	const size_t count = sizeof(options) / sizeof(options[0]);
	const char *server = getenv("RINGFENCE_SERVER");
	struct arguments arguments = {argc, argv};
	int code;
	if (!options_read(verb->usage, options, blocks ? count : count - FILTER_ONLY,
	            &arguments, &code))
		return code;
	verb->here =
	        blocks && !verb->server.url && (verb->socket || !server || !server[0]);
	if (verb->socket)
		verb->place.socket = verb->socket;
	return act(verb, &arguments);
}

static struct block_verb verb_of(const struct usage *usage, const char *ttl)
{
	return (struct block_verb){.usage = usage,
	        .place = {"/var/lib/ringfence/filter/filter.sock", "ringfence"},
	        .ttl = ttl,
	        .entity.reason = "operator"};
}

int verb_block(int argc, char **argv)
{
	struct block_verb verb = verb_of(&BLOCK, "10m");
	verb.list = (struct entity_list){&verb.server, "blocks", "block"};
	return run(&verb, argc, argv);
}

int verb_allow(int argc, char **argv)
{
	struct block_verb verb = verb_of(&ALLOW, "0");
	verb.list = (struct entity_list){&verb.server, "allowlists", "allow"};
	return run(&verb, argc, argv);
}
