/*
 * The floor of the benchmark: reads a capture with libpcap and touches every byte of
 * every packet, without understanding any. Prints packets, bytes and seconds.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <time.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	char message[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const unsigned char *data;
	uint64_t packets = 0;
	uint64_t bytes = 0;
	uint64_t sum = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: bare_loop FILE\n");
		return 2;
	}
	const double start = now();
	pcap_t *pcap = pcap_open_offline(argv[1], message);
	if (!pcap) {
		fprintf(stderr, "%s\n", message);
		return 1;
	}
	while (pcap_next_ex(pcap, &header, &data) == 1) {
		for (uint32_t i = 0; i < header->caplen; i++)
			sum += data[i];
		bytes += header->caplen;
		packets++;
	}
	pcap_close(pcap);
	printf("{\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"sum\":%" PRIu64
	       ",\"seconds\":%.6f}\n",
	        packets, bytes, sum, now() - start);
	return 0;
}
