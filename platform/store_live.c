/*
 * What goes on at the nodes right now: calls that are up, pinholes that are open. Gone by
 * itself when a node is silent.
 */
#include "platform/store_inside.h"

enum { CALLS_TTL_S = 60, PINHOLES_TTL_S = 15 };

static struct store_key calls_key(struct slice node)
{
	return store_key_of("rf:calls:{", node, "}");
}

static struct store_key pinholes_key(struct slice node)
{
	return store_key_of("rf:pinholes:{", node, "}");
}

bool store_call_put(
        struct redis *redis, struct slice node, uint64_t id, struct slice json)
{
	const struct store_key key = calls_key(node);
	const struct slice name = store_key_text(&key);
	struct store_digits digits;
	const struct slice field = store_digits(&digits, id);
	if (!json.len)
		return redis_add(redis, name, REDIS_ARGS(SLICE("HDEL"), name, field));
	return redis_add(redis, name, REDIS_ARGS(SLICE("HSET"), name, field, json));
}

bool store_calls_keep(struct redis *redis, struct slice node, bool anew)
{
	const struct store_key key = calls_key(node);
	const struct slice name = store_key_text(&key);
	struct store_digits life;
	if (anew)
		return redis_add(redis, name, REDIS_ARGS(SLICE("DEL"), name));
	return redis_add(redis, name,
	        REDIS_ARGS(SLICE("EXPIRE"), name, store_digits(&life, CALLS_TTL_S)));
}

uint64_t store_calls_count(struct redis *redis, struct slice node)
{
	const struct store_key key = calls_key(node);
	const struct slice name = store_key_text(&key);
	return (uint64_t)redis_number(
	        redis_ask(redis, name, REDIS_ARGS(SLICE("HLEN"), name)));
}

const struct redis_reply *store_calls(
        struct redis *redis, struct slice node, uint64_t cursor)
{
	const struct store_key key = calls_key(node);
	const struct slice name = store_key_text(&key);
	struct store_digits digits;
	return redis_ask(redis, name,
	        REDIS_ARGS(SLICE("HSCAN"), name, store_digits(&digits, cursor),
	                SLICE("COUNT"), SLICE("1000")));
}

bool store_pinholes_put(struct redis *redis, struct slice node, struct slice json)
{
	const struct store_key key = pinholes_key(node);
	const struct slice name = store_key_text(&key);
	struct store_digits life;
	return redis_add(redis, name,
	        REDIS_ARGS(SLICE("SET"), name, json, SLICE("EX"),
	                store_digits(&life, PINHOLES_TTL_S)));
}

const struct redis_reply *store_pinholes(struct redis *redis, struct slice node)
{
	const struct store_key key = pinholes_key(node);
	const struct slice name = store_key_text(&key);
	return redis_ask(redis, name, REDIS_ARGS(SLICE("GET"), name));
}
