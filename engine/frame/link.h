/*
 * Link layers, tags and labels: from the packet's link type down to IP.
 */
#ifndef RINGFENCE_FRAME_LINK_H
#define RINGFENCE_FRAME_LINK_H

#include "engine/base/slice.h"
#include "engine/frame/layers.h"

/* Opens what the capture begins with, by the packet's enum link_type. */
void link_open(struct layers *l, uint16_t link);

void link_ethernet(struct layers *l);
/* VLAN tags, MPLS, PPPoE …: the type behind an Ethernet header or another tag. */
void link_ethertype(struct layers *l);
void link_ppp(struct layers *l);

/* Do the bytes look like an Ethernet frame of a type that can carry IP? */
bool link_plausible(const uint8_t *data, size_t len);

#endif
