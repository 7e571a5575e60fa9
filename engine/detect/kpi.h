/*
 * Key figures of carriers (RFC 6076, ITU-T E.425) for each trunk, each prefix and each
 * country that is called, over windows of five minutes, with what they usually are: the
 * mean of the windows before, newer ones weighing more. Bounded: the group that was idle
 * for longest makes room.
 */
#ifndef RINGFENCE_DETECT_KPI_H
#define RINGFENCE_DETECT_KPI_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/detect/party.h"
#include "engine/track/call.h"

enum kpi_by { KPI_BY_ALL, KPI_BY_TRUNK, KPI_BY_PREFIX, KPI_BY_COUNTRY, KPI_BY_KINDS };

/* X(ENUM, "name") */
#define KPI_FIGURES(X)                                                                   \
	X(ASR, "asr_percent") /* answered, of all attempts */                            \
	X(NER, "ner_percent") /* what the network carried: answered, busy, no answer */  \
	X(SEER, "seer_percent") /* RFC 6076 4.7 */                                       \
	X(ACD, "acd_s")         /* mean length of answered calls */                      \
	X(PDD, "pdd_s")         /* mean post-dial delay */

enum kpi_figure {
#define X(id, name) KPI_##id,
	KPI_FIGURES(X)
#undef X
	        KPI_FIGURE_COUNT
};

enum { KPI_NAME = 32 };
static const uint64_t KPI_WINDOW_US = (uint64_t)300 * 1000000;

/* What was counted. */
struct kpi_counts {
	uint32_t attempts;
	uint32_t answered;
	uint32_t effective;
	uint32_t established; /* by RFC 6076 4.7 */
	uint32_t redirected;  /* 3xx: no attempt by RFC 6076 */
	uint32_t rung;        /* calls with a post-dial delay */
	double talked_s;
	double waited_s;
};

struct kpi {
	struct list_link idle;
	uint64_t hash;
	uint8_t by; /* enum kpi_by */
	uint8_t name_len;
	char name[KPI_NAME];
	uint64_t start_us; /* of the window that is told */
	uint64_t end_us;
	uint32_t windows;         /* that the means have seen */
	struct kpi_counts counts; /* of the window */
	double usual[KPI_FIGURE_COUNT];
};

struct kpis;

/* NULL when the memory does not suffice. share: bytes it may take. */
struct kpis *kpis_new(struct memory *memory, size_t share, const struct hash_key *key);
/* A call ended. */
void kpis_call(struct kpis *kpis, const struct call *call, const struct parties *parties,
        uint64_t time_us);
/* The next time up to the limit at which a window closes. */
uint64_t kpis_next_us(const struct kpis *kpis, uint64_t limit_us);
/*
 * The next group of a window that closed at now_us, or closes with the end; NULL = no
 * more. Good until the next call: only then its window counts for what is usual.
 */
const struct kpi *kpis_due(struct kpis *kpis, uint64_t now_us, bool end);

struct slice kpi_by_name(unsigned by);
const char *kpi_figure_name(enum kpi_figure figure);
/* The figure of the window; false when nothing was there to tell it by. */
bool kpi_figure(const struct kpi *kpi, enum kpi_figure figure, double *value);
/*
 * By how many standard deviations a share (in percent) of so many attempts is below what
 * is usual; 0 when it is not, or what is usual is not known.
 */
double kpi_below(const struct kpi *kpi, enum kpi_figure figure);

#endif
