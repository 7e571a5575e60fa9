/*
 * Sends a capture on an interface again and again at a steady rate: send_packets FILE
 * INTERFACE PACKETS_PER_SECOND SECONDS. Prints how many packets went out.
 */
#define _GNU_SOURCE /* sendmmsg */
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PACKETS_MAX = 1000000, BATCH = 64 };

struct capture_copy {
	struct iovec packets[PACKETS_MAX];
	size_t count;
};

static int load(struct capture_copy *copy, const char *path)
{
	char problem[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *head;
	const u_char *data;
	pcap_t *pcap = pcap_open_offline(path, problem);

	if (!pcap) {
		fprintf(stderr, "%s\n", problem);
		return 1;
	}
	while (copy->count < PACKETS_MAX && pcap_next_ex(pcap, &head, &data) == 1) {
		void *bytes = malloc(head->caplen);
		if (!bytes)
			break;
		memcpy(bytes, data, head->caplen);
		copy->packets[copy->count++] = (struct iovec){bytes, head->caplen};
	}
	pcap_close(pcap);
	return copy->count ? 0 : 1;
}

static int open_on(const char *interface)
{
	const int bytes = 8 << 20;
	const struct sockaddr_ll address = {
	        .sll_family = AF_PACKET,
	        .sll_ifindex = (int)if_nametoindex(interface),
	};
	const int out = socket(AF_PACKET, SOCK_RAW, 0);
	if (out < 0 || bind(out, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return -1;
	(void)setsockopt(out, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return out;
}

static double now_s(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static unsigned long long send_all(
        const struct capture_copy *copy, int out, double rate, double seconds)
{
	struct mmsghdr batch[BATCH];
	unsigned long long sent = 0;
	size_t at = 0;
	const double begun = now_s();

	for (double now = begun; now < begun + seconds; now = now_s()) {
		if ((double)sent > (now - begun) * rate) {
			(void)nanosleep(&(struct timespec){0, 200000}, NULL);
			continue;
		}
		memset(batch, 0, sizeof(batch));
		for (size_t i = 0; i < BATCH; i++) {
			const size_t index = (at + i) % copy->count;
			batch[i].msg_hdr.msg_iov =
			        (struct iovec *)(uintptr_t)&copy->packets[index];
			batch[i].msg_hdr.msg_iovlen = 1;
		}
		const int done = sendmmsg(out, batch, BATCH, 0);
		if (done > 0) {
			sent += (unsigned)done;
			at = (at + (size_t)done) % copy->count;
		}
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct capture_copy *copy = calloc(1, sizeof(*copy));
	if (argc != 5 || !copy || load(copy, argv[1]) != 0) {
		fprintf(stderr, "usage: send_packets FILE INTERFACE RATE SECONDS\n");
		return 2;
	}
	const int out = open_on(argv[2]);
	if (out < 0) {
		perror(argv[2]);
		return 1;
	}
	printf("%llu\n",
	        send_all(copy, out, strtod(argv[3], NULL), strtod(argv[4], NULL)));
	(void)close(out);
	return 0;
}
