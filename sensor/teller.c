#include "sensor/teller.h"

enum { IDLE_MS = 200 };

bool teller_open(struct teller *teller, size_t ring_bytes)
{
	return bell_open(&teller->bell) &&
	       ring_open(&teller->ring, ring_bytes, &teller->bell) &&
	       journal_open(&teller->journal);
}

unsigned teller_wants(const struct teller *teller)
{
	unsigned kinds = teller->journal.path ? 1u << OUT_LINE : 0;
	for (size_t i = 0; i < teller->outlet_count; i++)
		kinds |= 1u << teller->outlets[i]->kind->takes;
	return kinds;
}

static void tell(struct teller *teller, const struct out_record *record)
{
	const struct slice text = slice_of(record + 1, record->len);
	if (record->kind == OUT_LINE)
		journal_add(&teller->journal, text);
	for (size_t i = 0; i < teller->outlet_count; i++)
		if (record->kind == (uint32_t)teller->outlets[i]->kind->takes)
			outlet_add(teller->outlets[i], text);
	atomic_fetch_add_explicit(&teller->told, 1, memory_order_relaxed);
}

static void *teller_run(void *context)
{
	struct teller *teller = context;
	for (;;) {
		size_t bytes;
		const bool last = atomic_load(teller->judge_done);
		const struct out_record *record = ring_peek(&teller->ring, &bytes);
		atomic_fetch_add_explicit(&teller->beats, 1, memory_order_relaxed);
		if (record) {
			tell(teller, record);
			ring_release(&teller->ring, bytes);
			continue;
		}
		journal_flush(&teller->journal);
		if (last)
			break;
		if (atomic_exchange(&teller->reopen, false))
			journal_reopen(&teller->journal);
		bell_doze(&teller->bell);
		bell_sleep(&teller->bell, ring_empty(&teller->ring) ? IDLE_MS : 0);
	}
	return NULL;
}

bool teller_start(struct teller *teller)
{
	teller->started = pthread_create(&teller->thread, NULL, teller_run, teller) == 0;
	return teller->started;
}

void teller_close(struct teller *teller)
{
	if (teller->started)
		(void)pthread_join(teller->thread, NULL);
	teller->started = false;
	journal_close(&teller->journal);
	ring_close(&teller->ring);
	bell_close(&teller->bell);
}
