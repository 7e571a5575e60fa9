/*
 * Packets of an interface, by libpcap: TPACKET_V3 with a large ring in the kernel. The
 * filter of the user is widened by what it would lose: later fragments, VLAN tags and
 * tunnels. One thread reads; the stamps are the kernel's.
 */
#ifndef RINGFENCE_PLATFORM_LIVE_H
#define RINGFENCE_PLATFORM_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/frame/packet.h"

struct live;

struct live_options {
	const char *interface; /* or "any" */
	const char *filter;    /* pcap-filter(7); "" = every packet */
	uint64_t buffer_bytes; /* of the kernel's ring */
	uint32_t snap_bytes;
	bool promiscuous;
	uint16_t source; /* becomes packet.source */
};

struct live_error {
	char text[256]; /* behind "INTERFACE: ", without a full stop */
};

enum live_result {
	LIVE_PACKET,
	LIVE_IDLE,   /* nothing within the time to wait */
	LIVE_FAILED, /* the interface is gone */
};

struct live_counters {
	uint64_t received; /* by the kernel, kept or not */
	uint64_t dropped;  /* by the kernel: we were too slow */
	uint64_t interface_dropped;
};

struct live *live_open(const struct live_options *options, struct live_error *error);
/* The next packet, borrowed until the next call; waits at most wait_ms for one. */
enum live_result live_next(struct live *live, struct packet *packet, int wait_ms);
/* Since live_open. */
void live_counters(struct live *live, struct live_counters *counters);
const char *live_problem(const struct live *live);
/* Closes and clears; NULL inside is fine. */
void live_close(struct live **live);

/* The widened filter; false when it does not fit. "" stays "". */
bool live_filter(const char *filter, char *into, size_t size);

#endif
