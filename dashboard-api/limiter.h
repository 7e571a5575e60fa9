/*
 * How often an address may ask, and how often it may be wrong about who it is: a leaky
 * bucket an address in a table of fixed size. Addresses that share a place share its
 * bucket: a flood of addresses can slow others down, never fill memory.
 */
#ifndef RINGFENCE_API_LIMITER_H
#define RINGFENCE_API_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"

struct limiter;

struct limiter *limiter_new(uint64_t requests_per_second);
void limiter_free(struct limiter **limiter);

/* Whether this request may pass; else in how many seconds to try again. */
bool limiter_request(struct limiter *limiter, const struct address *peer, uint64_t now_us,
        unsigned *retry_s);
/* Five wrong passwords or tokens at once, then one in twelve seconds. */
bool limiter_may_identify(struct limiter *limiter, const struct address *peer,
        uint64_t now_us, unsigned *retry_s);
void limiter_wrong(struct limiter *limiter, const struct address *peer, uint64_t now_us);

#endif
