/*
 * The judge: compiled rules over the tracker's events. Every rule is indexed by its event
 * stream (and method or status), its fields are numbers, its keys live in bounded tables.
 */
#ifndef RINGFENCE_DETECT_DETECT_H
#define RINGFENCE_DETECT_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/detect/verdict.h"
#include "engine/track/event.h"

struct detect;
struct rule_set; /* detect/rule.h */

enum severity {
	SEVERITY_CRITICAL = 1,
	SEVERITY_HIGH,
	SEVERITY_MEDIUM,
	SEVERITY_LOW,
	SEVERITY_INFO
};

enum entity_type {
	ENTITY_IP,
	ENTITY_ACCOUNT,
	ENTITY_NUMBER,
	ENTITY_TRUNK,
	ENTITY_DEVICE
};

enum { ALERT_EVIDENCE_MAX = 32, ALERT_EXPLAIN_MAX = 256, ALERT_KEY_MAX = 256 };

struct packet_ref {
	uint64_t number; /* packet.number */
	uint16_t source; /* packet.source */
};

/* One alert, as it is raised. Valid until the next call of detect_next. */
struct alert {
	uint64_t id; /* counted from 1 in the run */
	uint64_t time_us;
	const struct rule *rule; /* detect/rule.h */
	const struct event
	        *event; /* that crossed the threshold; NULL = a time that passed */
	enum entity_type entity_type;
	struct slice entity;  /* text */
	struct slice key;     /* the rule's key values, "name=value" joined by spaces */
	struct slice explain; /* one sentence with the numbers */
	struct slice metric;  /* what was measured: "count", "distinct", "leaky" … */
	double value;
	double threshold;
	double window_s;
	uint64_t count;      /* events of this key that matched so far */
	uint64_t suppressed; /* alerts of this key that suppression held back since the
	                        last */
	bool lower_bound;    /* packets were dropped meanwhile */
	bool proven;         /* the source is proven to be real */
	enum verdict would;  /* what the filter would do */
	uint32_t evidence_count; /* newest packets that count towards it, oldest first */
	struct packet_ref evidence[ALERT_EVIDENCE_MAX];
};

/* rules: owned by the caller, outlives the judge. NULL when the memory does not suffice.
 */
struct detect *detect_new(struct memory *memory, size_t share, const struct hash_key *key,
        const struct rule_set *rules);

/* What accounts have done, for the fields that tell of it; may be NULL. */
struct accounts; /* detect/accounts.h */
void detect_accounts(struct detect *detect, struct accounts *accounts);

/* Judges an event; alerts raised come from detect_next. */
void detect_event(struct detect *detect, const struct event *event);

/* Packet time passed: rules of absence become due. */
void detect_advance(struct detect *detect, uint64_t now_us);

/* The next time up to the limit at which a rule of absence may be due. */
uint64_t detect_next_us(const struct detect *detect, uint64_t limit_us);

/* Counts a call that ended, of such an event; others are let pass. */
void detect_kpi_call(struct detect *detect, const struct event *event);

/*
 * The next event of key figures that is due at now_us, or with the end; NULL = no more.
 * Good until the next call. It is to be judged like any other.
 */
const struct event *detect_kpi_next(struct detect *detect, uint64_t now_us, bool end);

/* The next alert; NULL = none left. */
const struct alert *detect_next(struct detect *detect);

/* The strongest verdict over the last packet's events. */
enum verdict detect_verdict(const struct detect *detect);

/* The same with its reason, whether or not suppression held the alert back. */
struct judgement {
	enum verdict verdict;
	const struct rule *rule; /* NULL with VERDICT_PASS */
	struct address offender; /* who sent the request, or the packet; may be none */
	bool proven;             /* that address is known to be real */
};
const struct judgement *detect_judgement(const struct detect *detect);

#endif
