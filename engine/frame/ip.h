/*
 * IPv4 and IPv6 with their extension headers, up to the transport.
 */
#ifndef RINGFENCE_FRAME_IP_H
#define RINGFENCE_FRAME_IP_H

#include "engine/frame/layers.h"

void ip_open(struct layers *l);
/* What the protocol number in l->type names: a transport, a tunnel, another header. */
void ip_protocol(struct layers *l);

#endif
