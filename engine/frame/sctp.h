/*
 * SCTP, RFC 9260: every DATA chunk (and I-DATA, RFC 8260) is a message of its own; a
 * message in several chunks is put together by their consecutive sequence numbers.
 */
#ifndef RINGFENCE_FRAME_SCTP_H
#define RINGFENCE_FRAME_SCTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/pool.h"
#include "engine/base/slab.h"
#include "engine/frame/frame.h"
#include "engine/frame/layers.h"

struct sctp {
	struct slab messages; /* that are not whole */
	struct list order;    /* by time of their first chunk */
	struct pool pool;
	uint8_t *whole;
	struct frame_counters *counters;
	struct reader chunks; /* of the present packet, those not yet looked at */
};

bool sctp_init(struct sctp *sctp, struct memory *memory, size_t share,
        struct frame_counters *counters);

/* Begins the packet under the cursor, ports into l->out; false when it is broken. */
bool sctp_open(struct sctp *sctp, struct layers *l);

/* The next message: *out describes the packet and gets the payload. */
bool sctp_next(struct sctp *sctp, struct datagram *out);

#endif
