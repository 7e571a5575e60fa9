#include "platform/redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/instant.h"
#include "platform/redis_link.h"

enum {
	SLOTS = 16384,
	ROUNDS_MAX = 8, /* of redirections and repeats within one run */
	ARGUMENTS_MAX = 4096,
	RETRY_MS = 40, /* a cluster that moves slots asks for a moment */
	NO_LINK = 0xff,
};

/* A queued command. Its bytes are those of the queue at offset. */
struct pending {
	size_t offset;
	size_t len;
	redisReply *reply;
	uint16_t slot;
	uint8_t link; /* that is to answer */
	bool keyed;
	bool asking; /* the next try is an exception to the map of slots */
	bool taught; /* its node was given the library */
};

struct redis {
	struct redis_link_options options;
	struct redis_link *links[REDIS_NODES_MAX];
	size_t link_count;
	uint8_t entry;        /* the link to ask when the map says nothing */
	uint8_t slots[SLOTS]; /* which link, NO_LINK = unknown */
	struct pending *pending;
	size_t count;
	bool ran; /* the answers are those of a run; the next redis_add drops them */
	char *queue;
	size_t queue_len;
	size_t queue_size;
	struct slice library;
	uint64_t retry_at_ms;
	uint32_t backoff_ms;
	uint64_t connections;
	bool connected;
	char problem[512];
};

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

/* The link to this peer, made when it is new; NO_LINK when there are too many. */
static uint8_t link_to(struct redis *redis, const struct redis_peer *peer)
{
	for (size_t i = 0; i < redis->link_count; i++) {
		const struct redis_peer *known = redis_link_peer(redis->links[i]);
		if (known->port == peer->port && strcmp(known->host, peer->host) == 0)
			return (uint8_t)i;
	}
	if (redis->link_count == REDIS_NODES_MAX)
		return NO_LINK;
	struct redis_link *link = redis_link_new(peer);
	if (!link)
		return NO_LINK;
	redis->links[redis->link_count] = link;
	return (uint8_t)redis->link_count++;
}

struct redis *redis_new(const struct redis_options *options)
{
	struct redis *redis = calloc(1, sizeof(*redis));
	struct redis_peer peer = {.port = options->port ? options->port : 6379};
	const char *problem;

	if (!redis)
		return NULL;
	redis->pending = calloc(REDIS_COMMANDS_MAX, sizeof(*redis->pending));
	memset(redis->slots, NO_LINK, sizeof(redis->slots));
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
	fine = fine && link_to(redis, &peer) == 0;
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
	        .link = NO_LINK,
	};
	redis->queue_len = end;
	return true;
}

static uint8_t link_of(const struct redis *redis, const struct pending *pending)
{
	const uint8_t known = pending->keyed ? redis->slots[pending->slot] : NO_LINK;
	return known == NO_LINK ? redis->entry : known;
}

/* The node is away: what it served is asked elsewhere the next time. */
static void forget(struct redis *redis, uint8_t index)
{
	(void)snprintf(redis->problem, sizeof(redis->problem), "%s: %s",
	        redis_link_peer(redis->links[index])->host,
	        redis_link_problem(redis->links[index]));
	for (size_t slot = 0; slot < SLOTS; slot++)
		if (redis->slots[slot] == index)
			redis->slots[slot] = NO_LINK;
	if (redis->entry == index)
		redis->entry = (uint8_t)((index + 1u) % redis->link_count);
}

static bool send_pending(struct redis *redis, uint8_t index)
{
	static const struct slice asking = {"*1\r\n$6\r\nASKING\r\n", 16};
	struct redis_link *link = redis->links[index];
	const uint32_t limit_ms = redis->options.redis.answer_ms;
	size_t begin = 0;
	size_t end = 0;

	/* Commands that lie side by side go out in one piece. */
	for (size_t i = 0; i < redis->count; i++) {
		const struct pending *each = &redis->pending[i];
		if (each->reply || each->link != index)
			continue;
		if (each->asking || each->offset != end) {
			if (!redis_link_send(link,
			            slice_of(redis->queue + begin, end - begin),
			            limit_ms))
				return false;
			begin = each->offset;
		}
		if (each->asking && !redis_link_send(link, asking, limit_ms))
			return false;
		end = each->offset + each->len;
	}
	return redis_link_send(
	        link, slice_of(redis->queue + begin, end - begin), limit_ms);
}

static bool read_answers(struct redis *redis, uint8_t index)
{
	struct redis_link *link = redis->links[index];
	const uint32_t limit_ms = redis->options.redis.answer_ms;

	for (size_t i = 0; i < redis->count; i++) {
		struct pending *each = &redis->pending[i];
		if (each->reply || each->link != index)
			continue;
		if (each->asking) {
			redisReply *granted = redis_link_answer(link, limit_ms);
			if (!granted)
				return false;
			freeReplyObject(granted);
			each->asking = false;
		}
		each->reply = redis_link_answer(link, limit_ms);
		if (!each->reply)
			return false;
	}
	return true;
}

static bool ask_link(struct redis *redis, uint8_t index)
{
	struct redis_link *link = redis->links[index];
	if (!redis_link_is_open(link)) {
		if (!redis_link_open(link, &redis->options))
			return false;
		redis->connections++;
	}
	return send_pending(redis, index) && read_answers(redis, index);
}

/* "MOVED 3999 127.0.0.1:6381": the link it names, NO_LINK when it makes no sense. */
static uint8_t redirected(struct redis *redis, struct slice text, uint32_t *slot)
{
	struct redis_peer peer = {0};
	uint32_t port;
	(void)slice_split(&text, ' ');
	const struct slice number = slice_split(&text, ' ');
	size_t colon = text.len;
	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	if (!slice_to_u32(number, slot) || *slot >= SLOTS || colon == 0 ||
	        colon > sizeof(peer.host) ||
	        !slice_to_u32(slice_from(text, colon), &port) || port == 0 ||
	        port > UINT16_MAX)
		return NO_LINK;
	memcpy(peer.host, text.data, colon - 1);
	peer.port = (uint16_t)port;
	/* An empty name is the node that was asked, at another port. */
	if (colon == 1)
		memcpy(peer.host, redis_link_peer(redis->links[redis->entry])->host,
		        sizeof(peer.host));
	return link_to(redis, &peer);
}

static bool teach(struct redis *redis, struct pending *pending)
{
	struct redis_link *link = redis->links[pending->link];
	const char *words[] = {"FUNCTION", "LOAD", "REPLACE", redis->library.data};
	const size_t lens[] = {8, 4, 7, redis->library.len};
	const uint32_t limit_ms = redis->options.redis.answer_ms;
	char *command = NULL;

	pending->taught = true;
	const int len = redisFormatCommandArgv(&command, 4, words, lens);
	if (len < 0)
		return false;
	redisReply *reply = NULL;
	if (redis_link_send(link, slice_of(command, (size_t)len), limit_ms))
		reply = redis_link_answer(link, limit_ms);
	redisFreeCommand(command);
	if (!reply)
		return false;
	/* A node that refuses the library says why in the answer. */
	const bool known = reply->type != REDIS_REPLY_ERROR;
	freeReplyObject(pending->reply);
	pending->reply = known ? NULL : reply;
	if (known)
		freeReplyObject(reply);
	return true;
}

/* Whether the answer asks for the command once more, here or elsewhere. */
static bool answer_again(struct redis *redis, struct pending *pending, bool *wait)
{
	const struct redis_reply *reply = (const struct redis_reply *)pending->reply;
	const struct slice text = redis_text(reply);
	uint32_t slot = 0;

	if (redis_kind(reply) != REDIS_ERROR)
		return false;
	if (redis->library.len && !pending->taught &&
	        slice_find(text, SLICE("Function not found")) < text.len)
		return teach(redis, pending) && !pending->reply;
	const bool moved = slice_starts(text, SLICE("MOVED "));
	const bool ask = slice_starts(text, SLICE("ASK "));
	if (moved || ask) {
		const uint8_t link = redirected(redis, text, &slot);
		if (link == NO_LINK)
			return false;
		if (moved)
			redis->slots[slot] = link;
		pending->link = link;
		pending->asking = ask;
	} else if (slice_starts(text, SLICE("TRYAGAIN")) ||
	           slice_starts(text, SLICE("CLUSTERDOWN"))) {
		*wait = true;
	} else {
		return false;
	}
	freeReplyObject(pending->reply);
	pending->reply = NULL;
	return true;
}

/* Asks each link once; false when one of them failed. */
static bool round_through(struct redis *redis)
{
	bool fine = true;
	for (uint8_t index = 0; index < redis->link_count; index++) {
		bool wanted = false;
		for (size_t i = 0; i < redis->count && !wanted; i++)
			wanted = !redis->pending[i].reply &&
			         redis->pending[i].link == index;
		if (wanted && !ask_link(redis, index)) {
			forget(redis, index);
			fine = false;
		}
	}
	return fine;
}

/* Sleeps longer after each failure, and never two clients in step. */
static void back_off(struct redis *redis)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	redis->backoff_ms =
	        redis->backoff_ms ? redis->backoff_ms * 2 : REDIS_BACKOFF_MIN_MS;
	if (redis->backoff_ms > REDIS_BACKOFF_MAX_MS)
		redis->backoff_ms = REDIS_BACKOFF_MAX_MS;
	const uint32_t jitter =
	        (uint32_t)(now.tv_nsec / 1000) % (redis->backoff_ms / 4 + 1);
	redis->retry_at_ms = instant_steady_ms() + redis->backoff_ms + jitter;
}

static bool rounds(struct redis *redis)
{
	for (size_t i = 0; i < redis->count; i++)
		redis->pending[i].link = link_of(redis, &redis->pending[i]);
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		bool again = false;
		bool wait = false;
		if (!round_through(redis))
			return false;
		for (size_t i = 0; i < redis->count; i++)
			again = answer_again(redis, &redis->pending[i], &wait) || again;
		if (!again)
			return true;
		if (wait)
			(void)nanosleep(&(struct timespec){0, RETRY_MS * 1000000L}, NULL);
	}
	(void)snprintf(redis->problem, sizeof(redis->problem),
	        "the cluster sends commands around in circles");
	return false;
}

bool redis_run(struct redis *redis)
{
	redis->ran = true;
	if (redis->count == 0)
		return true;
	if (redis->retry_at_ms && instant_steady_ms() < redis->retry_at_ms)
		return false;
	redis->connected = rounds(redis);
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
