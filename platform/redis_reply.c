/*
 * What came back: answers of the library under plain names.
 */
#include <hiredis/hiredis.h>

#include "platform/redis.h"

static const redisReply *raw(const struct redis_reply *reply)
{
	return (const redisReply *)reply;
}

enum redis_kind redis_kind(const struct redis_reply *reply)
{
	if (!reply)
		return REDIS_NIL;
	switch (raw(reply)->type) {
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
		return REDIS_TEXT;
	case REDIS_REPLY_INTEGER:
		return REDIS_NUMBER;
	case REDIS_REPLY_ARRAY:
		return REDIS_LIST;
	case REDIS_REPLY_ERROR:
		return REDIS_ERROR;
	default:
		return REDIS_NIL;
	}
}

struct slice redis_text(const struct redis_reply *reply)
{
	const enum redis_kind kind = redis_kind(reply);
	if (kind != REDIS_TEXT && kind != REDIS_ERROR)
		return (struct slice){0};
	return slice_of(raw(reply)->str, (size_t)raw(reply)->len);
}

int64_t redis_number(const struct redis_reply *reply)
{
	const enum redis_kind kind = redis_kind(reply);
	if (kind == REDIS_NUMBER)
		return raw(reply)->integer;
	struct slice digits = redis_text(reply);
	const bool minus = kind == REDIS_TEXT && slice_starts(digits, SLICE("-"));
	uint64_t value = 0;
	if (kind != REDIS_TEXT || !slice_to_u64(slice_from(digits, minus), &value) ||
	        value > INT64_MAX)
		return 0;
	return minus ? -(int64_t)value : (int64_t)value;
}

size_t redis_count(const struct redis_reply *reply)
{
	return redis_kind(reply) == REDIS_LIST ? raw(reply)->elements : 0;
}

const struct redis_reply *redis_item(const struct redis_reply *reply, size_t index)
{
	if (index >= redis_count(reply))
		return NULL;
	return (const struct redis_reply *)raw(reply)->element[index];
}

const struct redis_reply *redis_field(const struct redis_reply *reply, struct slice name)
{
	for (size_t i = 0; i + 1 < redis_count(reply); i += 2)
		if (slice_equal(redis_text(redis_item(reply, i)), name))
			return redis_item(reply, i + 1);
	return NULL;
}

bool redis_error_is(const struct redis_reply *reply, struct slice code)
{
	return redis_kind(reply) == REDIS_ERROR && slice_starts(redis_text(reply), code);
}
