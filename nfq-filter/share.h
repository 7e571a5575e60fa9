/*
 * Bans and allowances that all routers share in Redis. A thread of its own speaks with
 * Redis and may wait for it; the packet path only reads and writes a pair of sockets that
 * never block. Redis away: what is in force stays until it expires, and what was decided
 * here waits to be told.
 */
#ifndef RINGFENCE_FILTER_SHARE_H
#define RINGFENCE_FILTER_SHARE_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/base/writer.h"
#include "nfq-filter/ban.h"
#include "platform/redis_settings.h"

enum share_what {
	SHARE_RESET, /* shared bans that do not come again are no longer listed */
	SHARE_ADD,   /* a ban */
	SHARE_REMOVE,
	SHARE_ALLOW, /* a network that must not be banned */
	SHARE_DISALLOW,
	SHARE_ALLOW_RESET,
	SHARE_CAUGHT_UP, /* all bans up to that number were handed on */
};

/* What one side tells the other, by value. */
struct share_word {
	enum share_what what;
	uint64_t number; /* of the change, in the list's log */
	struct ban ban;
};

enum { SHARE_PENDING = 4096 };

struct share {
	pthread_t thread;
	bool running;
	int ours, theirs; /* the pair of sockets; -1 = nothing is shared */
	atomic_bool ending;
	atomic_ullong applied; /* number of the newest ban in force: acknowledged */
	struct redis *redis;   /* the thread's */
	struct redis_place place;
	char node[80];
	uint64_t started_ms;
	struct share_word pending[SHARE_PENDING]; /* the thread's: not yet told */
	size_t pending_count;
	uint64_t handed; /* number that the packet path was given */
	uint64_t lost;   /* orders that found no room there */
	/* What is open right now, as JSON rows; under the lock. */
	pthread_mutex_t lock;
	char *pinholes;
	size_t pinholes_len;
};

/* Starts the thread when settings name a server. False, with a sentence in *error. */
bool share_start(struct share *share, const struct redis_settings *settings,
        struct config_error *error);
void share_stop(struct share *share);

/* A decision of this router, to be told to the others. */
void share_tell(struct share *share, enum share_what what, const struct ban *ban);
/* The next change that another one decided; false = none now. */
bool share_next(struct share *share, struct share_word *word);
/* What is open, written anew; false when nobody shares it or it is being read. */
bool share_pinholes_begin(struct share *share, struct writer *out);
void share_pinholes_end(struct share *share, const struct writer *out);
/* It is in force here. */
void share_applied(struct share *share, const struct share_word *word);

#endif
