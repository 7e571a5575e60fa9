#include "platform/store.h"

#include <stdio.h>

#include "platform/store_inside.h"

/* Made from store.lua. */
extern const char STORE_LUA[];
extern const size_t STORE_LUA_len;

struct redis *store_open(const struct redis_options *options)
{
	struct redis *redis = redis_new(options);
	if (redis)
		redis_library(redis, slice_of(STORE_LUA, STORE_LUA_len));
	return redis;
}

struct store_key store_key_of(const char *before, struct slice name, const char *behind)
{
	struct store_key key;
	struct writer out = writer_of(key.text, sizeof(key.text));
	/* A name of the wire must not end the hash tag, nor grow without end. */
	writer_string(&out, before);
	for (size_t i = 0; i < name.len && i < STORE_NAME_MAX; i++) {
		const char byte = name.data[i];
		writer_byte(&out, byte == '{' || byte == '}' ? '_' : byte);
	}
	writer_string(&out, behind);
	key.len = out.len;
	return key;
}

struct slice store_key_text(const struct store_key *key)
{
	return slice_of(key->text, key->len);
}

struct store_key store_events_key(struct slice shard)
{
	return store_key_of("rf:events:{", shard, "}");
}

struct slice store_digits(struct store_digits *digits, uint64_t value)
{
	const int len = snprintf(
	        digits->text, sizeof(digits->text), "%llu", (unsigned long long)value);
	return slice_of(digits->text, (size_t)len);
}

bool store_fail(const struct redis *redis, const struct redis_reply *reply,
        struct store_problem *problem)
{
	const struct slice text = redis_text(reply);
	if (redis_kind(reply) == REDIS_ERROR)
		(void)snprintf(problem->text, sizeof(problem->text), "%.*s",
		        (int)text.len, text.data);
	else
		(void)snprintf(problem->text, sizeof(problem->text), "%s",
		        reply ? "an answer makes no sense" : redis_problem(redis));
	return false;
}

bool store_events_add(struct redis *redis, const struct store_producer *producer,
        const struct store_batch *batch, struct store_problem *problem)
{
	enum { HEAD = 9 };
	const struct store_key stream = store_events_key(producer->shard);
	const struct store_key seen =
	        store_key_of("rf:events:{", producer->shard, "}:seen");
	struct store_digits number, keep, most;
	struct slice args[HEAD + STORE_EVENTS_MAX] = {
	        SLICE("FCALL"),
	        SLICE("rf1_events_add"),
	        SLICE("2"),
	        store_key_text(&stream),
	        store_key_text(&seen),
	        producer->name,
	        store_digits(&number, batch->first),
	        store_digits(&keep, producer->keep_ms),
	        store_digits(&most, producer->entries_max),
	};
	for (size_t done = 0; done < batch->count;) {
		const size_t part = batch->count - done < STORE_EVENTS_MAX
		                            ? batch->count - done
		                            : STORE_EVENTS_MAX;
		memcpy(args + HEAD, batch->events + done, part * sizeof(*batch->events));
		args[6] = store_digits(&number, batch->first + done);
		const struct redis_reply *reply =
		        redis_ask(redis, args[3], args, HEAD + part);
		if (redis_kind(reply) != REDIS_NUMBER)
			return store_fail(redis, reply, problem);
		done += part;
	}
	return true;
}

bool store_account_add(struct redis *redis, struct slice account, uint64_t hour,
        const struct store_amount *amounts, size_t count)
{
	enum { HEAD = 5 };
	struct store_digits hours;
	struct store_digits values[STORE_AMOUNTS_MAX];
	char behind[32];

	(void)store_digits(&hours, hour);
	(void)snprintf(behind, sizeof(behind), "}:%s", hours.text);
	const struct store_key key = store_key_of("rf:acct:{", account, behind);
	struct slice args[HEAD + 2 * STORE_AMOUNTS_MAX] = {SLICE("FCALL"),
	        SLICE("rf1_account_add"), SLICE("1"), store_key_text(&key),
	        SLICE("7200")};
	if (count > STORE_AMOUNTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		const int len = snprintf(values[i].text, sizeof(values[i].text), "%lld",
		        (long long)amounts[i].amount);
		args[HEAD + 2 * i] = amounts[i].field;
		args[HEAD + 2 * i + 1] = slice_of(values[i].text, (size_t)len);
	}
	return redis_add(redis, args[3], args, HEAD + 2 * count);
}
