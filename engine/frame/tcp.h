/*
 * TCP connections, found by their two endpoints in either direction. The table is
 * bounded: connections that never carried data go first, then those idle for longest.
 */
#ifndef RINGFENCE_FRAME_TCP_H
#define RINGFENCE_FRAME_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/frame/layers.h"
#include "engine/frame/stream.h"

struct tcp_flow;

/* The segment of the present packet. */
struct tcp_segment {
	struct tcp_flow *flow; /* NULL = done with */
	unsigned direction;
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	bool inserted;
	struct slice payload;
};

struct tcp {
	struct slab flows;
	struct table table;
	struct list bare;   /* connections that carried no data, by idle time */
	struct list proven; /* those that did */
	struct hash_key key;
	struct stream_buffers buffers;
	struct tcp_segment segment;
	uint32_t finishing; /* the connection whose holes are given up; 0 = none */
};

bool tcp_init(struct tcp *tcp, struct memory *memory, size_t share,
        const struct hash_key *key, struct frame_counters *counters);

/* Reads the segment under the cursor, ports into l->out; false when it is broken. */
bool tcp_open(struct tcp *tcp, struct layers *l);

/*
 * Of the segment's connection, bytes to be handed out: *out, which describes the packet,
 * gets the payload and the direction. False when there are no more.
 */
bool tcp_next(struct tcp *tcp, struct datagram *out);

/* The end of the input: from here on tcp_finish_next gives what waits behind holes. */
void tcp_finish(struct tcp *tcp);
bool tcp_finish_next(struct tcp *tcp, struct datagram *out);

/* Nobody asked to the end and the packet is gone: what only it had is lost. */
void tcp_abandon(struct tcp *tcp);

#endif
