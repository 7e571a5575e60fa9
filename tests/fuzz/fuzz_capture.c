#define _GNU_SOURCE /* memfd_create */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/ensure.h"
#include "platform/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads all of it; the sum keeps the reads of the packets' bytes. */
static uint64_t read_all(const char *path, const volatile sig_atomic_t *stop)
{
	struct capture_error error;
	struct capture *capture = capture_open_following(path, 0, stop, &error);
	if (!capture)
		return 0;
	uint64_t sum = 0;
	uint64_t number = 0;
	struct packet packet;
	enum capture_result result;
	while ((result = capture_next(capture, &packet)) != CAPTURE_END) {
		if (result != CAPTURE_PACKET) {
			ENSURE(capture_problem(capture)->text[0]);
			continue;
		}
		ENSURE(packet.number > number && packet.wire_len >= packet.len);
		number = packet.number;
		sum += packet.time_us + 1;
		for (uint32_t i = 0; i < packet.len; i++)
			sum = sum * 31 + packet.data[i];
	}
	ENSURE(capture_next(capture, &packet) == CAPTURE_END);
	capture_close(&capture);
	return sum;
}

/* A mapped file and a buffered one must read the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);
	ENSURE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	char path[32];
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	const volatile sig_atomic_t stop = 1;
	const uint64_t mapped = read_all(path, NULL);
	ENSURE(read_all(path, &stop) == mapped);
	(void)close(fd);
	return 0;
}
