/*
 * What a table is made of: sets, chains and rules. Used at start and when the table was
 * lost; allocates. Everything goes into the transaction that netfilter_begin opened; what
 * does not fit or cannot be allocated makes the transaction fail as a whole.
 *
 * A rule is a row of steps that work on registers of four bytes (0 to 15), each a
 * condition that ends the rule when it does not hold, or an act.
 */
#ifndef RINGFENCE_PLATFORM_NFT_RULE_H
#define RINGFENCE_PLATFORM_NFT_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/nft.h"

/* Flags of a table: an owner is the only one who may change it; it outlives the owner. */
enum { NETFILTER_TABLE_OWNED = 2, NETFILTER_TABLE_LASTING = 4 };

/* 0 flags: a table that anybody with the privilege may change or flush. */
bool netfilter_table_add(struct netfilter *netfilter, uint32_t flags);
bool netfilter_table_delete(struct netfilter *netfilter);

enum netfilter_set_kind {
	NETFILTER_SET,         /* keys */
	NETFILTER_SET_POLICED, /* keys that count and limit */
	NETFILTER_SET_COUNTED, /* keys that count */
	NETFILTER_SET_RANGES,  /* intervals that count */
	NETFILTER_MAP,         /* keys that lead to marks, changed by rules as well */
	NETFILTER_SET_METER,   /* keys that rules add with a limit of their own */
};
struct netfilter_set {
	const char *name;
	enum netfilter_set_kind kind;
	uint32_t key_len;
	uint32_t key_type; /* as nft numbers its types, for listings */
	uint32_t data_len; /* of a map that leads to something else than marks, else 0 */
	uint32_t data_type;
	uint32_t size;
	uint64_t timeout_ms; /* of elements that give none; 0 = for ever */
	bool timed;
};
bool netfilter_set_add(struct netfilter *netfilter, const struct netfilter_set *set);

enum netfilter_hook {
	NETFILTER_NO_HOOK, /* a chain that others jump to */
	NETFILTER_PREROUTING,
	NETFILTER_INPUT,
	NETFILTER_FORWARD,
	NETFILTER_OUTPUT,
	NETFILTER_POSTROUTING,
	NETFILTER_INGRESS,
};
struct netfilter_chain {
	const char *name;
	enum netfilter_hook hook;
	int32_t priority;
	bool nat;
	const char *const *devices; /* INGRESS: ends with NULL */
};
bool netfilter_chain_add(
        struct netfilter *netfilter, const struct netfilter_chain *chain);
/* Takes all rules out of a chain, or out of all chains (NULL). */
bool netfilter_rules_flush(struct netfilter *netfilter, const char *chain);

struct nftnl_rule;
struct netfilter_rule {
	struct netfilter *netfilter;
	struct nftnl_rule *rule;
	bool failed;
};
void rule_begin(
        struct netfilter_rule *rule, struct netfilter *netfilter, const char *chain);
/* Adds it at the chain's end. */
bool rule_end(struct netfilter_rule *rule);

/* Loads */
enum rule_base { RULE_NETWORK, RULE_TRANSPORT };
void rule_load(struct netfilter_rule *rule, enum rule_base base, uint32_t offset,
        uint32_t len, unsigned into);
/* Conditions */
void rule_bytes_are(
        struct netfilter_rule *rule, unsigned from, const void *bytes, uint32_t len);
void rule_bits_are(
        struct netfilter_rule *rule, unsigned from, uint8_t mask, uint8_t bits);
/* A port within a range, both ends included. */
void rule_port_in(
        struct netfilter_rule *rule, unsigned from, uint16_t first, uint16_t last);
void rule_protocol_is(struct netfilter_rule *rule, uint8_t protocol);
void rule_family_is(struct netfilter_rule *rule, bool v6);
void rule_mark_has(struct netfilter_rule *rule, uint32_t bits);
/* Bits of the connection's state: NETFILTER_ESTABLISHED … */
enum { NETFILTER_ESTABLISHED = 2, NETFILTER_RELATED = 4, NETFILTER_NEW = 8 };
void rule_state_in(struct netfilter_rule *rule, uint32_t states);
/* The connection's packets do not get another destination here. */
void rule_target_kept(struct netfilter_rule *rule);
/* Holds for one packet of so many, in turn. */
void rule_one_in(struct netfilter_rule *rule, uint32_t packets);
void rule_in_set(struct netfilter_rule *rule, const char *set, unsigned key);
/* The mark that the map has for the key, into a register. */
void rule_in_map(
        struct netfilter_rule *rule, const char *map, unsigned key, unsigned into);
/* Acts */
enum rule_set_act { RULE_SET_ADD, RULE_SET_REFRESH, RULE_SET_REMOVE };
struct rule_set_change {
	enum rule_set_act act;
	const char *set;
	unsigned key;
	int data; /* register of a map's mark, -1 = none */
	uint64_t timeout_ms;
	const struct netfilter_rate
	        *over; /* a meter: goes on when the rate is exceeded */
};
void rule_change_set(struct netfilter_rule *rule, const struct rule_set_change *change);
/* The packet's mark: set to a number, or to and from a register. */
void rule_set_mark(struct netfilter_rule *rule, uint32_t mark);
void rule_mark_store(struct netfilter_rule *rule, unsigned from);
void rule_mark_load(struct netfilter_rule *rule, unsigned into);
/* IPv4: another source, or destination, for the connection; two registers in a row. */
enum rule_translation { RULE_NEW_SOURCE, RULE_NEW_TARGET };
void rule_translate(
        struct netfilter_rule *rule, enum rule_translation translation, unsigned from);
void rule_untrack(struct netfilter_rule *rule);
void rule_count(struct netfilter_rule *rule);
void rule_accept(struct netfilter_rule *rule);
void rule_drop(struct netfilter_rule *rule);
void rule_return(struct netfilter_rule *rule);
void rule_jump(struct netfilter_rule *rule, const char *chain);
/* TCP: an answer that ends the connection. */
void rule_reset(struct netfilter_rule *rule);

/* How packets get to a program, by what the kernel has. */
enum rule_queue_kind { RULE_QUEUE_NATIVE, RULE_QUEUE_COMPATIBLE };
struct rule_queue {
	enum rule_queue_kind kind;
	uint16_t number;
	bool bypass; /* accept when nobody listens */
};
void rule_enqueue(struct netfilter_rule *rule, const struct rule_queue *queue);

#endif
