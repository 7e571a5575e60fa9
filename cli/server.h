/*
 * Verbs that ask a running ringfence-api: where it is, who we are, what it says.
 */
#ifndef RINGFENCE_CLI_SERVER_H
#define RINGFENCE_CLI_SERVER_H

#include "cli/option.h"
#include "cli/output.h"
#include "platform/http_client.h"

enum { SERVER_TOKEN_BYTES = 256, SERVER_PATH_BYTES = 16384, SERVER_BODY_BYTES = 65536 };

struct server {
	const char *url;        /* --server, or RINGFENCE_SERVER */
	const char *token_file; /* --token-file; else RINGFENCE_TOKEN */
	const char *authority;  /* --ca */
	unsigned output;        /* enum output */
	struct http_client *client;
	char token[SERVER_TOKEN_BYTES];
};

/* Rows of a verb's option table. */
#define SERVER_OPTIONS(server)                                                           \
	{"server", 0, OPTION_TEXT, "URL", "the API, http://127.0.0.1:8060 unless given", \
	        &(server)->url},                                                         \
	        {"token-file", 0, OPTION_TEXT, "FILE",                                   \
	                "holds a token; else RINGFENCE_TOKEN", &(server)->token_file},   \
	        {"ca", 0, OPTION_TEXT, "FILE", "certificates to trust",                  \
	                &(server)->authority},                                           \
	{                                                                                \
		"output", 'o', OPTION_CHOICE, OUTPUTS, "how to print", &(server)->output \
	}

/* Exit codes; what is wrong is told on standard error. */
int server_open(struct server *server);
void server_close(struct server *server);

/* Asks; a refusal is told on standard error. The answer's body is the caller's to free in
 * any case. */
int server_answer(struct server *server, const struct http_question *question,
        struct http_answer *answer);
/* Asks and prints the answer as it is. */
int server_ask(struct server *server, const struct http_question *question);
/* The same between opening and closing. */
int server_once(struct server *server, const struct http_question *question);

/* Appends "name=value" with what must be escaped (RFC 3986). */
void query_add(struct buffer *path, const char *name, const char *value);

#endif
