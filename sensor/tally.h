/*
 * Counters of accounts over all sensors. The judge notes what an account did; once a
 * second the sums are added in Redis, and each total that was reached by what this sensor
 * added comes back to the judge as a notice: "account.calls" with the total as its value.
 * Additions are atomic, so every total is reached by exactly one sensor, and a rule that
 * waits for one fires once, wherever the calls were seen.
 */
#ifndef RINGFENCE_SENSOR_TALLY_H
#define RINGFENCE_SENSOR_TALLY_H

#include "engine/engine.h"
#include "platform/store.h"
#include "sensor/ring.h"

enum {
	TALLY_ACCOUNT_BYTES = 128,
	TALLY_ACCOUNTS_MAX = 1024, /* of one flush; the others wait */
	TALLY_STEPS_MAX = 4096,    /* notices of one addition; beyond, the last ones */
};

/* What an account did, on the way to Redis; or a total it reached, on the way back. */
struct tally_note {
	uint64_t time_us;
	uint64_t calls;   /* answered */
	uint64_t seconds; /* of calls that ended */
	uint64_t total;
	const char *what; /* on the way back: which counter */
	char account[TALLY_ACCOUNT_BYTES];
};

struct tally {
	bool wanted;
	struct ring notes;   /* judge to share */
	struct bell bell;    /* nobody sleeps on it: share looks once a second */
	struct ring notices; /* share to judge */
	struct tally_note *sums;
	size_t count;
	atomic_uint_fast64_t lost; /* a ring was full */
};

bool tally_open(struct tally *tally, struct bell *judge_bell);
void tally_close(struct tally *tally);

/* The judge's calls: an event; the next notice, at the packet time now_us. */
void tally_event(struct tally *tally, const struct event *event);
bool tally_notice(struct tally *tally, struct tally_note *note);

/* Adds what was noted; false when Redis did not take it: it is tried again. */
bool tally_flush(struct tally *tally, struct redis *redis);

#endif
