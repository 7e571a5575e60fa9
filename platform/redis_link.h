/*
 * One connection to one Redis node: a Unix socket, TCP or TLS underneath, the library as
 * codec. Every step has a deadline. Used by redis.c only.
 */
#ifndef RINGFENCE_PLATFORM_REDIS_LINK_H
#define RINGFENCE_PLATFORM_REDIS_LINK_H

#include "platform/redis.h"

struct redis_link;
struct redis_tls;

struct redis_peer {
	char host[256]; /* or the path of a Unix socket */
	uint16_t port;  /* 0 = a Unix socket */
};

struct redis_link_options {
	struct redis_options redis; /* its texts are owned by the client */
	struct redis_tls *tls;      /* NULL = in clear */
};

/* The context of all TLS connections of a client; NULL with *problem set. */
struct redis_tls *redis_tls_new(
        const struct redis_options *options, const char **problem);
void redis_tls_free(struct redis_tls **tls);

struct redis_link *redis_link_new(const struct redis_peer *peer);
void redis_link_free(struct redis_link **link);

const struct redis_peer *redis_link_peer(const struct redis_link *link);
const char *redis_link_problem(const struct redis_link *link);
bool redis_link_is_open(const struct redis_link *link);

/* Connects, shows the password and tells the name. */
bool redis_link_open(struct redis_link *link, const struct redis_link_options *options);
void redis_link_close(struct redis_link *link);

/* All of the bytes, or the connection is closed. */
bool redis_link_send(struct redis_link *link, struct slice bytes, uint32_t limit_ms);

/* The next answer, owned by the caller; NULL when the connection was closed. */
void *redis_link_answer(struct redis_link *link, uint32_t limit_ms);

#endif
