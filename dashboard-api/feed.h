/*
 * The live feed: the newest events in a ring that every listener reads at its own pace,
 * as server-sent events (WHATWG HTML 9.2). Who falls behind the ring is told what was
 * missed by an event of its own. Published from any thread.
 */
#ifndef RINGFENCE_API_FEED_H
#define RINGFENCE_API_FEED_H

#include "dashboard-api/api.h"

enum topic {
	TOPIC_ALERTS = 1 << 0,
	TOPIC_CALLS = 1 << 1,
	TOPIC_BLOCKS = 1 << 2,
	TOPIC_NODES = 1 << 3,
	TOPIC_JOBS = 1 << 4,
	TOPIC_ALL = (1 << 5) - 1,
};

struct feed *feed_new(void);
void feed_free(struct feed **feed);
void feed_publish(struct feed *feed, enum topic topic, struct slice json);
/* By the event's type; 0 = none. */
enum topic feed_topic(struct slice event);
/* Under the topic of its type; of other types nobody is told. */
void feed_publish_event(struct feed *feed, struct slice event);
/* A sign of life to every listener; each 15 seconds. */
void feed_beat(struct feed *feed);
uint64_t feed_listeners(struct feed *feed);

void feed_get(struct visit *visit);

#endif
