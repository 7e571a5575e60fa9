/*
 * IP addresses: IPv4 is held as an IPv4-mapped IPv6 address, so that one comparison and
 * one hash serve both.
 */
#ifndef RINGFENCE_BASE_ADDRESS_H
#define RINGFENCE_BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/slice.h"
#include "engine/base/writer.h"

struct address {
	uint8_t bytes[16]; /* ::ffff:a.b.c.d for IPv4; all zero = none */
};

struct endpoint {
	struct address ip;
	uint16_t port;
};

struct network {
	struct address ip;
	uint8_t prefix; /* bits of the 128: IPv4 /24 is 120 */
};

/* What a range of addresses is for (RFC 6890 and its registries). */
enum address_scope {
	ADDRESS_NONE, /* all zero: no address, 0.0.0.0 or :: */
	ADDRESS_PUBLIC,
	ADDRESS_PRIVATE, /* RFC 1918, fc00::/7 */
	ADDRESS_SHARED,  /* 100.64.0.0/10 and 192.0.0.0/29 */
	ADDRESS_LOOPBACK,
	ADDRESS_LINK_LOCAL,
	ADDRESS_MULTICAST,
	ADDRESS_BROADCAST,
	ADDRESS_RESERVED, /* documentation, benchmarking, class E, the rest */
};

struct address address_v4(uint32_t host_order);
struct address address_v6(const uint8_t bytes[16]);
bool address_is_v4(const struct address *address);
/* The IPv4 address in host byte order; 0 when it is not IPv4. */
uint32_t address_to_v4(const struct address *address);
bool address_none(const struct address *address);
enum address_scope address_scope(const struct address *address);

static inline bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static inline bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->ip, &b->ip);
}

/* Dotted IPv4 or IPv6, with or without brackets, no zone; false leaves *address alone. */
bool address_parse(struct slice text, struct address *address);
/* "192.0.2.7:5060", "[2001:db8::7]:5060"; false leaves *endpoint alone. */
bool endpoint_parse(struct slice text, struct endpoint *endpoint);
/* An address with an optional /prefix. */
bool network_parse(struct slice text, struct network *network);
bool network_contains(const struct network *network, const struct address *address);

/* RFC 5952 for IPv6. */
void writer_address(struct writer *writer, const struct address *address);
/* a.b.c.d:port or [v6]:port. */
void writer_endpoint(struct writer *writer, const struct endpoint *endpoint);

uint64_t hash_address(const struct hash_key *key, const struct address *address);
uint64_t hash_endpoint(const struct hash_key *key, const struct endpoint *endpoint);
/* Ordered pair of endpoints. */
uint64_t hash_endpoints(const struct hash_key *key, const struct endpoint *src,
        const struct endpoint *dst);

#endif
