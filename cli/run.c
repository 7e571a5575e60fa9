#include "cli/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress.h"
#include "platform/memory.h"
#include "platform/merge.h"

static void run_tell(struct run *run, const char *path, const char *text)
{
	run->damaged = true;
	if (!run->quiet)
		fprintf(stderr, "ringfence: %s: %s\n", path, text);
}

bool run_open(struct run *run, const char *const *paths, size_t count)
{
	run->paths = paths;
	run->count = count;
	run->captures = calloc(count ? count : 1, sizeof(*run->captures));
	run->names = calloc(count ? count : 1, sizeof(*run->names));
	if (!run->captures || !run->names)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct capture_error error;
		struct capture *capture = capture_open(paths[i], (uint16_t)i, &error);
		if (capture) {
			run->names[run->opened] = paths[i];
			run->captures[run->opened++] = capture;
		} else {
			run_tell(run, paths[i], error.text);
		}
	}
	return run->opened > 0;
}

bool run_open_again(struct run *run, const struct run *before)
{
	*run = (struct run){.quiet = true};
	return run_open(run, before->paths, before->count);
}

void run_close(struct run *run)
{
	for (size_t i = 0; i < run->opened; i++)
		capture_close(&run->captures[i]);
	free(run->captures);
	free((void *)run->names);
	run->names = NULL;
	run->captures = NULL;
	run->opened = 0;
}

bool run_engine_open(struct run_engine *engine)
{
	/* The key is constant: nothing of a replay may differ between two runs. */
	static const struct hash_key replay_key = {
	        0x0123456789abcdef, 0xfedcba9876543210};
	engine->memory = memory_reserve(engine->memory_bytes);
	if (!engine->memory.base) {
		fprintf(stderr, "ringfence: the system refuses %zu MiB of memory\n",
		        engine->memory_bytes >> 20);
		return false;
	}
	struct engine_config config = {
	        .memory = engine->memory,
	        .hash_key = replay_key,
	        .rules = engine->rules,
	        .sink = engine->sink,
	};
	engine->engine = engine_new(&config);
	if (!engine->engine) {
		fprintf(stderr,
		        "ringfence: %zu MiB are too little memory; try --memory 512M\n",
		        engine->memory_bytes >> 20);
		run_engine_close(engine);
		return false;
	}
	return true;
}

void run_engine_close(struct run_engine *engine)
{
	engine->engine = NULL;
	memory_release(&engine->memory);
}

/* Sleeps until the packet's stamp is as far from the first one as now is from the start.
 */
struct pace {
	uint64_t first_us;
	struct timespec start;
};

static void pace_wait(struct pace *pace, uint64_t time_us)
{
	if (!pace->first_us) {
		pace->first_us = time_us;
		(void)clock_gettime(CLOCK_MONOTONIC, &pace->start);
	}
	if (time_us <= pace->first_us)
		return;
	uint64_t offset_us = time_us - pace->first_us;
	struct timespec due = pace->start;
	due.tv_sec += (time_t)(offset_us / 1000000);
	due.tv_nsec += (long)(offset_us % 1000000) * 1000;
	if (due.tv_nsec >= 1000000000) {
		due.tv_nsec -= 1000000000;
		due.tv_sec++;
	}
	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void tell_problem(struct run *run, size_t index)
{
	const struct capture_error *problem = capture_problem(run->captures[index]);
	run_tell(run, run->names[index], problem->text);
}

bool run_packets(struct run *run, const struct packet_taker *taker)
{
	struct merge *merge = merge_new(run->captures, run->opened);
	struct progress progress = {.shown = run->progress};
	struct packet packet = {0};
	struct pace pace = {0};
	size_t index = 0;

	if (!merge)
		return false;
	for (;;) {
		enum capture_result result = merge_next(merge, &packet, &index);
		if (result == CAPTURE_END)
			break;
		if (result != CAPTURE_PACKET) {
			tell_problem(run, index);
			continue;
		}
		if (run->real_time)
			pace_wait(&pace, packet.time_us);
		taker->take(taker->context, &packet);
		progress_step(&progress, run->captures, run->opened);
	}
	progress_end(&progress);
	merge_free(&merge);
	return true;
}

static void feed(void *context, const struct packet *packet)
{
	(void)engine_packet(context, packet);
}

bool run_through(struct run *run, struct run_engine *engine)
{
	struct packet_taker taker = {engine->engine, feed};
	if (!run_packets(run, &taker))
		return false;
	engine_finish(engine->engine);
	return true;
}
