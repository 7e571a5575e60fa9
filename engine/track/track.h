/*
 * The tracker: transactions, dialogs, calls, registrations, media and streams, from
 * messages in packet order. One thread; all memory taken at init; a full table evicts the
 * longest idle and least proven, counts it and raises a SENSOR event.
 */
#ifndef RINGFENCE_TRACK_TRACK_H
#define RINGFENCE_TRACK_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/track/call.h"
#include "engine/track/event.h"
#include "engine/track/h323.h"
#include "engine/track/registration.h"
#include "engine/track/transaction.h"

struct track;

/* X(name): what the tracker counts */
#define TRACK_COUNTERS(X)                                                                \
	X(calls)                                                                         \
	X(registrations)                                                                 \
	X(transactions)                                                                  \
	X(retransmissions)                                                               \
	X(evicted_transactions)                                                          \
	X(evicted_calls)                                                                 \
	X(evicted_registrations)                                                         \
	X(evicted_streams)                                                               \
	X(devices)          /* of H.323 */                                               \
	X(evicted_devices)                                                               \
	X(evicted_admissions)                                                            \
	X(text_exhausted)                                                                \
	X(limited_legs)     /* INVITEs beyond LIMIT_CALL_LEGS of one Call-ID */          \
	X(limited_dialogs)  /* forks beyond LIMIT_DIALOGS_PER_CALL */                    \
	X(limited_media)    /* media beyond LIMIT_MEDIA_PER_CALL, or no room */          \
	X(limited_bindings) /* contacts beyond LIMIT_BINDINGS_PER_AOR */                 \
	X(lost_events)      /* the queue was full */

struct track_counters {
#define X(name) uint64_t name;
	TRACK_COUNTERS(X)
#undef X
};

/* share: bytes it may take of the memory. NULL when they do not suffice. */
struct track *track_new(struct memory *memory, size_t share, const struct hash_key *key);

/* Moves packet time forward: timers become due. Their events come from track_next. */
void track_advance(struct track *track, uint64_t now_us);

/* The next time up to the limit at which a timer may be due: advance to it first. */
uint64_t track_next_us(const struct track *track, uint64_t limit_us);

/* Packets that nobody saw, as the face counts them. */
void track_dropped(struct track *track, uint64_t packets);

/* Takes a message in. What it changes comes from track_next. */
void track_message(struct track *track, const struct message *message);

/* The next event of a message or timer, in a fixed order; NULL = none left. */
const struct event *track_next(struct track *track);

/*
 * The end of the input: all calls, registrations and streams that are open end with
 * CALL_END_CAPTURE, in order of their beginning; events come from track_next.
 */
void track_finish(struct track *track);

/*
 * Whether the address is known to be real, not spoofed: within the last hour it answered
 * a challenge that was sent to it, repeated a tag that was sent to it, or spoke TCP.
 */
bool track_source_proven(const struct track *track, const struct address *address);

const struct track_counters *track_counters(const struct track *track);

/*
 * By the indexes that items hold; NULL for 0. An index is good as long as the event that
 * led to it: transaction.call names a call that was there when the event came about.
 */
const struct dialog *track_dialog(const struct track *track, uint32_t index);
const struct media *track_media(const struct track *track, uint32_t index);
const struct call *track_call(const struct track *track, uint32_t index);
const struct h323_call *track_h323(const struct track *track, uint32_t index);
const struct h323_device *track_device(const struct track *track, uint32_t index);
/* The nth alias of a device, from 0; NULL when it has no so many. */
const struct h323_name *track_device_name(
        const struct track *track, const struct h323_device *device, unsigned n);

#endif
