#include "sensor/ring.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Each record stands behind its length; a length of WRAP sends the taker to the start. */
enum { HEAD = 8 };
static const uint64_t WRAP = UINT64_MAX;

bool bell_open(struct bell *bell)
{
	atomic_init(&bell->sleeping, false);
	bell->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return bell->fd >= 0;
}

void bell_close(struct bell *bell)
{
	if (bell->fd >= 0)
		(void)close(bell->fd);
	bell->fd = -1;
}

void bell_ring(struct bell *bell)
{
	if (!atomic_load(&bell->sleeping) || !atomic_exchange(&bell->sleeping, false))
		return;
	const uint64_t one = 1;
	const ssize_t written = write(bell->fd, &one, sizeof(one));
	(void)written;
}

void bell_doze(struct bell *bell)
{
	atomic_store(&bell->sleeping, true);
}

void bell_sleep(struct bell *bell, int wait_ms)
{
	struct pollfd poll_fd = {.fd = bell->fd, .events = POLLIN};
	uint64_t rung;
	if (wait_ms && poll(&poll_fd, 1, wait_ms) > 0) {
		const ssize_t got = read(bell->fd, &rung, sizeof(rung));
		(void)got;
	}
	atomic_store(&bell->sleeping, false);
}

bool ring_open(struct ring *ring, size_t size, struct bell *bell)
{
	memset(ring, 0, sizeof(*ring));
	ring->size = 4096;
	while (ring->size < size)
		ring->size *= 2;
	ring->bytes = aligned_alloc(64, ring->size);
	ring->bell = bell;
	return ring->bytes != NULL;
}

void ring_close(struct ring *ring)
{
	free(ring->bytes);
	ring->bytes = NULL;
}

static size_t whole(size_t bytes)
{
	return HEAD + ((bytes + 7) & ~(size_t)7);
}

static bool room(struct ring *ring, size_t put, size_t bytes)
{
	if (ring->size - (put - ring->put_seen_taken) >= bytes)
		return true;
	ring->put_seen_taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
	return ring->size - (put - ring->put_seen_taken) >= bytes;
}

void *ring_reserve(struct ring *ring, size_t bytes)
{
	size_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
	const size_t at = put & (ring->size - 1);
	const size_t tail = ring->size - at;

	if (bytes > ring->size / 2)
		return NULL;
	if (tail < whole(bytes)) {
		if (!room(ring, put, tail + whole(bytes)))
			return NULL;
		memcpy(ring->bytes + at, &WRAP, HEAD);
		atomic_store_explicit(&ring->put, put + tail, memory_order_release);
		return ring->bytes + HEAD;
	}
	return room(ring, put, whole(bytes)) ? ring->bytes + at + HEAD : NULL;
}

void ring_commit(struct ring *ring, size_t bytes)
{
	const size_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
	const uint64_t len = bytes;
	memcpy(ring->bytes + (put & (ring->size - 1)), &len, HEAD);
	/* Sequential: the taker must not doze off between our store and our look. */
	atomic_store(&ring->put, put + whole(bytes));
	bell_ring(ring->bell);
}

static bool waiting(struct ring *ring, size_t taken)
{
	if (ring->taken_seen_put != taken)
		return true;
	ring->taken_seen_put = atomic_load(&ring->put);
	return ring->taken_seen_put != taken;
}

const void *ring_peek(struct ring *ring, size_t *bytes)
{
	size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	uint64_t len;

	if (!waiting(ring, taken))
		return NULL;
	memcpy(&len, ring->bytes + (taken & (ring->size - 1)), HEAD);
	if (len == WRAP) {
		taken += ring->size - (taken & (ring->size - 1));
		atomic_store_explicit(&ring->taken, taken, memory_order_release);
		if (!waiting(ring, taken))
			return NULL;
		memcpy(&len, ring->bytes, HEAD);
	}
	*bytes = (size_t)len;
	return ring->bytes + (taken & (ring->size - 1)) + HEAD;
}

void ring_release(struct ring *ring, size_t bytes)
{
	const size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	atomic_store_explicit(&ring->taken, taken + whole(bytes), memory_order_release);
}

bool ring_empty(struct ring *ring)
{
	size_t bytes;
	return ring_peek(ring, &bytes) == NULL;
}
