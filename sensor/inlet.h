/*
 * Where packets come in: one thread that reads an interface (or takes HEP) and puts its
 * packets into a ring of its own, for the judge. A full ring makes the thread wait: what
 * is lost then is lost in the kernel, which counts it.
 */
#ifndef RINGFENCE_SENSOR_INLET_H
#define RINGFENCE_SENSOR_INLET_H

#include <pthread.h>

#include "engine/frame/packet.h"
#include "platform/log.h"
#include "sensor/ring.h"

struct live;

/* A packet with its bytes behind it, or a notice that packets were lost by then. */
struct inlet_record {
	struct packet packet;
	uint64_t dropped; /* not 0: no packet, but so many that nobody saw */
};

struct inlet {
	const char *name; /* the interface, borrowed */
	uint16_t source;
	struct live *live;
	void *(*run)(void *inlet); /* the thread, NULL = of an interface */
	void *own;                 /* what run needs */
	struct ring ring;
	pthread_t thread;
	bool started;
	const struct log *log;
	atomic_bool *stop;
	atomic_bool done;   /* the thread has put its last packet */
	atomic_bool failed; /* the interface is gone */
	atomic_uint_fast64_t packets;
	atomic_uint_fast64_t dropped;
};

/* Starts the thread: run, or one that reads the interface when that is NULL. False when
 * there is none to have. */
bool inlet_start(struct inlet *inlet);
/* Waits for the thread, gives everything back; never started is fine. */
void inlet_close(struct inlet *inlet);

/* Puts one packet; waits while the ring is full, false when that is to stop. */
bool inlet_put(struct inlet *inlet, const struct packet *packet);
/* The thread's last word. */
void inlet_done(struct inlet *inlet);
/* Puts a notice of loss; what does not fit is put with the next one. */
bool inlet_put_drops(struct inlet *inlet, uint64_t time_us, uint64_t dropped);

/* The packet in a record, its data pointing behind it. */
struct packet inlet_packet(const struct inlet_record *record);

#endif
