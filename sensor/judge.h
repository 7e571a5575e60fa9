/*
 * The thread that owns the engine: takes packets of all inlets in order of their stamps,
 * judges them, and puts what is to be told into a ring for the writer. While the wire is
 * idle it lets time pass, so that timers fire. Nothing it does waits for a disk or a far
 * end: what does not fit into the ring is counted as lost.
 */
#ifndef RINGFENCE_SENSOR_JUDGE_H
#define RINGFENCE_SENSOR_JUDGE_H

#include "engine/engine.h"
#include "engine/report/drops.h"
#include "engine/report/line.h"
#include "platform/rules_load.h"
#include "sensor/inlet.h"
#include "sensor/ongoing.h"
#include "sensor/tally.h"
#include "sensor/witness.h"

enum { INLETS_MAX = 32, PACE_EACH = 64, PACE_US = 10000000, PACE_SLOW_US = 50 };

/* What the writer is handed; its bytes stand behind it. */
enum out_kind {
	OUT_LINE, /* an event as JSON */
	OUT_CEF,  /* an alert as CEF, without the frame of syslog */
	OUT_HEP,  /* a message as HEP3 */
	OUT_KINDS
};

struct out_record {
	uint32_t kind; /* enum out_kind */
	uint32_t len;
};

/* Rules with the memory of their judge: compiled elsewhere, handed over, handed back. */
struct judge_rules {
	struct rules rules;
	struct memory memory;
	uint64_t version; /* in Redis, 0 = from disk */
};

/* What packets cost, of one in PACE_EACH. */
struct pace {
	uint64_t since_us; /* packet time */
	uint64_t spent_ns;
	uint64_t count;
};

struct judge {
	struct inlet *inlets[INLETS_MAX];
	size_t inlet_count;
	const char *sources[INLETS_MAX]; /* their names, by packet.source */
	const char *node;
	struct bell bell;
	struct ring *out;
	struct witness *witness;
	struct tally *tally;
	struct ongoing *ongoing;
	unsigned out_kinds; /* bits of enum out_kind that somebody wants */
	struct memory memory;
	struct memory line_memory;
	struct engine *engine;
	struct line line;
	struct drops drops;
	struct pace pace;
	uint64_t evidence_told; /* captures that the quota cost */
	const char *baseline; /* file of what was learned of accounts, NULL = not kept */
	uint64_t baseline_us; /* when it was written */
	uint64_t number;           /* of the last packet */
	uint64_t lag_us;           /* while idle, time passes so far behind the wall */
	struct judge_rules *rules; /* that it judges by; owned while it runs */
	_Atomic(struct judge_rules *)
	        next_rules;                      /* to judge by from the next packet on */
	_Atomic(struct judge_rules *) old_rules; /* for whoever handed over to free */
	pthread_t thread;
	bool started;
	atomic_bool *stop;
	atomic_bool done;
	atomic_uint_fast64_t beats; /* for the watchdog */
	atomic_uint_fast64_t packets;
	atomic_uint_fast64_t alerts;
	atomic_uint_fast64_t lost_lines; /* the writer's ring was full */
	atomic_uint_fast64_t rules_version;
};

/* Makes the engine; false, told on standard error, when the memory is too small. */
bool judge_open(struct judge *judge, size_t memory_bytes);
bool judge_start(struct judge *judge);
/* Hands over rules; false while the ones before were not taken yet. */
bool judge_offer(struct judge *judge, struct judge_rules *rules);
void judge_close(struct judge *judge);

/*
 * Rules from a directory ("" = those that came with the program) and of this site (""
 * = none), with memory to judge by them; NULL, told, when they are bad.
 */
struct judge_rules *judge_rules_load(const char *directory, const char *site);
void judge_rules_free(struct judge_rules **rules);

#endif
