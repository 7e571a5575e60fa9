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
	struct memory memory;         /* region of the face; all that the engine ever uses */
	struct hash_key hash_key;
	const struct rule_set *rules; /* NULL = judge nothing */
	struct sink sink;
};

/* NULL when the memory is too small. */
struct engine *engine_new(const struct engine_config *config);

/* Judges one packet: decodes, tracks, detects and reports it. */
enum verdict engine_packet(struct engine *engine, const struct packet *packet);

/* The end of the input: what is open ends and is reported. */
void engine_finish(struct engine *engine);

const struct frame_counters *engine_frame_counters(const struct engine *engine);
const struct track *engine_track(const struct engine *engine);
const struct summary *engine_summary(const struct engine *engine);

#endif
