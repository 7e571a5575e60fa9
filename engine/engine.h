/*
 * The engine: from a packet to a verdict in one straight line. Pure: no clock, socket,
 * file, thread, random or allocation; time comes with the packets. The same packets give
 * the same events, byte for byte.
 */
#ifndef RINGFENCE_ENGINE_H
#define RINGFENCE_ENGINE_H

#include <stdbool.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/detect/detect.h"
#include "engine/detect/verdict.h"
#include "engine/frame/frame.h"
#include "engine/report/sink.h"
#include "engine/report/summary.h"
#include "engine/track/track.h"

struct engine;

struct engine_config {
	struct memory memory; /* region of the face; all that the engine ever uses */
	struct hash_key hash_key;
	const struct rule_set *rules; /* NULL = judge nothing */
	struct sink sink;
};

/* NULL when the memory is too small. */
struct engine *engine_new(const struct engine_config *config);

/* Judges one packet: decodes, tracks, detects and reports it. */
enum verdict engine_packet(struct engine *engine, const struct packet *packet);

/* Why the last packet got its verdict; NULL without rules. */
const struct judgement *engine_judgement(const struct engine *engine);

/*
 * Time passes without packets: timers due until time_us fire. A live face calls it when
 * the wire is idle, with a time that no packet to come lies before.
 */
void engine_advance(struct engine *engine, uint64_t time_us);

/*
 * Something that the face itself noticed, as an event of the stream "sensor": what and
 * where are names of the face's own, which live as long as the engine is not asked again.
 */
struct engine_notice {
	uint64_t time_us;
	const char *what;
	const char *where;
	uint64_t value;
	bool shared; /* told by others: nothing of ours was lost */
};
void engine_notice(struct engine *engine, const struct engine_notice *notice);

/*
 * Judges by other rules from here on, in memory of their own, which stays the caller's
 * until the next change; the counters of rules begin anew. False, and nothing changed,
 * when the memory does not suffice.
 */
bool engine_judge(
        struct engine *engine, struct memory *memory, const struct rule_set *rules);

/* The end of the input: what is open ends and is reported. */
void engine_finish(struct engine *engine);

/* What it learned of accounts, to be written down and read again; NULL without rules. */
struct accounts *engine_accounts(const struct engine *engine);
/* By which it judges, NULL = none. */
const struct rule_set *engine_rules(const struct engine *engine);
const struct frame_counters *engine_frame_counters(const struct engine *engine);
const struct track *engine_track(const struct engine *engine);
const struct summary *engine_summary(const struct engine *engine);

#endif
