/*
 * Datagrams as fast as they go: the load of the filter's benchmark.
 *
 *	blast rtp|sip FROM TO PORT COUNT     sends, prints nanoseconds a datagram: of this
 *	                                     processor's work, forwarding included, so that
 *	                                     what else runs does not count
 *	blast sink TO PORT SECONDS           counts what arrives
 *	blast turn FROM TO PORT COUNT        one at a time, prints microseconds p50 p99
 *
 * FROM's port is 20000 (rtp) or 5060 (sip, turn); turn's receiver is in the same process,
 * in the network namespace that the environment names in SINK (a path).
 */
#define _GNU_SOURCE /* sendmmsg, setns */

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, BYTES = 900, RTP_BYTES = 172, BUFFER = 64 << 20, TURNS_MAX = 100000 };

static uint64_t now_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t work_ns(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct sockaddr_in at(const char *address, int port)
{
	struct sockaddr_in made = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	(void)inet_pton(AF_INET, address, &made.sin_addr);
	return made;
}

static int udp(const char *address, int port)
{
	const int size = BUFFER, fd = socket(AF_INET, SOCK_DGRAM, 0);
	const struct sockaddr_in own = at(address, port);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof(own)) != 0) {
		perror("bind");
		exit(1);
	}
	return fd;
}

static size_t fill(
        char *into, bool sip, unsigned number, const char *from, const char *to)
{
	static const unsigned char rtp[12] = {0x80, 0};
	if (!sip) {
		memset(into, 0, RTP_BYTES);
		memcpy(into, rtp, sizeof(rtp));
		return RTP_BYTES;
	}
	return (size_t)snprintf(into, BYTES,
	        "OPTIONS sip:100@%s SIP/2.0\r\n"
	        "Via: SIP/2.0/UDP %s:5060;branch=z9hG4bK%x;rport\r\n"
	        "Max-Forwards: 70\r\nFrom: <sip:trunk@%s>;tag=%x\r\nTo: <sip:100@%s>\r\n"
	        "Call-ID: %x-bench\r\nCSeq: 1 OPTIONS\r\nContact: <sip:trunk@%s:5060>\r\n"
	        "User-Agent: Example Switch 7.1\r\nAccept: application/sdp\r\n"
	        "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\n"
	        "Content-Length: 0\r\n\r\n",
	        to, from, number, from, number, to, number, from);
}

static int blast(bool sip, char **argv)
{
	static char bytes[BATCH][BYTES];
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	struct sockaddr_in target = at(argv[3], atoi(argv[4]));
	const int fd = udp(argv[2], sip ? 5060 : 20000);
	const unsigned count = (unsigned)strtoul(argv[5], NULL, 10);
	unsigned sent = 0;
	for (unsigned i = 0; i < BATCH; i++) {
		parts[i].iov_base = bytes[i];
		parts[i].iov_len = fill(bytes[i], sip, i, argv[2], argv[3]);
		messages[i].msg_hdr = (struct msghdr){.msg_name = &target,
		        .msg_namelen = sizeof(target),
		        .msg_iov = &parts[i],
		        .msg_iovlen = 1};
	}
	const uint64_t begin = work_ns();
	while (sent < count) {
		for (unsigned i = 0; sip && i < BATCH; i++)
			parts[i].iov_len =
			        fill(bytes[i], sip, sent + i, argv[2], argv[3]);
		const int now = sendmmsg(fd, messages, BATCH, 0);
		sent += now > 0 ? (unsigned)now : 0;
	}
	printf("%.1f\n", (double)(work_ns() - begin) / sent);
	return 0;
}

static int sink(char **argv)
{
	char bytes[2048];
	const int fd = udp(argv[2], atoi(argv[3]));
	const uint64_t end = now_ns() + strtoull(argv[4], NULL, 10) * 1000000000;
	uint64_t first = 0, last = 0, count = 0;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	while (now_ns() < end) {
		if (poll(&ready, 1, 100) != 1)
			continue;
		while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
			count++;
		last = now_ns();
		first = first ? first : last;
	}
	printf("%llu %.3f\n", (unsigned long long)count, (double)(last - first) / 1e9);
	return 0;
}

static int order(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int turn(char **argv)
{
	static uint64_t times[TURNS_MAX];
	char bytes[BYTES], got[2048];
	const int from = udp(argv[2], 5060);
	const int there = open(getenv("SINK") ? getenv("SINK") : "", O_RDONLY);
	if (there < 0 || setns(there, CLONE_NEWNET) != 0) {
		perror("SINK");
		return 1;
	}
	const int to = udp(argv[3], atoi(argv[4]));
	const struct sockaddr_in target = at(argv[3], atoi(argv[4]));
	const unsigned count = (unsigned)strtoul(argv[5], NULL, 10);
	for (unsigned i = 0; i < count && i < TURNS_MAX; i++) {
		const size_t len = fill(bytes, true, i, argv[2], argv[3]);
		const uint64_t begin = now_ns();
		(void)sendto(from, bytes, len, 0, (const struct sockaddr *)&target,
		        sizeof(target));
		/* What an earlier flood left in the queue comes first. */
		while (recv(to, got, sizeof(got), 0) != (ssize_t)len ||
		        memcmp(got, bytes, len) != 0)
			;
		times[i] = now_ns() - begin;
	}
	qsort(times, count, sizeof(times[0]), order);
	printf("%.1f %.1f\n", (double)times[count / 2] / 1000,
	        (double)times[count / 100 * 99] / 1000);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "rtp") == 0)
		return blast(false, argv);
	if (argc == 6 && strcmp(argv[1], "sip") == 0)
		return blast(true, argv);
	if (argc == 6 && strcmp(argv[1], "turn") == 0)
		return turn(argv);
	if (argc == 5 && strcmp(argv[1], "sink") == 0)
		return sink(argv);
	fprintf(stderr,
	        "usage: blast rtp|sip|turn FROM TO PORT COUNT | sink TO PORT S\n");
	return 2;
}
