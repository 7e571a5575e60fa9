#include "dashboard-api/feed.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard-api/feed_filter.h"
#include "dashboard-api/mask.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "platform/instant.h"

enum {
	RING_ENTRIES = 4096,
	RING_BYTES_MAX = 32 << 20,
	EVENT_BYTES_MAX = 1 << 20,
	LISTENERS_MAX = 4000,
};

struct entry {
	enum topic topic;
	char *text; /* owned; NULL = empty */
	size_t len;
};

struct feed {
	pthread_mutex_t lock;
	struct entry entries[RING_ENTRIES];
	uint64_t next;  /* number of the next event */
	uint64_t first; /* of the oldest that is still there */
	size_t bytes;
	uint64_t beats;
	uint64_t listeners;
};

struct listener {
	struct feed *feed;
	uint64_t position; /* number of the next event for it */
	uint64_t beats;
	unsigned topics;
	bool masked;
	struct feed_filter *filter; /* NULL = it hears all */
	struct buffer pending;      /* what is being sent */
	size_t sent;
};

static const struct {
	const char *name;
	enum topic topic;
} TOPICS[] = {
        {"alerts", TOPIC_ALERTS},
        {"calls", TOPIC_CALLS},
        {"blocks", TOPIC_BLOCKS},
        {"nodes", TOPIC_NODES},
        {"jobs", TOPIC_JOBS},
};

enum { TOPIC_COUNT = sizeof(TOPICS) / sizeof(TOPICS[0]) };

struct feed *feed_new(void)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	if (!feed)
		return NULL;
	(void)pthread_mutex_init(&feed->lock, NULL);
	/* Numbers go on after a restart: an old one is then known to be too old. */
	feed->next = feed->first = instant_now_us();
	return feed;
}

static void first_drop(struct feed *feed)
{
	struct entry *entry = &feed->entries[feed->first++ % RING_ENTRIES];
	feed->bytes -= entry->len;
	free(entry->text);
	*entry = (struct entry){0};
}

void feed_free(struct feed **feed)
{
	struct feed *old = *feed;
	if (!old)
		return;
	while (old->first < old->next)
		first_drop(old);
	(void)pthread_mutex_destroy(&old->lock);
	free(old);
	*feed = NULL;
}

void feed_publish(struct feed *feed, enum topic topic, struct slice json)
{
	char *text = malloc(json.len + 1);
	if (!text || json.len > EVENT_BYTES_MAX) {
		free(text);
		return;
	}
	memcpy(text, json.data, json.len);
	(void)pthread_mutex_lock(&feed->lock);
	while (feed->next - feed->first == RING_ENTRIES ||
	        (feed->first < feed->next && feed->bytes + json.len > RING_BYTES_MAX))
		first_drop(feed);
	feed->entries[feed->next++ % RING_ENTRIES] =
	        (struct entry){topic, text, json.len};
	feed->bytes += json.len;
	(void)pthread_mutex_unlock(&feed->lock);
}

/* Our own writer's words stand near the beginning. */
enum topic feed_topic(struct slice event)
{
	static const struct {
		struct slice mark;
		enum topic topic;
	} MARKS[] = {
	        {{"\"event_type\":\"alert\"", 20}, TOPIC_ALERTS},
	        {{"\"event_type\":\"call\"", 19}, TOPIC_CALLS},
	        {{"\"event_type\":\"block\"", 20}, TOPIC_BLOCKS},
	        {{"\"event_type\":\"node\"", 19}, TOPIC_NODES},
	};
	const struct slice head = slice_first(event, 400);
	for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++)
		if (slice_find(head, MARKS[i].mark) < head.len)
			return MARKS[i].topic;
	return 0;
}

void feed_publish_event(struct feed *feed, struct slice event)
{
	const enum topic topic = feed_topic(event);
	if (topic)
		feed_publish(feed, topic, event);
}

void feed_beat(struct feed *feed)
{
	(void)pthread_mutex_lock(&feed->lock);
	feed->beats++;
	(void)pthread_mutex_unlock(&feed->lock);
}

uint64_t feed_listeners(struct feed *feed)
{
	(void)pthread_mutex_lock(&feed->lock);
	const uint64_t listeners = feed->listeners;
	(void)pthread_mutex_unlock(&feed->lock);
	return listeners;
}

static const char *topic_name(enum topic topic)
{
	for (size_t i = 0; i < TOPIC_COUNT; i++)
		if (TOPICS[i].topic == topic)
			return TOPICS[i].name;
	return "event";
}

/* The next event for the listener into its buffer; false when there is none. */
static bool event_take(struct listener *listener)
{
	struct feed *feed = listener->feed;
	struct buffer *out = &listener->pending;
	if (listener->position < feed->first) {
		buffer_format(out,
		        "event: gap\nid: %" PRIu64 "\ndata: {\"missed\":%" PRIu64 "}\n\n",
		        feed->first - 1, feed->first - listener->position);
		listener->position = feed->first;
		return true;
	}
	while (listener->position < feed->next) {
		const uint64_t number = listener->position++;
		const struct entry *entry = &feed->entries[number % RING_ENTRIES];
		if (!(entry->topic & listener->topics) ||
		        !feed_filter_match(listener->filter, entry->topic,
		                slice_of(entry->text, entry->len)))
			continue;
		buffer_format(out, "event: %s\nid: %" PRIu64 "\ndata: {",
		        topic_name(entry->topic), number);
		mask_event(slice_of(entry->text, entry->len), listener->masked, out);
		buffer_string(out, "\n\n");
		return true;
	}
	return false;
}

static void pending_fill(struct listener *listener)
{
	struct feed *feed = listener->feed;
	listener->pending.len = 0;
	listener->sent = 0;
	(void)pthread_mutex_lock(&feed->lock);
	if (!event_take(listener) && listener->beats != feed->beats)
		buffer_string(&listener->pending, ":\n\n");
	listener->beats = feed->beats;
	(void)pthread_mutex_unlock(&feed->lock);
}

static long listener_read(void *context, char *data, size_t bytes)
{
	struct listener *listener = context;
	if (listener->sent == listener->pending.len)
		pending_fill(listener);
	if (listener->pending.failed)
		return -1;
	size_t left = listener->pending.len - listener->sent;
	if (left > bytes)
		left = bytes;
	memcpy(data, listener->pending.data + listener->sent, left);
	listener->sent += left;
	return (long)left;
}

static void listener_close(void *context)
{
	struct listener *listener = context;
	(void)pthread_mutex_lock(&listener->feed->lock);
	listener->feed->listeners--;
	(void)pthread_mutex_unlock(&listener->feed->lock);
	buffer_free(&listener->pending);
	free(listener->filter);
	free(listener);
}

static bool topics_read(struct visit *visit, unsigned *topics)
{
	struct slice names = visit_parameter(visit, "topics");
	*topics = slice_present(names) ? 0 : TOPIC_ALL;
	while (slice_present(names)) {
		const struct slice name = slice_split(&names, ',');
		size_t i = 0;
		while (i < TOPIC_COUNT && !slice_equal(name, slice_text(TOPICS[i].name)))
			i++;
		if (i == TOPIC_COUNT)
			return problem_at(visit, 400, "?topics",
			        "topics are alerts, calls, blocks, nodes and jobs");
		*topics |= TOPICS[i].topic;
	}
	return true;
}

static bool position_read(struct visit *visit, uint64_t *position)
{
	const struct slice last = http_header(visit->request, "Last-Event-ID");
	if (!slice_present(last))
		return true;
	if (!slice_to_u64(last, position))
		return problem(
		        visit, 400, "Last-Event-ID is the id of an event of this feed");
	*position += 1;
	return true;
}

void feed_get(struct visit *visit)
{
	struct feed *feed = visit->api->feed;
	unsigned topics;
	uint64_t position = 0;
	struct feed_filter *filter;
	if (!topics_read(visit, &topics) || !position_read(visit, &position) ||
	        !feed_filter_read(visit, topics, &filter))
		return;
	struct listener *listener = calloc(1, sizeof(*listener));
	(void)pthread_mutex_lock(&feed->lock);
	const bool room = listener && feed->listeners < LISTENERS_MAX;
	if (room) {
		feed->listeners++;
		*listener = (struct listener){.feed = feed,
		        .topics = topics,
		        .filter = filter,
		        .masked = mask_wanted(visit),
		        .beats = feed->beats - 1,
		        .position = position && position <= feed->next ? position
		                                                       : feed->next,
		        .pending = buffer_of(EVENT_BYTES_MAX * 8)};
	}
	(void)pthread_mutex_unlock(&feed->lock);
	if (!room) {
		free(filter);
		free(listener);
		(void)problem(visit, 503, "too many listen to the feed already");
		return;
	}
	visit->reply->feed = (struct http_feed){listener, listener_read, listener_close};
	visit->reply->content_type = "text/event-stream";
	http_reply_header(visit->reply, "X-Accel-Buffering", "no");
}
