/*
 * A timer lies on the level of the highest byte in which its due tick and the present one
 * differ. All timers of one tick are therefore always on one level, and cascading a slot
 * in its list's order keeps the order of insertion.
 */
#include "engine/base/wheel.h"

#include "engine/base/ensure.h"

enum { SLOT_BITS = 8, SLOT_DUE = WHEEL_LEVELS * WHEEL_SLOTS + 1 };

/* One slot of the top level less than a lap, or laps could not be told apart. */
static const uint64_t HORIZON_TICKS = 0xff000000 - 1;

static struct wheel_timer *timer_at(const struct wheel *wheel, uint32_t index)
{
	return (void *)((uint8_t *)slab_at(wheel->slab, index) + wheel->offset);
}

static struct wheel_list *list_of(struct wheel *wheel, uint32_t slot)
{
	return slot == SLOT_DUE ? &wheel->due : &wheel->slots[slot - 1];
}

static void append(struct wheel *wheel, uint32_t index, uint32_t slot)
{
	struct wheel_list *list = list_of(wheel, slot);
	struct wheel_timer *timer = timer_at(wheel, index);
	timer->slot = slot;
	timer->next = 0;
	timer->prev = list->back;
	if (list->back)
		timer_at(wheel, list->back)->next = index;
	else
		list->front = index;
	list->back = index;
}

/* Puts a timer into the slot that its due tick has at the present time. */
static void place(struct wheel *wheel, uint32_t index)
{
	const uint32_t due = timer_at(wheel, index)->due_tick;
	const uint32_t differ = due ^ (uint32_t)wheel->now_tick;
	if (differ == 0) {
		append(wheel, index, SLOT_DUE);
		return;
	}
	const uint32_t level = (31 - (uint32_t)__builtin_clz(differ)) / SLOT_BITS;
	const uint32_t slot = due >> (level * SLOT_BITS) & (WHEEL_SLOTS - 1);
	wheel->waiting[level]++;
	append(wheel, index, level * WHEEL_SLOTS + slot + 1);
}

/* Places all timers of one slot anew: lower, or into the due list. */
static void cascade(struct wheel *wheel, uint32_t level)
{
	const uint32_t tick = (uint32_t)wheel->now_tick;
	const uint32_t slot = tick >> (level * SLOT_BITS) & (WHEEL_SLOTS - 1);
	struct wheel_list *list = &wheel->slots[level * WHEEL_SLOTS + slot];
	uint32_t index = list->front;
	*list = (struct wheel_list){0};
	while (index) {
		const uint32_t next = timer_at(wheel, index)->next;
		wheel->waiting[level]--;
		place(wheel, index);
		index = next;
	}
}

/* The next tick at which something can happen, at most limit. */
static uint64_t next_tick(const struct wheel *wheel, uint64_t limit)
{
	uint32_t level = 0;
	while (level < WHEEL_LEVELS && wheel->waiting[level] == 0)
		level++;
	if (level == WHEEL_LEVELS)
		return limit;
	const uint64_t step = (uint64_t)1 << (level * SLOT_BITS);
	const uint64_t next = (wheel->now_tick | (step - 1)) + 1;
	return next < limit ? next : limit;
}

void wheel_init(struct wheel *wheel, struct slab *slab, size_t offset)
{
	*wheel = (struct wheel){.slab = slab, .offset = offset};
}

void wheel_arm(struct wheel *wheel, uint32_t index, uint64_t due_us)
{
	ENSURE(wheel->started);
	struct wheel_timer *timer = timer_at(wheel, index);
	wheel_disarm(wheel, index);
	wheel->armed++;
	const uint64_t after_us = due_us > wheel->start_us ? due_us - wheel->start_us : 0;
	uint64_t tick = after_us / WHEEL_TICK_US + (after_us % WHEEL_TICK_US != 0);
	if (tick <= wheel->now_tick)
		tick = wheel->now_tick;
	if (tick - wheel->now_tick > HORIZON_TICKS)
		tick = wheel->now_tick + HORIZON_TICKS;
	timer->due_tick = (uint32_t)tick;
	place(wheel, index);
}

void wheel_disarm(struct wheel *wheel, uint32_t index)
{
	struct wheel_timer *timer = timer_at(wheel, index);
	if (!timer->slot)
		return;
	struct wheel_list *list = list_of(wheel, timer->slot);
	if (timer->prev)
		timer_at(wheel, timer->prev)->next = timer->next;
	else
		list->front = timer->next;
	if (timer->next)
		timer_at(wheel, timer->next)->prev = timer->prev;
	else
		list->back = timer->prev;
	if (timer->slot != SLOT_DUE)
		wheel->waiting[(timer->slot - 1) / WHEEL_SLOTS]--;
	timer->slot = 0;
	wheel->armed--;
}

void wheel_turn(struct wheel *wheel, uint64_t now_us)
{
	if (!wheel->started) {
		wheel->started = true;
		wheel->start_us = now_us;
	}
	if (now_us < wheel->start_us)
		return;
	const uint64_t target = (now_us - wheel->start_us) / WHEEL_TICK_US;
	while (wheel->now_tick < target) {
		wheel->now_tick = next_tick(wheel, target);
		for (uint32_t level = WHEEL_LEVELS; level-- > 0;) {
			const uint64_t step = (uint64_t)1 << (level * SLOT_BITS);
			if ((wheel->now_tick & (step - 1)) == 0)
				cascade(wheel, level);
		}
	}
	wheel->until_us = wheel->start_us + (target + 1) * WHEEL_TICK_US;
}

uint64_t wheel_next_us(const struct wheel *wheel, uint64_t limit_us)
{
	if (!wheel->started || limit_us < wheel->start_us)
		return limit_us;
	const uint64_t target = (limit_us - wheel->start_us) / WHEEL_TICK_US;
	if (target <= wheel->now_tick)
		return limit_us;
	const uint64_t tick = next_tick(wheel, target + 1);
	return tick > target ? limit_us : wheel->start_us + tick * WHEEL_TICK_US;
}

uint32_t wheel_expired(struct wheel *wheel)
{
	const uint32_t index = wheel->due.front;
	if (index)
		wheel_disarm(wheel, index);
	return index;
}
