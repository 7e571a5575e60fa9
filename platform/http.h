/*
 * A small HTTP/1.1 server over libmicrohttpd: requests in, replies out, one thread that
 * never waits for a client. What a request means is the handler's (one of the four
 * seams); this room knows only bytes, limits and connections.
 */
#ifndef RINGFENCE_PLATFORM_HTTP_H
#define RINGFENCE_PLATFORM_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "platform/buffer.h"

enum {
	HTTP_PARAMETERS_MAX = 64,
	HTTP_TARGET_BYTES = 8192, /* of path and query */
	HTTP_HEADERS_MAX = 12,    /* of a reply */
	HTTP_HEADER_BYTES = 1024,
};

struct http_parameter {
	struct slice name; /* decoded */
	struct slice value;
};

struct http_request {
	const char *method;
	struct slice path; /* decoded, begins with '/' */
	struct http_parameter parameters[HTTP_PARAMETERS_MAX];
	size_t parameter_count;
	bool malformed; /* bad escapes, too many parameters, a target too long */
	struct address peer;
	struct slice body;     /* when it was kept in memory */
	const char *body_path; /* when it was kept in a file: the handler may rename it */
	uint64_t body_bytes;
	void *note; /* of the handler, from call to call */
	void *connection;
	void *exchange;                 /* of the server */
	char target[HTTP_TARGET_BYTES]; /* decoded in place */
};

/* The header's value, absent when it is not there; names have no case. */
struct slice http_header(const struct http_request *request, const char *name);

/* A reply that goes on: read is called when the client can take more. */
struct http_feed {
	void *context;
	/* How many bytes were put into data: 0 = nothing yet, wake me; <0 = the end. */
	long (*read)(void *context, char *data, size_t bytes);
	void (*close)(void *context);
};

struct http_reply {
	unsigned status;
	bool later; /* no reply yet: handle is called again after http_resume */
	const char *content_type; /* of static life */
	struct buffer body;       /* taken over */
	int file; /* -1, or what to send instead of the body; taken over */
	uint64_t file_bytes;
	struct http_feed feed; /* read NULL = none */
	size_t header_count;
	const char *header_names[HTTP_HEADERS_MAX]; /* of static life */
	char header_values[HTTP_HEADERS_MAX][HTTP_HEADER_BYTES];
};

__attribute__((format(printf, 3, 4))) void http_reply_header(
        struct http_reply *reply, const char *name, const char *format, ...);

/* How much body a request may bring. */
struct http_admission {
	size_t body_max;
	bool to_file; /* into a file in the server's directory, which may be large */
};

struct http_handler {
	void *context;
	/* The head has come: what body is welcome. False: the reply goes out instead. */
	bool (*admit)(void *context, struct http_request *request,
	        struct http_admission *admission, struct http_reply *reply);
	/* All has come. */
	void (*handle)(
	        void *context, struct http_request *request, struct http_reply *reply);
	/* The request is over, whether it was handled or not. */
	void (*end)(void *context, struct http_request *request);
};

struct http_options {
	struct endpoint listen;
	const char *certificate; /* PEM texts; NULL = without TLS */
	const char *key;
	const char *directory; /* for bodies in files */
	unsigned connections_max;
	unsigned idle_s; /* a connection that sends and takes nothing for so long is
	                    closed */
};

struct http_error {
	char text[200];
};

struct http_server;

struct http_server *http_start(const struct http_options *options,
        const struct http_handler *handler, struct http_error *error);
/* The port: that of the options, or the one the system chose for 0. */
uint16_t http_port(const struct http_server *server);
/* Has a request whose reply was put off handled again; from any thread, once. */
void http_resume(struct http_server *server, const struct http_request *request);
/* Lets all feeds be read again; from any thread. */
void http_wake(struct http_server *server);
/* Whatever was put off must have been resumed. */
void http_stop(struct http_server **server);

#endif
