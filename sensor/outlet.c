#include "sensor/outlet.h"

#include <stdio.h>
#include <time.h>

enum {
	IDLE_MS = 500,
	RETRY_MIN_MS = 50,
	RETRY_MAX_MS = 2000,
	LAST_TRIES_MS = 3000, /* for what waits when the program ends */
	SEND_MS = 2000,
	FRAME_BYTES = 32,
	SYSLOG_BYTES = 16384,
};

bool outlet_open(struct outlet *outlet, const char *directory, uint64_t quota_bytes)
{
	struct spool_error error;
	char path[3800];

	(void)snprintf(path, sizeof(path), "%s/spool/%s", directory, outlet->kind->name);
	outlet->spool = spool_open(path, quota_bytes, &error);
	if (!outlet->spool)
		fprintf(stderr, "ringfence-sensor: %s\n", error.text);
	return outlet->spool && bell_open(&outlet->bell);
}

void outlet_add(struct outlet *outlet, struct slice record)
{
	(void)spool_append(outlet->spool, record);
	bell_ring(&outlet->bell);
}

static void state_set(struct outlet *outlet, bool up)
{
	if (atomic_exchange(&outlet->up, up) == up)
		return;
	if (up)
		log_write(outlet->log, LOG_LEVEL_INFO, "%s takes events",
		        outlet->kind->name);
	else
		log_write(outlet->log, LOG_LEVEL_WARNING, "%s is away, events wait: %s",
		        outlet->kind->name, outlet->problem);
}

/* One batch out of the spool; false when there was none, or the far end is away. */
static bool send_batch(struct outlet *outlet, struct spool_batch *batch)
{
	if (!spool_read(outlet->spool, batch))
		return false;
	const size_t sent = outlet->kind->send(outlet, batch);
	if (sent)
		spool_done(outlet->spool, batch->first + sent);
	atomic_fetch_add(&outlet->sent, sent);
	state_set(outlet, sent == batch->count);
	return sent == batch->count;
}

static bool waits(struct outlet *outlet)
{
	struct spool_counters counters;
	spool_counters(outlet->spool, &counters);
	return counters.waiting > 0;
}

static void *outlet_run(void *context)
{
	static const struct spool_batch none;
	struct outlet *outlet = context;
	struct spool_batch batch = none;
	int retry_ms = RETRY_MIN_MS;
	int last_ms = LAST_TRIES_MS;

	for (;;) {
		if (send_batch(outlet, &batch)) {
			retry_ms = RETRY_MIN_MS;
			continue;
		}
		const bool stuck = waits(outlet);
		if (atomic_load(outlet->stop) && (!stuck || last_ms <= 0))
			break;
		if (stuck) {
			/* The far end is away: no bell brings it back. */
			(void)nanosleep(&(struct timespec){retry_ms / 1000,
			                        retry_ms % 1000 * 1000000L},
			        NULL);
			last_ms -= atomic_load(outlet->stop) ? retry_ms : 0;
			retry_ms =
			        retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : retry_ms * 2;
			continue;
		}
		bell_doze(&outlet->bell);
		bell_sleep(&outlet->bell, waits(outlet) ? 0 : IDLE_MS);
	}
	return NULL;
}

bool outlet_start(struct outlet *outlet)
{
	outlet->started = pthread_create(&outlet->thread, NULL, outlet_run, outlet) == 0;
	return outlet->started;
}

void outlet_close(struct outlet *outlet)
{
	bell_ring(&outlet->bell);
	if (outlet->started)
		(void)pthread_join(outlet->thread, NULL);
	outlet->started = false;
	spool_close(&outlet->spool);
	redis_free(&outlet->redis);
	far_close(&outlet->far);
	bell_close(&outlet->bell);
}

static struct slice without_line_end(struct slice line)
{
	return line.len && line.data[line.len - 1] == '\n'
	               ? slice_first(line, line.len - 1)
	               : line;
}

static size_t redis_send(struct outlet *outlet, const struct spool_batch *batch)
{
	struct slice events[SPOOL_BATCH_MAX];
	struct store_problem problem;

	for (size_t i = 0; i < batch->count; i++)
		events[i] = without_line_end(batch->records[i]);
	const struct store_batch told = {batch->first, events, batch->count};
	if (store_events_add(outlet->redis, &outlet->producer, &told, &problem))
		return batch->count;
	(void)snprintf(outlet->problem, sizeof(outlet->problem), "%s", problem.text);
	return 0;
}

const struct outlet_kind OUTLET_REDIS = {"redis", OUT_LINE, redis_send};

/* How many records went out before trouble; a stream's arrive together or not at all. */
static size_t far_send_all(struct outlet *outlet, const struct spool_batch *batch,
        bool (*send)(struct outlet *outlet, struct slice record))
{
	struct far_end *far = &outlet->far;
	size_t sent = 0;
	bool fine = far_open(far, SEND_MS);

	while (fine && sent < batch->count) {
		fine = send(outlet, batch->records[sent]);
		sent += fine;
	}
	if (fine && !far_arrived(far, SEND_MS))
		fine = false;
	if (!fine)
		(void)snprintf(
		        outlet->problem, sizeof(outlet->problem), "%s", far->problem);
	return fine || far->kind != FAR_TCP ? sent : 0;
}

/*
 * RFC 5424: facility 4 (security), the severity of CEF's, the alert's time. The record is
 * "<severity> <time> <CEF…>". A stream counts octets (RFC 6587 3.4.1).
 */
static bool syslog_send_one(struct outlet *outlet, struct slice record)
{
	char text[SYSLOG_BYTES];
	char frame[FRAME_BYTES];
	struct slice rest = record;
	const struct slice severity = slice_split(&rest, ' ');
	const struct slice time = slice_split(&rest, ' ');
	uint32_t level = 6;

	(void)slice_to_u32(severity, &level);
	const int len = snprintf(text, sizeof(text),
	        "<%u>1 %.*s %s ringfence-sensor - alert - %.*s", 4 * 8 + (level & 7),
	        (int)time.len, time.data, outlet->host,
	        (int)slice_first(rest, SYSLOG_BYTES - 600).len, rest.data);
	if (len < 0)
		return true;
	const struct slice message = slice_of(text, (size_t)len);
	if (outlet->far.kind != FAR_TCP)
		return far_send(&outlet->far, message, SEND_MS);
	const int digits = snprintf(frame, sizeof(frame), "%d ", len);
	return far_send(&outlet->far, slice_of(frame, (size_t)digits), SEND_MS) &&
	       far_send(&outlet->far, message, SEND_MS);
}

static size_t syslog_send(struct outlet *outlet, const struct spool_batch *batch)
{
	return far_send_all(outlet, batch, syslog_send_one);
}

const struct outlet_kind OUTLET_SYSLOG = {"syslog", OUT_CEF, syslog_send};

static bool hep_send_one(struct outlet *outlet, struct slice record)
{
	return far_send(&outlet->far, record, SEND_MS);
}

static size_t hep_send(struct outlet *outlet, const struct spool_batch *batch)
{
	return far_send_all(outlet, batch, hep_send_one);
}

const struct outlet_kind OUTLET_HEP = {"hep", OUT_HEP, hep_send};
