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

#endif
