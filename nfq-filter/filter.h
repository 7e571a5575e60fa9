/*
 * The filter: from a queued packet to its verdict in one straight line. Every packet gets
 * one, whatever it is. Message by message: decode, decide, commit the pinholes, read the
 * kernel's answer, let go.
 */
#ifndef RINGFENCE_FILTER_FILTER_H
#define RINGFENCE_FILTER_FILTER_H

#include "engine/engine.h"
#include "nfq-filter/ban.h"
#include "nfq-filter/handover.h"
#include "nfq-filter/limit.h"
#include "nfq-filter/report.h"
#include "nfq-filter/rewrite.h"
#include "nfq-filter/session.h"
#include "nfq-filter/share.h"
#include "nfq-filter/standby.h"
#include "platform/conntrack.h"
#include "platform/geo.h"
#include "platform/instant.h"
#include "platform/log.h"
#include "platform/queue.h"
#include "platform/rules_load.h"

/* X(name): what the filter counts */
#define FILTER_COUNTERS(X)                                                               \
	X(packets)                                                                       \
	X(passed)                                                                        \
	X(dropped)                                                                       \
	X(would_drop) /* monitor, or outside of the canary */                            \
	X(limited)                                                                       \
	X(banned)                                                                        \
	X(not_banned) /* protected, or nobody knows that it is real */                   \
	X(undecodable)                                                                   \
	X(untold) /* stops beyond what is told in a second */                            \
	X(rewritten)                                                                     \
	X(not_rewritten) /* though it had to be */                                       \
	X(failed_commits)                                                                \
	X(rebuilt) /* times that the table was lost */

struct filter_counters {
#define X(name) uint64_t name;
	FILTER_COUNTERS(X)
#undef X
};

enum { FILTER_KILLS = 64 };

/* Of the packet at hand. */
struct moment {
	struct view view;
	bool viewed;
	bool known;                    /* something of ours was in it */
	const struct sip_message *sip; /* the last one in it */
	enum rewrite_result rewritten;
	struct stop stop; /* rule absent: it may pass */
	char why[160];
};

struct filter {
	struct settings settings;
	struct config *config;
	const char *config_path; /* NULL = none */
	struct rules rules;
	struct geo *geo; /* NULL = none */
	struct geo_ops geo_ops;
	struct memory engine_memory, memory;
	struct memory judge_memory; /* of rules that came later */
	struct engine *engine;
	struct firewall firewall;
	struct queue *queue;
	struct nat nat;
	struct rewrite rewrite; /* of the message at hand */
	struct pinholes pinholes;
	struct sessions sessions;
	struct bans bans;
	struct share share;     /* of bans, with other routers */
	struct standby standby; /* of calls, with those that take them over */
	struct limited_sources limits;
	struct conntrack *conntrack; /* NULL = the kernel has none */
	struct address
	        killed[FILTER_KILLS]; /* whose connections end with the next tick */
	size_t kill_count;
	struct report report;
	struct log log;
	struct hash_key hash_key;
	struct moment moment;
	struct filter_counters counters;
	struct queue_losses losses; /* told so far */
	struct handover handover;   /* of the program before, while starting */
	bool handed_over;           /* to the program behind: nothing is ours any more */
	uint64_t started_us;        /* where another program ran before; else 0 */
	uint64_t now_us;
	uint64_t tick_us;    /* of the last tick */
	uint64_t number;     /* of packets */
	uint64_t helpers_us; /* when the kernel's helpers were last looked for */
	bool helpers_told;
	uint64_t shown_us; /* when the pinholes were last shown */
	uint64_t second;   /* that stops were last told in, and how many */
	uint64_t told;
};

/* What waits in the queue, up to a limit; false when the queue is broken. */
bool filter_queue(struct filter *filter);

/* What other routers decided. */
void filter_shared(struct filter *filter);
/* Calls of the routers that we stand by for. */
void filter_stand_by(struct filter *filter);

/* Time passed: timers, the table, the queue's losses. */
void filter_tick(struct filter *filter);
/* When something is due, in microseconds since 1970. */
uint64_t filter_due_us(const struct filter *filter);

/* Of the engine's sink: context is the filter. */
void filter_event(void *context, const struct engine *engine, const struct event *event);
void filter_alert(void *context, const struct engine *engine, const struct alert *alert);

/* An address that shall be banned, or not; told. */
enum ban_result filter_unban(struct filter *filter, const struct network *network);
enum ban_result filter_ban(struct filter *filter, const struct ban *ban, bool forced);

#endif
