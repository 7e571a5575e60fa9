/*
 * HEP3 as a source: other capture agents send what they saw, over UDP or TCP. Each
 * message is a packet of LINK_HEP3 with the agent's stamp, as far as its clock agrees
 * with ours: time that jumps would make timers fire. Bytes that are no HEP3 end a
 * connection.
 */
#ifndef RINGFENCE_SENSOR_HEP_INLET_H
#define RINGFENCE_SENSOR_HEP_INLET_H

#include "sensor/inlet.h"

enum hep_transport { HEP_UDP, HEP_TCP };

/* Binds "address:port" and prepares the inlet's thread; false, told on standard error. */
bool hep_inlet_open(
        struct inlet *inlet, enum hep_transport transport, const char *address);
/* After inlet_close; an inlet of an interface is fine. */
void hep_inlet_close(struct inlet *inlet);

#endif
