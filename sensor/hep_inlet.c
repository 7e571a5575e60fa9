#define _GNU_SOURCE /* accept4, strerrordesc_np */
#include "sensor/hep_inlet.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/frame/hep.h"
#include "platform/far_end.h"
#include "platform/instant.h"

enum {
	PEERS_MAX = 64,
	WAIT_MS = 100,
	CLOCK_US = 10000000, /* how far an agent's clock may be off */
	SOCKET_BUFFER = 16 << 20,
	CONTROL_BYTES = 64,
	DATAGRAMS_AT_ONCE = 1024,
	LAST_ROUNDS = 64, /* after the word to stop */
};

struct peer {
	int fd; /* -1 = free */
	size_t used;
	uint8_t bytes[HEP_BYTES_MAX];
};

struct hep_inlet {
	enum hep_transport transport;
	int fd;
	uint32_t overflowed; /* the kernel's count of what the socket had no room for */
	uint64_t number;
	struct peer peers[PEERS_MAX]; /* of TCP */
};

static bool fail(struct inlet *inlet, const char *address, const char *why)
{
	fprintf(stderr, "ringfence-sensor: hep: %s: %s\n", address, why);
	hep_inlet_close(inlet);
	return false;
}

static int bind_to(const struct addrinfo *address, enum hep_transport transport)
{
	const int on = 1;
	const int bytes = SOCKET_BUFFER;
	const int fd = socket(address->ai_family,
	        address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (transport == HEP_UDP)
		(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	        (transport == HEP_UDP || listen(fd, PEERS_MAX) == 0))
		return fd;
	(void)close(fd);
	return -1;
}

static void put_message(struct inlet *inlet, struct hep_inlet *own, struct slice bytes)
{
	const uint64_t now_us = instant_now_us();
	struct hep hep;
	uint64_t time_us = now_us;

	if (hep_read(bytes, &hep) && hep.time_us + CLOCK_US > now_us &&
	        hep.time_us < now_us + CLOCK_US)
		time_us = hep.time_us;
	const struct packet packet = {
	        .time_us = time_us,
	        .data = (const uint8_t *)bytes.data,
	        .len = (uint32_t)bytes.len,
	        .wire_len = (uint32_t)bytes.len,
	        .number = ++own->number,
	        .source = inlet->source,
	        .link = LINK_HEP3,
	};
	(void)inlet_put(inlet, &packet);
}

/* How many datagrams the socket dropped before this one. */
static void look_at_overflow(
        struct inlet *inlet, struct hep_inlet *own, struct msghdr *message)
{
	for (struct cmsghdr *each = CMSG_FIRSTHDR(message); each;
	        each = CMSG_NXTHDR(message, each)) {
		uint32_t total;
		if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&total, CMSG_DATA(each), sizeof(total));
		const uint32_t lost = total - own->overflowed;
		if (lost && inlet_put_drops(inlet, instant_now_us(), lost))
			own->overflowed = total;
	}
}

static bool take_datagram(struct inlet *inlet, struct hep_inlet *own)
{
	uint8_t *bytes = own->peers[0].bytes;
	_Alignas(struct cmsghdr) char control[CONTROL_BYTES];
	struct iovec part = {bytes, HEP_BYTES_MAX};
	struct msghdr message = {.msg_iov = &part,
	        .msg_iovlen = 1,
	        .msg_control = control,
	        .msg_controllen = sizeof(control)};
	const ssize_t got = recvmsg(own->fd, &message, 0);
	if (got < 0)
		return false;
	look_at_overflow(inlet, own, &message);
	put_message(inlet, own, slice_of(bytes, (size_t)got));
	return true;
}

static void peer_end(struct peer *peer)
{
	(void)close(peer->fd);
	peer->fd = -1;
	peer->used = 0;
}

static void accept_peer(struct inlet *inlet, struct hep_inlet *own)
{
	const int fd = accept4(own->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	for (size_t i = 0; i < PEERS_MAX && fd >= 0; i++) {
		if (own->peers[i].fd < 0) {
			own->peers[i].fd = fd;
			return;
		}
	}
	if (fd >= 0) {
		log_write(inlet->log, LOG_LEVEL_WARNING, "%s: over %d agents",
		        inlet->name, PEERS_MAX);
		(void)close(fd);
	}
}

/* Whole messages out of a peer's bytes; false when they are no HEP3. */
static bool take_messages(struct inlet *inlet, struct hep_inlet *own, struct peer *peer)
{
	size_t at = 0;
	while (peer->used - at >= HEP_HEAD) {
		const size_t len = hep_length(peer->bytes + at);
		if (len == 0)
			return false;
		if (peer->used - at < len)
			break;
		put_message(inlet, own, slice_of(peer->bytes + at, len));
		at += len;
	}
	peer->used -= at;
	memmove(peer->bytes, peer->bytes + at, peer->used);
	return true;
}

static void take_stream(struct inlet *inlet, struct hep_inlet *own, struct peer *peer)
{
	const ssize_t got =
	        recv(peer->fd, peer->bytes + peer->used, HEP_BYTES_MAX - peer->used, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		peer_end(peer);
		return;
	}
	peer->used += (size_t)got;
	if (take_messages(inlet, own, peer))
		return;
	log_write(inlet->log, LOG_LEVEL_WARNING, "%s: an agent sent what is no HEP3",
	        inlet->name);
	peer_end(peer);
}

/* Everything that is there within the time to wait; false when there was nothing. */
static bool take_all(struct inlet *inlet, struct hep_inlet *own)
{
	struct pollfd polls[PEERS_MAX + 1] = {{.fd = own->fd, .events = POLLIN}};
	const size_t count = own->transport == HEP_TCP ? PEERS_MAX : 0;

	for (size_t i = 0; i < count; i++)
		polls[i + 1] = (struct pollfd){.fd = own->peers[i].fd, .events = POLLIN};
	if (poll(polls, count + 1, WAIT_MS) <= 0)
		return false;
	if (polls[0].revents && own->transport == HEP_TCP)
		accept_peer(inlet, own);
	else if (polls[0].revents)
		for (int i = 0; i < DATAGRAMS_AT_ONCE && take_datagram(inlet, own);)
			i++;
	for (size_t i = 0; i < count; i++)
		if (polls[i + 1].revents)
			take_stream(inlet, own, &own->peers[i]);
	return true;
}

static void *hep_run(void *context)
{
	struct inlet *inlet = context;
	unsigned rounds_left = LAST_ROUNDS;
	while (!atomic_load(inlet->stop))
		(void)take_all(inlet, inlet->own);
	while (take_all(inlet, inlet->own) && rounds_left > 0)
		rounds_left--;
	inlet_done(inlet);
	return NULL;
}

bool hep_inlet_open(
        struct inlet *inlet, enum hep_transport transport, const char *address)
{
	struct hep_inlet *own = calloc(1, sizeof(*own));
	const struct addrinfo hints = {.ai_flags = AI_PASSIVE,
	        .ai_socktype = transport == HEP_UDP ? SOCK_DGRAM : SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[256];
	char port[8];

	inlet->own = own;
	if (!own)
		return fail(inlet, address, "no memory");
	own->transport = transport;
	own->fd = -1;
	for (size_t i = 0; i < PEERS_MAX; i++)
		own->peers[i].fd = -1;
	if (!far_split(address, host, port))
		return fail(inlet, address, "not of the form address:port");
	const int code = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
	if (code != 0)
		return fail(inlet, address, gai_strerror(code));
	for (const struct addrinfo *each = found; each && own->fd < 0;
	        each = each->ai_next)
		own->fd = bind_to(each, transport);
	const int problem = errno;
	freeaddrinfo(found);
	if (own->fd < 0)
		return fail(inlet, address, strerrordesc_np(problem));
	inlet->run = hep_run;
	return true;
}

void hep_inlet_close(struct inlet *inlet)
{
	struct hep_inlet *own = inlet->own;
	if (!own)
		return;
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (own->peers[i].fd >= 0)
			peer_end(&own->peers[i]);
	if (own->fd >= 0)
		(void)close(own->fd);
	free(own);
	inlet->own = NULL;
}
