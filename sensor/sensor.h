/*
 * The program as one struct: its parts, in the order in which they are opened. main's
 * thread owns it and looks after the rest: reload, rules, states, the watchdog.
 */
#ifndef RINGFENCE_SENSOR_SENSOR_H
#define RINGFENCE_SENSOR_SENSOR_H

#include "sensor/settings.h"
#include "sensor/share.h"
#include "sensor/teller.h"
#include "sensor/witness.h"

enum { NODE_BYTES = 128 };

enum { BASELINE_PATH_BYTES = 4096 };

struct sensor {
	const char *config_path; /* NULL = the fallbacks */
	struct config *config;
	struct settings settings;
	struct log log;
	char node[NODE_BYTES];
	struct redis_place redis_place;
	atomic_bool stop;         /* inlets end, then the judge */
	atomic_bool stop_outlets; /* after the last line */
	struct inlet inlets[INLETS_MAX];
	size_t inlet_count;
	struct judge judge;
	char baseline[BASELINE_PATH_BYTES];
	struct witness witness;
	struct teller teller;
	struct share share;
	struct outlet outlets[OUTLETS_MAX];
	size_t outlet_count;
	struct http_server *metrics; /* NULL = nobody asks */
};

/* Opens all parts and starts their threads; false, told on standard error. */
bool sensor_open(struct sensor *sensor);
/* Ends them in the order of the packets' way; nothing that was seen is left behind. */
void sensor_close(struct sensor *sensor);

/* How to reach Redis; the texts live as long as the sensor's configuration. */
bool sensor_redis_options(struct sensor *sensor, struct redis_options *options);

#endif
