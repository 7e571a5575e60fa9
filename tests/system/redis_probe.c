/*
 * Drives platform/store.h from lines on standard input, one answer line each, so that a
 * test can play with servers meanwhile: redis_probe [unix=PATH] [host=…] [port=…]
 * [user=…] [password=…] [ca=…] [answer_ms=…].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/store.h"

enum { WORDS_MAX = 8, LINE_BYTES = 65536, BATCH_MAX = 1000 };

struct probe {
	struct redis *redis;
	struct store_list list;
	struct store_problem problem;
	char *words[WORDS_MAX];
	int count;
};

static struct slice word(const struct probe *probe, int index)
{
	const char *text = index < probe->count ? probe->words[index] : "";
	return slice_text(text);
}

static uint64_t number(const struct probe *probe, int index)
{
	uint64_t value = 0;
	(void)slice_to_u64(word(probe, index), &value);
	return value;
}

static void answer(const struct probe *probe, bool fine, uint64_t value)
{
	if (fine)
		printf("ok %llu\n", (unsigned long long)value);
	else
		printf("failed %s\n", probe->problem.text);
}

/* events SHARD PRODUCER FIRST COUNT TEXT */
static void do_events(struct probe *probe)
{
	static char texts[BATCH_MAX][64];
	static struct slice events[BATCH_MAX];
	const struct store_producer producer = {
	        word(probe, 1), word(probe, 2), 3600000, 100000};
	const uint64_t first = number(probe, 3);
	const size_t count = (size_t)number(probe, 4);
	for (size_t i = 0; i < count && i < BATCH_MAX; i++) {
		const int len =
		        snprintf(texts[i], sizeof(texts[i]), "{\"n\":%llu,\"t\":\"%s\"}",
		                (unsigned long long)(first + i), probe->words[5]);
		events[i] = slice_of(texts[i], (size_t)len);
	}
	const struct store_batch batch = {first, events, count};
	answer(probe, store_events_add(probe->redis, &producer, &batch, &probe->problem),
	        first + count);
}

/* publish EXPECTED BODY WHO NOTE; rollback EXPECTED TO WHO NOTE */
static void do_publish(struct probe *probe)
{
	uint64_t version = number(probe, 1);
	const struct store_author author = {word(probe, 3), word(probe, 4)};
	const bool rollback = strcmp(probe->words[0], "rollback") == 0;
	const bool fine = rollback ? store_rules_rollback(probe->redis, &version,
	                                     number(probe, 2), &author, &probe->problem)
	                           : store_rules_publish(probe->redis, &version,
	                                     word(probe, 2), &author, &probe->problem);
	answer(probe, fine, version);
}

static void do_fetch(struct probe *probe)
{
	uint64_t version = 0;
	struct store_rules rules;
	if (!store_rules_version(probe->redis, &version))
		printf("failed %s\n", redis_problem(probe->redis));
	else if (version &&
	         store_rules_fetch(probe->redis, version, &rules, &probe->problem))
		printf("ok %llu %.*s\n", (unsigned long long)version, (int)rules.body.len,
		        rules.body.data);
	else
		answer(probe, version == 0, version);
}

/* block ENTITY TTL_MS DETAIL WHO; unblock ENTITY WHO; expire */
static void do_list(struct probe *probe)
{
	uint64_t value = 0;
	bool removed = false;
	const struct store_entry entry = {
	        word(probe, 1), number(probe, 2), word(probe, 3), word(probe, 4)};
	if (strcmp(probe->words[0], "block") == 0) {
		const bool fine = store_list_add(
		        probe->redis, STORE_BLOCKED, &entry, &value, &probe->problem);
		answer(probe, fine, value);
	} else if (strcmp(probe->words[0], "unblock") == 0) {
		const bool fine = store_list_remove(probe->redis, STORE_BLOCKED,
		        word(probe, 1), word(probe, 2), &removed);
		answer(probe, fine, removed);
	} else {
		answer(probe, store_list_expire(probe->redis, STORE_BLOCKED), 0);
	}
}

static void do_follow(struct probe *probe)
{
	static const char *const names[] = {"reset", "lost", "add", "del"};
	struct store_list_change change;
	if (!store_list_read(probe->redis, &probe->list)) {
		printf("failed %s\n", redis_problem(probe->redis));
		return;
	}
	printf("ok");
	while (store_list_next(&probe->list, &change))
		printf(" %s:%.*s", names[change.what], (int)change.entity.len,
		        change.entity.data ? change.entity.data : "");
	printf(" at:%llu\n", (unsigned long long)probe->list.number);
}

/* account NAME HOUR CALLS SECONDS */
static void do_account(struct probe *probe)
{
	const struct store_amount amounts[] = {
	        {SLICE("calls"), (int64_t)number(probe, 3)},
	        {SLICE("seconds"), (int64_t)number(probe, 4)}};
	const bool fine = store_account_add(probe->redis, word(probe, 1),
	                          number(probe, 2), amounts, 2) &&
	                  redis_run(probe->redis);
	const struct redis_reply *totals = redis_answer(probe->redis, 0);
	if (fine && redis_count(totals) == 2)
		printf("ok %lld %lld\n", (long long)redis_number(redis_item(totals, 0)),
		        (long long)redis_number(redis_item(totals, 1)));
	else
		printf("failed %s\n", redis_problem(probe->redis));
}

/* node ID NAME VALUE */
static void do_node(struct probe *probe)
{
	const struct slice fields[] = {word(probe, 2), word(probe, 3)};
	const bool fine = store_node_set(probe->redis, word(probe, 1), fields, 2) &&
	                  redis_run(probe->redis);
	if (!fine)
		printf("failed %s\n", redis_problem(probe->redis));
	else
		printf("ok %zu\n", redis_count(store_node(probe->redis, word(probe, 1))));
}

struct verb {
	const char *name;
	void (*run)(struct probe *probe);
};

static const struct verb VERBS[] = {
        {"events", do_events},
        {"publish", do_publish},
        {"rollback", do_publish},
        {"fetch", do_fetch},
        {"block", do_list},
        {"unblock", do_list},
        {"expire", do_list},
        {"follow", do_follow},
        {"account", do_account},
        {"node", do_node},
};

static void line_run(struct probe *probe, char *line)
{
	probe->count = 0;
	(void)snprintf(probe->problem.text, sizeof(probe->problem.text), "-");
	for (char *at = strtok(line, " \n"); at && probe->count < WORDS_MAX;
	        at = strtok(NULL, " \n"))
		probe->words[probe->count++] = at;
	for (size_t i = 0; probe->count && i < sizeof(VERBS) / sizeof(*VERBS); i++)
		if (strcmp(VERBS[i].name, probe->words[0]) == 0) {
			VERBS[i].run(probe);
			(void)fflush(stdout);
			return;
		}
	printf("failed no such verb\n");
	(void)fflush(stdout);
}

static void option_set(struct redis_options *options, const char *text)
{
	const char *value = strchr(text, '=') + 1;
	const size_t len = (size_t)(value - text);
	if (strncmp(text, "unix=", len) == 0)
		options->unix_path = value;
	else if (strncmp(text, "host=", len) == 0)
		options->host = value;
	else if (strncmp(text, "port=", len) == 0)
		options->port = (uint16_t)strtoul(value, NULL, 10);
	else if (strncmp(text, "user=", len) == 0)
		options->user = value;
	else if (strncmp(text, "password=", len) == 0)
		options->password = value;
	else if (strncmp(text, "answer_ms=", len) == 0)
		options->answer_ms = (uint32_t)strtoul(value, NULL, 10);
	else if (strncmp(text, "ca=", len) == 0)
		options->tls_ca = value;
	options->tls = options->tls_ca != NULL;
}

int main(int argc, char **argv)
{
	struct redis_options options = {.client_name = "redis_probe"};
	struct probe probe = {.list.kind = STORE_BLOCKED};
	static char line[LINE_BYTES];

	for (int i = 1; i < argc; i++)
		if (strchr(argv[i], '='))
			option_set(&options, argv[i]);
	probe.redis = store_open(&options);
	if (!probe.redis) {
		fprintf(stderr, "redis_probe: the options are bad\n");
		return 2;
	}
	while (fgets(line, sizeof(line), stdin))
		line_run(&probe, line);
	redis_free(&probe.redis);
	return 0;
}
