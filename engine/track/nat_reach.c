/*
 * Whether calls reach the devices that registered: a router forgets a quiet device sooner
 * than it registers again, so that a call to it gets no answer at all, and one right
 * after its next REGISTER does. One item for each address that a device registered from;
 * the longest idle makes room.
 */
#include <stddef.h>

#include "engine/track/registration.h"
#include "engine/track/state.h"
#include "engine/track/transaction.h"

enum { SOON_US = 60000000 };

struct reach {
	struct list_link idle;
	struct endpoint device;
	uint64_t heard_us;  /* when it last said something by itself */
	uint64_t failed_us; /* when the call began that got no answer; 0 = none */
	uint64_t quiet_us;  /* for how long it had been quiet then */
	uint64_t again_us;  /* when it registered after that */
};

size_t nat_reach_bytes(void)
{
	return sizeof(struct reach);
}

bool nat_reach_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	if (!slab_init(&track->reach_slab, memory, sizeof(struct reach), capacity) ||
	        !table_init(&track->reach_table, memory, capacity))
		return false;
	list_init(&track->reach_idle, &track->reach_slab, offsetof(struct reach, idle));
	return true;
}

static struct reach *reach_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->reach_slab, index);
}

static uint32_t find(const struct track *track, const struct endpoint *device)
{
	struct table_cursor cursor;
	uint32_t i = table_first(
	        &track->reach_table, hash_endpoint(&track->key, device), &cursor);
	for (; i; i = table_next(&track->reach_table, &cursor))
		if (endpoint_equal(&reach_at(track, i)->device, device))
			return i;
	return 0;
}

static void forget(struct track *track, uint32_t index)
{
	table_remove(&track->reach_table,
	        hash_endpoint(&track->key, &reach_at(track, index)->device), index);
	list_remove(&track->reach_idle, index);
	slab_give(&track->reach_slab, index);
}

static uint32_t take(struct track *track, const struct endpoint *device)
{
	if (slab_full(&track->reach_slab))
		forget(track, track->reach_idle.front);
	const uint32_t index = slab_take(&track->reach_slab);
	*reach_at(track, index) = (struct reach){.device = *device};
	(void)table_insert(
	        &track->reach_table, hash_endpoint(&track->key, device), index);
	list_push_back(&track->reach_idle, index);
	return index;
}

void nat_reach_registered(struct track *track, const struct registration *registration)
{
	const struct endpoint *now = &registration->source;
	const struct endpoint *before = &registration->previous_source;
	struct reach old = {0};
	uint32_t index = find(track, before);
	if (index) {
		old = *reach_at(track, index);
		if (!endpoint_equal(before, now))
			forget(track, index);
	}
	index = find(track, now);
	if (!index)
		index = take(track, now);
	list_touch(&track->reach_idle, index);
	struct reach *reach = reach_at(track, index);
	reach->heard_us = track->now_us;
	if (old.failed_us) {
		reach->failed_us = old.failed_us;
		reach->quiet_us = old.quiet_us;
		reach->again_us = track->now_us;
	}
}

void nat_reach_heard(struct track *track, const struct endpoint *device)
{
	const uint32_t index = track->reach_slab.count ? find(track, device) : 0;
	if (index)
		reach_at(track, index)->heard_us = track->now_us;
}

void nat_reach_failed(struct track *track, const struct transaction *transaction)
{
	if (transaction->method != SIP_INVITE || transaction->status)
		return;
	const uint32_t index = find(track, &transaction->server);
	if (!index)
		return;
	struct reach *reach = reach_at(track, index);
	const uint64_t began_us = track->now_us - TRANSACTION_TIMEOUT_US;
	/* It spoke meanwhile: the call found it deaf, not lost. */
	if (reach->heard_us > began_us)
		return;
	reach->failed_us = began_us;
	reach->quiet_us = began_us - reach->heard_us;
}

uint32_t nat_reach_answered(struct track *track, const struct transaction *transaction)
{
	if (transaction->method != SIP_INVITE || transaction->status >= 500)
		return 0;
	const uint32_t index = find(track, &transaction->server);
	struct reach *reach = index ? reach_at(track, index) : NULL;
	if (!reach || !reach->failed_us || reach->again_us <= reach->failed_us ||
	        track->now_us - reach->again_us > SOON_US)
		return 0;
	reach->failed_us = 0;
	return (uint32_t)(reach->quiet_us / 1000000);
}
