#include "platform/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/http_inside.h"
#include "platform/http_target.h"

struct exchange {
	struct http_request request;
	struct http_server *server;
	struct buffer body;
	size_t body_max;
	int body_file; /* -1 = in memory */
	char *body_path;
	bool admitted;
	bool body_too_large;
	bool body_failed;
	/* Of a reply that was put off; under the server's lock. */
	bool suspended;
	bool resumed;
};

void http_reply_header(
        struct http_reply *reply, const char *name, const char *format, ...)
{
	if (reply->header_count == HTTP_HEADERS_MAX)
		return;
	va_list arguments;
	va_start(arguments, format);
	const int len = vsnprintf(reply->header_values[reply->header_count],
	        HTTP_HEADER_BYTES, format, arguments);
	va_end(arguments);
	if (len > 0 && len < HTTP_HEADER_BYTES)
		reply->header_names[reply->header_count++] = name;
}

struct slice http_header(const struct http_request *request, const char *name)
{
	const char *value =
	        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
	return value ? slice_text(value) : (struct slice){0};
}

/* Called with the target as it came; what it returns is the exchange. */
static void *exchange_begin(
        void *context, const char *target, struct MHD_Connection *connection)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	if (!exchange)
		return NULL;
	exchange->server = context;
	exchange->body_file = -1;
	exchange->request.connection = connection;
	exchange->request.exchange = exchange;
	http_target_parse(&exchange->request, slice_text(target));
	return exchange;
}

static void exchange_end(void *context, struct MHD_Connection *connection, void **state,
        enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *state;
	(void)connection;
	(void)code;
	if (!exchange)
		return;
	const struct http_server *server = context;
	if (exchange->admitted)
		server->handler.end(server->handler.context, &exchange->request);
	if (exchange->body_file >= 0) {
		(void)close(exchange->body_file);
		/* Gone already when the handler took it. */
		(void)unlink(exchange->body_path);
	}
	free(exchange->body_path);
	buffer_free(&exchange->body);
	free(exchange);
	*state = NULL;
}

static struct MHD_Response *response_of(struct http_server *server,
        struct http_reply *reply, struct MHD_Connection *connection)
{
	struct MHD_Response *response;
	if (reply->feed.read)
		return feed_response(server, &reply->feed, connection);
	if (reply->file >= 0) {
		response = MHD_create_response_from_fd64(reply->file_bytes, reply->file);
		if (!response)
			(void)close(reply->file);
		return response;
	}
	response = MHD_create_response_from_buffer(
	        reply->body.len, reply->body.data, MHD_RESPMEM_MUST_FREE);
	if (!response)
		buffer_free(&reply->body);
	return response;
}

static enum MHD_Result reply_send(struct http_server *server, struct http_reply *reply,
        struct MHD_Connection *connection)
{
	struct MHD_Response *response = response_of(server, reply, connection);
	if (!response)
		return MHD_NO;
	if (reply->content_type)
		(void)MHD_add_response_header(
		        response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	for (size_t i = 0; i < reply->header_count; i++)
		(void)MHD_add_response_header(
		        response, reply->header_names[i], reply->header_values[i]);
	const enum MHD_Result result =
	        MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static bool body_file_open(struct exchange *exchange)
{
	const char *directory = exchange->server->directory;
	const size_t bytes = strlen(directory) + sizeof("/upload-XXXXXX");
	exchange->body_path = malloc(bytes);
	if (!exchange->body_path)
		return false;
	(void)snprintf(exchange->body_path, bytes, "%s/upload-XXXXXX", directory);
	exchange->body_file = mkstemp(exchange->body_path);
	exchange->request.body_path = exchange->body_path;
	/* Programs that are started meanwhile need not have it. */
	return exchange->body_file >= 0 &&
	       fcntl(exchange->body_file, F_SETFD, FD_CLOEXEC) == 0;
}

static void body_take(struct exchange *exchange, const char *data, size_t bytes)
{
	struct http_request *request = &exchange->request;
	if (bytes > exchange->body_max ||
	        request->body_bytes > exchange->body_max - bytes) {
		exchange->body_too_large = true;
		return;
	}
	request->body_bytes += bytes;
	if (exchange->body_file < 0) {
		buffer_slice(&exchange->body, slice_of(data, bytes));
		exchange->body_failed |= exchange->body.failed;
		return;
	}
	while (bytes > 0) {
		const ssize_t written = write(exchange->body_file, data, bytes);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			exchange->body_failed = true;
			return;
		}
		data += written;
		bytes -= (size_t)written;
	}
}

static void peer_note(struct exchange *exchange, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (!info || !info->client_addr)
		return;
	if (info->client_addr->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, info->client_addr, sizeof(v4));
		exchange->request.peer = address_v4(ntohl(v4.sin_addr.s_addr));
	} else if (info->client_addr->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, info->client_addr, sizeof(v6));
		exchange->request.peer = address_v6(v6.sin6_addr.s6_addr);
	}
}

static struct http_reply reply_new(unsigned status)
{
	return (struct http_reply){
	        .status = status, .file = -1, .body = buffer_of(SIZE_MAX / 2)};
}

/* The head: false when the reply went out already. */
static bool head_take(struct exchange *exchange, struct MHD_Connection *connection,
        const char *method, enum MHD_Result *result)
{
	struct http_server *server = exchange->server;
	struct http_admission admission = {0};
	struct http_reply reply = reply_new(MHD_HTTP_INTERNAL_SERVER_ERROR);

	exchange->request.method = method;
	exchange->admitted = true;
	peer_note(exchange, connection);
	bool welcome = server->handler.admit(
	        server->handler.context, &exchange->request, &admission, &reply);
	exchange->body_max = admission.body_max;
	exchange->body = buffer_of(admission.body_max);
	if (welcome && admission.to_file && !body_file_open(exchange)) {
		reply.status = MHD_HTTP_INSUFFICIENT_STORAGE;
		welcome = false;
	}
	if (!welcome)
		*result = reply_send(server, &reply, connection);
	else
		buffer_free(&reply.body);
	return welcome;
}

/* Puts the connection to sleep, unless it was woken already. */
static bool sleeps(struct exchange *exchange, struct MHD_Connection *connection)
{
	struct http_server *server = exchange->server;
	(void)pthread_mutex_lock(&server->lock);
	exchange->suspended = !exchange->resumed;
	exchange->resumed = false;
	if (exchange->suspended)
		MHD_suspend_connection(connection);
	const bool suspended = exchange->suspended;
	(void)pthread_mutex_unlock(&server->lock);
	return suspended;
}

void http_resume(struct http_server *server, const struct http_request *request)
{
	struct exchange *exchange = request->exchange;
	(void)pthread_mutex_lock(&server->lock);
	const bool suspended = exchange->suspended;
	exchange->resumed = !suspended;
	exchange->suspended = false;
	/* Once it runs again it may be over, and the exchange gone. */
	if (suspended)
		MHD_resume_connection(request->connection);
	(void)pthread_mutex_unlock(&server->lock);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
        const char *url, const char *method, const char *version, const char *data,
        size_t *data_bytes, void **state)
{
	struct exchange *exchange = *state;
	struct http_server *server = context;
	enum MHD_Result result = MHD_YES;
	(void)url;
	(void)version;
	if (!exchange)
		return MHD_NO;
	if (!exchange->admitted) {
		(void)head_take(exchange, connection, method, &result);
		return result;
	}
	if (*data_bytes) {
		body_take(exchange, data, *data_bytes);
		*data_bytes = 0;
		return MHD_YES;
	}
	struct http_reply reply;
	do {
		reply = reply_new(MHD_HTTP_OK);
		exchange->request.body = buffer_text(&exchange->body);
		if (exchange->body_too_large)
			reply.status = MHD_HTTP_CONTENT_TOO_LARGE;
		else if (exchange->body_failed)
			reply.status = MHD_HTTP_INSUFFICIENT_STORAGE;
		server->handler.handle(
		        server->handler.context, &exchange->request, &reply);
		if (reply.later && sleeps(exchange, connection))
			return MHD_YES;
	} while (reply.later);
	return reply_send(server, &reply, connection);
}

/* Escapes are decoded here and only here. */
static size_t no_unescape(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static struct sockaddr_storage address_native(const struct endpoint *endpoint)
{
	struct sockaddr_storage storage = {0};
	if (address_is_v4(&endpoint->ip)) {
		struct sockaddr_in v4 = {
		        .sin_family = AF_INET, .sin_port = htons(endpoint->port)};
		v4.sin_addr.s_addr = htonl(address_to_v4(&endpoint->ip));
		memcpy(&storage, &v4, sizeof(v4));
	} else {
		struct sockaddr_in6 v6 = {
		        .sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};
		memcpy(v6.sin6_addr.s6_addr, endpoint->ip.bytes,
		        sizeof(endpoint->ip.bytes));
		memcpy(&storage, &v6, sizeof(v6));
	}
	return storage;
}

static struct MHD_Daemon *daemon_start(
        struct http_server *server, const struct http_options *options)
{
	const struct sockaddr_storage address = address_native(&options->listen);
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
	if (!address_is_v4(&options->listen.ip))
		flags |= MHD_USE_IPv6;
	if (options->certificate)
		flags |= MHD_USE_TLS;
	const struct MHD_OptionItem tls[] = {
	        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate},
	        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key},
	        {MHD_OPTION_END, 0, NULL},
	};
	static const struct MHD_OptionItem NONE[] = {{MHD_OPTION_END, 0, NULL}};
	return MHD_start_daemon(flags, options->listen.port, NULL, NULL, on_request,
	        server, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address,
	        MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, server,
	        MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
	        MHD_OPTION_NOTIFY_COMPLETED, exchange_end, server,
	        MHD_OPTION_CONNECTION_LIMIT, options->connections_max,
	        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_s,
	        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	        MHD_OPTION_ARRAY, options->certificate ? tls : NONE, MHD_OPTION_END);
}

struct http_server *http_start(const struct http_options *options,
        const struct http_handler *handler, struct http_error *error)
{
	struct http_server *server = calloc(1, sizeof(*server));
	if (!server) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return NULL;
	}
	server->handler = *handler;
	server->directory = strdup(options->directory);
	(void)pthread_mutex_init(&server->lock, NULL);
	errno = 0;
	if (server->directory)
		server->daemon = daemon_start(server, options);
	if (!server->daemon) {
		(void)snprintf(error->text, sizeof(error->text), "cannot listen: %s",
		        errno ? strerror(errno)
		              : "the certificate or the key is unusable");
		http_stop(&server);
		return NULL;
	}
	const union MHD_DaemonInfo *info =
	        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	server->port = info ? info->port : options->listen.port;
	return server;
}

uint16_t http_port(const struct http_server *server)
{
	return server->port;
}

void http_stop(struct http_server **server)
{
	struct http_server *old = *server;
	if (!old)
		return;
	if (old->daemon) {
		(void)pthread_mutex_lock(&old->lock);
		old->stopping = true;
		(void)pthread_mutex_unlock(&old->lock);
		http_wake(old);
		MHD_stop_daemon(old->daemon);
	}
	(void)pthread_mutex_destroy(&old->lock);
	free(old->directory);
	free(old);
	*server = NULL;
}
