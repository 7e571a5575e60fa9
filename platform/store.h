/*
 * What the programs share in Redis, and how: events, rule sets, block and allow lists,
 * counters of accounts, states of nodes. Keys carry hash tags, so that a cluster keeps
 * together what changes together; what must be atomic is a function in store.lua, which
 * a server that does not know it is given.
 *
 *   rf:events:{<shard>}        stream of events (field "e": one JSON object), cut by time
 *   rf:events:{<shard>}:seen   per producer the number behind its last event
 *   {rf:rules}:ver, :set:<n>, :log          version, bodies, who changed what
 *   {rf:rules}:canary, :canaries            node -> version for it alone; their count
 *   {rf:blk}:h, :exp, :log, :n  blocked: entity -> "<expires ms> <detail>"; {rf:allow}: …
 *   rf:acct:{<account>}:<hour>  counters of one account and hour
 *   rf:calls:{<node>}          calls that are up: number -> JSON; gone when it is silent
 *   rf:pinholes:{<node>}       pinholes that are open, as JSON rows
 *   rf:node:<id>               fields of one node, gone when it is silent for 30 s
 *   rf:nodes                   when each node was last heard, by id
 *
 * Each function says false or NULL when Redis was away or refused; redis_problem or the
 * text of *problem says why. Numbers of versions and events count from 1.
 */
#ifndef RINGFENCE_PLATFORM_STORE_H
#define RINGFENCE_PLATFORM_STORE_H

#include "platform/redis.h"
#include "platform/secret.h"

enum {
	STORE_KEY_MAX = 320,
	STORE_NODE_TTL_S = 30,
	STORE_BODY_MAX = 8 << 20, /* bytes of a rule set */
	STORE_RULES_KEPT = 100,   /* versions whose bodies stay */
	STORE_LIST_MAX = 200000,  /* entries of a list */
};

/* Numbers of canaries: no version that is published comes near. */
static const uint64_t STORE_CANARY_FIRST = 1ull << 40;

struct store_problem {
	char text[240];
};

/* A client that knows the functions. */
struct redis *store_open(const struct redis_options *options);

/* The key's text in *key: "rf:events:{shard}" and the like. */
struct store_key {
	char text[STORE_KEY_MAX];
	size_t len;
};
struct slice store_key_text(const struct store_key *key);
struct store_key store_events_key(struct slice shard);

struct store_producer {
	struct slice shard;
	struct slice name;    /* unique: node and spool */
	uint64_t keep_ms;     /* age of events that are trimmed */
	uint64_t entries_max; /* of the stream */
};

struct store_batch {
	uint64_t first;             /* number of the first event */
	const struct slice *events; /* each one JSON object */
	size_t count;
};

/*
 * Adds a producer's next events exactly once: what Redis has taken before (an answer was
 * lost) it does not take again. True when all are in.
 */
bool store_events_add(struct redis *redis, const struct store_producer *producer,
        const struct store_batch *batch, struct store_problem *problem);

struct store_rules {
	uint64_t version;  /* 0 = nothing was published yet */
	struct slice body; /* borrowed until the next call */
	char sha256[SECRET_DIGEST_BYTES];
};

struct store_author {
	struct slice who;
	struct slice note;
};

/* The current version; cheap. */
bool store_rules_version(struct redis *redis, uint64_t *version);
/* What this node shall judge by: its canary, when it is one, else the current version. */
bool store_rules_version_of(struct redis *redis, struct slice node, uint64_t *version);
/*
 * Has some nodes judge by a body that is not the current one: a canary. *version is its
 * number, from STORE_CANARY_FIRST on; it is fetched as any other, for a week.
 */
bool store_rules_canary(struct redis *redis, struct slice body, uint64_t *version,
        struct store_problem *problem);
bool store_rules_canary_add(struct redis *redis, struct slice node, uint64_t version);
/* All nodes follow the current version again. */
bool store_rules_canary_end(struct redis *redis);
/* Nodes and their versions in turn. */
const struct redis_reply *store_rules_canaries(struct redis *redis);
/* A version's body, its digest verified. */
bool store_rules_fetch(struct redis *redis, uint64_t version, struct store_rules *rules,
        struct store_problem *problem);
/*
 * Publishes a body as the version behind expected; false ("CONFLICT …") when another one
 * was published meanwhile. *version is the new one.
 */
bool store_rules_publish(struct redis *redis, uint64_t *version, struct slice body,
        const struct store_author *author, struct store_problem *problem);
/* Publishes the body of an older version as a new one, likewise. */
bool store_rules_rollback(struct redis *redis, uint64_t *version, uint64_t to,
        const struct store_author *author, struct store_problem *problem);
/* The log, newest first: an XREVRANGE answer with version, what, who, note, sha256. */
const struct redis_reply *store_rules_log(struct redis *redis, size_t count);

enum store_list_kind { STORE_BLOCKED, STORE_ALLOWED };

struct store_entry {
	struct slice entity; /* an address, a network or another name that edges know */
	uint64_t ttl_ms;     /* 0 = for ever */
	struct slice detail; /* JSON: why, which rule */
	struct slice who;
};

/* *number is that of the change: a node that acknowledged it enforces it. */
bool store_list_add(struct redis *redis, enum store_list_kind kind,
        const struct store_entry *entry, uint64_t *number, struct store_problem *problem);
/* *removed is false when it was not there. */
bool store_list_remove(struct redis *redis, enum store_list_kind kind,
        struct slice entity, struct slice who, bool *removed);
/* Removes what has expired; any node may do it, often. */
bool store_list_expire(struct redis *redis, enum store_list_kind kind);

/*
 * Follows a list: zeroed but for kind at first. Each store_list_read asks Redis for what
 * changed, then store_list_next hands out the changes. After a snapshot the first one is
 * STORE_LIST_RESET: entries that do not come again are no longer listed. When Redis has
 * lost the list (it was restarted empty), STORE_LIST_LOST comes instead: what is enforced
 * stays until it expires, unless the caller knows better.
 */
struct store_list {
	enum store_list_kind kind;
	bool known;
	uint64_t number;   /* of the last change that was handed out: acknowledge this */
	char position[48]; /* in the log */
	/* of the answer at hand */
	const struct redis_reply *answer;
	size_t next;
	uint8_t begin; /* what comes first */
	uint64_t answer_number;
	char answer_position[48];
	bool snapshot;
};

enum store_list_what {
	STORE_LIST_RESET,
	STORE_LIST_LOST,
	STORE_LIST_ADD,
	STORE_LIST_DEL,
};

struct store_list_change {
	enum store_list_what what;
	struct slice entity;
	uint64_t expires_ms; /* since 1970; 0 = never */
	struct slice detail;
};

bool store_list_read(struct redis *redis, struct store_list *list);
bool store_list_next(struct store_list *list, struct store_list_change *change);

struct store_amount {
	struct slice field;
	int64_t amount;
};

enum { STORE_AMOUNTS_MAX = 16 };

/*
 * Queues the addition of amounts to an account's hour; after redis_run its answer is a
 * list of the totals, each behind this addition. False when the queue is full.
 */
bool store_account_add(struct redis *redis, struct slice account, uint64_t hour,
        const struct store_amount *amounts, size_t count);

/*
 * Queues what is known of a call that is up at a node, under the node's number of it; an
 * empty text: it has ended. store_calls_keep queues a sign of life for all of them, or,
 * anew, forgets them.
 */
bool store_call_put(
        struct redis *redis, struct slice node, uint64_t id, struct slice json);
bool store_calls_keep(struct redis *redis, struct slice node, bool anew);
uint64_t store_calls_count(struct redis *redis, struct slice node);
/* An HSCAN answer: the next cursor (0 = the end), numbers and texts in turn. */
const struct redis_reply *store_calls(
        struct redis *redis, struct slice node, uint64_t cursor);
/* Queues a node's pinholes as one text; the text. */
bool store_pinholes_put(struct redis *redis, struct slice node, struct slice json);
const struct redis_reply *store_pinholes(struct redis *redis, struct slice node);

/* Queues the state of a node: names and values in turn. */
bool store_node_set(
        struct redis *redis, struct slice id, const struct slice *fields, size_t count);
/* The ids of nodes heard of within a day: a list of texts. */
const struct redis_reply *store_nodes(struct redis *redis);
/* Names and values; an empty list when the node is silent. */
const struct redis_reply *store_node(struct redis *redis, struct slice id);

#endif
