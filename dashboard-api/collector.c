#include "dashboard-api/collector.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dashboard-api/intake.h"
#include "platform/instant.h"
#include "platform/store.h"

enum {
	SHARDS_MAX = 1024,
	SHARD_BYTES = 256,
	BATCH_EVENTS = 500,
	SHARDS_INTERVAL_MS = 5000, /* between looks for new nodes */
	IDLE_US = 100000,
};

struct shard {
	char name[SHARD_BYTES];
	bool grouped;   /* the consumer group is there */
	bool recovered; /* what was handed out before our start was taken */
};

struct collector {
	struct api
	        *api; /* settings, log and intake only: the rest is the server's thread's
	               */
	struct redis *redis;
	struct archive *archive;
	pthread_t thread;
	atomic_bool stopping;
	bool started;
	bool away; /* Redis was, when we last looked */
	uint64_t looked_ms;
	struct shard shards[SHARDS_MAX];
	size_t shard_count;
};

static void shard_note(struct collector *collector, struct slice name)
{
	for (size_t i = 0; i < collector->shard_count; i++)
		if (slice_equal(name, slice_text(collector->shards[i].name)))
			return;
	if (collector->shard_count == SHARDS_MAX || name.len >= SHARD_BYTES)
		return;
	struct shard *shard = &collector->shards[collector->shard_count++];
	*shard = (struct shard){0};
	memcpy(shard->name, name.data, name.len);
}

/* Every node writes a stream of its own name. */
static bool shards_look(struct collector *collector)
{
	const uint64_t now_ms = instant_steady_ms();
	if (collector->looked_ms && now_ms - collector->looked_ms < SHARDS_INTERVAL_MS)
		return true;
	const struct redis_reply *nodes = store_nodes(collector->redis);
	if (redis_kind(nodes) != REDIS_LIST)
		return false;
	collector->looked_ms = now_ms;
	for (size_t i = 0; i < redis_count(nodes); i++)
		shard_note(collector, redis_text(redis_item(nodes, i)));
	return true;
}

/* The group from the stream's beginning on; there already is fine. */
static bool group_make(struct collector *collector, struct shard *shard)
{
	const struct store_key key = store_events_key(slice_text(shard->name));
	const struct slice name = store_key_text(&key);
	const struct redis_reply *reply = redis_ask(collector->redis, name,
	        REDIS_ARGS(SLICE("XGROUP"), SLICE("CREATE"), name, SLICE("archive"),
	                SLICE("0"), SLICE("MKSTREAM")));
	shard->grouped = redis_kind(reply) == REDIS_TEXT ||
	                 redis_error_is(reply, SLICE("BUSYGROUP"));
	return shard->grouped;
}

/* One entry: [id, ["e", event]]. False when the archive failed. */
static bool entry_store(struct collector *collector, const struct shard *shard,
        const struct redis_reply *entry)
{
	char id[SHARD_BYTES + 64];
	const struct slice number = redis_text(redis_item(entry, 0));
	const struct slice event =
	        redis_text(redis_field(redis_item(entry, 1), SLICE("e")));
	(void)snprintf(
	        id, sizeof(id), "%s/%.*s", shard->name, (int)number.len, number.data);
	struct archive_origin origin = {
	        .id = slice_text(id), .node = slice_text(shard->name)};
	/* A trimmed entry comes without its event: there is nothing to keep. */
	if (!slice_present(event))
		return true;
	return intake_take(collector->api, collector->archive, &origin, event) !=
	       ARCHIVE_FAILED;
}

/* The answer of XREADGROUP for one stream: [[name, entries]]; NULL when there are none.
 */
static const struct redis_reply *batch_read(
        struct collector *collector, const struct shard *shard)
{
	const struct store_key key = store_events_key(slice_text(shard->name));
	const struct slice name = store_key_text(&key);
	const struct redis_reply *reply = redis_ask(collector->redis, name,
	        REDIS_ARGS(SLICE("XREADGROUP"), SLICE("GROUP"), SLICE("archive"),
	                SLICE("api"), SLICE("COUNT"), SLICE("500"), SLICE("STREAMS"),
	                name, shard->recovered ? SLICE(">") : SLICE("0")));
	if (redis_error_is(reply, SLICE("NOGROUP")))
		((struct shard *)(uintptr_t)shard)->grouped = false;
	return redis_item(redis_item(reply, 0), 1);
}

static bool batch_acknowledge(struct collector *collector, const struct shard *shard,
        const struct redis_reply *entries, size_t count)
{
	enum { HEAD = 3 };
	char ids[BATCH_EVENTS][48];
	const struct store_key key = store_events_key(slice_text(shard->name));
	struct slice args[HEAD + BATCH_EVENTS] = {
	        SLICE("XACK"), store_key_text(&key), SLICE("archive")};
	/* The answer is gone when the next command is queued. */
	for (size_t i = 0; i < count; i++) {
		const struct slice id = redis_text(redis_item(redis_item(entries, i), 0));
		(void)snprintf(ids[i], sizeof(ids[i]), "%.*s", (int)id.len, id.data);
		args[HEAD + i] = slice_text(ids[i]);
	}
	return redis_kind(redis_ask(collector->redis, args[1], args, HEAD + count)) ==
	       REDIS_NUMBER;
}

/* Takes one batch of a shard; how many events, or -1 when something is away. */
static long shard_take(struct collector *collector, struct shard *shard)
{
	if (!shard->grouped && !group_make(collector, shard))
		return -1;
	const struct redis_reply *entries = batch_read(collector, shard);
	size_t count = redis_count(entries);
	if (count > BATCH_EVENTS)
		count = BATCH_EVENTS;
	if (!count) {
		shard->recovered = true;
		return 0;
	}
	bool kept = archive_begin(collector->archive);
	for (size_t i = 0; kept && i < count; i++)
		kept = entry_store(collector, shard, redis_item(entries, i));
	if (!kept || !archive_commit(collector->archive)) {
		log_write(collector->api->log, LOG_LEVEL_ERROR,
		        "%s: events wait in Redis",
		        archive_error_text(collector->archive));
		archive_rollback(collector->archive);
		shard->recovered = false;
		return -1;
	}
	if (!batch_acknowledge(collector, shard, entries, count)) {
		/* They come again and are known then. */
		shard->recovered = false;
		return -1;
	}
	return (long)count;
}

static void away_tell(struct collector *collector, bool away)
{
	if (away == collector->away)
		return;
	collector->away = away;
	if (away)
		log_write(collector->api->log, LOG_LEVEL_WARNING, "Redis is away: %s",
		        redis_problem(collector->redis));
	else
		log_write(collector->api->log, LOG_LEVEL_INFO, "Redis is back");
	atomic_store(&collector->api->redis_away, away);
}

static void *collector_run(void *context)
{
	struct collector *collector = context;
	while (!atomic_load(&collector->stopping)) {
		bool away = !shards_look(collector);
		long taken = 0;
		for (size_t i = 0; !away && i < collector->shard_count; i++) {
			const long count = shard_take(collector, &collector->shards[i]);
			if (count < 0)
				away = true;
			else
				taken += count;
		}
		away_tell(collector, away);
		if (taken && collector->api->server)
			http_wake(collector->api->server);
		if (!taken)
			(void)usleep(IDLE_US);
	}
	return NULL;
}

struct collector *collector_start(struct api *api, const struct redis_options *options)
{
	struct archive_error error = {"out of memory"};
	struct collector *collector = calloc(1, sizeof(*collector));
	if (!collector)
		return NULL;
	collector->api = api;
	collector->redis = store_open(options);
	collector->archive = api_archive(api->settings, &error);
	collector->started =
	        collector->redis && collector->archive &&
	        pthread_create(&collector->thread, NULL, collector_run, collector) == 0;
	if (!collector->started) {
		log_write(api->log, LOG_LEVEL_ERROR, "events cannot be collected: %s",
		        error.text);
		collector_stop(&collector);
	}
	return collector;
}

void collector_stop(struct collector **collector)
{
	struct collector *old = *collector;
	if (!old)
		return;
	if (old->started) {
		atomic_store(&old->stopping, true);
		(void)pthread_join(old->thread, NULL);
	}
	archive_close(&old->archive);
	redis_free(&old->redis);
	free(old);
	*collector = NULL;
}
