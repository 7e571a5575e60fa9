#define _GNU_SOURCE /* strerrordesc_np */
#include "platform/far_end.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/address.h"

bool far_split(const char *text, char host[256], char port[8])
{
	const char *colon = strrchr(text, ':');
	if (!colon || !colon[1] || strlen(colon + 1) > 5 || colon - text > 250)
		return false;
	size_t len = (size_t)(colon - text);
	if (len >= 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return strspn(port, "0123456789") == strlen(port);
}

bool far_parse(const char *text, struct far_end *far)
{
	*far = (struct far_end){.fd = -1};
	if (strncmp(text, "unix:", 5) == 0 && text[5] == '/') {
		far->kind = FAR_UNIX;
		return snprintf(far->host, sizeof(far->host), "%s", text + 5) <
		       (int)sizeof(((struct sockaddr_un *)NULL)->sun_path);
	}
	far->kind = strncmp(text, "tcp://", 6) == 0 ? FAR_TCP : FAR_UDP;
	if (far->kind == FAR_UDP && strncmp(text, "udp://", 6) != 0)
		return false;
	return far_split(text + 6, far->host, far->port) && far->host[0];
}

static bool fail(struct far_end *far, const char *why)
{
	(void)snprintf(
	        far->problem, sizeof(far->problem), "%.100s: %.90s", far->host, why);
	far_close(far);
	return false;
}

void far_close(struct far_end *far)
{
	if (far->fd >= 0)
		(void)close(far->fd);
	far->fd = -1;
}

bool far_public(const struct sockaddr *native)
{
	struct address address;
	if (native->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, native, sizeof(v4));
		address = address_v4(ntohl(v4.sin_addr.s_addr));
	} else if (native->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, native, sizeof(v6));
		address = address_v6(v6.sin6_addr.s6_addr);
	} else {
		return false;
	}
	return address_scope(&address) == ADDRESS_PUBLIC;
}

static bool connect_one(struct far_end *far, const struct addrinfo *address, int limit_ms)
{
	int problem = 0;
	socklen_t len = sizeof(problem);

	if (far->public_only && !far_public(address->ai_addr))
		return fail(far, "this is no public address");
	far->fd = socket(address->ai_family,
	        address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (far->fd < 0)
		return fail(far, strerrordesc_np(errno));
	if (connect(far->fd, address->ai_addr, address->ai_addrlen) == 0)
		return true;
	if (errno != EINPROGRESS)
		return fail(far, strerrordesc_np(errno));
	struct pollfd poll_fd = {.fd = far->fd, .events = POLLOUT};
	if (poll(&poll_fd, 1, limit_ms) <= 0)
		return fail(far, "no answer in time");
	(void)getsockopt(far->fd, SOL_SOCKET, SO_ERROR, &problem, &len);
	return problem == 0 || fail(far, strerrordesc_np(problem));
}

bool far_open(struct far_end *far, uint32_t limit_ms)
{
	if (far->fd >= 0)
		return true;
	if (far->kind == FAR_UNIX) {
		struct sockaddr_un local = {.sun_family = AF_UNIX};
		const struct addrinfo address = {.ai_family = AF_UNIX,
		        .ai_socktype = SOCK_DGRAM,
		        .ai_addr = (struct sockaddr *)&local,
		        .ai_addrlen = sizeof(local)};
		memcpy(local.sun_path, far->host, strlen(far->host) + 1);
		return connect_one(far, &address, (int)limit_ms);
	}
	const struct addrinfo hints = {
	        .ai_socktype = far->kind == FAR_TCP ? SOCK_STREAM : SOCK_DGRAM};
	struct addrinfo *found = NULL;
	const int code = getaddrinfo(far->host, far->port, &hints, &found);
	if (code != 0)
		return fail(far, gai_strerror(code));
	bool fine = false;
	for (const struct addrinfo *each = found; each && !fine; each = each->ai_next)
		fine = connect_one(far, each, (int)limit_ms);
	freeaddrinfo(found);
	return fine;
}

bool far_send(struct far_end *far, struct slice bytes, uint32_t limit_ms)
{
	const bool stream = far->kind == FAR_TCP;
	if (far->fd < 0)
		return false;
	while (bytes.len) {
		const ssize_t sent = send(far->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
		if (sent >= 0) {
			bytes = stream ? slice_from(bytes, (size_t)sent)
			               : slice_of(bytes.data, 0);
			continue;
		}
		struct pollfd poll_fd = {.fd = far->fd, .events = POLLOUT};
		/* A datagram that is too long for the path will be so for ever. */
		if (errno == EMSGSIZE && !stream)
			return true;
		if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
			return fail(far, strerrordesc_np(errno));
		if (poll(&poll_fd, 1, (int)limit_ms) <= 0)
			return fail(far, "takes nothing");
	}
	return true;
}

bool far_arrived(struct far_end *far, uint32_t limit_ms)
{
	char byte;
	int left = 0;
	if (far->kind != FAR_TCP)
		return true;
	for (uint32_t waited = 0;; waited++) {
		if (recv(far->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
			return fail(far, "hung up");
		if (ioctl(far->fd, SIOCOUTQ, &left) != 0)
			return fail(far, strerrordesc_np(errno));
		if (left == 0)
			return true;
		if (waited >= limit_ms)
			return fail(far, "takes nothing");
		(void)nanosleep(&(struct timespec){0, 1000000}, NULL);
	}
}
