#include "sensor/reload.h"

#include <string.h>
#include <time.h>

enum { TRIES = 40, TRY_NS = 50000000 };

static const void *field(const struct settings *settings, const struct setting *setting)
{
	return (const char *)settings + setting->into;
}

static bool same_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

static bool same_list(const struct setting_list *a, const struct setting_list *b)
{
	bool same = a->count == b->count;
	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->items[i], b->items[i]) == 0;
	return same;
}

static bool same(
        const struct setting *setting, const struct settings *a, const struct settings *b)
{
	const void *left = field(a, setting);
	const void *right = field(b, setting);
	switch (setting->kind) {
	case SETTING_TEXT:
		return same_text(left, right);
	case SETTING_FLAG:
		return *(const bool *)left == *(const bool *)right;
	case SETTING_COUNT:
	case SETTING_BYTES:
	case SETTING_DURATION:
		return *(const uint64_t *)left == *(const uint64_t *)right;
	case SETTING_CHOICE:
		return *(const unsigned *)left == *(const unsigned *)right;
	case SETTING_LIST:
		return same_list(left, right);
	case SETTING_TREE:
		return left == right;
	}
	return true;
}

static void tell_later(const struct sensor *sensor, const struct settings *fresh)
{
	for (size_t i = 0; i < SETTING_COUNT_ALL; i++) {
		const struct setting *setting = &SETTINGS[i];
		const bool now = setting->into == offsetof(struct settings, rules) ||
		                 setting->into == offsetof(struct settings, site);
		if (!now && !same(setting, &sensor->settings, fresh))
			log_write(&sensor->log, LOG_LEVEL_WARNING,
			        "%s holds from the next start on", setting->key);
	}
}

/* The judge takes what was offered before within moments, also while the wire is idle. */
static bool offer(struct sensor *sensor, struct judge_rules *rules)
{
	for (unsigned i = 0; i < TRIES; i++) {
		if (judge_offer(&sensor->judge, rules))
			return true;
		(void)nanosleep(&(struct timespec){0, TRY_NS}, NULL);
	}
	judge_rules_free(&rules);
	return false;
}

bool sensor_reload(struct sensor *sensor)
{
	struct settings fresh = {0};
	struct config *config = settings_read(sensor->config_path, &fresh);
	bool fine = config != NULL;

	/* Rules that were published count more than those on disk. */
	if (fine && atomic_load(&sensor->judge.rules_version) == 0) {
		struct judge_rules *rules = judge_rules_load(fresh.rules, fresh.site);
		fine = rules && offer(sensor, rules);
	}
	if (fine) {
		tell_later(sensor, &fresh);
		atomic_store(&sensor->teller.reopen, true);
		bell_ring(&sensor->teller.bell);
	}
	config_free(&config);
	log_write(&sensor->log, fine ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
	        fine ? "reloaded" : "the new configuration is bad: all stays as it was");
	return fine;
}
