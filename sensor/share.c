#include "sensor/share.h"

#include <stdio.h>
#include <stdlib.h>

#include "platform/file.h"
#include "platform/instant.h"
#include "platform/memory.h"
#include "sensor/counters.h"
#include "sensor/sensor.h"

enum { PATH_BYTES = 4096, FIELDS_MAX = 48, VALUE_BYTES = 64, JUDGE_MEMORY = 96 << 20 };

static void kept_path(const char *directory, char *path)
{
	(void)snprintf(path, PATH_BYTES, "%s/rules.good", directory);
}

static struct judge_rules *rules_of(const char *name, struct slice body)
{
	struct judge_rules *rules = calloc(1, sizeof(*rules));
	if (!rules)
		return NULL;
	rules->memory = memory_reserve(JUDGE_MEMORY);
	if (!rules->memory.base || !rules_load_text(&rules->rules, name, body))
		judge_rules_free(&rules);
	return rules;
}

/* "<version>\n<body>" */
struct judge_rules *share_kept_rules(const char *directory)
{
	char path[PATH_BYTES];
	struct file_text text;
	struct file_error error;
	uint64_t version;

	kept_path(directory, path);
	if (!file_read(path, STORE_BODY_MAX + VALUE_BYTES, &text, &error))
		return NULL;
	struct slice body = slice_of(text.data, text.len);
	struct judge_rules *rules = NULL;
	if (slice_to_u64(slice_split(&body, '\n'), &version) && slice_present(body))
		rules = rules_of(path, body);
	if (rules)
		rules->version = version;
	file_text_free(&text);
	return rules;
}

static void keep(struct sensor *sensor, uint64_t version, struct slice body)
{
	char path[PATH_BYTES];
	struct file_error error;
	char *text = malloc(body.len + VALUE_BYTES);
	if (!text)
		return;
	const int head =
	        snprintf(text, VALUE_BYTES, "%llu\n", (unsigned long long)version);
	memcpy(text + head, body.data, body.len);
	kept_path(sensor->settings.state_directory, path);
	if (!file_write(path, slice_of(text, (size_t)head + body.len), &error))
		log_write(&sensor->log, LOG_LEVEL_WARNING, "%s: %s", path, error.text);
	free(text);
}

bool share_open(struct sensor *sensor)
{
	struct share *share = &sensor->share;
	struct redis_options options;

	share->started_ms = instant_now_us() / 1000;
	if (!sensor->settings.redis.address[0])
		return true;
	if (!sensor_redis_options(sensor, &options))
		return false;
	share->redis = store_open(&options);
	return share->redis && tally_open(&share->tally, &sensor->judge.bell) &&
	       ongoing_open(&share->ongoing);
}

void share_close(struct sensor *sensor)
{
	if (sensor->share.redis && sensor->share.tally.sums)
		(void)tally_flush(&sensor->share.tally, sensor->share.redis);
	redis_free(&sensor->share.redis);
	tally_close(&sensor->share.tally);
	ongoing_close(&sensor->share.ongoing);
}

static void refuse(struct sensor *sensor, uint64_t version, const char *why)
{
	struct share *share = &sensor->share;
	share->refused_version = version;
	(void)snprintf(share->problem, sizeof(share->problem), "version %llu: %.200s",
	        (unsigned long long)version, why);
	log_write(&sensor->log, LOG_LEVEL_ERROR, "rules stay as they are: %s",
	        share->problem);
}

/* Fetches, verifies and compiles beside; the judge swaps between two packets. */
static void follow_rules(struct sensor *sensor)
{
	struct share *share = &sensor->share;
	struct store_problem problem;
	struct store_rules published;
	uint64_t version = 0;
	char name[VALUE_BYTES];

	if (!store_rules_version_of(share->redis, slice_text(sensor->node), &version) ||
	        version == 0 || version == atomic_load(&sensor->judge.rules_version) ||
	        version == share->refused_version || version == share->offered_version)
		return;
	if (!store_rules_fetch(share->redis, version, &published, &problem)) {
		(void)snprintf(
		        share->problem, sizeof(share->problem), "%s", problem.text);
		return;
	}
	(void)snprintf(name, sizeof(name), "published:%llu", (unsigned long long)version);
	struct judge_rules *rules = rules_of(name, published.body);
	if (!rules) {
		refuse(sensor, version, "it does not compile");
		return;
	}
	rules->version = version;
	if (!judge_offer(&sensor->judge, rules)) {
		judge_rules_free(&rules);
		return;
	}
	share->offered_version = version;
	share->problem[0] = '\0';
	keep(sensor, version, published.body);
	log_write(&sensor->log, LOG_LEVEL_INFO, "rules of version %llu",
	        (unsigned long long)version);
}

/* Names and values of the node's state, the numbers' texts beside them. */
struct fields {
	struct slice items[FIELDS_MAX];
	char texts[FIELDS_MAX][VALUE_BYTES];
	size_t count;
};

static void field_text(struct fields *fields, const char *name, const char *text)
{
	if (fields->count + 2 > FIELDS_MAX)
		return;
	fields->items[fields->count++] = slice_text(name);
	fields->items[fields->count++] = slice_text(text);
}

static void field_number(struct fields *fields, const char *name, uint64_t value)
{
	char *text = fields->texts[fields->count];
	(void)snprintf(text, VALUE_BYTES, "%llu", (unsigned long long)value);
	field_text(fields, name, text);
}

static bool degraded(struct sensor *sensor)
{
	const uint64_t lost = atomic_load(&sensor->judge.lost_lines);
	bool bad = sensor->share.problem[0] || lost > sensor->share.lost_lines;
	sensor->share.lost_lines = lost;
	for (size_t i = 0; i < sensor->outlet_count; i++)
		bad = bad || !atomic_load(&sensor->outlets[i].up);
	return bad;
}

static void tell_state(struct sensor *sensor)
{
	struct fields fields = {.count = 0};
	struct counter counters[COUNTERS_MAX];
	const size_t count = counters_read(sensor, counters);

	field_text(&fields, "kind", "sensor");
	field_text(&fields, "version", RINGFENCE_VERSION);
	field_text(&fields, "state", degraded(sensor) ? "degraded" : "fine");
	field_text(&fields, "problem", sensor->share.problem);
	field_number(&fields, "started_ms", sensor->share.started_ms);
	field_number(&fields, "at_ms", instant_now_us() / 1000);
	field_number(&fields, "rules_refused", sensor->share.refused_version);
	for (size_t i = 0; i < count; i++)
		field_number(&fields, counters[i].name, counters[i].value);
	if (store_node_set(sensor->share.redis, slice_text(sensor->node), fields.items,
	            fields.count))
		(void)redis_run(sensor->share.redis);
}

void share_tick(struct sensor *sensor)
{
	struct share *share = &sensor->share;
	if (!share->redis)
		return;
	follow_rules(sensor);
	if (tally_flush(&share->tally, share->redis)) {
		tell_state(sensor);
		ongoing_flush(&share->ongoing, share->redis, slice_text(sensor->node));
	}
}
