/*
 * A run over capture files: opens them, merges them by time and feeds an engine. A file
 * that is missing or damaged is told on standard error and remembered; the rest goes on.
 */
#ifndef RINGFENCE_CLI_RUN_H
#define RINGFENCE_CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"
#include "platform/capture.h"

struct run {
	const char *const *paths; /* borrowed */
	size_t count;
	struct capture **captures; /* those that opened, in the order of the paths */
	const char **names;        /* of those, the path of each */
	size_t opened;
	bool quiet;     /* tell nothing */
	bool damaged;   /* at least one file was not read to its end */
	bool progress;  /* draw a bar on standard error */
	bool real_time; /* as fast as the stamps say */
};

struct run_engine {
	size_t memory_bytes;
	const struct rule_set *rules; /* NULL = judge nothing */
	struct sink sink;
	struct memory memory; /* of the engine, until run_engine_close */
	struct engine *engine;
};

/* False when no file could be opened. */
bool run_open(struct run *run, const char *const *paths, size_t count);
/* The same files once more, in silence: what is wrong with them was told. */
bool run_open_again(struct run *run, const struct run *before);
void run_close(struct run *run);

/* Makes the engine; false, told on standard error, when the memory is too small. */
bool run_engine_open(struct run_engine *engine);
void run_engine_close(struct run_engine *engine);

/* Reads all packets and hands each to take; false when it could not begin. */
struct packet_taker {
	void *context;
	void (*take)(void *context, const struct packet *packet);
};
bool run_packets(struct run *run, const struct packet_taker *taker);

/* All packets through the engine, up to its end. */
bool run_through(struct run *run, struct run_engine *engine);
#endif
