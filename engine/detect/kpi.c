#include "engine/detect/kpi.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "engine/base/slab.h"
#include "engine/base/table.h"

enum {
	GROUPS_MAX = 4096,
	GROUPS_MIN = 32,
	ATTEMPTS_MIN = 10, /* a window with fewer says nothing of what is usual */
	WINDOWS_MIN = 3,
};
static const double SHARE = 0.2; /* of the newest window in what is usual */

struct kpis {
	struct hash_key key;
	struct slab slab;
	struct table table;
	struct list idle;
	uint64_t end_us; /* of the running window, 0 = none runs */
	uint32_t told;   /* group that was told last, 0 = none */
	uint32_t at;     /* the next to look at while a window is told, 0 = none is */
};

struct kpis *kpis_new(struct memory *memory, size_t share, const struct hash_key *key)
{
	struct kpis *kpis = memory_take(memory, sizeof(*kpis));
	size_t count = share / (sizeof(struct kpi) + 24);

	count = count > GROUPS_MAX ? GROUPS_MAX : count < GROUPS_MIN ? GROUPS_MIN : count;
	if (!kpis)
		return NULL;
	memset(kpis, 0, sizeof(*kpis));
	kpis->key = *key;
	if (!slab_init(&kpis->slab, memory, sizeof(struct kpi), (uint32_t)count) ||
	        !table_init(&kpis->table, memory, (uint32_t)count))
		return NULL;
	list_init(&kpis->idle, &kpis->slab, offsetof(struct kpi, idle));
	return kpis;
}

static struct kpi *kpi_at(const struct kpis *kpis, uint32_t index)
{
	return slab_at(&kpis->slab, index);
}

static void forget(struct kpis *kpis, uint32_t index)
{
	table_remove(&kpis->table, kpi_at(kpis, index)->hash, index);
	list_remove(&kpis->idle, index);
	slab_give(&kpis->slab, index);
}

static uint32_t find(
        const struct kpis *kpis, uint64_t hash, unsigned by, struct slice name)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&kpis->table, hash, &cursor);

	for (; i; i = table_next(&kpis->table, &cursor)) {
		const struct kpi *kpi = kpi_at(kpis, i);
		if (kpi->by == by &&
		        slice_equal(slice_of(kpi->name, kpi->name_len), name))
			return i;
	}
	return 0;
}

static struct kpi *group(struct kpis *kpis, unsigned by, struct slice name)
{
	name = slice_first(name, KPI_NAME);
	const uint64_t hash = hash_words(&kpis->key, hash_slice(&kpis->key, name), by);
	uint32_t index = find(kpis, hash, by, name);

	if (index) {
		list_touch(&kpis->idle, index);
		return kpi_at(kpis, index);
	}
	if (slab_full(&kpis->slab))
		forget(kpis, kpis->idle.front);
	index = slab_take(&kpis->slab);
	struct kpi *kpi = kpi_at(kpis, index);
	*kpi = (struct kpi){
	        .hash = hash, .by = (uint8_t)by, .name_len = (uint8_t)name.len};
	if (name.len)
		memcpy(kpi->name, name.data, name.len);
	(void)table_insert(&kpis->table, hash, index);
	list_push_back(&kpis->idle, index);
	return kpi;
}

static bool one_of(uint16_t status, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == status)
			return true;
	return false;
}

/* Busy, no answer, refused by who was called, given up by the caller (E.425 4.1.2). */
static bool carried(uint16_t status)
{
	static const uint16_t statuses[] = {480, 486, 487, 600, 603, 604, 606, 607, 608};
	return one_of(status, statuses, sizeof(statuses) / sizeof(statuses[0]));
}

/* RFC 6076 4.7. */
static bool established(uint16_t status)
{
	static const uint16_t statuses[] = {480, 486, 600, 603};
	return one_of(status, statuses, sizeof(statuses) / sizeof(statuses[0]));
}

static void count(struct kpi_counts *counts, const struct call *call, uint64_t time_us)
{
	const uint64_t end_us = call->end_us ? call->end_us : time_us;
	const uint64_t rung_us = call->ring_us ? call->ring_us : call->answer_us;
	const bool answered = call->answer_us != 0;

	counts->attempts++;
	counts->answered += answered;
	counts->effective += answered || carried(call->status);
	counts->established += answered || established(call->status);
	counts->redirected += !answered && call->status / 100 == 3;
	if (answered && end_us > call->answer_us)
		counts->talked_s += (double)(end_us - call->answer_us) / 1e6;
	if (rung_us > call->start_us) {
		counts->rung++;
		counts->waited_s += (double)(rung_us - call->start_us) / 1e6;
	}
}

void kpis_call(struct kpis *kpis, const struct call *call, const struct parties *parties,
        uint64_t time_us)
{
	const struct site_peer *trunk = parties_trunk(parties);
	const struct number *called = &parties->called.number;

	/* What became of it is not known. */
	if (!call->answer_us &&
	        (call->end == CALL_END_CAPTURE || call->end == CALL_END_EVICTED))
		return;
	if (!kpis->end_us)
		kpis->end_us = (time_us / KPI_WINDOW_US + 1) * KPI_WINDOW_US;
	if (trunk)
		count(&group(kpis, KPI_BY_TRUNK, trunk->name)->counts, call, time_us);
	/* Further legs are the same call. */
	if (call->correlation != call->id)
		return;
	count(&group(kpis, KPI_BY_ALL, slice_of("", 0))->counts, call, time_us);
	if (!called->len)
		return;
	count(&group(kpis, KPI_BY_PREFIX, number_prefix(called))->counts, call, time_us);
	count(&group(kpis, KPI_BY_COUNTRY, number_region_name(called->region))->counts,
	        call, time_us);
}

uint64_t kpis_next_us(const struct kpis *kpis, uint64_t limit_us)
{
	return kpis->end_us && kpis->end_us < limit_us ? kpis->end_us : limit_us;
}

/* The window that was told becomes part of what is usual. */
static void close(struct kpi *kpi)
{
	double value;

	for (unsigned i = 0; i < KPI_FIGURE_COUNT; i++)
		if (kpi->counts.attempts >= ATTEMPTS_MIN &&
		        kpi_figure(kpi, (enum kpi_figure)i, &value))
			kpi->usual[i] +=
			        kpi->windows ? SHARE * (value - kpi->usual[i]) : value;
	kpi->windows += kpi->counts.attempts >= ATTEMPTS_MIN;
	kpi->counts = (struct kpi_counts){0};
}

const struct kpi *kpis_due(struct kpis *kpis, uint64_t now_us, bool end)
{
	if (kpis->told)
		close(kpi_at(kpis, kpis->told));
	kpis->told = 0;
	if (!kpis->end_us || (!end && now_us < kpis->end_us))
		return NULL;
	while (kpis->at < kpis->slab.fresh) {
		const uint32_t index = ++kpis->at;
		struct kpi *kpi = kpi_at(kpis, index);
		if (!kpi->counts.attempts)
			continue;
		kpi->start_us = kpis->end_us - KPI_WINDOW_US;
		kpi->end_us = kpis->end_us;
		kpis->told = index;
		return kpi;
	}
	kpis->at = 0;
	kpis->end_us = 0;
	return NULL;
}

struct slice kpi_by_name(unsigned by)
{
	static const char *const names[] = {[KPI_BY_ALL] = "all",
	        [KPI_BY_TRUNK] = "trunk",
	        [KPI_BY_PREFIX] = "prefix",
	        [KPI_BY_COUNTRY] = "country"};
	return slice_text(names[by < KPI_BY_KINDS ? by : KPI_BY_ALL]);
}

const char *kpi_figure_name(enum kpi_figure figure)
{
	static const char *const names[] = {
#define X(id, name) [KPI_##id] = name,
	        KPI_FIGURES(X)
#undef X
	};
	return names[figure];
}

bool kpi_figure(const struct kpi *kpi, enum kpi_figure figure, double *value)
{
	const struct kpi_counts *counts = &kpi->counts;
	const uint32_t tried = counts->attempts - counts->redirected;
	double part = 0;
	double whole = 0;

	switch (figure) {
	case KPI_ASR:
		part = 100.0 * counts->answered;
		whole = counts->attempts;
		break;
	case KPI_NER:
		part = 100.0 * counts->effective;
		whole = counts->attempts;
		break;
	case KPI_SEER:
		part = 100.0 * counts->established;
		whole = tried;
		break;
	case KPI_ACD:
		part = counts->talked_s;
		whole = counts->answered;
		break;
	case KPI_PDD:
		part = counts->waited_s;
		whole = counts->rung;
		break;
	case KPI_FIGURE_COUNT:
		break;
	}
	if (whole <= 0)
		return false;
	*value = part / whole;
	return true;
}

double kpi_below(const struct kpi *kpi, enum kpi_figure figure)
{
	double value;
	const double usual = kpi->usual[figure] / 100;

	if (kpi->windows < WINDOWS_MIN || !kpi_figure(kpi, figure, &value) ||
	        value / 100 >= usual)
		return 0;
	/* Near 0 and 1 the spread vanishes: one attempt more keeps it from that. */
	const double n = kpi->counts.attempts;
	const double p = (usual * n + 0.5) / (n + 1);
	return (usual - value / 100) / sqrt(p * (1 - p) / n);
}
