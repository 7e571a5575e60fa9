#include "platform/redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/instant.h"
#include "platform/redis_inside.h"

enum { ARGUMENTS_MAX = 4096 };

static const char *copy(const char *text, bool *fine)
{
	char *copied = text ? strdup(text) : NULL;
	if (text && !copied)
		*fine = false;
	return copied;
}

static bool options_copy(struct redis_options *into, const struct redis_options *from)
{
	bool fine = true;
	*into = *from;
	into->unix_path = copy(from->unix_path, &fine);
	into->host = copy(from->host, &fine);
	into->user = copy(from->user, &fine);
	into->password = copy(from->password, &fine);
	into->client_name = copy(from->client_name, &fine);
	into->tls_ca = copy(from->tls_ca, &fine);
	into->tls_cert = copy(from->tls_cert, &fine);
	into->tls_key = copy(from->tls_key, &fine);
	if (!into->connect_ms)
		into->connect_ms = 1000;
	if (!into->answer_ms)
		into->answer_ms = 2000;
	return fine;
}

static void options_clear(struct redis_options *options)
{
	const char *const texts[] = {options->unix_path, options->host, options->user,
	        options->password, options->client_name, options->tls_ca,
	        options->tls_cert, options->tls_key};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free((void *)(uintptr_t)texts[i]);
}

struct redis *redis_new(const struct redis_options *options)
{
	struct redis *redis = calloc(1, sizeof(*redis));
	struct redis_peer peer = {.port = options->port ? options->port : 6379};
	const char *problem;

	if (!redis)
		return NULL;
	redis->pending = calloc(REDIS_COMMANDS_MAX, sizeof(*redis->pending));
	memset(redis->slots, REDIS_NO_LINK, sizeof(redis->slots));
	bool fine = redis->pending && options_copy(&redis->options.redis, options);
	if (fine && options->tls) {
		redis->options.tls = redis_tls_new(options, &problem);
		fine = redis->options.tls != NULL;
	}
	if (options->unix_path)
		peer.port = 0;
	(void)snprintf(peer.host, sizeof(peer.host), "%s",
	        options->unix_path ? options->unix_path
	                           : (options->host ? options->host : "127.0.0.1"));
	fine = fine && redis_link_to(redis, &peer) == 0;
	if (!fine)
		redis_free(&redis);
	return redis;
}

static void answers_drop(struct redis *redis)
{
	for (size_t i = 0; i < redis->count; i++)
		if (redis->pending[i].reply)
			freeReplyObject(redis->pending[i].reply);
	redis->count = 0;
	redis->queue_len = 0;
	redis->ran = false;
}

void redis_free(struct redis **redis)
{
	if (!*redis)
		return;
	if ((*redis)->pending)
		answers_drop(*redis);
	for (size_t i = 0; i < (*redis)->link_count; i++)
		redis_link_free(&(*redis)->links[i]);
	redis_tls_free(&(*redis)->options.tls);
	options_clear(&(*redis)->options.redis);
	free((*redis)->pending);
	free((*redis)->queue);
	free(*redis);
	*redis = NULL;
}

static bool queue_room(struct redis *redis, size_t bytes)
{
	size_t size = redis->queue_size ? redis->queue_size : 16384;
	if (bytes > REDIS_QUEUE_BYTES_MAX - redis->queue_len)
		return false;
	while (size - redis->queue_len < bytes)
		size *= 2;
	if (size == redis->queue_size)
		return true;
	char *larger = realloc(redis->queue, size);
	if (!larger)
		return false;
	redis->queue = larger;
	redis->queue_size = size;
	return true;
}

/* "*3\r\n", "$5\r\n": the heads of RESP. */
static size_t head(char *into, char kind, size_t value)
{
	return (size_t)snprintf(into, 24, "%c%zu\r\n", kind, value);
}

bool redis_add(
        struct redis *redis, struct slice key, const struct slice *args, size_t count)
{
	size_t bytes = 32;
	if (redis->ran)
		answers_drop(redis);
	if (redis->count == REDIS_COMMANDS_MAX || count > ARGUMENTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (args[i].len > REDIS_QUEUE_BYTES_MAX)
			return false;
		bytes += args[i].len + 32;
	}
	if (!queue_room(redis, bytes))
		return false;
	char *at = redis->queue + redis->queue_len;
	at += head(at, '*', count);
	for (size_t i = 0; i < count; i++) {
		at += head(at, '$', args[i].len);
		if (args[i].len)
			memcpy(at, args[i].data, args[i].len);
		at += args[i].len;
		*at++ = '\r';
		*at++ = '\n';
	}
	const size_t end = (size_t)(at - redis->queue);
	redis->pending[redis->count++] = (struct pending){
	        .offset = redis->queue_len,
	        .len = end - redis->queue_len,
	        .keyed = slice_present(key),
	        .slot = redis_slot(key),
	        .link = REDIS_NO_LINK,
	};
	redis->queue_len = end;
	return true;
}

/* Sleeps longer after each failure, and never two clients in step. */
static void back_off(struct redis *redis)
{
	redis->backoff_ms =
	        redis->backoff_ms ? redis->backoff_ms * 2 : REDIS_BACKOFF_MIN_MS;
	if (redis->backoff_ms > REDIS_BACKOFF_MAX_MS)
		redis->backoff_ms = REDIS_BACKOFF_MAX_MS;
	const uint32_t jitter =
	        (uint32_t)(instant_now_us() % 1000000) % (redis->backoff_ms / 4 + 1);
	redis->retry_at_ms = instant_steady_ms() + redis->backoff_ms + jitter;
}

bool redis_run(struct redis *redis)
{
	redis->ran = true;
	if (redis->count == 0)
		return true;
	if (redis->retry_at_ms && instant_steady_ms() < redis->retry_at_ms)
		return false;
	redis->connected = redis_rounds(redis);
	if (redis->connected) {
		redis->backoff_ms = 0;
		redis->retry_at_ms = 0;
	} else {
		back_off(redis);
	}
	return redis->connected;
}

const struct redis_reply *redis_answer(const struct redis *redis, size_t index)
{
	return index < redis->count && redis->ran
	               ? (const struct redis_reply *)redis->pending[index].reply
	               : NULL;
}

const struct redis_reply *redis_ask(
        struct redis *redis, struct slice key, const struct slice *args, size_t count)
{
	if (!redis_add(redis, key, args, count) || !redis_run(redis))
		return NULL;
	return redis_answer(redis, redis->count - 1);
}

const char *redis_problem(const struct redis *redis)
{
	return redis->problem;
}

bool redis_connected(const struct redis *redis)
{
	return redis->connected;
}

uint64_t redis_connections(const struct redis *redis)
{
	return redis->connections;
}

void redis_answer_ms(struct redis *redis, uint32_t answer_ms)
{
	redis->options.redis.answer_ms = answer_ms;
}

void redis_library(struct redis *redis, struct slice text)
{
	redis->library = text;
}
