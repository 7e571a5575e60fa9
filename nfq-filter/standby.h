/*
 * Routers that take over each other's calls: each tells the others its sessions by Redis
 * as they change, and has theirs, with their pinholes in its own kernel, before it is
 * asked to. A call that is moved here by a route just goes on. Redis away: what is known
 * stays, and everything is told anew when it is back.
 *
 * A thread of its own speaks with Redis; the packet path reads and writes a pair of
 * sockets that never block.
 *
 *   rf:calls:{<group>}       sessions: name -> image (see session_image)
 *   rf:calls:{<group>}:log   stream of changes: name, image or nothing, router
 *   rf:calls:{<group>}:key   what all of the group make hashes with
 */
#ifndef RINGFENCE_FILTER_STANDBY_H
#define RINGFENCE_FILTER_STANDBY_H

#include <pthread.h>
#include <stdatomic.h>

#include "nfq-filter/session.h"
#include "platform/redis_settings.h"

enum standby_what {
	STANDBY_CALL,  /* an image follows */
	STANDBY_FIRST, /* the same, of what was there before */
	STANDBY_END,   /* that session is over */
	STANDBY_ANEW,  /* Redis may have missed something: tell all */
};

/* What one side of the pair tells the other. */
struct standby_word {
	enum standby_what what;
	uint64_t call, tag;
	uint32_t image_len;
	uint8_t image[SESSION_IMAGE_BYTES];
};

struct standby {
	pthread_t thread;
	bool running;
	int ours, theirs; /* the pair; -1 = calls are not shared */
	atomic_bool ending;
	struct redis *redis; /* the thread's */
	struct redis_place place;
	const char *group;
	char node[80];
	char position[48];    /* in the log */
	bool known;           /* a snapshot was taken */
	uint64_t connections; /* when it was */
	atomic_ullong told, taken, lost;
	struct standby_word word;      /* the thread's */
	struct standby_word ours_word; /* the packet path's */
};

/* The group's key in place of *key; false: Redis is away, or nothing is shared. */
bool standby_key(
        const struct redis_settings *settings, const char *group, struct hash_key *key);

/* Starts the thread when there is a group. False, with a sentence in *error. */
bool standby_start(struct standby *standby, const struct redis_settings *settings,
        const char *group, struct config_error *error);
void standby_stop(struct standby *standby);

/* What changed here since the last time, some at a time; and what changed elsewhere. */
void standby_tell(struct standby *standby, struct sessions *sessions);
void standby_take(struct standby *standby, struct sessions *sessions);

#endif
