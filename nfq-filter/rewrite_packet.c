/*
 * The packet of a message that was rewritten: IPv4 and UDP (RFC 791, RFC 768), with
 * checksums of their own (RFC 1071).
 */
#include <netinet/in.h>

#include "nfq-filter/rewrite_inside.h"

enum {
	IP_HEADER_LEAST = 20,
	IP_LENGTH = 2,
	IP_FLAGS = 6,
	IP_SUM = 10,
	IP_ADDRESSES = 12,
	IP_ADDRESS_BYTES = 8,
	IP_DONT_FRAGMENT = 0x40,
	UDP_HEADER = 8,
	UDP_LENGTH = 4,
	UDP_SUM = 6,
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint64_t sum(const uint8_t *data, size_t len)
{
	uint64_t total = len & 1 ? (uint32_t)data[len - 1] << 8 : 0;
	for (size_t i = 0; i + 1 < len; i += 2)
		total += (uint32_t)data[i] << 8 | data[i + 1];
	return total;
}

static uint32_t folded(uint64_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)~total & 0xffff;
}

static void copy(struct rewrite *rewrite, const void *data, size_t len)
{
	if (rewrite->len + len > REWRITE_BYTES) {
		rewrite_fail(rewrite, "the message would be too long");
		return;
	}
	memcpy(&rewrite->packet[rewrite->len], data, len);
	rewrite->len += (uint32_t)len;
}

static void headers(struct rewrite *rewrite, uint32_t old_len)
{
	uint8_t *ip = rewrite->packet;
	const uint32_t ip_len = rewrite->view->payload_at - UDP_HEADER;
	uint8_t *udp = &ip[ip_len];
	const uint32_t udp_len = rewrite->len - ip_len;
	/* Who sent it has not measured the way for a longer one. */
	if (rewrite->len > old_len)
		ip[IP_FLAGS] &= (uint8_t)~IP_DONT_FRAGMENT;
	put16(&ip[IP_LENGTH], rewrite->len);
	put16(&ip[IP_SUM], 0);
	put16(&ip[IP_SUM], folded(sum(ip, ip_len)));
	put16(&udp[UDP_LENGTH], udp_len);
	put16(&udp[UDP_SUM], 0);
	const uint32_t checksum = folded(sum(&ip[IP_ADDRESSES], IP_ADDRESS_BYTES) +
	                                 IPPROTO_UDP + udp_len + sum(udp, udp_len));
	/* None at all is what zero would mean. */
	put16(&udp[UDP_SUM], checksum ? checksum : 0xffff);
}

enum rewrite_result rewrite_make(
        struct rewrite *rewrite, const uint8_t *data, uint32_t len)
{
	const uint8_t *message = (const uint8_t *)rewrite->sip->raw.data;
	const uint8_t *end = data + len, *from = data;
	/* The engine may have put it together from pieces. */
	if (message < data || message > end ||
	        rewrite->view->payload_at < IP_HEADER_LEAST + UDP_HEADER) {
		rewrite_fail(rewrite, "a message in pieces");
		return REWRITE_FAILED;
	}
	rewrite->len = 0;
	for (size_t i = 0; i < rewrite->count && !rewrite->failed; i++) {
		const struct edit *edit = &rewrite->edits[i];
		if (message + edit->at < from || message + edit->at + edit->len > end) {
			rewrite_fail(rewrite, "addresses that lie in one another");
			break;
		}
		copy(rewrite, from, (size_t)(message + edit->at - from));
		copy(rewrite, edit->text, edit->text_len);
		from = message + edit->at + edit->len;
	}
	copy(rewrite, from, (size_t)(end - from));
	if (rewrite->failed)
		return REWRITE_FAILED;
	headers(rewrite, len);
	return REWRITE_DONE;
}
