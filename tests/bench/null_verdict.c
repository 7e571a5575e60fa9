/*
 * Accepts every packet of a queue: the floor of the filter's benchmark.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "platform/queue.h"

int main(int argc, char **argv)
{
	struct queue_packet packets[QUEUE_BATCH];
	const struct queue_config config = {
	        .number = (uint16_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 5060),
	        .length_max = 8192,
	        .socket_bytes = 32 << 20,
	        .fd = -1};
	struct queue *queue = queue_open(&config);
	if (!queue) {
		perror("queue");
		return 1;
	}
	struct pollfd ready = {.fd = queue_fd(queue), .events = POLLIN};
	printf("ready\n");
	(void)fflush(stdout);
	while (poll(&ready, 1, -1) > 0) {
		size_t count;
		while ((count = queue_receive(queue, packets)) > 0) {
			for (size_t i = 0; i < count; i++)
				queue_accept(queue, packets[i].id);
			(void)queue_flush(queue);
		}
	}
	return 0;
}
