/*
 * Rule sets in Redis: immutable bodies under numbers, one of which is current.
 */
#include <stdio.h>

#include "platform/store_inside.h"

static const struct slice VERSION = {"{rf:rules}:ver", 14};
static const struct slice LOG = {"{rf:rules}:log", 14};
static const struct slice CANARY = {"{rf:rules}:canary", 17};
static const struct slice CANARIES = {"{rf:rules}:canaries", 19};

enum { CANARY_S = 7 * 86400 };

static struct store_key body_key(uint64_t version)
{
	struct store_digits digits;
	return store_key_of("{rf:rules}:set:", store_digits(&digits, version), "");
}

bool store_rules_version(struct redis *redis, uint64_t *version)
{
	const struct redis_reply *reply =
	        redis_ask(redis, VERSION, REDIS_ARGS(SLICE("GET"), VERSION));
	if (!reply || redis_kind(reply) == REDIS_ERROR)
		return false;
	*version = (uint64_t)redis_number(reply);
	return true;
}

bool store_rules_version_of(struct redis *redis, struct slice node, uint64_t *version)
{
	const struct redis_reply *reply =
	        redis_ask(redis, CANARY, REDIS_ARGS(SLICE("HGET"), CANARY, node));
	if (!reply || redis_kind(reply) == REDIS_ERROR)
		return false;
	if (slice_to_u64(redis_text(reply), version) && *version >= STORE_CANARY_FIRST)
		return true;
	return store_rules_version(redis, version);
}

bool store_rules_canary(struct redis *redis, struct slice body, uint64_t *version,
        struct store_problem *problem)
{
	char digest[SECRET_DIGEST_BYTES];
	struct store_digits life;
	const struct redis_reply *reply =
	        redis_ask(redis, CANARIES, REDIS_ARGS(SLICE("INCR"), CANARIES));
	if (redis_kind(reply) != REDIS_NUMBER)
		return store_fail(redis, reply, problem);
	*version = STORE_CANARY_FIRST + (uint64_t)redis_number(reply);
	const struct store_key key = body_key(*version);
	const struct slice name = store_key_text(&key);
	secret_digest(body, digest);
	reply = redis_ask(redis, name,
	        REDIS_ARGS(SLICE("HSET"), name, SLICE("body"), body, SLICE("sha256"),
	                slice_of(digest, SECRET_DIGEST_BYTES - 1)));
	if (redis_kind(reply) != REDIS_NUMBER)
		return store_fail(redis, reply, problem);
	(void)redis_ask(redis, name,
	        REDIS_ARGS(SLICE("EXPIRE"), name, store_digits(&life, CANARY_S)));
	return true;
}

bool store_rules_canary_add(struct redis *redis, struct slice node, uint64_t version)
{
	struct store_digits digits;
	return redis_kind(redis_ask(redis, CANARY,
	               REDIS_ARGS(SLICE("HSET"), CANARY, node,
	                       store_digits(&digits, version)))) == REDIS_NUMBER;
}

bool store_rules_canary_end(struct redis *redis)
{
	return redis_kind(redis_ask(redis, CANARY, REDIS_ARGS(SLICE("DEL"), CANARY))) ==
	       REDIS_NUMBER;
}

const struct redis_reply *store_rules_canaries(struct redis *redis)
{
	return redis_ask(redis, CANARY, REDIS_ARGS(SLICE("HGETALL"), CANARY));
}

bool store_rules_fetch(struct redis *redis, uint64_t version, struct store_rules *rules,
        struct store_problem *problem)
{
	const struct store_key key = body_key(version);
	const struct slice name = store_key_text(&key);
	const struct redis_reply *reply = redis_ask(redis, name,
	        REDIS_ARGS(SLICE("HMGET"), name, SLICE("body"), SLICE("sha256")));
	const struct slice body = redis_text(redis_item(reply, 0));
	const struct slice digest = redis_text(redis_item(reply, 1));

	if (redis_count(reply) != 2)
		return store_fail(redis, reply, problem);
	*rules = (struct store_rules){.version = version, .body = body};
	secret_digest(body, rules->sha256);
	if (slice_present(body) &&
	        slice_equal(digest, slice_of(rules->sha256, SECRET_DIGEST_BYTES - 1)))
		return true;
	(void)snprintf(problem->text, sizeof(problem->text),
	        slice_present(body) ? "version %llu is not what was published: its "
	                              "SHA-256 differs"
	                            : "version %llu is no longer there",
	        (unsigned long long)version);
	return false;
}

/* The number the answer tells, into *version. */
static bool published(struct redis *redis, const struct redis_reply *reply,
        uint64_t *version, struct store_problem *problem)
{
	if (redis_kind(reply) != REDIS_NUMBER)
		return store_fail(redis, reply, problem);
	*version = (uint64_t)redis_number(reply);
	return true;
}

bool store_rules_publish(struct redis *redis, uint64_t *version, struct slice body,
        const struct store_author *author, struct store_problem *problem)
{
	const struct store_key fresh = body_key(*version + 1);
	const struct store_key old =
	        body_key(*version > STORE_RULES_KEPT ? *version - STORE_RULES_KEPT : 0);
	char digest[SECRET_DIGEST_BYTES];
	struct store_digits expected;

	if (body.len > STORE_BODY_MAX) {
		(void)snprintf(problem->text, sizeof(problem->text),
		        "a rule set has at most %d bytes", STORE_BODY_MAX);
		return false;
	}
	secret_digest(body, digest);
	const struct redis_reply *reply = redis_ask(redis, VERSION,
	        REDIS_ARGS(SLICE("FCALL"), SLICE("rf1_rules_publish"), SLICE("4"),
	                VERSION, LOG, store_key_text(&fresh), store_key_text(&old),
	                store_digits(&expected, *version), body,
	                slice_of(digest, SECRET_DIGEST_BYTES - 1), author->who,
	                author->note, SLICE("publish")));
	return published(redis, reply, version, problem);
}

bool store_rules_rollback(struct redis *redis, uint64_t *version, uint64_t to,
        const struct store_author *author, struct store_problem *problem)
{
	const struct store_key fresh = body_key(*version + 1);
	const struct store_key forget = body_key(0);
	const struct store_key old = body_key(to);
	struct store_digits expected, wanted;

	const struct redis_reply *reply = redis_ask(redis, VERSION,
	        REDIS_ARGS(SLICE("FCALL"), SLICE("rf1_rules_rollback"), SLICE("5"),
	                VERSION, LOG, store_key_text(&fresh), store_key_text(&forget),
	                store_key_text(&old), store_digits(&expected, *version),
	                store_digits(&wanted, to), author->who, author->note));
	return published(redis, reply, version, problem);
}

const struct redis_reply *store_rules_log(struct redis *redis, size_t count)
{
	struct store_digits most;
	return redis_ask(redis, LOG,
	        REDIS_ARGS(SLICE("XREVRANGE"), LOG, SLICE("+"), SLICE("-"),
	                SLICE("COUNT"), store_digits(&most, count)));
}
