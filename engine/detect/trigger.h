/*
 * Triggers: the counting behind a rule, per key. The state's size is known when the rule
 * is loaded and never grows. Counting is exact: leaky buckets as GCRA (one number),
 * sliding counts as a ring of the last n times, distinct values as n keyed hashes.
 */
#ifndef RINGFENCE_DETECT_TRIGGER_H
#define RINGFENCE_DETECT_TRIGGER_H

#include "engine/base/hash.h"
#include "engine/detect/rule.h"

/* What the trigger sees of an event. */
struct trigger_input {
	const struct rule *rule;
	const struct pattern_ops *patterns;
	const struct hash_key *hash_key;
	struct field_cache *cache;
	const uint64_t *prints; /* bits of those that may hold; NULL = all */
	uint64_t now_us;
};

struct trigger_result {
	bool fired;
	double value;      /* measured */
	double also;       /* distinct: of the second field */
	uint64_t count;    /* events in it */
	uint64_t span_us;  /* since the first of them */
	struct slice what; /* score: the prints that hit, joined; in the caller's text */
	bool numbered;     /* first: also is the shown number */
};

/* Bytes of state that a key needs, a multiple of 8. */
size_t trigger_bytes(const struct rule *rule);

/* Bytes of its beginning that must be 0 for a new key; the rest may hold anything. */
size_t trigger_head_bytes(const struct rule *rule);

/* Takes an event that matched into the state. text: for the names of prints. */
struct trigger_result trigger_event(
        const struct trigger_input *input, void *state, struct writer *text);

/* Score: what the event weighs, its prints' names written to text. */
double trigger_weight(const struct trigger_input *input, struct writer *text);

/* The keyed hash of the event's value of the field. */
uint64_t trigger_hash(
        const struct trigger_input *input, const struct field_ref *field, bool *present);

/* trigger_distinct.c */
size_t trigger_distinct_bytes(const struct rule_trigger *trigger);
size_t trigger_distinct_head_bytes(void);
struct trigger_result trigger_distinct(const struct trigger_input *input, void *state);

/* trigger_window.c: of sum and ratio the sliding window, of ewma the mean of windows. */
size_t trigger_slots_bytes(void);
size_t trigger_ewma_bytes(void);
struct trigger_result trigger_sum(const struct trigger_input *input, void *state);
struct trigger_result trigger_ratio(const struct trigger_input *input, void *state);
struct trigger_result trigger_ewma(const struct trigger_input *input, void *state);

/* trigger_alike.c: n values of a field that lie close together. */
size_t trigger_alike_bytes(void);
struct trigger_result trigger_alike(const struct trigger_input *input, void *state);

#endif
