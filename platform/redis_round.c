/*
 * How queued commands reach the nodes of their keys, and what is done about answers that
 * ask for them once more: redirections of a cluster, functions a node does not know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/redis_inside.h"

enum {
	ROUNDS_MAX = 8, /* of redirections and repeats within one run */
	RETRY_MS = 40,  /* a cluster that moves slots asks for a moment */
};

uint8_t redis_link_to(struct redis *redis, const struct redis_peer *peer)
{
	for (size_t i = 0; i < redis->link_count; i++) {
		const struct redis_peer *known = redis_link_peer(redis->links[i]);
		if (known->port == peer->port && strcmp(known->host, peer->host) == 0)
			return (uint8_t)i;
	}
	if (redis->link_count == REDIS_NODES_MAX)
		return REDIS_NO_LINK;
	struct redis_link *link = redis_link_new(peer);
	if (!link)
		return REDIS_NO_LINK;
	redis->links[redis->link_count] = link;
	return (uint8_t)redis->link_count++;
}

static uint8_t link_of(const struct redis *redis, const struct pending *pending)
{
	const uint8_t known =
	        pending->keyed ? redis->slots[pending->slot] : REDIS_NO_LINK;
	return known == REDIS_NO_LINK ? redis->entry : known;
}

/* The node is away: what it served is asked elsewhere the next time. */
static void forget(struct redis *redis, uint8_t index)
{
	(void)snprintf(redis->problem, sizeof(redis->problem), "%s: %s",
	        redis_link_peer(redis->links[index])->host,
	        redis_link_problem(redis->links[index]));
	for (size_t slot = 0; slot < REDIS_SLOTS; slot++)
		if (redis->slots[slot] == index)
			redis->slots[slot] = REDIS_NO_LINK;
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

/* "MOVED 3999 127.0.0.1:6381": the link it names, REDIS_NO_LINK when it makes no sense.
 */
static uint8_t redirected(struct redis *redis, struct slice text, uint32_t *slot)
{
	struct redis_peer peer = {0};
	uint32_t port;
	(void)slice_split(&text, ' ');
	const struct slice number = slice_split(&text, ' ');
	size_t colon = text.len;
	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	if (!slice_to_u32(number, slot) || *slot >= REDIS_SLOTS || colon == 0 ||
	        colon > sizeof(peer.host) ||
	        !slice_to_u32(slice_from(text, colon), &port) || port == 0 ||
	        port > UINT16_MAX)
		return REDIS_NO_LINK;
	memcpy(peer.host, text.data, colon - 1);
	peer.port = (uint16_t)port;
	/* An empty name is the node that was asked, at another port. */
	if (colon == 1)
		memcpy(peer.host, redis_link_peer(redis->links[redis->entry])->host,
		        sizeof(peer.host));
	return redis_link_to(redis, &peer);
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
		if (link == REDIS_NO_LINK)
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

bool redis_rounds(struct redis *redis)
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
