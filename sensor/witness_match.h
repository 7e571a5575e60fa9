/*
 * For the witness alone.
 */
#ifndef RINGFENCE_SENSOR_WITNESS_MATCH_H
#define RINGFENCE_SENSOR_WITNESS_MATCH_H

#include "sensor/witness.h"

/* Whether a packet belongs to a case. */
bool witness_match(const struct witness_case *about, const struct packet *packet);

#endif
