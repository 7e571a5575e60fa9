/*
 * What the parts of the client share among themselves.
 */
#ifndef RINGFENCE_PLATFORM_REDIS_INSIDE_H
#define RINGFENCE_PLATFORM_REDIS_INSIDE_H

#include <hiredis/hiredis.h>

#include "platform/redis_link.h"

enum {
	REDIS_SLOTS = 16384,
	REDIS_NO_LINK = 0xff,
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
	uint8_t entry;              /* the link to ask when the map says nothing */
	uint8_t slots[REDIS_SLOTS]; /* which link, REDIS_NO_LINK = unknown */
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

/* The link to this peer, made when it is new; REDIS_NO_LINK when there are too many. */
uint8_t redis_link_to(struct redis *redis, const struct redis_peer *peer);

/*
 * Sends what is queued and reads the answers, round after round while a cluster sends
 * commands elsewhere. False when a link failed.
 */
bool redis_rounds(struct redis *redis);

#endif
