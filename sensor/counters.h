/*
 * What the sensor counts, for those who watch it: the node's state in Redis and the
 * scrapes of a monitor tell the same numbers. Read from any thread.
 */
#ifndef RINGFENCE_SENSOR_COUNTERS_H
#define RINGFENCE_SENSOR_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sensor;

enum { COUNTERS_MAX = 16 };

struct counter {
	const char *name;
	const char *help;
	bool grows; /* else it goes up and down */
	uint64_t value;
};

/* How many there are. */
size_t counters_read(struct sensor *sensor, struct counter counters[COUNTERS_MAX]);

#endif
