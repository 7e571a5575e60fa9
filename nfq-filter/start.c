#include "nfq-filter/start.h"

#include <errno.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/file.h"
#include "platform/memory.h"
#include "platform/random.h"

enum {
	QUEUE_SOCKET_BYTES = 32 << 20,
	PINHOLES_PER_SESSION = 4,
	JUDGE_SHARE = 4, /* of the engine's memory, for other rules */
	LIMITED_SOURCES = 16384,
	KEY_PATH_BYTES = 4096,
};

static bool say(const struct filter *filter, const char *what, const char *why)
{
	log_write(&filter->log, LOG_LEVEL_ERROR, "%s: %s", what, why);
	return false;
}

struct key_path {
	char text[KEY_PATH_BYTES];
};

static struct key_path key_path(const struct filter *filter)
{
	struct key_path path;
	(void)snprintf(
	        path.text, sizeof(path.text), "%s/filter.key", filter->settings.state);
	return path;
}

static bool key_save(struct filter *filter)
{
	struct file_error error;
	const struct key_path path = key_path(filter);
	const struct slice key = slice_of(&filter->hash_key, sizeof(filter->hash_key));
	return file_write(path.text, key, &error) || say(filter, path.text, error.text);
}

/* What hashes are made with: kept, since the kernel keeps hashes over a restart. */
static bool key_load(struct filter *filter)
{
	struct file_text text = {0};
	struct file_error error;
	const struct key_path path = key_path(filter);
	if (access(path.text, F_OK) != 0)
		return random_key(&filter->hash_key)
		               ? key_save(filter)
		               : say(filter, "random numbers", strerror(errno));
	const bool fine = file_read(path.text, sizeof(filter->hash_key), &text, &error) &&
	                  text.len == sizeof(filter->hash_key);
	if (fine)
		memcpy(&filter->hash_key, text.data, text.len);
	file_text_free(&text);
	return fine || say(filter, path.text, "is no key of this program");
}

/* Routers that know each other's calls make hashes with the same key. */
static bool key_share(struct filter *filter)
{
	const struct settings *settings = &filter->settings;
	const struct hash_key own = filter->hash_key;
	if (!settings->standby[0])
		return true;
	filter->sessions.shared =
	        standby_key(&settings->redis, settings->standby, &filter->hash_key);
	if (!filter->sessions.shared)
		log_write(&filter->log, LOG_LEVEL_WARNING,
		        "standby: Redis is away, calls are not shared until the next "
		        "start");
	return memcmp(&own, &filter->hash_key, sizeof(own)) == 0 || key_save(filter);
}

static bool rules_read(const struct filter *filter, struct rules *rules)
{
	const struct settings *settings = &filter->settings;
	const char *directory = settings->rules[0] ? settings->rules : rules_default();
	*rules = (struct rules){0};
	rules->set.geo = filter->geo ? &filter->geo_ops : NULL;
	return (directory && rules_load(rules, directory,
	                             settings->site[0] ? settings->site : NULL)) ||
	       say(filter, directory ? directory : "rules", "no rules to go by");
}

static bool geo_start(struct filter *filter)
{
	struct geo_error error;
	if (!filter->settings.geo[0])
		return true;
	filter->geo = geo_open(filter->settings.geo, &error);
	if (!filter->geo)
		return say(filter, filter->settings.geo, error.text);
	filter->geo_ops = geo_ops(filter->geo);
	return true;
}

static bool engine_start(struct filter *filter)
{
	if (!geo_start(filter))
		return false;
	if (!rules_read(filter, &filter->rules))
		return false;
	filter->engine_memory = memory_reserve(filter->settings.memory);
	if (!filter->engine_memory.base)
		return say(filter, "memory", strerror(errno));
	const struct engine_config config = {
	        .memory = filter->engine_memory,
	        .hash_key = filter->hash_key,
	        .rules = &filter->rules.set,
	        .sink = {.context = filter, .event = filter_event, .alert = filter_alert},
	};
	filter->engine = engine_new(&config);
	return filter->engine || say(filter, "memory", "too little for the engine");
}

/* A page each for what is rounded up. */
static bool tables_start(struct filter *filter)
{
	const struct settings *settings = &filter->settings;
	const uint32_t holes = (uint32_t)settings->pinholes;
	const uint32_t calls = holes / PINHOLES_PER_SESSION;
	const size_t bytes = (size_t)holes * 512 + (size_t)calls * 2560 + (32 << 20);
	filter->memory = memory_reserve(bytes);
	if (!filter->memory.base)
		return say(filter, "memory", strerror(errno));
	filter->pinholes.firewall = &filter->firewall;
	filter->sessions.pinholes = &filter->pinholes;
	filter->sessions.settings = settings;
	filter->sessions.nat = &filter->nat;
	filter->nat.firewall = &filter->firewall;
	filter->nat.settings = settings;
	filter->bans.firewall = &filter->firewall;
	filter->limits.gap_us = 1000000 / settings->limited_rate;
	pinholes_set_grace(&filter->pinholes, settings->grace_ms * 1000);
	const struct hash_key *key = &filter->hash_key;
	return (pinholes_init(&filter->pinholes, &filter->memory, holes, key) &&
	               sessions_init(&filter->sessions, &filter->memory, calls, key) &&
	               nat_init(&filter->nat, &filter->memory, key) &&
	               limited_init(
	                       &filter->limits, &filter->memory, LIMITED_SOURCES, key)) ||
	       say(filter, "memory", "too little for the pinholes");
}

static void inherit(void *context, uint32_t index, const struct pinhole_wish *wish)
{
	struct filter *filter = context;
	session_inherit(&filter->sessions, index, wish);
}

static bool firewall_start(struct filter *filter)
{
	struct firewall_error error = {{0}};
	const struct pinhole_heir heir = {filter, inherit};
	filter->firewall.settings = &filter->settings;
	filter->firewall.netfilter =
	        netfilter_open(filter->settings.table, filter->handover.table);
	if (!filter->firewall.netfilter)
		return say(filter, "netlink", strerror(errno));
	const bool there = netfilter_table_exists(filter->firewall.netfilter);
	if (!firewall_install(&filter->firewall, &error))
		return say(filter, "firewall", error.text);
	filter->conntrack = conntrack_open();
	filter->nat.conntrack = filter->conntrack;
	if (filter->settings.way == WAY_RELATED)
		filter->pinholes.conntrack = filter->conntrack;
	filter->nat.now_us = filter->now_us;
	if (there)
		(void)nat_inherit(&filter->nat);
	filter->sessions.now_us = filter->now_us;
	wheel_advance(&filter->sessions.wheel, filter->now_us);
	if (filter->handover.sessions >= 0 &&
	        !handover_load(&filter->sessions, filter->handover.sessions))
		log_write(&filter->log, LOG_LEVEL_WARNING,
		        "sessions of another version: calls that ring begin anew");
	filter->started_us = there ? filter->now_us : 0;
	if (there)
		(void)pinholes_inherit(&filter->pinholes, &heir);
	return bans_open(&filter->bans, filter->settings.state, filter->now_us) ||
	       say(filter, filter->settings.state, strerror(errno));
}

static bool queue_start(struct filter *filter)
{
	const struct queue_config config = {
	        .number = (uint16_t)filter->settings.queue_number,
	        .length_max = (uint32_t)filter->settings.queue_length,
	        .fail_open = filter->settings.signalling_open,
	        .socket_bytes = QUEUE_SOCKET_BYTES,
	        .fd = filter->handover.queue,
	};
	filter->queue = queue_open(&config);
	return filter->queue || say(filter, "queue", strerror(errno));
}

bool filter_start(struct filter *filter, bool take_over)
{
	struct file_error error;
	filter->handover = HANDOVER_NONE;
	filter->bans.journal = -1;
	filter->report.fd = -1;
	filter->now_us = instant_now_us();
	if (!file_make_directories(filter->settings.state, &error))
		return say(filter, filter->settings.state, error.text);
	if (!report_open(&filter->report, filter->settings.events))
		return say(filter, filter->settings.events, strerror(errno));
	if (!key_load(filter) || !key_share(filter) || !engine_start(filter) ||
	        !tables_start(filter))
		return false;
	/* All that can be wrong with the configuration was: now who runs may end. */
	if (take_over)
		(void)handover_ask(filter->settings.state, &filter->handover);
	/* The queue is there before the first packet is sent to it. */
	if (!queue_start(filter) || !firewall_start(filter))
		return false;
	struct config_error wrong = {{0}};
	if (!share_start(&filter->share, &filter->settings.redis, &wrong))
		return say(filter, "redis", wrong.text);
	if (!standby_start(&filter->standby, &filter->settings.redis,
	            filter->sessions.shared ? filter->settings.standby : "", &wrong))
		return say(filter, "standby", wrong.text);
	if (filter->handover.sessions >= 0)
		(void)close(filter->handover.sessions);
	report_node(&filter->report, filter->now_us,
	        &(struct node_event){
	                "started", RINGFENCE_VERSION, filter->pinholes.slab.count});
	report_flush(&filter->report);
	return true;
}

void filter_stop(struct filter *filter)
{
	share_stop(&filter->share);
	standby_stop(&filter->standby);
	bans_close(&filter->bans);
	queue_close(&filter->queue);
	netfilter_close(&filter->firewall.netfilter);
	conntrack_close(&filter->conntrack);
	rules_clear(&filter->rules);
	geo_close(&filter->geo);
	memory_release(&filter->memory);
	memory_release(&filter->engine_memory);
	memory_release(&filter->judge_memory);
	if (filter->report.fd >= 0)
		report_close(&filter->report);
	config_free(&filter->config);
}

bool filter_reload_rules(struct filter *filter)
{
	struct rules rules;
	struct memory memory = memory_reserve(filter->settings.memory / JUDGE_SHARE);
	const bool loaded = memory.base && rules_read(filter, &rules);
	if (!loaded || !engine_judge(filter->engine, &memory, &rules.set)) {
		log_write(&filter->log, LOG_LEVEL_ERROR,
		        "the rules stay as they were: the new ones are wrong");
		if (memory.base)
			rules_clear(&rules);
		memory_release(&memory);
		return false;
	}
	rules_clear(&filter->rules);
	memory_release(&filter->judge_memory);
	filter->rules = rules;
	filter->judge_memory = memory;
	log_write(&filter->log, LOG_LEVEL_INFO, "%u rules from here on", rules.set.count);
	return true;
}
