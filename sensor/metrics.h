/*
 * The sensor's numbers for a monitor that scrapes them: OpenMetrics 1.0 over HTTP at
 * /metrics. Labels are interfaces and far ends of the configuration, never an address, a
 * number or anything else of the wire.
 */
#ifndef RINGFENCE_SENSOR_METRICS_H
#define RINGFENCE_SENSOR_METRICS_H

#include <stdbool.h>

struct sensor;

/* Serves them where the configuration says; false, told on standard error. */
bool metrics_open(struct sensor *sensor);
void metrics_close(struct sensor *sensor);

#endif
