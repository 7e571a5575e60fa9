#include "engine/frame/ip.h"

enum protocol {
	PROTOCOL_HOP_OPTIONS = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_IPV4 = 4,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_ESP = 50,
	PROTOCOL_AH = 51,
	PROTOCOL_ICMPV6 = 58,
	PROTOCOL_DESTINATION = 60,
	PROTOCOL_L2TP = 115,
	PROTOCOL_SCTP = 132,
	PROTOCOL_MOBILITY = 135,
	PROTOCOL_UDP_LITE = 136,
	PROTOCOL_MPLS = 137,
	PROTOCOL_HIP = 139,
	PROTOCOL_SHIM6 = 140,
};

enum { V4_BYTES = 20, V6_BYTES = 40, TYPE_MPLS = 0x8847 };

static inline void set_v4(struct address *address, const uint8_t *p)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	memcpy(address->bytes, mapped, sizeof(mapped));
	memcpy(address->bytes + sizeof(mapped), p, 4);
}

/*
 * The end of the packet by its own count: what lies behind it is padding of the link. A
 * count of 0 comes from segmentation offload (or a jumbogram) and means the rest.
 */
static bool trim(struct layers *l, size_t total, size_t header)
{
	if (total == 0) {
		const struct packet *packet = l->out->packet;
		if (packet->wire_len > packet->len)
			l->out->truncated = true;
	} else {
		if (total < header)
			return false;
		layers_trim(l, total);
	}
	return reader_need(&l->at, header);
}

static void open_v4(struct layers *l)
{
	const uint8_t *p = l->at.data;
	struct datagram *out = l->out;
	const size_t header = (size_t)(p[0] & 15) * 4;
	const size_t total = load_u16(p + 2);
	l->next = LAYER_NONE;
	if (header < V4_BYTES || !trim(l, total, header))
		return;
	out->dscp = p[1] >> 2;
	out->ip_id = load_u16(p + 4);
	out->ttl = p[8];
	set_v4(&out->src.ip, p + 12);
	set_v4(&out->dst.ip, p + 16);
	l->at.data += header;
	l->type = p[9];
	/* Nearly all packets go this way. */
	l->next = l->type == PROTOCOL_UDP ? LAYER_UDP : LAYER_PROTOCOL;

	const uint16_t flags = load_u16(p + 6);
	if (__builtin_expect(flags & 0x3fff, 0)) {
		const size_t len = total ? total - header : reader_left(&l->at);
		l->fragment = (struct fragment_info){
		        .id = out->ip_id,
		        .offset = (uint32_t)(flags & 0x1fff) * 8,
		        .len = (uint32_t)len,
		        .more = flags & 0x2000,
		};
		l->next = LAYER_FRAGMENT;
	}
}

static void open_v6(struct layers *l)
{
	const uint8_t *p = l->at.data;
	struct datagram *out = l->out;
	const size_t len = load_u16(p + 4);
	l->next = LAYER_NONE;
	if (!reader_need(&l->at, V6_BYTES) ||
	        !trim(l, len ? len + V6_BYTES : 0, V6_BYTES))
		return;
	out->dscp = (uint8_t)(load_u16(p) >> 6 & 0x3f);
	out->ip_id = 0;
	out->ttl = p[7];
	memcpy(out->src.ip.bytes, p + 8, 16);
	memcpy(out->dst.ip.bytes, p + 24, 16);
	l->at.data += V6_BYTES;
	l->type = p[6];
	l->next = LAYER_PROTOCOL;
	/* What the capture lacks at the end belongs to the fragment, if it is one. */
	l->fragment.len = (uint32_t)(len ? len : reader_left(&l->at));
}

void ip_open(struct layers *l)
{
	l->next = LAYER_NONE;
	if (!reader_need(&l->at, V4_BYTES))
		return;
	const uint8_t version = l->at.data[0] >> 4;
	if (__builtin_expect(version == 4, 1))
		open_v4(l);
	else if (version == 6)
		open_v6(l);
}

/* An extension header of a length in 8 bytes, the first 8 not counted (RFC 8200). */
static void skip_extension(struct layers *l)
{
	const uint8_t *start = l->at.data;
	l->type = reader_u8(&l->at);
	const size_t units = reader_u8(&l->at);
	reader_skip(&l->at, units * 8 + 6);
	const size_t skipped = (size_t)(l->at.data - start);
	l->fragment.len -=
	        l->fragment.len < skipped ? l->fragment.len : (uint32_t)skipped;
}

/* RFC 4302: a length in 4 bytes, the first 8 not counted. */
static void skip_authentication(struct layers *l)
{
	const uint8_t *start = l->at.data;
	l->type = reader_u8(&l->at);
	const size_t units = reader_u8(&l->at);
	reader_skip(&l->at, units * 4 + 6);
	const size_t skipped = (size_t)(l->at.data - start);
	l->fragment.len -=
	        l->fragment.len < skipped ? l->fragment.len : (uint32_t)skipped;
}

static void open_fragment(struct layers *l)
{
	const uint8_t next = reader_u8(&l->at);
	reader_skip(&l->at, 1);
	const uint16_t place = reader_u16(&l->at);
	const uint32_t id = reader_u32(&l->at);
	if (l->at.failed)
		return;
	l->type = next;
	if ((place & 0xfff9) == 0) /* an atomic fragment, RFC 6946 */
		return;
	const uint32_t len = l->fragment.len < 8 ? 0 : l->fragment.len - 8;
	l->fragment = (struct fragment_info){
	        .id = id,
	        .offset = place & 0xfff8u,
	        .len = len,
	        .more = place & 1,
	        .v6 = true,
	};
	l->out->ip_id = (uint16_t)id;
	l->next = LAYER_FRAGMENT;
}

static void open_ip_in_ip(struct layers *l)
{
	const bool outer_v4 = address_is_v4(&l->out->src.ip);
	const bool in_4 = l->type == PROTOCOL_IPV6 && outer_v4;
	layers_tunnel(l, in_4 ? TUNNEL_6IN4 : TUNNEL_IPIP, 0);
	l->next = LAYER_IP;
}

/* Headers between IP and the transport, and what is rare; false when it is neither. */
static bool open_rare(struct layers *l)
{
	switch (l->type) {
	case PROTOCOL_HOP_OPTIONS:
	case PROTOCOL_ROUTING:
	case PROTOCOL_DESTINATION:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		skip_extension(l);
		return !l->at.failed;
	case PROTOCOL_AH:
		skip_authentication(l);
		return !l->at.failed;
	case PROTOCOL_FRAGMENT:
		open_fragment(l);
		return !l->at.failed;
	case PROTOCOL_MPLS:
		l->type = TYPE_MPLS;
		l->next = LAYER_ETHERTYPE;
		return true;
	default:
		return false;
	}
}

void ip_protocol(struct layers *l)
{
	switch (l->type) {
	case PROTOCOL_UDP:
	case PROTOCOL_UDP_LITE:
		l->next = LAYER_UDP;
		return;
	case PROTOCOL_TCP:
		l->next = LAYER_TCP;
		return;
	case PROTOCOL_SCTP:
		l->next = LAYER_SCTP;
		return;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMPV6:
		l->next = LAYER_ICMP;
		return;
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		open_ip_in_ip(l);
		return;
	case PROTOCOL_GRE:
		l->next = LAYER_GRE;
		return;
	case PROTOCOL_ESP:
		l->next = LAYER_ESP;
		return;
	case PROTOCOL_L2TP:
		l->next = LAYER_L2TPV3;
		return;
	default:
		if (!open_rare(l))
			l->next = LAYER_NONE;
	}
}
