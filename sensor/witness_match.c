/*
 * Whether a packet belongs to a case. Addresses are looked for as bytes in the headers,
 * not by decoding: so fragments, tunnels and tags need nothing of their own, and a packet
 * too many does no harm.
 */
#define _GNU_SOURCE /* memmem */
#include "sensor/witness_match.h"

#include <string.h>

enum {
	HEADERS = 320, /* how deep addresses are looked for */
	V4_BYTES = 4,
	V6_BYTES = 16,
};

static struct slice address_bytes(const struct address *address)
{
	return address_is_v4(address) ? slice_of(address->bytes + 12, V4_BYTES)
	                              : slice_of(address->bytes, V6_BYTES);
}

static struct slice headers_of(const struct packet *packet)
{
	return slice_of(packet->data, packet->len < HEADERS ? packet->len : HEADERS);
}

static bool port_at(struct slice headers, size_t at, uint16_t port)
{
	return at + 2 <= headers.len && (uint8_t)headers.data[at] == port >> 8 &&
	       (uint8_t)headers.data[at + 1] == (port & 0xff);
}

/* Behind the address: as the source it has another address and then its port, as the
 * destination the source's port and then its own (RFC 791, RFC 8200, RFC 768). */
static bool endpoint_in(struct slice headers, const struct endpoint *endpoint)
{
	const struct slice ip = address_bytes(&endpoint->ip);
	size_t from = 0;
	for (;;) {
		const size_t at = from + slice_find(slice_from(headers, from), ip);
		if (at >= headers.len)
			return false;
		if (port_at(headers, at + 2 * ip.len, endpoint->port) ||
		        port_at(headers, at + ip.len + 2, endpoint->port))
			return true;
		from = at + 1;
	}
}

bool witness_match(const struct witness_case *about, const struct packet *packet)
{
	const struct slice headers = headers_of(packet);
	for (uint32_t i = 0; i < about->packet_count; i++)
		if (about->packets[i].number == packet->number &&
		        about->packets[i].source == packet->source)
			return true;
	if (!address_none(&about->source) &&
	        slice_find(headers, address_bytes(&about->source)) < headers.len)
		return true;
	for (uint32_t i = 0; i < about->media_count; i++)
		if (endpoint_in(headers, &about->media[i]))
			return true;
	return about->call_id_len && memmem(packet->data, packet->len, about->call_id,
	                                     about->call_id_len) != NULL;
}
