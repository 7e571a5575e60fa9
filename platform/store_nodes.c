/*
 * States of nodes in Redis: who lives, what it runs, what it lost.
 */
#include "platform/instant.h"
#include "platform/store_inside.h"

enum { FIELDS_MAX = 64, DAY_MS = 86400000 };

static const struct slice NODES = {"rf:nodes", 8};

bool store_node_set(
        struct redis *redis, struct slice id, const struct slice *fields, size_t count)
{
	const struct store_key key = store_key_of("rf:node:", id, "");
	const struct slice name = store_key_text(&key);
	struct slice args[2 + FIELDS_MAX] = {SLICE("HSET"), name};
	struct store_digits now, ttl, old;

	if (count > FIELDS_MAX)
		return false;
	memcpy(args + 2, fields, count * sizeof(*fields));
	const uint64_t now_ms = instant_now_us() / 1000;
	return redis_add(redis, name, args, 2 + count) &&
	       redis_add(redis, name,
	               REDIS_ARGS(SLICE("EXPIRE"), name,
	                       store_digits(&ttl, STORE_NODE_TTL_S))) &&
	       redis_add(redis, NODES,
	               REDIS_ARGS(
	                       SLICE("ZADD"), NODES, store_digits(&now, now_ms), id)) &&
	       redis_add(redis, NODES,
	               REDIS_ARGS(SLICE("ZREMRANGEBYSCORE"), NODES, SLICE("-inf"),
	                       store_digits(&old, now_ms - DAY_MS)));
}

const struct redis_reply *store_nodes(struct redis *redis)
{
	return redis_ask(redis, NODES,
	        REDIS_ARGS(SLICE("ZRANGE"), NODES, SLICE("0"), SLICE("1000")));
}

const struct redis_reply *store_node(struct redis *redis, struct slice id)
{
	const struct store_key key = store_key_of("rf:node:", id, "");
	const struct slice name = store_key_text(&key);
	return redis_ask(redis, name, REDIS_ARGS(SLICE("HGETALL"), name));
}
