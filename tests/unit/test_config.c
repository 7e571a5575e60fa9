#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/config.h"

struct settings {
	const char *address;
	bool trace;
	uint64_t workers;
	uint64_t memory;
	uint64_t idle_ms;
	unsigned mode;
	struct setting_list interfaces;
	const struct node *trunks;
};

static const char *const MODES[] = {"monitor", "enforce", NULL};

static const struct setting TABLE[] = {
        {"redis.address", SETTING_TEXT, offsetof(struct settings, address),
                "127.0.0.1:6379", "where Redis listens", 0, 0, NULL},
        {"trace", SETTING_FLAG, offsetof(struct settings, trace), "false", "tell more", 0,
                0, NULL},
        {"workers", SETTING_COUNT, offsetof(struct settings, workers), "2", "threads", 1,
                64, NULL},
        {"memory", SETTING_BYTES, offsetof(struct settings, memory), "512M", "ceiling", 0,
                0, NULL},
        {"call.idle", SETTING_DURATION, offsetof(struct settings, idle_ms), "5m",
                "end of a silent call", 1000, 3600000, NULL},
        {"call.mode", SETTING_CHOICE, offsetof(struct settings, mode), "monitor",
                "what to do", 0, 0, MODES},
        {"interfaces", SETTING_LIST, offsetof(struct settings, interfaces), "eth0, eth1",
                "where to listen", 0, 0, NULL},
        {"trunks", SETTING_TREE, offsetof(struct settings, trunks), "", "carriers", 0, 0,
                NULL},
};

enum { COUNT = sizeof(TABLE) / sizeof(TABLE[0]) };

struct place {
	char directory[64];
	char file[96];
};

static void put(const char *path, const char *text)
{
	FILE *to = fopen(path, "w");
	assert_non_null(to);
	fputs(text, to);
	fclose(to);
}

static struct place place_new(const char *text)
{
	struct place place = {"/tmp/ringfence-config-XXXXXX", ""};
	assert_non_null(mkdtemp(place.directory));
	(void)snprintf(place.file, sizeof(place.file), "%s/main.yaml", place.directory);
	put(place.file, text);
	return place;
}

static void place_clear(const struct place *place)
{
	char command[160];
	(void)snprintf(command, sizeof(command), "rm -r '%s'", place->directory);
	assert_int_equal(system(command), 0);
}

static void fallbacks_hold_without_a_file(void **state)
{
	(void)state;
	struct settings settings = {0};
	struct config_error error;
	struct config *config = config_read(NULL, TABLE, COUNT, &settings, &error);
	assert_non_null(config);
	assert_string_equal(settings.address, "127.0.0.1:6379");
	assert_false(settings.trace);
	assert_int_equal(settings.workers, 2);
	assert_int_equal(settings.memory, 512ull << 20);
	assert_int_equal(settings.idle_ms, 300000);
	assert_int_equal(settings.interfaces.count, 2);
	assert_string_equal(settings.interfaces.items[1], "eth1");
	assert_null(settings.trunks);
	config_free(&config);
}

static void an_overlay_replaces_what_it_names(void **state)
{
	(void)state;
	const struct place place =
	        place_new("redis:\n  address: 00972\ncall:\n  idle: 90s\n"
	                  "  mode: enforce\ninterfaces: [a, b, c]\n"
	                  "trunks:\n  - name: acme\n");
	char overlay[160];
	(void)snprintf(overlay, sizeof(overlay), "%s/conf.d", place.directory);
	assert_int_equal(mkdir(overlay, 0700), 0);
	(void)snprintf(
	        overlay, sizeof(overlay), "%s/conf.d/10-site.yaml", place.directory);
	put(overlay, "interfaces: [d]\nmemory: 2G\n");

	struct settings settings = {0};
	struct config_error error;
	struct config *config = config_read(place.file, TABLE, COUNT, &settings, &error);
	assert_non_null(config);
	assert_string_equal(settings.address, "00972");
	assert_int_equal(settings.idle_ms, 90000);
	assert_int_equal(settings.mode, 1);
	assert_int_equal(settings.memory, 2ull << 30);
	assert_int_equal(settings.interfaces.count, 1);
	assert_string_equal(settings.interfaces.items[0], "d");
	assert_non_null(settings.trunks);
	char where[256];
	char expected[256];
	config_place(
	        config, settings.trunks->first_child->first_child, where, sizeof(where));
	(void)snprintf(expected, sizeof(expected), "%s:8:11", place.file);
	assert_string_equal(where, expected);
	config_free(&config);
	place_clear(&place);
}

static void mistakes_are_refused_with_their_place(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *error; /* behind the path */
	} ROWS[] = {
	        {"wrokers: 3\n",
	                ":1:1: there is no setting 'wrokers'; the nearest is 'workers'"},
	        {"call:\n  idel: 3s\n", ":2:3: there is no setting 'call.idel'; the "
	                                "nearest is 'call.idle'"},
	        {"call: 7\n", ":1:7: 'call' holds further settings, such as 'call.idle'"},
	        {"workers: many\n", ":1:10: 'workers' takes a number, not 'many'"},
	        {"workers: 65\n", ":1:10: 'workers' is outside its range of 1 to 64"},
	        {"memory: 5Q\n", ":1:9: 'memory' takes a size (64K, 512M, 2G), not '5Q'"},
	        {"memory: 99999999999999G\n", ":1:9: 'memory' takes a size (64K, 512M, "
	                                      "2G), not '99999999999999G'"},
	        {"call: {mode: on}\n",
	                ":1:14: 'call.mode' is one of monitor, enforce, not 'on'"},
	        {"trace: maybe\n", ":1:8: 'trace' takes true or false, not 'maybe'"},
	        {"interfaces: [[a]]\n", ":1:14: 'interfaces' takes a list of texts"},
	        {"redis: {address: [1]}\n", ":1:18: 'redis.address' takes a text"},
	        {"- 1\n", ":1:1: a configuration is a map of settings"},
	};
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		const struct place place = place_new(ROWS[i].text);
		struct settings settings = {.workers = 77};
		struct config_error error = {""};
		assert_null(config_read(place.file, TABLE, COUNT, &settings, &error));
		assert_string_equal(error.text + strlen(place.file), ROWS[i].error);
		assert_int_equal(settings.workers, 77);
		place_clear(&place);
	}
}

static void what_must_be_set_is_missed_by_name(void **state)
{
	(void)state;
	static const struct setting MUST[] = {
	        {"node", SETTING_TEXT, 0, NULL, "this node's name", 0, 0, NULL}};
	const struct place place = place_new("");
	const char *node = NULL;
	struct config_error error;
	assert_null(config_read(place.file, MUST, 1, &node, &error));
	assert_string_equal(error.text + strlen(place.file),
	        ": 'node' must be set: this node's name");
	place_clear(&place);
}

static void the_schema_nests_its_sections(void **state)
{
	(void)state;
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	config_schema(TABLE, COUNT, to);
	fclose(to);
	assert_non_null(
	        strstr(text, "\"call\":{\"type\":[\"object\",\"null\"],"
	                     "\"additionalProperties\":false,\"properties\":{\"idle\":"));
	int depth = 0;
	for (size_t i = 0; i < len; i++)
		depth += (text[i] == '{') - (text[i] == '}');
	assert_int_equal(depth, 0);
	free(text);
}

/* A sample is a file that reads as the fallbacks. */
static void the_sample_reads_as_the_fallbacks(void **state)
{
	(void)state;
	const struct place place = place_new("");
	FILE *to = fopen(place.file, "w");
	config_sample(TABLE, COUNT, to);
	fclose(to);
	struct settings settings = {0};
	struct config_error error = {""};
	struct config *config = config_read(place.file, TABLE, COUNT, &settings, &error);
	assert_string_equal(error.text, "");
	assert_non_null(config);
	assert_int_equal(settings.idle_ms, 300000);
	config_free(&config);
	place_clear(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fallbacks_hold_without_a_file),
	        cmocka_unit_test(an_overlay_replaces_what_it_names),
	        cmocka_unit_test(mistakes_are_refused_with_their_place),
	        cmocka_unit_test(what_must_be_set_is_missed_by_name),
	        cmocka_unit_test(the_schema_nests_its_sections),
	        cmocka_unit_test(the_sample_reads_as_the_fallbacks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
