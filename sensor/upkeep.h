/*
 * What main's thread does while the others work: signals, the watchdog, reload, and once
 * a second what is shared in Redis.
 */
#ifndef RINGFENCE_SENSOR_UPKEEP_H
#define RINGFENCE_SENSOR_UPKEEP_H

#include "sensor/sensor.h"

/* Until a signal ends it; false when a part failed for good. */
bool upkeep_run(struct sensor *sensor, int signals);

#endif
