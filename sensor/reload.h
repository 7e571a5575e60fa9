/*
 * A new configuration while the sensor works: all of it is good and holds, or nothing
 * changes. Rules hold from the next packet on; what cannot change in a running sensor is
 * named, and holds from the next start on.
 */
#ifndef RINGFENCE_SENSOR_RELOAD_H
#define RINGFENCE_SENSOR_RELOAD_H

#include "sensor/sensor.h"

/* False, told in the log, when the new configuration or its rules are bad. */
bool sensor_reload(struct sensor *sensor);

#endif
