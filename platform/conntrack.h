/*
 * The kernel's table of connections: an end to those of some addresses.
 */
#ifndef RINGFENCE_PLATFORM_CONNTRACK_H
#define RINGFENCE_PLATFORM_CONNTRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/address.h"

struct conntrack;

/* NULL with errno set. */
struct conntrack *conntrack_open(void);
void conntrack_close(struct conntrack **conntrack);

/*
 * Deletes every connection that one of the addresses takes part in; returns how many. It
 * walks the whole table: some 30 ms for 100,000 connections.
 */
size_t conntrack_kill(
        struct conntrack *conntrack, const struct address *addresses, size_t count);

/*
 * How the inner end of an IPv4 UDP flow looks from outside, by the connection that
 * carries it in either direction. False when there is none, or it is not translated.
 */
bool conntrack_outer(struct conntrack *conntrack, const struct endpoint *inner,
        const struct endpoint *other, struct endpoint *outer);

/*
 * Makes a UDP flow an established connection for so long, whatever passes, or makes that
 * longer; false with errno set.
 */
bool conntrack_put(struct conntrack *conntrack, const struct endpoint *src,
        const struct endpoint *dst, uint64_t timeout_ms);
/* Ends it; false when there was none. */
bool conntrack_remove(struct conntrack *conntrack, const struct endpoint *src,
        const struct endpoint *dst);

#endif
