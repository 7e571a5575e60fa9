/*
 * Packets that the kernel holds until it hears a verdict (NFQUEUE). Received in batches;
 * verdicts are gathered, runs of "accept" as one message, and go out together. Every
 * packet that was received must get its verdict. One thread; nothing is allocated after
 * the start.
 */
#ifndef RINGFENCE_PLATFORM_QUEUE_H
#define RINGFENCE_PLATFORM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUEUE_BATCH = 32 };

struct queue_config {
	uint16_t number;
	uint32_t length_max; /* packets that may wait */
	bool fail_open;      /* a full queue lets pass instead of dropping */
	size_t socket_bytes;
	int fd; /* that another process handed over, else -1 */
};

struct queue_packet {
	uint32_t id;
	const uint8_t *data; /* from the IP header; borrowed until the next receive */
	uint32_t len;
	uint32_t whole_len; /* before the kernel cut it, >= len */
};

/* What went wrong outside of this program, from the start on. */
struct queue_losses {
	uint64_t queue_full;  /* more than length_max waited */
	uint64_t socket_full; /* the socket's buffer had no room */
	uint64_t waiting;     /* packets that wait now */
};

struct queue;

/* NULL with errno set; EBUSY or EPERM: another program listens on this number. */
struct queue *queue_open(const struct queue_config *config);
void queue_close(struct queue **queue);
int queue_fd(const struct queue *queue);

/* What waits, up to QUEUE_BATCH packets, without waiting for more. */
size_t queue_receive(struct queue *queue, struct queue_packet packets[QUEUE_BATCH]);

/* In the order of reception. replaced: other bytes to send on instead, or NULL. */
void queue_accept(struct queue *queue, uint32_t id);
void queue_accept_changed(
        struct queue *queue, uint32_t id, const void *data, uint32_t bytes);
void queue_drop(struct queue *queue, uint32_t id);
/* Sends what was gathered; false when the kernel refused (errno). */
bool queue_flush(struct queue *queue);

/* False when the kernel does not tell. */
bool queue_losses(struct queue *queue, struct queue_losses *losses);

#endif
