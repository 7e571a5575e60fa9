/*
 * Far ends that events go to: a Redis stream, a syslog server, a HEP collector. Each has
 * a spool on disk and a thread of its own: what the judge tells is appended there, and
 * the thread sends it in order and acknowledges what arrived. A far end that is away,
 * slow or full holds up nobody; when it is back, all follows.
 */
#ifndef RINGFENCE_SENSOR_OUTLET_H
#define RINGFENCE_SENSOR_OUTLET_H

#include <pthread.h>

#include "platform/far_end.h"
#include "platform/log.h"
#include "platform/spool.h"
#include "platform/store.h"
#include "sensor/judge.h"

struct outlet;

/* One of the seams: how a far end takes records. */
struct outlet_kind {
	const char *name; /* also of its spool's directory */
	enum out_kind takes;
	/* Sends a batch; how many of its records arrived. */
	size_t (*send)(struct outlet *outlet, const struct spool_batch *batch);
};

struct outlet {
	const struct outlet_kind *kind;
	struct spool *spool;
	struct bell bell;
	pthread_t thread;
	bool started;
	const struct log *log;
	atomic_bool *stop; /* what waits is sent within a moment, then it ends */
	atomic_bool up;
	atomic_uint_fast64_t sent;
	char problem[256]; /* of the last trouble; the thread's */
	/* of the far end */
	struct redis *redis;
	struct store_producer producer;
	struct far_end far;
	char host[256]; /* our name, for syslog */
};

extern const struct outlet_kind OUTLET_REDIS;
extern const struct outlet_kind OUTLET_SYSLOG;
extern const struct outlet_kind OUTLET_HEP;

/* Opens the spool in a directory of its kind's name; false, told on standard error. */
bool outlet_open(struct outlet *outlet, const char *directory, uint64_t quota_bytes);
bool outlet_start(struct outlet *outlet);
void outlet_add(struct outlet *outlet, struct slice record);
void outlet_close(struct outlet *outlet);

#endif
