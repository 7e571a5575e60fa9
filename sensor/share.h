/*
 * What a sensor shares with others in Redis, once a second, by main's thread: its state,
 * the rules that are published, and counters of accounts. Redis may be away for as long
 * as it likes: the sensor judges by the last good rules it kept on disk.
 */
#ifndef RINGFENCE_SENSOR_SHARE_H
#define RINGFENCE_SENSOR_SHARE_H

#include "platform/store.h"
#include "sensor/judge.h"
#include "sensor/ongoing.h"
#include "sensor/tally.h"

struct sensor;

struct share {
	struct redis *redis;      /* NULL = this sensor stands alone */
	uint64_t refused_version; /* that does not compile: not tried again */
	uint64_t offered_version; /* handed to the judge */
	char problem[256];        /* with rules, for the node's state */
	uint64_t started_ms;
	uint64_t lost_lines; /* told so far: only news makes the state worse */
	struct tally tally;
	struct ongoing ongoing;
};

bool share_open(struct sensor *sensor);
void share_tick(struct sensor *sensor);
void share_close(struct sensor *sensor);

/* The last good rules of Redis, from disk; NULL when there are none. */
struct judge_rules *share_kept_rules(const char *directory);

#endif
