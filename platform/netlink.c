#include "platform/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES = 1 << 18 };

static void widen(int fd, size_t bytes)
{
	const int size = (int)bytes;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

bool netlink_open(struct netlink *netlink, int fd, size_t buffer_bytes)
{
	*netlink = (struct netlink){.answer_bytes = ANSWER_BYTES};
	netlink->answer = malloc(ANSWER_BYTES);
	netlink->socket = fd < 0 ? mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC)
	                         : mnl_socket_fdopen(fd);
	if (!netlink->answer || !netlink->socket)
		goto fail;
	if (fd < 0 && mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		goto fail;
	netlink->port = mnl_socket_get_portid(netlink->socket);
	netlink->sequence = (uint32_t)getpid() << 8;
	if (buffer_bytes)
		widen(netlink_fd(netlink), buffer_bytes);
	return true;
fail:
	netlink_close(netlink);
	return false;
}

void netlink_close(struct netlink *netlink)
{
	const int kept = errno;
	if (netlink->socket)
		(void)mnl_socket_close(netlink->socket);
	free(netlink->answer);
	*netlink = (struct netlink){0};
	errno = kept;
}

int netlink_fd(const struct netlink *netlink)
{
	return mnl_socket_get_fd(netlink->socket);
}

struct answers {
	uint32_t acked;
	bool seen; /* the acknowledgement that was waited for */
	int error; /* of the first refusal */
};

static void answers_read(struct answers *answers, const char *data, size_t bytes)
{
	const struct nlmsghdr *message = (const void *)data;
	int left = (int)bytes;
	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_type != NLMSG_ERROR)
			continue;
		const struct nlmsgerr *said = mnl_nlmsg_get_payload(message);
		if (said->error && !answers->error)
			answers->error = -said->error;
		if (message->nlmsg_seq == answers->acked)
			answers->seen = true;
	}
}

int netlink_send(
        struct netlink *netlink, const void *requests, size_t bytes, uint32_t acked)
{
	struct answers answers = {.acked = acked};
	const int fd = netlink_fd(netlink);

	if (mnl_socket_sendto(netlink->socket, requests, bytes) < 0)
		return errno;
	for (;;) {
		const ssize_t got =
		        recv(fd, netlink->answer, netlink->answer_bytes, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		answers_read(&answers, netlink->answer, (size_t)got);
		if (answers.seen && !answers.error)
			return 0;
	}
	if (answers.error)
		return answers.error;
	return answers.seen ? 0 : EPROTO;
}

static bool list_read(
        const char *data, size_t bytes, const struct netlink_taker *taker, int *error)
{
	const struct nlmsghdr *message = (const void *)data;
	int left = (int)bytes;
	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			*error = EINTR;
		if (message->nlmsg_type == NLMSG_DONE)
			return false;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *said = mnl_nlmsg_get_payload(message);
			*error = -said->error;
			return false;
		}
		taker->take(taker->context, message);
	}
	return true;
}

int netlink_list(struct netlink *netlink, struct nlmsghdr *request,
        const struct netlink_taker *taker)
{
	int error = 0;

	request->nlmsg_seq = ++netlink->sequence;
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0)
		return errno;
	for (;;) {
		const ssize_t got = mnl_socket_recvfrom(
		        netlink->socket, netlink->answer, netlink->answer_bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return errno;
		const bool more = list_read(netlink->answer, (size_t)got, taker, &error);
		if (!more || !(request->nlmsg_flags & NLM_F_DUMP))
			return error;
	}
}
