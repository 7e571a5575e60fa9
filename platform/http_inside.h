/*
 * Between the server's files.
 */
#ifndef RINGFENCE_PLATFORM_HTTP_INSIDE_H
#define RINGFENCE_PLATFORM_HTTP_INSIDE_H

#include <microhttpd.h>
#include <pthread.h>

#include "platform/http.h"

struct feeding;

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_handler handler;
	char *directory;
	uint16_t port;
	pthread_mutex_t lock;
	struct feeding *feeds;
	bool stopping;
};

/* A reply that goes on; the feed is closed when there is no memory for it. */
struct MHD_Response *feed_response(struct http_server *server,
        const struct http_feed *feed, struct MHD_Connection *connection);

#endif
