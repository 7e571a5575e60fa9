#define _GNU_SOURCE /* strerrordesc_np */
#include "platform/redis_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "platform/instant.h"

enum { READ_BYTES = 65536, PROBLEM_BYTES = 200, PORT_TEXT = 8 };

struct redis_tls {
	SSL_CTX *context;
};

struct redis_link {
	struct redis_peer peer;
	int fd; /* -1 = closed */
	SSL *ssl;
	redisReader *reader;
	char problem[PROBLEM_BYTES];
};

struct redis_tls *redis_tls_new(const struct redis_options *options, const char **problem)
{
	struct redis_tls *tls = calloc(1, sizeof(*tls));
	*problem = "no memory";
	if (!tls)
		return NULL;
	tls->context = SSL_CTX_new(TLS_client_method());
	if (!tls->context)
		goto failed;
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	if (!SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION))
		goto failed;
	*problem = "the CA certificates cannot be read";
	if (options->tls_ca ? SSL_CTX_load_verify_file(tls->context, options->tls_ca) != 1
	                    : SSL_CTX_set_default_verify_paths(tls->context) != 1)
		goto failed;
	*problem = "the client's certificate or key cannot be read";
	if (options->tls_cert &&
	        SSL_CTX_use_certificate_chain_file(tls->context, options->tls_cert) != 1)
		goto failed;
	if (options->tls_key && SSL_CTX_use_PrivateKey_file(tls->context,
	                                options->tls_key, SSL_FILETYPE_PEM) != 1)
		goto failed;
	return tls;
failed:
	redis_tls_free(&tls);
	return NULL;
}

void redis_tls_free(struct redis_tls **tls)
{
	if (!*tls)
		return;
	SSL_CTX_free((*tls)->context);
	free(*tls);
	*tls = NULL;
}

struct redis_link *redis_link_new(const struct redis_peer *peer)
{
	struct redis_link *link = calloc(1, sizeof(*link));
	if (!link)
		return NULL;
	link->peer = *peer;
	link->fd = -1;
	return link;
}

void redis_link_close(struct redis_link *link)
{
	if (link->ssl)
		SSL_free(link->ssl);
	if (link->fd >= 0)
		(void)close(link->fd);
	if (link->reader)
		redisReaderFree(link->reader);
	link->ssl = NULL;
	link->fd = -1;
	link->reader = NULL;
}

void redis_link_free(struct redis_link **link)
{
	if (!*link)
		return;
	redis_link_close(*link);
	free(*link);
	*link = NULL;
}

const struct redis_peer *redis_link_peer(const struct redis_link *link)
{
	return &link->peer;
}

const char *redis_link_problem(const struct redis_link *link)
{
	return link->problem;
}

bool redis_link_is_open(const struct redis_link *link)
{
	return link->fd >= 0;
}

/* Closes and remembers why; false, so that it can be returned. */
__attribute__((format(printf, 2, 3))) static bool fail(
        struct redis_link *link, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(link->problem, sizeof(link->problem), format, arguments);
	va_end(arguments);
	redis_link_close(link);
	return false;
}

/* Waits for what the socket is asked for; false at the deadline. */
static bool wait_for(struct redis_link *link, short events, uint64_t deadline_ms)
{
	for (;;) {
		const uint64_t now = instant_steady_ms();
		struct pollfd poll_fd = {.fd = link->fd, .events = events};
		const int left = deadline_ms > now ? (int)(deadline_ms - now) : 0;
		const int ready = poll(&poll_fd, 1, left);
		if (ready > 0)
			return true;
		if (ready == 0 || errno != EINTR)
			return fail(link, "no answer in time");
	}
}

static bool connect_to(
        struct redis_link *link, const struct addrinfo *address, uint64_t deadline_ms)
{
	const int on = 1;
	int problem = 0;
	socklen_t len = sizeof(problem);

	link->fd =
	        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return fail(link, "%s", strerrordesc_np(errno));
	if (address->ai_family != AF_UNIX)
		(void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(link->fd, address->ai_addr, address->ai_addrlen) == 0)
		return true;
	if (errno != EINPROGRESS)
		return fail(link, "%s", strerrordesc_np(errno));
	if (!wait_for(link, POLLOUT, deadline_ms))
		return false;
	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &problem, &len) != 0 || problem) {
		errno = problem;
		return fail(link, "%s", strerrordesc_np(errno));
	}
	return true;
}

static bool connect_unix(struct redis_link *link, uint64_t deadline_ms)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct addrinfo address = {.ai_family = AF_UNIX,
	        .ai_addr = (struct sockaddr *)&local,
	        .ai_addrlen = sizeof(local)};
	const size_t len = strlen(link->peer.host);

	if (len >= sizeof(local.sun_path))
		return fail(link, "the path of the socket is too long");
	memcpy(local.sun_path, link->peer.host, len + 1);
	return connect_to(link, &address, deadline_ms);
}

static bool connect_tcp(struct redis_link *link, uint64_t deadline_ms)
{
	const struct addrinfo hints = {
	        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char port[PORT_TEXT];

	(void)snprintf(port, sizeof(port), "%u", link->peer.port);
	const int code = getaddrinfo(link->peer.host, port, &hints, &found);
	if (code != 0)
		return fail(link, "%s", gai_strerror(code));
	bool fine = false;
	for (const struct addrinfo *each = found; each && !fine; each = each->ai_next)
		fine = connect_to(link, each, deadline_ms);
	freeaddrinfo(found);
	return fine;
}

/* What an operation of TLS waits for; false when it failed for good. */
static bool tls_wait(struct redis_link *link, int result, uint64_t deadline_ms)
{
	switch (SSL_get_error(link->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(link, POLLIN, deadline_ms);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(link, POLLOUT, deadline_ms);
	default:
		break;
	}
	const long verdict = SSL_get_verify_result(link->ssl);
	if (verdict != X509_V_OK)
		return fail(link, "TLS: %s", X509_verify_cert_error_string(verdict));
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return fail(link, "TLS: %s", reason ? reason : "the connection was closed");
}

static bool tls_open(struct redis_link *link, struct redis_tls *tls, uint64_t deadline_ms)
{
	struct in6_addr number;
	const char *host = link->peer.host;

	link->ssl = SSL_new(tls->context);
	if (!link->ssl || SSL_set_fd(link->ssl, link->fd) != 1)
		return fail(link, "no memory");
	if (inet_pton(AF_INET, host, &number) == 1 ||
	        inet_pton(AF_INET6, host, &number) == 1) {
		(void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(link->ssl), host);
	} else {
		(void)SSL_set_tlsext_host_name(link->ssl, link->peer.host);
		(void)SSL_set1_host(link->ssl, host);
	}
	for (;;) {
		ERR_clear_error();
		const int result = SSL_connect(link->ssl);
		if (result == 1)
			return true;
		if (!tls_wait(link, result, deadline_ms))
			return false;
	}
}

bool redis_link_send(struct redis_link *link, struct slice bytes, uint32_t limit_ms)
{
	const uint64_t deadline_ms = instant_steady_ms() + limit_ms;
	while (bytes.len) {
		ssize_t sent;
		if (link->ssl) {
			const int part =
			        bytes.len < INT32_MAX ? (int)bytes.len : INT32_MAX;
			ERR_clear_error();
			sent = SSL_write(link->ssl, bytes.data, part);
			if (sent <= 0 && !tls_wait(link, (int)sent, deadline_ms))
				return false;
		} else {
			sent = send(link->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
			if (sent < 0 && errno != EAGAIN && errno != EINTR)
				return fail(link, "%s", strerrordesc_np(errno));
			if (sent < 0 && !wait_for(link, POLLOUT, deadline_ms))
				return false;
		}
		if (sent > 0)
			bytes = slice_from(bytes, (size_t)sent);
	}
	return true;
}

/* Some bytes into the codec. */
static bool receive(struct redis_link *link, uint64_t deadline_ms)
{
	char bytes[READ_BYTES];
	for (;;) {
		ssize_t got;
		if (link->ssl) {
			ERR_clear_error();
			got = SSL_read(link->ssl, bytes, sizeof(bytes));
			if (got <= 0 && !tls_wait(link, (int)got, deadline_ms))
				return false;
		} else {
			got = recv(link->fd, bytes, sizeof(bytes), 0);
			if (got == 0)
				return fail(link, "the far end closed the connection");
			if (got < 0 && errno != EAGAIN && errno != EINTR)
				return fail(link, "%s", strerrordesc_np(errno));
			if (got < 0 && !wait_for(link, POLLIN, deadline_ms))
				return false;
		}
		if (got > 0)
			return redisReaderFeed(link->reader, bytes, (size_t)got) ==
			               REDIS_OK ||
			       fail(link, "%s", link->reader->errstr);
	}
}

void *redis_link_answer(struct redis_link *link, uint32_t limit_ms)
{
	const uint64_t deadline_ms = instant_steady_ms() + limit_ms;
	void *reply = NULL;
	if (!redis_link_is_open(link))
		return NULL;
	for (;;) {
		if (redisReaderGetReply(link->reader, &reply) != REDIS_OK) {
			(void)fail(link, "%s", link->reader->errstr);
			return NULL;
		}
		if (reply)
			return reply;
		if (!receive(link, deadline_ms))
			return NULL;
	}
}

/* A command of the greeting; an error of the far end ends the connection. */
static bool greet(
        struct redis_link *link, int count, const char **words, uint32_t limit_ms)
{
	char *command = NULL;
	const int len = redisFormatCommandArgv(&command, count, words, NULL);
	if (len < 0)
		return fail(link, "no memory");
	const bool sent = redis_link_send(link, slice_of(command, (size_t)len), limit_ms);
	redisFreeCommand(command);
	redisReply *reply = sent ? redis_link_answer(link, limit_ms) : NULL;
	if (!reply)
		return false;
	const bool fine = reply->type != REDIS_REPLY_ERROR;
	if (!fine)
		(void)fail(link, "%s", reply->str);
	freeReplyObject(reply);
	return fine;
}

bool redis_link_open(struct redis_link *link, const struct redis_link_options *options)
{
	const struct redis_options *redis = &options->redis;
	const uint64_t deadline_ms = instant_steady_ms() + redis->connect_ms;
	const bool fine = link->peer.port ? connect_tcp(link, deadline_ms)
	                                  : connect_unix(link, deadline_ms);
	if (!fine || (options->tls && !tls_open(link, options->tls, deadline_ms)))
		return false;
	link->reader = redisReaderCreate();
	if (!link->reader)
		return fail(link, "no memory");
	if (redis->password) {
		const char *user = redis->user ? redis->user : "default";
		const char *words[] = {"AUTH", user, redis->password};
		if (!greet(link, 3, words, redis->answer_ms))
			return false;
	}
	if (redis->client_name) {
		const char *words[] = {"CLIENT", "SETNAME", redis->client_name};
		return greet(link, 3, words, redis->answer_ms);
	}
	return true;
}
