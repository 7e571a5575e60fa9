/*
 * The keys of one rule: a bounded table from key values to what the rule remembers of
 * them. What most events touch lies in the first lines of a key's item. A full table
 * forgets, among some, the key that tells least: one that came once goes before one that
 * came again, and of those the longest idle. Keys that were forgotten and come back are
 * known by a filter, so that a slow source outlives a flood of forged ones.
 */
#ifndef RINGFENCE_DETECT_KEYED_H
#define RINGFENCE_DETECT_KEYED_H

#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/base/wheel.h"
#include "engine/detect/rule.h"

enum { KEY_TEXT_MAX = 55, KEY_BYTES_MAX = LIMIT_RULE_KEYS * 64 };

struct key_state {
	uint64_t newest;  /* packet of its evidence */
	uint64_t matched; /* events */
	uint16_t key_len;
	uint8_t evidence_at;
	uint8_t evidence_count; /* without the newest */
	bool proven;
	bool alerting; /* its struct key_alerts is in use */
};

/* quiet_if: events that speak for the key, and the others. */
struct key_share {
	uint64_t since_us;
	uint32_t of;
	uint32_t rest;
};

/* What only alerts need. */
struct key_alerts {
	struct wheel_timer timer; /* absence */
	uint64_t quiet_until_us;
	uint64_t quiet_for_us;
	uint64_t armed_us; /* absence: since when it waits */
	uint32_t raised;
	uint32_t suppressed; /* held back since the last */
};

/* What choosing a key to forget looks at, apart from the items. */
struct key_mark {
	uint64_t hash;
	uint32_t tick; /* of its last event × 2, and KEY_KEPT */
	uint32_t spare;
};

/* Which keys were forgotten lately: in each word the prints of the last four. */
struct key_filter {
	uint64_t *words;
	uint32_t mask;
};

enum {
	KEY_TICK_SHIFT = 16, /* of microseconds */
	KEY_KEPT = 1,        /* came again, was forgotten before, or raised an alert */
	KEY_SAMPLE = 4,
};

struct keyed {
	struct slab slab;
	struct table table;
	struct key_filter filter;
	struct wheel *wheel;    /* absence only, else NULL */
	struct key_mark *marks; /* of each item */
	uint32_t hand;          /* where the next key to forget is looked for */
	uint32_t victim;        /* chosen ahead, 0 = none */
	uint32_t victim_tick;
	uint32_t keep_ticks; /* for how long one that came again is kept rather */
	uint32_t share_at;   /* offsets in an item */
	uint32_t trigger_at;
	uint32_t begin_bytes; /* that are cleared for a new key */
	uint32_t evidence_at;
	uint32_t alerts_at;
	uint64_t evicted;
};

/* The values of a rule's key in an event, as bytes. */
struct key_value {
	uint16_t len;
	uint8_t bytes[KEY_BYTES_MAX];
};

/* Bytes of memory that max keys of the rule take. */
size_t keyed_bytes(const struct rule *rule, uint32_t max);
bool keyed_init(struct keyed *keyed, struct memory *memory, const struct rule *rule,
        uint32_t max);

/* False when the event lacks a field of the key. */
bool key_of(const struct rule *rule, struct field_cache *cache,
        const struct hash_key *hash_key, struct key_value *key);

/* "name=value name=value". */
void key_write(const struct rule *rule, const uint8_t *bytes, struct writer *writer);
/* The first value alone. */
void key_write_first(
        const struct rule *rule, const uint8_t *bytes, struct writer *writer);

/* What is remembered of the key, or NULL. */
struct key_state *keyed_find(
        struct keyed *keyed, const struct key_value *key, uint64_t hash);
/* The same, made when it is new; touched at that time. */
struct key_state *keyed_get(
        struct keyed *keyed, const struct key_value *key, uint64_t hash, uint64_t now_us);
/* Asks for the memory that finding the key will need: first its slot, then its state. */
void keyed_prefetch(const struct keyed *keyed, uint64_t hash);
void keyed_prefetch_state(const struct keyed *keyed, uint64_t hash);
/* The key is worth keeping: it goes after those that came once. */
void keyed_keep(struct keyed *keyed, const struct key_state *state);
void keyed_forget(struct keyed *keyed, struct key_state *state);

static inline uint8_t *key_state_bytes(struct key_state *state)
{
	return (uint8_t *)(state + 1);
}

static inline struct key_share *key_state_share(
        const struct keyed *keyed, struct key_state *state)
{
	return (void *)((uint8_t *)state + keyed->share_at);
}

/* Cleared when it is first asked for. */
static inline struct key_alerts *key_state_alerts(
        const struct keyed *keyed, struct key_state *state)
{
	struct key_alerts *alerts = (void *)((uint8_t *)state + keyed->alerts_at);

	if (!state->alerting)
		memset(alerts, 0, sizeof(*alerts));
	state->alerting = true;
	return alerts;
}

static inline uint64_t *key_state_evidence(
        const struct keyed *keyed, struct key_state *state)
{
	return (void *)((uint8_t *)state + keyed->evidence_at);
}

static inline void *key_state_trigger(const struct keyed *keyed, struct key_state *state)
{
	return (uint8_t *)state + keyed->trigger_at;
}

#endif
