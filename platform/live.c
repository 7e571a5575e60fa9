#include "platform/live.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_MS = 20, /* how long the kernel holds a block that is not full */
	FILTER_BYTES = 8192,
	MICROSECONDS = 1000000,
};

struct live {
	pcap_t *pcap;
	int fd;
	uint16_t source;
	uint16_t link;
	uint64_t number;
	struct live_counters counters;
	struct pcap_stat last; /* the library's counters are 32 bits wide and wrap */
	char problem[256];
};

/*
 * What a filter on ports or hosts would lose: fragments but the first (RFC 791, RFC
 * 8200) and packets in packets.
 */
static const char ALWAYS[] =
        "(ip[6:2] & 0x1fff != 0) or (ip6[6] == 44) or "
        "ip proto 4 or ip proto 41 or ip proto 47 or ip proto 115 or "
        "ip6 proto 4 or ip6 proto 41 or ip6 proto 47 or "
        "udp port 4789 or udp port 6081 or udp port 2152 or udp port 1701 or "
        "udp port 37008 or udp port 3544 or "
        "ether proto 0x8847 or ether proto 0x8848 or ether proto 0x8864";

bool live_filter(const char *filter, char *into, size_t size)
{
	into[0] = '\0';
	if (!filter[0])
		return true;
	/* "vlan" shifts all that stands behind it: it comes last. */
	const int len = snprintf(into, size,
	        "(%s) or %s or (vlan and ((%s) or %s or (vlan and ((%s) or %s))))",
	        filter, ALWAYS, filter, ALWAYS, filter, ALWAYS);
	return len > 0 && (size_t)len < size;
}

static bool filter_set(struct live *live, const char *filter, struct live_error *error)
{
	char wide[FILTER_BYTES];
	struct bpf_program program;

	if (!filter[0])
		return true;
	if (!live_filter(filter, wide, sizeof(wide))) {
		(void)snprintf(
		        error->text, sizeof(error->text), "the filter is too long");
		return false;
	}
	/* A link without Ethernet's words takes the filter as it stands. */
	bool fine =
	        pcap_compile(live->pcap, &program, wide, 1, PCAP_NETMASK_UNKNOWN) == 0 ||
	        pcap_compile(live->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (fine) {
		fine = pcap_setfilter(live->pcap, &program) == 0;
		pcap_freecode(&program);
	}
	if (!fine)
		(void)snprintf(error->text, sizeof(error->text),
		        "the filter '%.80s': %.150s", filter, pcap_geterr(live->pcap));
	return fine;
}

static bool activate(
        struct live *live, const struct live_options *options, struct live_error *error)
{
	(void)pcap_set_snaplen(live->pcap, (int)options->snap_bytes);
	(void)pcap_set_promisc(live->pcap, options->promiscuous);
	(void)pcap_set_timeout(live->pcap, BLOCK_MS);
	(void)pcap_set_buffer_size(live->pcap, (int)options->buffer_bytes);
	(void)pcap_set_tstamp_precision(live->pcap, PCAP_TSTAMP_PRECISION_MICRO);
	const int code = pcap_activate(live->pcap);
	if (code >= 0)
		return true;
	const char *why = pcap_geterr(live->pcap);
	(void)snprintf(error->text, sizeof(error->text), "%s%s%.200s",
	        pcap_statustostr(code), why[0] ? ": " : "", why);
	return false;
}

struct live *live_open(const struct live_options *options, struct live_error *error)
{
	struct live *live = calloc(1, sizeof(*live));
	char problem[PCAP_ERRBUF_SIZE];

	if (!live) {
		(void)snprintf(error->text, sizeof(error->text), "no memory");
		return NULL;
	}
	live->source = options->source;
	live->pcap = pcap_create(options->interface, problem);
	if (!live->pcap) {
		(void)snprintf(error->text, sizeof(error->text), "%.255s", problem);
		live_close(&live);
		return NULL;
	}
	if (!activate(live, options, error) ||
	        !filter_set(live, options->filter, error)) {
		live_close(&live);
		return NULL;
	}
	/* The numbers of files, of which the library's differ for a few types only. */
	live->link = (uint16_t)pcap_datalink(live->pcap);
	if (live->link == DLT_RAW)
		live->link = LINK_RAW;
	live->fd = pcap_get_selectable_fd(live->pcap);
	if (live->fd < 0 || pcap_setnonblock(live->pcap, 1, problem) < 0) {
		(void)snprintf(error->text, sizeof(error->text), "cannot be waited for");
		live_close(&live);
	}
	return live;
}

enum live_result live_next(struct live *live, struct packet *packet, int wait_ms)
{
	struct pcap_pkthdr *head;
	const u_char *data;

	for (bool waited = false;; waited = true) {
		const int code = pcap_next_ex(live->pcap, &head, &data);
		if (code == 1)
			break;
		/* An interface that went down may come up again. */
		if (code < 0 && code != PCAP_ERROR_IFACE_NOT_UP) {
			(void)snprintf(live->problem, sizeof(live->problem), "%.255s",
			        pcap_geterr(live->pcap));
			return strstr(live->problem, "went down") ? LIVE_IDLE
			                                          : LIVE_FAILED;
		}
		struct pollfd poll_fd = {.fd = live->fd, .events = POLLIN};
		if (waited || poll(&poll_fd, 1, wait_ms) <= 0)
			return LIVE_IDLE;
	}
	*packet = (struct packet){
	        .time_us = (uint64_t)head->ts.tv_sec * MICROSECONDS +
	                   (uint64_t)head->ts.tv_usec,
	        .data = data,
	        .len = head->caplen,
	        .wire_len = head->len,
	        .number = ++live->number,
	        .source = live->source,
	        .link = live->link,
	};
	return LIVE_PACKET;
}

void live_counters(struct live *live, struct live_counters *counters)
{
	struct pcap_stat now;
	if (pcap_stats(live->pcap, &now) == 0) {
		live->counters.received += now.ps_recv - live->last.ps_recv;
		live->counters.dropped += now.ps_drop - live->last.ps_drop;
		live->counters.interface_dropped += now.ps_ifdrop - live->last.ps_ifdrop;
		live->last = now;
	}
	*counters = live->counters;
}

const char *live_problem(const struct live *live)
{
	return live->problem;
}

void live_close(struct live **live)
{
	if (!*live)
		return;
	if ((*live)->pcap)
		pcap_close((*live)->pcap);
	free(*live);
	*live = NULL;
}
