/*
 * A client of Redis 7: commands are queued, sent in one piece and answered in order. One
 * connection per node; in a cluster each command goes to the node of its key, and the
 * redirections MOVED and ASK are followed. Nothing of the library underneath shows here.
 *
 * A client belongs to one thread and may block, each time at most for the limits in its
 * options; it has no place on the packet path. When the far end is away, redis_run fails
 * at once until the backoff has passed, then connects anew: callers just try again.
 *
 * Source: the RESP2 protocol and the cluster specification of redis.io.
 */
#ifndef RINGFENCE_PLATFORM_REDIS_H
#define RINGFENCE_PLATFORM_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

struct redis;
struct redis_reply;

enum {
	REDIS_COMMANDS_MAX = 4096,        /* queued at once */
	REDIS_QUEUE_BYTES_MAX = 32 << 20, /* of them */
	REDIS_NODES_MAX = 64,             /* of a cluster */
	REDIS_BACKOFF_MIN_MS = 50,
	REDIS_BACKOFF_MAX_MS = 5000,
};

struct redis_options {
	const char *unix_path; /* NULL = TCP */
	const char *host;
	uint16_t port;
	const char *user; /* NULL = the default user */
	const char *password;
	const char *client_name; /* shown by CLIENT LIST */
	bool tls;
	const char *tls_ca;   /* NULL = the system's */
	const char *tls_cert; /* with tls_key: our own certificate */
	const char *tls_key;
	uint32_t connect_ms; /* 0 = 1000 */
	uint32_t answer_ms;  /* silence that ends a connection; 0 = 2000 */
};

/* The options are copied. NULL when there is no memory or the certificates are bad. */
struct redis *redis_new(const struct redis_options *options);
/* Closes and clears; NULL inside is fine. */
void redis_free(struct redis **redis);

/*
 * Queues a command. key decides the node, absent = any one. False when the queue is full,
 * or without memory.
 */
bool redis_add(
        struct redis *redis, struct slice key, const struct slice *args, size_t count);

/* redis_add(redis, key, REDIS_ARGS(SLICE("GET"), key)) */
#define REDIS_ARGS(...)                                                                  \
	((const struct slice[]){__VA_ARGS__}),                                           \
	        sizeof((const struct slice[]){__VA_ARGS__}) / sizeof(struct slice)

/*
 * Sends what is queued and reads the answers. False when the far end could not be asked:
 * answers that came before the trouble are there, the others are NULL and their commands
 * may or may not have been carried out. An answer that is an error is an answer.
 */
bool redis_run(struct redis *redis);

/* Of the last run; valid until the next redis_add. index counts from 0. */
const struct redis_reply *redis_answer(const struct redis *redis, size_t index);

/* One command, asked and answered; NULL as redis_run's false. */
const struct redis_reply *redis_ask(
        struct redis *redis, struct slice key, const struct slice *args, size_t count);

/* Why the last run failed, a sentence without full stop. */
const char *redis_problem(const struct redis *redis);

/* Whether the last run reached the far end; and how many connections were made so far. */
bool redis_connected(const struct redis *redis);
uint64_t redis_connections(const struct redis *redis);

/* How long an answer may take from now on (a blocking read needs more). */
void redis_answer_ms(struct redis *redis, uint32_t answer_ms);

/*
 * The library of functions that commands call: a node that does not know one is given the
 * library, and the command once more. text is borrowed as long as the client lives.
 */
void redis_library(struct redis *redis, struct slice text);

enum redis_kind { REDIS_NIL, REDIS_TEXT, REDIS_NUMBER, REDIS_LIST, REDIS_ERROR };

/* Of NULL: REDIS_NIL, absent, 0, NULL. */
enum redis_kind redis_kind(const struct redis_reply *reply);
struct slice redis_text(const struct redis_reply *reply); /* of an error as well */
int64_t redis_number(const struct redis_reply *reply);    /* also of decimal text */
size_t redis_count(const struct redis_reply *reply);
const struct redis_reply *redis_item(const struct redis_reply *reply, size_t index);
/* The value behind a name in a list of names and values, or NULL. */
const struct redis_reply *redis_field(const struct redis_reply *reply, struct slice name);
bool redis_error_is(const struct redis_reply *reply, struct slice code);

/* The slot of a key, 0 to 16383: CRC16 of what stands between braces, else of all. */
uint16_t redis_slot(struct slice key);

#endif
