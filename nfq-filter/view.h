/*
 * What the filter itself reads of a packet: who, to whom, with which protocol. The engine
 * reads the rest.
 */
#ifndef RINGFENCE_FILTER_VIEW_H
#define RINGFENCE_FILTER_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"

struct view {
	struct endpoint src, dst;
	uint8_t protocol;     /* IPPROTO_UDP, IPPROTO_TCP, else anything */
	uint32_t payload_at;  /* offset of what the transport carries */
	struct slice payload; /* borrowed */
};

/* False when there is no complete IP and UDP or TCP header. */
bool view_open(struct view *view, const uint8_t *data, uint32_t len);

/* Keep-alives (RFC 5626 3.5.1, and zeroes that phones send): empty but for line ends. */
bool view_keepalive(const struct view *view);

#endif
