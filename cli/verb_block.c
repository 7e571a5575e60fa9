/*
 * ringfence block: what the inline filter of this machine bans. Asked of the filter by
 * its control socket; lists come from the kernel itself, so that they tell what is in
 * force.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/option.h"
#include "cli/verb.h"
#include "engine/base/writer.h"
#include "engine/report/json.h"
#include "platform/instant.h"
#include "platform/nft.h"

static const struct usage USAGE = {
        "block check|add|del|list|export|import [ADDRESS[/PREFIX] | FILE] [options]",
        "check   whether an address is blocked, by what, where and until when\n"
        "add     block an address or a network\n"
        "del     take that back\n"
        "list    what the kernel blocks now\n"
        "export  the same, one address a line with its seconds left\n"
        "import  block what a file lists, in the form of export",
        "ringfence block check 192.0.2.7",
};

enum { ANSWER_BYTES = 8192, REQUEST_BYTES = 512, LINE_BYTES = 512 };

struct block_verb {
	const char *action;
	const char *socket;
	const char *table;
	const char *ttl;
	const char *reason;
	const char *output;
	bool force;
	bool dry_run;
	size_t count;
};

/* The filter's answer, or NULL when it cannot be asked: told on standard error. */
static char *ask(
        const struct block_verb *verb, const char *request, char answer[ANSWER_BYTES])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t len = 0;
	ssize_t got = -1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", verb->socket);
	if (fd >= 0 &&
	        connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	        send(fd, request, strlen(request), MSG_NOSIGNAL) > 0) {
		while (len + 1 < ANSWER_BYTES &&
		        (got = recv(fd, answer + len, ANSWER_BYTES - 1 - len, 0)) > 0)
			len += (size_t)got;
	}
	if (!len)
		fprintf(stderr, "ringfence: %s: %s; does ringfence-filter run?\n",
		        verb->socket, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	answer[len] = 0;
	return len ? answer : NULL;
}

static bool network_given(int count, char **values)
{
	struct network network;
	if (count == 2 && network_parse(slice_text(values[1]), &network))
		return true;
	fprintf(stderr, "ringfence: %s\n",
	        count == 2 ? "this is no address or network (192.0.2.0/24)"
	                   : "name one address or network");
	return false;
}

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

static int check(const struct block_verb *verb, const char *address)
{
	char request[REQUEST_BYTES], answer[ANSWER_BYTES];
	(void)snprintf(request, sizeof(request), "check %s", address);
	if (!ask(verb, request, answer))
		return EXIT_ENVIRONMENT;
	fputs(answer, stdout);
	return strstr(answer, "\"blocked\":true") ? EXIT_FOUND : EXIT_FINE;
}

static int add(const struct block_verb *verb, const char *address)
{
	char request[REQUEST_BYTES], answer[ANSWER_BYTES];
	uint64_t seconds;
	if (!seconds_parse(verb->ttl, &seconds)) {
		fprintf(stderr,
		        "ringfence: --ttl is a duration (10m, 12h, 0 = for ever)\n");
		return EXIT_USAGE;
	}
	if (strpbrk(verb->reason, " \n\t")) {
		fprintf(stderr, "ringfence: --reason is one word\n");
		return EXIT_USAGE;
	}
	if (verb->dry_run) {
		printf("would block 1 entity: %s for %s\n", address, verb->ttl);
		return EXIT_FINE;
	}
	(void)snprintf(request, sizeof(request), "ban %s %llu %s%s", address,
	        (unsigned long long)seconds, verb->reason, verb->force ? " force" : "");
	if (!ask(verb, request, answer))
		return EXIT_ENVIRONMENT;
	fputs(answer, stdout);
	return strstr(answer, "\"done\":true") ? EXIT_FINE : EXIT_BAD_INPUT;
}

static int del(const struct block_verb *verb, const char *address)
{
	char request[REQUEST_BYTES], answer[ANSWER_BYTES];
	if (verb->dry_run) {
		printf("would unblock 1 entity: %s\n", address);
		return EXIT_FINE;
	}
	(void)snprintf(request, sizeof(request), "unban %s", address);
	if (!ask(verb, request, answer))
		return EXIT_ENVIRONMENT;
	fputs(answer, stdout);
	return strstr(answer, "\"done\":true") ? EXIT_FINE : EXIT_BAD_INPUT;
}

static struct address address_seen(const struct netfilter_seen *seen)
{
	if (seen->key_len == 16)
		return address_v6(seen->key);
	return address_v4((uint32_t)seen->key[0] << 24 | (uint32_t)seen->key[1] << 16 |
	                  (uint32_t)seen->key[2] << 8 | seen->key[3]);
}

/* Seconds that are left, rounded up. */
static uint64_t left_s(const struct netfilter_seen *seen)
{
	return (seen->left_ms + 999) / 1000;
}

static void list_one(void *context, const struct netfilter_seen *seen)
{
	struct block_verb *verb = context;
	char text[LINE_BYTES];
	struct writer out = writer_of(text, sizeof(text));
	const struct address address = address_seen(seen);
	struct slice by =
	        slice_of(seen->user, strnlen((const char *)seen->user, seen->user_len));
	const struct slice rule = slice_split(&by, ' ');
	if (seen->end)
		return;
	verb->count++;
	if (strcmp(verb->action, "export") == 0) {
		writer_address(&out, &address);
		writer_byte(&out, '\t');
		writer_u64(&out, left_s(seen));
		writer_byte(&out, '\t');
		writer_slice(&out, rule);
	} else {
		json_object(&out, NULL);
		json_address(&out, "address", &address);
		json_string(&out, "rule", rule);
		json_string(&out, "by", by);
		json_u64(&out, "packets", seen->packets);
		if (seen->left_ms)
			json_time(&out, "until", instant_now_us() + seen->left_ms * 1000);
		json_object_end(&out);
	}
	printf("%.*s\n", (int)out.len, out.data);
}

static int list(struct block_verb *verb)
{
	static const char *const sets[] = {"ban4", "ban6", "range4", "range6"};
	struct netfilter *netfilter = netfilter_open(verb->table, -1);
	const struct netfilter_taker taker = {verb, list_one};
	int error = netfilter ? 0 : errno;
	for (size_t i = 0; !error && i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (strcmp(verb->action, "export") == 0 && i >= 2)
			break;
		error = netfilter_elements(netfilter, sets[i], &taker);
	}
	netfilter_close(&netfilter);
	if (!error)
		return EXIT_FINE;
	fprintf(stderr, "ringfence: table '%s': %s\n", verb->table, strerror(error));
	return EXIT_ENVIRONMENT;
}

static int import(struct block_verb *verb, const char *path)
{
	char line[LINE_BYTES];
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
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
		if (ttl && *ttl)
			verb->ttl = ttl;
		const int one = add(verb, address);
		code = one ? one : code;
		verb->count += !one;
	}
	if (from != stdin)
		(void)fclose(from);
	fprintf(stderr, "%zu blocked\n", verb->count);
	return code;
}

static int act(struct block_verb *verb, const struct arguments *arguments)
{
	static const struct {
		const char *name;
		int (*run)(const struct block_verb *verb, const char *address);
	} actions[] = {{"check", check}, {"add", add}, {"del", del}};
	if (strcmp(verb->action, "list") == 0 || strcmp(verb->action, "export") == 0)
		return list(verb);
	if (strcmp(verb->action, "import") == 0 && arguments->count == 2)
		return import(verb, arguments->values[1]);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(verb->action, actions[i].name) != 0)
			continue;
		if (!network_given(arguments->count, arguments->values))
			return EXIT_USAGE;
		return actions[i].run(verb, arguments->values[1]);
	}
	fprintf(stderr, "ringfence: block does not know '%s'\n", verb->action);
	return EXIT_USAGE;
}

int verb_block(int argc, char **argv)
{
	struct block_verb verb = {.socket = "/var/lib/ringfence/filter.sock",
	        .table = "ringfence",
	        .ttl = "10m",
	        .reason = "operator"};
	const struct option options[] = {
	        {"ttl", 0, OPTION_TEXT, "DURATION", "for how long; 0 = for ever",
	                &verb.ttl},
	        {"reason", 0, OPTION_TEXT, "WORD", "why, in one word", &verb.reason},
	        {"force", 0, OPTION_FLAG, NULL, "also what is protected", &verb.force},
	        {"dry-run", 0, OPTION_FLAG, NULL, "only say what would happen",
	                &verb.dry_run},
	        {"socket", 0, OPTION_TEXT, "PATH", "the filter's control socket",
	                &verb.socket},
	        {"table", 0, OPTION_TEXT, "NAME", "the filter's table", &verb.table},
	        {"output", 'o', OPTION_TEXT, "FORMAT", "json lines, always",
	                &verb.output},
	};
	struct arguments arguments = {argc, argv};
	const enum option_result result = options_read(
	        &USAGE, options, sizeof(options) / sizeof(options[0]), &arguments);
	if (result != OPTIONS_FINE)
		return result == OPTIONS_HELP ? EXIT_FINE : EXIT_USAGE;
	if (!arguments.count) {
		fprintf(stderr, "ringfence: block check|add|del|list|export|import\n");
		return EXIT_USAGE;
	}
	verb.action = arguments.values[0];
	return act(&verb, &arguments);
}
