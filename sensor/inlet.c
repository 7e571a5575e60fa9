#include "sensor/inlet.h"

#include <string.h>
#include <time.h>

#include "platform/instant.h"
#include "platform/live.h"

enum {
	WAIT_MS = 100,
	LOOK_US = 200000, /* how often the kernel is asked what it lost */
	FULL_NS = 200000,
	STOP_WAITS = 25000, /* of FULL_NS: five seconds for a judge that does not take */
};

struct packet inlet_packet(const struct inlet_record *record)
{
	struct packet packet = record->packet;
	packet.data = (const uint8_t *)(record + 1);
	return packet;
}

bool inlet_put(struct inlet *inlet, const struct packet *packet)
{
	const size_t bytes = sizeof(struct inlet_record) + packet->len;
	struct inlet_record *record;
	unsigned waits = 0;

	while (!(record = ring_reserve(&inlet->ring, bytes))) {
		if (atomic_load(inlet->stop) && ++waits > STOP_WAITS)
			return false;
		bell_ring(inlet->ring.bell);
		(void)nanosleep(&(struct timespec){0, FULL_NS}, NULL);
	}
	*record = (struct inlet_record){.packet = *packet};
	memcpy(record + 1, packet->data, packet->len);
	ring_commit(&inlet->ring, bytes);
	atomic_fetch_add_explicit(&inlet->packets, 1, memory_order_relaxed);
	return true;
}

bool inlet_put_drops(struct inlet *inlet, uint64_t time_us, uint64_t dropped)
{
	struct inlet_record *record = ring_reserve(&inlet->ring, sizeof(*record));
	if (!record)
		return false;
	*record = (struct inlet_record){
	        .packet = {.time_us = time_us, .source = inlet->source},
	        .dropped = dropped,
	};
	ring_commit(&inlet->ring, sizeof(*record));
	atomic_fetch_add(&inlet->dropped, dropped);
	return true;
}

void inlet_done(struct inlet *inlet)
{
	atomic_store(&inlet->done, true);
	bell_ring(inlet->ring.bell);
}

/* What the kernel and the interface lost since the last look. */
static void look_at_drops(struct inlet *inlet, uint64_t *told, uint64_t time_us)
{
	struct live_counters counters;
	live_counters(inlet->live, &counters);
	const uint64_t lost = counters.dropped + counters.interface_dropped;
	if (lost > *told && inlet_put_drops(inlet, time_us, lost - *told))
		*told = lost;
}

static void *inlet_run(void *context)
{
	struct inlet *inlet = context;
	struct packet packet;
	uint64_t told = 0;
	uint64_t looked_us = 0;
	uint64_t stop_us = 0;
	uint64_t now_us = instant_now_us();

	for (;;) {
		const enum live_result result = live_next(inlet->live, &packet, WAIT_MS);
		if (result == LIVE_FAILED) {
			log_write(inlet->log, LOG_LEVEL_ERROR, "%s: %s", inlet->name,
			        live_problem(inlet->live));
			atomic_store(&inlet->failed, true);
			break;
		}
		now_us = result == LIVE_PACKET ? packet.time_us : instant_now_us();
		if (result == LIVE_PACKET && !inlet_put(inlet, &packet))
			break;
		if (now_us > looked_us + LOOK_US) {
			look_at_drops(inlet, &told, now_us);
			looked_us = now_us;
		}
		/* What came before we were told to stop is still judged. */
		if (!stop_us && atomic_load(inlet->stop))
			stop_us = instant_now_us();
		if (stop_us && (result == LIVE_IDLE || now_us > stop_us))
			break;
	}
	look_at_drops(inlet, &told, now_us);
	inlet_done(inlet);
	return NULL;
}

bool inlet_start(struct inlet *inlet)
{
	inlet->started = pthread_create(&inlet->thread, NULL,
	                         inlet->run ? inlet->run : inlet_run, inlet) == 0;
	return inlet->started;
}

void inlet_close(struct inlet *inlet)
{
	if (inlet->started)
		(void)pthread_join(inlet->thread, NULL);
	inlet->started = false;
	live_close(&inlet->live);
	ring_close(&inlet->ring);
}
