/*
 * What judging and raising alerts share: the judges of the rules and the alerts that wait
 * to be fetched.
 */
#ifndef RINGFENCE_DETECT_JUDGE_H
#define RINGFENCE_DETECT_JUDGE_H

#include "engine/detect/detect.h"
#include "engine/detect/gate.h"
#include "engine/detect/keyed.h"
#include "engine/detect/kpi.h"
#include "engine/detect/told.h"
#include "engine/detect/score.h"
#include "engine/detect/trigger.h"

/* Per method, and one for streams without. */
enum { BUCKETS = SIP_METHOD_COUNT + 1 };

struct judge {
	const struct rule *rule;
	struct key_memo *memo; /* shared by the rules with the same key */
	struct keyed keyed;
	uint8_t exception_count; /* of those that can hold */
	uint16_t exceptions[LIMIT_RULE_EXCEPTIONS];
};

/* The event's key as some rules have it, made when the first of them asks. */
struct key_memo {
	const struct rule *rule; /* one of them */
	uint64_t event;          /* detect.event_count when it was made */
	bool present;
	uint64_t hash;
	struct key_value key;
};

/* What an event is to a rule. */
struct finding {
	bool matched;
	bool resets;
	bool speaks_for; /* quiet_if */
};

/* A rule that an event concerns, until its turn comes. */
struct hit {
	struct judge *judge;
	struct finding finding;
	uint8_t tried; /* bits of enum gate_purpose: conditions that were judged */
	double prints; /* most that the prints can weigh */
	uint64_t print_bits[(LIMIT_RULE_PRINTS + 63) / 64]; /* that may hold */
};

struct pending {
	struct alert alert;
	char key[ALERT_KEY_MAX];
	char explain[ALERT_EXPLAIN_MAX];
	char entity[ALERT_KEY_MAX];
};

struct detect {
	struct hash_key hash_key;
	const struct pattern_ops *patterns;
	struct judge *judges;
	uint32_t judge_count;
	struct judge **waiting; /* those of absence: they want to know the time */
	uint32_t waiting_count;
	struct told_keys told;
	struct key_memo *memos;
	uint32_t memo_count;
	struct hit *hits;                         /* of the event at work */
	struct gate *gates[EVENT_COUNT][BUCKETS]; /* NULL = no rule */
	uint64_t *units;                          /* of the event at work */
	struct field_cache cache;
	struct kpis *kpis;
	struct event kpi_event; /* the one that is told */
	uint64_t event_count; /* that any rule was asked about */
	struct accounts *accounts; /* NULL = not kept */
	struct scores scores;
	struct event grown[SCORES_PENDING]; /* of sums that grew with the event at work */
	uint64_t now_us;
	uint64_t lossy_until_us;
	uint64_t unsure_until_us;
	uint64_t alert_id;
	uint64_t alerts_lost;
	uint64_t verdict_packet;
	struct judgement judgement;
	uint32_t pending_count;
	uint32_t pending_at;
	struct pending pending[LIMIT_ALERTS_PENDING];
};

/* Events of this kind are told apart by their method. */
bool kind_has_method(enum event_kind kind);

/* The packets that count: of a transaction its request, then what completed it. */
void evidence_note(
        const struct judge *judge, struct key_state *state, const struct event *event);

/* Queues the rule's alert for the key unless suppression holds it back. */
void alert_raise(struct detect *detect, struct judge *judge, struct key_state *state,
        const struct trigger_result *result);

#endif
