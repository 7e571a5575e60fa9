/*
 * A client of our own API: one question, one answer, by libcurl. It trusts the system's
 * certificates (or the one named), follows no redirection and sends its token nowhere
 * else.
 */
#ifndef RINGFENCE_PLATFORM_HTTP_CLIENT_H
#define RINGFENCE_PLATFORM_HTTP_CLIENT_H

#include "engine/base/slice.h"
#include "platform/buffer.h"

enum { HTTP_CLIENT_ANSWER_MAX = 256 << 20 };

struct http_client_options {
	const char *server; /* "http://127.0.0.1:8060" */
	const char *token;  /* NULL = none */
	bool keep_cookies;  /* a session, as a page has it; sends Origin too */
	const char
	        *authority; /* PEM file of certificates to trust; NULL = the system's */
};

struct http_question {
	const char *method;
	const char *path;         /* "/api/v1/…", escaped */
	const char *accept;       /* NULL = application/json */
	const char *content_type; /* of the body */
	const char *if_match;     /* RFC 9110 13.1.1; NULL = none */
	struct slice body;        /* absent = none */
	const char *file;         /* sent as the body instead; NULL = none */
	/* Called with what has come of an answer that goes on; false ends it. NULL: the
	 * answer is kept as a whole. */
	bool (*take)(void *context, struct slice part);
	void *context;
};

struct http_answer {
	unsigned status;
	struct buffer body;
};

struct http_client;

/* The options are borrowed. NULL without memory. */
struct http_client *http_client_new(const struct http_client_options *options);
void http_client_free(struct http_client **client);

/* False when there was no answer; http_client_problem says why. */
bool http_client_ask(struct http_client *client, const struct http_question *question,
        struct http_answer *answer);
const char *http_client_problem(const struct http_client *client);

#endif
