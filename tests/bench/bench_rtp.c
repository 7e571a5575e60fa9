/* Nanoseconds per RTP packet in the tracker, at two numbers of streams. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/track/stream.h"

static const char PAYLOAD[160];

enum { PACKETS = 8000000, MEMORY_BYTES = 64 << 20 };

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double run(uint32_t count)
{
	static const struct hash_key key = {1, 2};
	struct memory memory = {aligned_alloc(4096, MEMORY_BYTES), MEMORY_BYTES, 0};
	if (!memory.base)
		return 0;
	for (size_t i = 0; i < MEMORY_BYTES; i++)
		memory.base[i] = 0;
	struct streams *streams = streams_new(&memory, MEMORY_BYTES / 2, &key);
	struct datagram datagram = {0};
	struct rtp_packet packet = {.payload = {PAYLOAD, sizeof(PAYLOAD)}};
	uint64_t news_sum = 0;
	const double start_s = now_s();
	for (uint32_t i = 0; streams && i < PACKETS; i++) {
		const uint32_t which = i % count;
		const uint32_t number = i / count;
		datagram.time_us =
		        1000000 + (uint64_t)number * 20000 + which * 20000ull / count;
		datagram.src = (struct endpoint){address_v4(0x0a000000 + which), 4000};
		datagram.dst =
		        (struct endpoint){address_v4(0x0b000000), (uint16_t)(2 * which)};
		packet.ssrc = which * 2654435761u;
		packet.sequence = (uint16_t)number;
		packet.timestamp = number * 160;
		unsigned news;
		streams_packet(streams, &datagram, &packet, &news);
		news_sum += news;
	}
	const double elapsed_s = now_s() - start_s;
	free(memory.base);
	return news_sum ? elapsed_s / PACKETS * 1e9 : 0;
}

int main(void)
{
	static const uint32_t counts[] = {1, 1600, 15000};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		printf("%6u streams: %.1f ns per packet\n", counts[i], run(counts[i]));
	return 0;
}
