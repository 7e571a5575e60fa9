/*
 * A netfilter socket: requests go out, the kernel has answered each by the time that the
 * send returns, and what it answered is read at once. One thread; the buffers are taken
 * when it is opened, nothing is allocated afterwards.
 */
#ifndef RINGFENCE_PLATFORM_NETLINK_H
#define RINGFENCE_PLATFORM_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mnl_socket;
struct nlmsghdr;

struct netlink {
	struct mnl_socket *socket;
	uint32_t port; /* the kernel's name for the socket: owner of a table */
	uint32_t sequence;
	char *answer; /* owned */
	size_t answer_bytes;
};

/*
 * A socket of the netfilter family, or the one that another process handed over (fd, else
 * -1). buffer_bytes: of the kernel's queues in both directions, beyond the system's limit
 * where the privilege allows. False with errno set.
 */
bool netlink_open(struct netlink *netlink, int fd, size_t buffer_bytes);
void netlink_close(struct netlink *netlink);
int netlink_fd(const struct netlink *netlink);

/*
 * Sends the requests and reads all answers. 0, or the error number of the first request
 * that was refused. acked: the sequence number whose acknowledgement must come.
 */
int netlink_send(
        struct netlink *netlink, const void *requests, size_t bytes, uint32_t acked);

/*
 * Sends one request that asks for a list and hands over each message of the answer. 0, or
 * an error number; EINTR: the list changed meanwhile, ask again.
 */
struct netlink_taker {
	void *context;
	void (*take)(void *context, const struct nlmsghdr *message);
};
int netlink_list(struct netlink *netlink, struct nlmsghdr *request,
        const struct netlink_taker *taker);

#endif
