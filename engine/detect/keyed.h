/*
 * The keys of one rule: a bounded table from key values to what the rule remembers of
 * them. A full table forgets the key that was idle longest, and counts it.
 */
#ifndef RINGFENCE_DETECT_KEYED_H
#define RINGFENCE_DETECT_KEYED_H

#include "engine/base/list.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/base/wheel.h"
#include "engine/detect/rule.h"

enum { KEY_TEXT_MAX = 55, KEY_BYTES_MAX = LIMIT_RULE_KEYS * 64 };

/* What only alerts need stands first: the rest is next to the key and the trigger. */
struct key_state {
	struct wheel_timer timer; /* absence */
	uint64_t alerts;
	uint64_t suppressed; /* alerts held back since the last */
	uint64_t quiet_until_us;
	uint64_t quiet_for_us;
	uint64_t armed_us; /* absence: since when it waits */
	struct list_link idle;
	uint64_t hash;
	uint64_t matched; /* events */
	uint64_t share_since_us;
	uint32_t share_of; /* quiet_if: events that speak for the key */
	uint32_t share_rest;
	uint16_t key_len;
	uint8_t evidence_at;
	uint8_t evidence_count;
	bool proven;
};

struct keyed {
	struct slab slab;
	struct table table;
	struct list idle;
	struct wheel *wheel; /* absence only, else NULL */
	size_t key_bytes;
	size_t evidence_at; /* offsets in an item */
	size_t trigger_at;
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
/* The same, made when it is new. */
struct key_state *keyed_get(
        struct keyed *keyed, const struct key_value *key, uint64_t hash);
/* Asks for the memory that finding the key will need: first its slot, then its state. */
void keyed_prefetch(const struct keyed *keyed, uint64_t hash);
void keyed_prefetch_state(const struct keyed *keyed, uint64_t hash);
void keyed_forget(struct keyed *keyed, struct key_state *state);

static inline uint8_t *key_state_bytes(struct key_state *state)
{
	return (uint8_t *)(state + 1);
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
