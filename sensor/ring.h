/*
 * A ring of records between exactly two threads, one that puts and one that takes, by
 * value and without locks. A bell wakes the taker when it sleeps; several rings may share
 * the taker's bell.
 */
#ifndef RINGFENCE_SENSOR_RING_H
#define RINGFENCE_SENSOR_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bell {
	int fd; /* an eventfd */
	atomic_bool sleeping;
};

bool bell_open(struct bell *bell);
void bell_close(struct bell *bell);
void bell_ring(struct bell *bell);
/*
 * Sleeps until the bell rings or the time is over. Between bell_doze and bell_sleep the
 * taker looks once more: what was put before is seen, what is put later rings.
 */
void bell_doze(struct bell *bell);
void bell_sleep(struct bell *bell, int wait_ms);

struct ring {
	_Alignas(64) atomic_size_t put; /* bytes ever; the putter's line */
	size_t put_seen_taken;
	_Alignas(64) atomic_size_t taken; /* the taker's line */
	size_t taken_seen_put;
	_Alignas(64) uint8_t *bytes;
	size_t size; /* a power of two */
	struct bell *bell;
};

/* Size is rounded up to a power of two; the bell is the taker's. */
bool ring_open(struct ring *ring, size_t size, struct bell *bell);
void ring_close(struct ring *ring);

/* Room for one record, aligned to 8; NULL when the ring is full. */
void *ring_reserve(struct ring *ring, size_t bytes);
/* Hands over what was reserved, and rings. */
void ring_commit(struct ring *ring, size_t bytes);

/* The oldest record, or NULL; it stays until ring_release. */
const void *ring_peek(struct ring *ring, size_t *bytes);
void ring_release(struct ring *ring, size_t bytes);

bool ring_empty(struct ring *ring);

#endif
