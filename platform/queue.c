#define _GNU_SOURCE /* recvmmsg */

#include "platform/queue.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/slice.h"
#include "platform/netlink.h"

enum {
	PACKET_BYTES = 65536,
	BUFFER_BYTES = PACKET_BYTES + 4096,
	VERDICT_BYTES = 64,
	PENDING_BYTES = 2 * BUFFER_BYTES,
	PROC_BYTES = 8192,
};

struct queue {
	struct netlink netlink;
	uint16_t number;
	int proc; /* the kernel's counters, open from the start; -1 = none */
	uint64_t full_before, socket_before;
	uint8_t *buffers; /* owned, of QUEUE_BATCH packets */
	char *pending;    /* owned, verdicts to be sent */
	size_t pending_len;
	uint32_t accepted; /* newest of a run of accepted packets */
	bool run;
	bool refused;
	struct mmsghdr messages[QUEUE_BATCH];
	struct iovec parts[QUEUE_BATCH];
};

/* One setting of the queue; 0 or an error number. */
static int tell(struct queue *queue, struct nlmsghdr *message)
{
	message->nlmsg_flags |= NLM_F_ACK;
	message->nlmsg_seq = ++queue->netlink.sequence;
	return netlink_send(
	        &queue->netlink, message, message->nlmsg_len, message->nlmsg_seq);
}

static int bind_number(struct queue *queue)
{
	char buffer[256];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, queue->number);
	nfq_nlmsg_cfg_put_cmd(message, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	return tell(queue, message);
}

static int configure(struct queue *queue, const struct queue_config *config)
{
	char buffer[256];
	const uint32_t flags = NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN;
	const uint32_t wanted =
	        NFQA_CFG_F_GSO | (config->fail_open ? NFQA_CFG_F_FAIL_OPEN : 0);
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, queue->number);
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, PACKET_BYTES - 1);
	nfq_nlmsg_cfg_put_qmaxlen(message, config->length_max);
	mnl_attr_put_u32(message, NFQA_CFG_FLAGS, htonl(wanted));
	mnl_attr_put_u32(message, NFQA_CFG_MASK, htonl(flags));
	return tell(queue, message);
}

static void buffers_prepare(struct queue *queue)
{
	for (size_t i = 0; i < QUEUE_BATCH; i++) {
		queue->parts[i] = (struct iovec){
		        .iov_base = queue->buffers + i * BUFFER_BYTES,
		        .iov_len = BUFFER_BYTES,
		};
		queue->messages[i].msg_hdr =
		        (struct msghdr){.msg_iov = &queue->parts[i], .msg_iovlen = 1};
	}
}

static bool prepare(struct queue *queue, const struct queue_config *config)
{
	const int yes = 1;
	struct queue_losses before = {0};
	queue->buffers = malloc((size_t)QUEUE_BATCH * BUFFER_BYTES);
	queue->pending = malloc(PENDING_BYTES);
	if (!queue->buffers || !queue->pending ||
	        !netlink_open(&queue->netlink, config->fd, config->socket_bytes))
		return false;
	/* Losses are counted by the kernel; an error per loss would only hide others. */
	(void)setsockopt(
	        queue_fd(queue), SOL_NETLINK, NETLINK_NO_ENOBUFS, &yes, sizeof(yes));
	buffers_prepare(queue);
	/* A queue that was handed over is bound, and what waits in it stays. */
	errno = config->fd < 0 ? bind_number(queue) : 0;
	if (!errno && config->fd < 0)
		errno = configure(queue, config);
	if (errno)
		return false;
	queue->proc = open("/proc/net/netfilter/nfnetlink_queue", O_RDONLY | O_CLOEXEC);
	if (queue_losses(queue, &before)) {
		queue->full_before = before.queue_full;
		queue->socket_before = before.socket_full;
	}
	return true;
}

struct queue *queue_open(const struct queue_config *config)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	if (!queue)
		return NULL;
	queue->number = config->number;
	queue->proc = -1;
	if (!prepare(queue, config)) {
		const int kept = errno;
		queue_close(&queue);
		errno = kept;
	}
	return queue;
}

void queue_close(struct queue **queue)
{
	struct queue *closed = *queue;
	if (!closed)
		return;
	if (closed->netlink.socket)
		netlink_close(&closed->netlink);
	if (closed->proc >= 0)
		(void)close(closed->proc);
	free(closed->buffers);
	free(closed->pending);
	free(closed);
	*queue = NULL;
}

int queue_fd(const struct queue *queue)
{
	return netlink_fd(&queue->netlink);
}

static bool packet_read(
        struct queue *queue, size_t index, size_t bytes, struct queue_packet *packet)
{
	struct nlattr *attributes[NFQA_MAX + 1] = {0};
	const struct nlmsghdr *message =
	        (const void *)(queue->buffers + index * BUFFER_BYTES);
	if (!mnl_nlmsg_ok(message, (int)bytes) ||
	        message->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) ||
	        nfq_nlmsg_parse(message, attributes) < 0 || !attributes[NFQA_PACKET_HDR])
		return false;
	const struct nfqnl_msg_packet_hdr *header =
	        mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	*packet = (struct queue_packet){.id = ntohl(header->packet_id)};
	if (attributes[NFQA_PAYLOAD]) {
		packet->data = mnl_attr_get_payload(attributes[NFQA_PAYLOAD]);
		packet->len = mnl_attr_get_payload_len(attributes[NFQA_PAYLOAD]);
	}
	packet->whole_len = packet->len;
	if (attributes[NFQA_CAP_LEN])
		packet->whole_len = ntohl(mnl_attr_get_u32(attributes[NFQA_CAP_LEN]));
	return true;
}

size_t queue_receive(struct queue *queue, struct queue_packet packets[QUEUE_BATCH])
{
	size_t count = 0;
	const int got = recvmmsg(
	        queue_fd(queue), queue->messages, QUEUE_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++) {
		const size_t bytes = queue->messages[i].msg_len;
		if (packet_read(queue, (size_t)i, bytes, &packets[count]))
			count++;
	}
	return count;
}

static struct nlmsghdr *verdict_open(struct queue *queue, int type)
{
	struct nlmsghdr *message =
	        nfq_nlmsg_put(queue->pending + queue->pending_len, type, queue->number);
	message->nlmsg_flags = NLM_F_REQUEST;
	return message;
}

static void verdict_close(struct queue *queue, const struct nlmsghdr *message)
{
	queue->pending_len += message->nlmsg_len;
	if (queue->pending_len + BUFFER_BYTES > PENDING_BYTES)
		queue->refused |= !queue_flush(queue);
}

/* Tells that all packets up to the newest of the run are accepted. */
static void run_close(struct queue *queue)
{
	if (!queue->run)
		return;
	queue->run = false;
	struct nlmsghdr *message = verdict_open(queue, NFQNL_MSG_VERDICT_BATCH);
	nfq_nlmsg_verdict_put(message, (int)queue->accepted, NF_ACCEPT);
	queue->pending_len += message->nlmsg_len;
}

void queue_accept(struct queue *queue, uint32_t id)
{
	queue->accepted = id;
	queue->run = true;
}

void queue_accept_changed(
        struct queue *queue, uint32_t id, const void *data, uint32_t bytes)
{
	run_close(queue);
	struct nlmsghdr *message = verdict_open(queue, NFQNL_MSG_VERDICT);
	nfq_nlmsg_verdict_put(message, (int)id, NF_ACCEPT);
	nfq_nlmsg_verdict_put_pkt(message, data, bytes);
	verdict_close(queue, message);
}

void queue_drop(struct queue *queue, uint32_t id)
{
	run_close(queue);
	struct nlmsghdr *message = verdict_open(queue, NFQNL_MSG_VERDICT);
	nfq_nlmsg_verdict_put(message, (int)id, NF_DROP);
	verdict_close(queue, message);
}

bool queue_flush(struct queue *queue)
{
	run_close(queue);
	const size_t bytes = queue->pending_len;
	queue->pending_len = 0;
	bool fine = !queue->refused;
	queue->refused = false;
	if (bytes)
		fine = send(queue_fd(queue), queue->pending, bytes, 0) ==
		               (ssize_t)bytes &&
		       fine;
	return fine;
}

static bool row_read(struct queue *queue, struct slice row, struct queue_losses *losses)
{
	/* number, port, waiting, copy mode, copy range, full, socket full, … */
	enum { COLUMNS = 7 };
	uint64_t columns[COLUMNS] = {0};
	for (size_t i = 0; i < COLUMNS; i++) {
		row = slice_trim(row);
		if (!slice_to_u64(slice_split(&row, ' '), &columns[i]))
			return false;
	}
	if (columns[0] != queue->number)
		return false;
	losses->waiting = columns[2];
	losses->queue_full = columns[5] - queue->full_before;
	losses->socket_full = columns[6] - queue->socket_before;
	return true;
}

bool queue_losses(struct queue *queue, struct queue_losses *losses)
{
	char text[PROC_BYTES];
	const ssize_t got =
	        queue->proc < 0 ? -1 : pread(queue->proc, text, sizeof(text), 0);
	if (got <= 0)
		return false;
	struct slice rest = slice_of(text, (size_t)got);
	while (rest.len) {
		if (row_read(queue, slice_split(&rest, '\n'), losses))
			return true;
	}
	return false;
}
