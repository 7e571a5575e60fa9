/*
 * Block and allow lists in Redis: a hash of what holds, a log of what changed.
 */
#include <stdio.h>

#include "platform/store_inside.h"

enum { CHANGES_MAX = 1000, EXPIRED_MAX = 1000 };

struct list_keys {
	struct slice hash;
	struct slice expiry;
	struct slice log;
	struct slice number;
};

static const struct list_keys KEYS[] = {
        [STORE_BLOCKED] = {{"{rf:blk}:h", 10}, {"{rf:blk}:exp", 12}, {"{rf:blk}:log", 12},
                {"{rf:blk}:n", 10}},
        [STORE_ALLOWED] = {{"{rf:allow}:h", 12}, {"{rf:allow}:exp", 14},
                {"{rf:allow}:log", 14}, {"{rf:allow}:n", 12}},
};

enum { CALL_HEAD = 7, CALL_ARGS = 5 };

/* Calls a function of lists with its four keys. */
static const struct redis_reply *call(struct redis *redis, enum store_list_kind kind,
        struct slice function, const struct slice *args, size_t count)
{
	const struct list_keys *keys = &KEYS[kind];
	struct slice words[CALL_HEAD + CALL_ARGS] = {SLICE("FCALL"), function, SLICE("4"),
	        keys->hash, keys->expiry, keys->log, keys->number};
	memcpy(words + CALL_HEAD, args, count * sizeof(*args));
	return redis_ask(redis, keys->hash, words, CALL_HEAD + count);
}

bool store_list_add(struct redis *redis, enum store_list_kind kind,
        const struct store_entry *entry, uint64_t *number, struct store_problem *problem)
{
	struct store_digits ttl, most;
	const struct slice args[CALL_ARGS] = {entry->entity,
	        store_digits(&ttl, entry->ttl_ms), entry->detail, entry->who,
	        store_digits(&most, STORE_LIST_MAX)};
	const struct redis_reply *reply =
	        call(redis, kind, SLICE("rf1_list_add"), args, CALL_ARGS);
	if (redis_kind(reply) != REDIS_NUMBER)
		return store_fail(redis, reply, problem);
	*number = (uint64_t)redis_number(reply);
	return true;
}

bool store_list_remove(struct redis *redis, enum store_list_kind kind,
        struct slice entity, struct slice who, bool *removed)
{
	const struct slice args[] = {entity, who};
	const struct redis_reply *reply =
	        call(redis, kind, SLICE("rf1_list_remove"), args, 2);
	*removed = redis_number(reply) == 1;
	return redis_kind(reply) == REDIS_NUMBER;
}

bool store_list_expire(struct redis *redis, enum store_list_kind kind)
{
	struct store_digits most;
	const struct slice args[] = {store_digits(&most, EXPIRED_MAX)};
	return redis_kind(call(redis, kind, SLICE("rf1_list_expire"), args, 1)) ==
	       REDIS_NUMBER;
}

/* A log entry: [id, [name, value, …]]. */
static const struct redis_reply *entry_field(
        const struct redis_reply *entry, struct slice name)
{
	return redis_field(redis_item(entry, 1), name);
}

static void position_keep(char into[48], const struct redis_reply *entry)
{
	const struct slice id = redis_text(redis_item(entry, 0));
	(void)snprintf(into, 48, "%.*s", (int)id.len, id.data ? id.data : "");
}

/* First the log's tail, then the hash: what changes in between comes once more. */
static bool read_snapshot(struct redis *redis, struct store_list *list, uint8_t begin)
{
	const struct list_keys *keys = &KEYS[list->kind];
	if (!redis_add(redis, keys->log,
	            REDIS_ARGS(SLICE("XREVRANGE"), keys->log, SLICE("+"), SLICE("-"),
	                    SLICE("COUNT"), SLICE("1"))) ||
	        !redis_add(redis, keys->hash, REDIS_ARGS(SLICE("HGETALL"), keys->hash)) ||
	        !redis_run(redis) || redis_kind(redis_answer(redis, 0)) != REDIS_LIST ||
	        redis_kind(redis_answer(redis, 1)) != REDIS_LIST)
		return false;
	const struct redis_reply *tail = redis_item(redis_answer(redis, 0), 0);
	position_keep(list->answer_position, tail);
	list->answer_number = (uint64_t)redis_number(entry_field(tail, SLICE("n")));
	list->answer = redis_answer(redis, 1);
	list->next = 0;
	list->begin = begin;
	list->snapshot = true;
	return true;
}

bool store_list_read(struct redis *redis, struct store_list *list)
{
	const struct list_keys *keys = &KEYS[list->kind];
	struct store_digits most;
	char from[50];

	list->answer = NULL;
	if (!list->known)
		return read_snapshot(redis, list, STORE_LIST_RESET);
	(void)snprintf(
	        from, sizeof(from), list->position[0] ? "(%s" : "-", list->position);
	if (!redis_add(redis, keys->number, REDIS_ARGS(SLICE("GET"), keys->number)) ||
	        !redis_add(redis, keys->log,
	                REDIS_ARGS(SLICE("XRANGE"), keys->log, slice_text(from),
	                        SLICE("+"), SLICE("COUNT"),
	                        store_digits(&most, CHANGES_MAX))) ||
	        !redis_run(redis) || redis_kind(redis_answer(redis, 0)) == REDIS_ERROR ||
	        redis_kind(redis_answer(redis, 1)) != REDIS_LIST)
		return false;
	const uint64_t number = (uint64_t)redis_number(redis_answer(redis, 0));
	const struct redis_reply *changes = redis_answer(redis, 1);
	const struct redis_reply *first = redis_item(changes, 0);
	const uint64_t begins =
	        first ? (uint64_t)redis_number(entry_field(first, SLICE("n")))
	              : number + 1;
	if (number < list->number || begins <= list->number)
		return read_snapshot(redis, list, STORE_LIST_LOST);
	/* The log was cut before we read it. */
	if (begins != list->number + 1)
		return read_snapshot(redis, list, STORE_LIST_RESET);
	list->answer = changes;
	list->next = 0;
	list->snapshot = false;
	return true;
}

/* "<expires ms> <detail>" */
static void value_split(struct slice value, struct store_list_change *change)
{
	const struct slice digits = slice_split(&value, ' ');
	if (!slice_to_u64(digits, &change->expires_ms))
		change->expires_ms = 0;
	change->detail = slice_present(value) ? value : SLICE("");
}

static bool next_of_snapshot(struct store_list *list, struct store_list_change *change)
{
	if (list->next == 0 && list->begin != STORE_LIST_ADD) {
		*change = (struct store_list_change){
		        .what = (enum store_list_what)list->begin};
		list->begin = STORE_LIST_ADD;
		return true;
	}
	if (list->next + 1 >= redis_count(list->answer)) {
		list->known = true;
		list->number = list->answer_number;
		memcpy(list->position, list->answer_position, sizeof(list->position));
		list->answer = NULL;
		return false;
	}
	*change = (struct store_list_change){.what = STORE_LIST_ADD,
	        .entity = redis_text(redis_item(list->answer, list->next))};
	value_split(redis_text(redis_item(list->answer, list->next + 1)), change);
	list->next += 2;
	return true;
}

bool store_list_next(struct store_list *list, struct store_list_change *change)
{
	if (!list->answer)
		return false;
	if (list->snapshot)
		return next_of_snapshot(list, change);
	const struct redis_reply *entry = redis_item(list->answer, list->next);
	if (!entry) {
		list->answer = NULL;
		return false;
	}
	list->next++;
	list->number = (uint64_t)redis_number(entry_field(entry, SLICE("n")));
	position_keep(list->position, entry);
	const struct slice op = redis_text(entry_field(entry, SLICE("op")));
	*change = (struct store_list_change){
	        .what = slice_equal(op, SLICE("del")) ? STORE_LIST_DEL : STORE_LIST_ADD,
	        .entity = redis_text(entry_field(entry, SLICE("entity"))),
	};
	if (change->what == STORE_LIST_ADD)
		value_split(redis_text(entry_field(entry, SLICE("value"))), change);
	return true;
}
