/*
 * The calls that are up, for who looks at them live: the judge tells of each beginning,
 * answer and end, and once a second Redis is told. When the way was full and something
 * was missed, the list begins anew with what the running calls tell of themselves every
 * ten seconds.
 */
#ifndef RINGFENCE_SENSOR_ONGOING_H
#define RINGFENCE_SENSOR_ONGOING_H

#include "engine/track/event.h"
#include "platform/store.h"
#include "sensor/ring.h"

struct ongoing {
	bool wanted;
	struct ring notes; /* judge to share */
	struct bell bell;  /* nobody sleeps on it */
	atomic_bool missed;
	atomic_bool again; /* calls tell of themselves at each tick */
	uint64_t again_ms; /* until when */
	int64_t up;        /* calls, by what was told */
	bool begun;
};

bool ongoing_open(struct ongoing *ongoing);
void ongoing_close(struct ongoing *ongoing);
/* The judge's. */
void ongoing_event(struct ongoing *ongoing, const struct event *event);
/* Once a second. */
void ongoing_flush(struct ongoing *ongoing, struct redis *redis, struct slice node);

#endif
