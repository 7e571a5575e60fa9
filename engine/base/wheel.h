/*
 * Hierarchical timer wheel in packet time, resolution 8 ms (4 levels of 256 slots: over a
 * year). A timer is a struct wheel_timer inside a slab item, 16 bytes, no allocation.
 * Timers due come out ordered by (due time rounded up to the resolution, insertion): the
 * order depends on nothing but the calls, so a replay repeats it.
 */
#ifndef RINGFENCE_BASE_WHEEL_H
#define RINGFENCE_BASE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slab.h"

enum { WHEEL_TICK_US = 8192, WHEEL_LEVELS = 4, WHEEL_SLOTS = 256 };

struct wheel_timer {
	uint32_t next; /* slab index, 0 = end of its slot's list */
	uint32_t prev;
	uint32_t due_tick; /* tick since the wheel's start, low 32 bits */
	uint32_t slot;     /* 0 = not armed, else slot + 1 */
};

struct wheel_list {
	uint32_t front;
	uint32_t back;
};

struct wheel {
	struct slab *slab;
	size_t offset; /* of the struct wheel_timer in an item */
	uint64_t start_us;
	uint64_t now_tick;
	uint64_t until_us; /* before this nothing can happen: the next tick's beginning */
	bool started;
	uint32_t armed; /* timers in the wheel, those due but not yet handed out included
	                 */
	uint32_t waiting[WHEEL_LEVELS]; /* timers per level: empty levels are skipped */
	struct wheel_list slots[WHEEL_LEVELS * WHEEL_SLOTS];
	struct wheel_list due; /* expired, not yet handed out */
};

void wheel_init(struct wheel *wheel, struct slab *slab, size_t offset);

/*
 * Arms the timer of item index at due_us, or moves it there; a past time is due at once,
 * one over a year away is due in a year. Time must have been set by wheel_advance before.
 * The struct wheel_timer of a fresh item must be zeroed.
 */
void wheel_arm(struct wheel *wheel, uint32_t index, uint64_t due_us);
void wheel_disarm(struct wheel *wheel, uint32_t index);

/* A tick has passed, or the wheel starts. */
void wheel_turn(struct wheel *wheel, uint64_t now_us);

/* Moves time forward; time that goes back is ignored. Cheap when no tick has passed. */
static inline void wheel_advance(struct wheel *wheel, uint64_t now_us)
{
	if (now_us >= wheel->until_us)
		wheel_turn(wheel, now_us);
}

/*
 * The next time at which a timer may be due, at most limit_us: who advances to these
 * times one by one sees every timer at its own time, however far he means to go.
 */
uint64_t wheel_next_us(const struct wheel *wheel, uint64_t limit_us);

/* The index of the next item whose timer is due, disarmed; 0 = none. */
uint32_t wheel_expired(struct wheel *wheel);

#endif
