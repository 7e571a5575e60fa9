/*
 * Replies that go on: a connection that has nothing to send sleeps until it is woken.
 */
#include <stdlib.h>

#include "platform/http_inside.h"

enum { FEED_BLOCK_BYTES = 32768 };

/* A feed that is being sent; the server's lock guards list and suspended. */
struct feeding {
	struct http_server *server;
	struct http_feed feed;
	struct MHD_Connection *connection;
	bool suspended;
	struct feeding *next;
	struct feeding *previous;
};

static void feed_close(void *context)
{
	struct feeding *feeding = context;
	struct http_server *server = feeding->server;
	(void)pthread_mutex_lock(&server->lock);
	if (feeding->previous)
		feeding->previous->next = feeding->next;
	else
		server->feeds = feeding->next;
	if (feeding->next)
		feeding->next->previous = feeding->previous;
	(void)pthread_mutex_unlock(&server->lock);
	feeding->feed.close(feeding->feed.context);
	free(feeding);
}

static ssize_t feed_read(void *context, uint64_t position, char *data, size_t bytes)
{
	struct feeding *feeding = context;
	struct http_server *server = feeding->server;
	(void)position;
	/* Nobody may wake us between finding nothing and falling asleep. */
	(void)pthread_mutex_lock(&server->lock);
	long len = server->stopping
	                   ? -1
	                   : feeding->feed.read(feeding->feed.context, data, bytes);
	if (len == 0) {
		feeding->suspended = true;
		MHD_suspend_connection(feeding->connection);
	}
	(void)pthread_mutex_unlock(&server->lock);
	return len < 0 ? MHD_CONTENT_READER_END_OF_STREAM : len;
}

struct MHD_Response *feed_response(struct http_server *server,
        const struct http_feed *feed, struct MHD_Connection *connection)
{
	struct feeding *feeding = calloc(1, sizeof(*feeding));
	if (!feeding) {
		feed->close(feed->context);
		return NULL;
	}
	*feeding = (struct feeding){
	        .server = server, .feed = *feed, .connection = connection};
	(void)pthread_mutex_lock(&server->lock);
	feeding->next = server->feeds;
	if (server->feeds)
		server->feeds->previous = feeding;
	server->feeds = feeding;
	(void)pthread_mutex_unlock(&server->lock);
	struct MHD_Response *response = MHD_create_response_from_callback(
	        MHD_SIZE_UNKNOWN, FEED_BLOCK_BYTES, feed_read, feeding, feed_close);
	if (!response)
		feed_close(feeding);
	return response;
}

void http_wake(struct http_server *server)
{
	(void)pthread_mutex_lock(&server->lock);
	for (struct feeding *feeding = server->feeds; feeding; feeding = feeding->next) {
		if (!feeding->suspended)
			continue;
		feeding->suspended = false;
		MHD_resume_connection(feeding->connection);
	}
	(void)pthread_mutex_unlock(&server->lock);
}
