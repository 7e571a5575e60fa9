#include "sensor/tally.h"

#include <stdlib.h>
#include <string.h>

#include "engine/report/call_names.h"
#include "engine/track/call.h"

enum {
	RING_BYTES = 4 << 20,
	COUNTERS = 2,
};

static uint64_t hour_of(uint64_t time_us)
{
	return time_us / (3600ull * 1000000);
}

bool tally_open(struct tally *tally, struct bell *judge_bell)
{
	tally->wanted = true;
	tally->sums = calloc(TALLY_ACCOUNTS_MAX, sizeof(*tally->sums));
	return tally->sums && bell_open(&tally->bell) &&
	       ring_open(&tally->notes, RING_BYTES, &tally->bell) &&
	       ring_open(&tally->notices, RING_BYTES, judge_bell);
}

void tally_close(struct tally *tally)
{
	if (!tally->wanted)
		return;
	ring_close(&tally->notes);
	ring_close(&tally->notices);
	bell_close(&tally->bell);
	free(tally->sums);
	tally->sums = NULL;
	tally->wanted = false;
}

/* The account that pays: whose credentials it was, else who it said it was. */
static struct slice account_of(const struct call *call)
{
	const struct slice account = call_text(call, CALL_TEXT_AUTH_USER);
	return account.len ? account : call_text(call, CALL_TEXT_FROM_USER);
}

void tally_event(struct tally *tally, const struct event *event)
{
	const bool answered = event->kind == EVENT_CALL_ANSWER;
	const bool ended = event->kind == EVENT_CALL_END;
	if (!tally->wanted || !event->call || !(answered || ended))
		return;
	const struct slice account = account_of(event->call);
	const double seconds = ended ? call_duration_s(event->call) : 0;
	if (!account.len || (ended && seconds < 0.5))
		return;
	struct tally_note *note = ring_reserve(&tally->notes, sizeof(*note));
	if (!note) {
		atomic_fetch_add(&tally->lost, 1);
		return;
	}
	*note = (struct tally_note){
	        .time_us = event->time_us,
	        .calls = answered,
	        .seconds = (uint64_t)(seconds + 0.5),
	};
	memcpy(note->account, account.data,
	        slice_first(account, TALLY_ACCOUNT_BYTES - 1).len);
	ring_commit(&tally->notes, sizeof(*note));
}

bool tally_notice(struct tally *tally, struct tally_note *note)
{
	size_t bytes;
	if (!tally->wanted)
		return false;
	const struct tally_note *oldest = ring_peek(&tally->notices, &bytes);
	if (!oldest)
		return false;
	*note = *oldest;
	ring_release(&tally->notices, bytes);
	return true;
}

/* The sum of the note's account and hour; NULL when there are too many. */
static struct tally_note *sum_of(struct tally *tally, const struct tally_note *note)
{
	for (size_t i = 0; i < tally->count; i++) {
		struct tally_note *sum = &tally->sums[i];
		if (hour_of(sum->time_us) == hour_of(note->time_us) &&
		        strcmp(sum->account, note->account) == 0)
			return sum;
	}
	if (tally->count == TALLY_ACCOUNTS_MAX)
		return NULL;
	struct tally_note *sum = &tally->sums[tally->count++];
	*sum = *note;
	sum->calls = sum->seconds = 0;
	return sum;
}

static void gather(struct tally *tally)
{
	const struct tally_note *note;
	size_t bytes;
	while ((note = ring_peek(&tally->notes, &bytes))) {
		struct tally_note *sum = sum_of(tally, note);
		if (!sum)
			return;
		sum->calls += note->calls;
		sum->seconds += note->seconds;
		if (note->time_us > sum->time_us)
			sum->time_us = note->time_us;
		ring_release(&tally->notes, bytes);
	}
}

/* One notice per total from before + 1 to total: a rule may wait for any of them. */
static void tell(struct tally *tally, const struct tally_note *sum, const char *what,
        uint64_t added, uint64_t total)
{
	if (added > TALLY_STEPS_MAX)
		added = TALLY_STEPS_MAX;
	for (uint64_t step = total - added + 1; step <= total; step++) {
		struct tally_note *note = ring_reserve(&tally->notices, sizeof(*note));
		if (!note) {
			atomic_fetch_add(&tally->lost, 1);
			return;
		}
		*note = *sum;
		note->what = what;
		note->total = step;
		ring_commit(&tally->notices, sizeof(*note));
	}
}

static bool add(struct tally *tally, struct redis *redis, size_t index)
{
	const struct tally_note *sum = &tally->sums[index];
	const struct store_amount amounts[COUNTERS] = {
	        {SLICE("calls"), (int64_t)sum->calls},
	        {SLICE("seconds"), (int64_t)sum->seconds},
	};
	return store_account_add(redis, slice_text(sum->account), hour_of(sum->time_us),
	        amounts, COUNTERS);
}

bool tally_flush(struct tally *tally, struct redis *redis)
{
	size_t queued = 0;
	gather(tally);
	while (queued < tally->count && add(tally, redis, queued))
		queued++;
	if (queued == 0)
		return true;
	(void)redis_run(redis);
	/* An addition whose answer was lost may be carried out twice: a threshold too
	 * early is better than one too late. */
	size_t kept = 0;
	for (size_t i = 0; i < tally->count; i++) {
		const struct redis_reply *totals =
		        i < queued ? redis_answer(redis, i) : NULL;
		const struct tally_note sum = tally->sums[i];
		if (redis_count(totals) != COUNTERS) {
			tally->sums[kept++] = sum;
			continue;
		}
		tell(tally, &sum, "account.calls", sum.calls,
		        (uint64_t)redis_number(redis_item(totals, 0)));
		tell(tally, &sum, "account.seconds", sum.seconds,
		        (uint64_t)redis_number(redis_item(totals, 1)));
	}
	tally->count = kept;
	return kept == 0;
}
