/*
 * Packets for made traffic: a pcap file, addresses, and UDP or TCP over IPv4 or IPv6 in
 * the encapsulation that the wire is set to. Everything follows from the seed.
 */
#ifndef RINGFENCE_BENCH_WIRE_H
#define RINGFENCE_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum encapsulation {
	ENCAP_NONE,
	ENCAP_VLAN,
	ENCAP_QINQ,
	ENCAP_MPLS,
	ENCAP_VXLAN,
};

enum { WIRE_FRAME_MAX = 4096 };

struct party {
	uint32_t ip; /* IPv4; under IPv6 the last 32 bits of 2001:db8::/96 */
	uint16_t port;
};

struct wire {
	FILE *file;
	uint64_t time_us;
	uint64_t random;
	uint64_t packets;
	enum encapsulation encap;
	bool ipv6;
	uint16_t ip_id;
	uint8_t frame[WIRE_FRAME_MAX];
};

/* Opens the file and writes its header; false when the file cannot be written. */
bool wire_open(struct wire *wire, const char *path, uint64_t seed);

/* False when anything could not be written. */
bool wire_close(struct wire *wire);

/* The next number of the seed's sequence (splitmix64). */
uint64_t wire_random(struct wire *wire);

void wire_udp(struct wire *wire, const struct party *from, const struct party *to,
        const void *data, size_t len);

struct tcp_step {
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
};

struct wire_pair {
	struct party from;
	struct party to;
};

void wire_tcp(struct wire *wire, const struct wire_pair *pair,
        const struct tcp_step *step, const void *data, size_t len);

#endif
