#include "engine/frame/tunnel.h"

#include "engine/frame/link.h"

enum udp_port {
	PORT_L2TP = 1701,
	PORT_GTPU = 2152,
	PORT_TEREDO = 3544,
	PORT_ESP = 4500,
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
	PORT_VXLAN_OLD = 8472,
	PORT_TZSP = 37008,
};

enum { TYPE_ERSPAN = 0x88be, TYPE_ERSPAN3 = 0x22eb, TYPE_WCCP = 0x883e };

static bool is_ip(const struct reader *at)
{
	const size_t left = reader_left(at);
	if (left < 20)
		return false;
	return at->data[0] >> 4 == 6 ||
	       (at->data[0] >> 4 == 4 && (at->data[0] & 15) >= 5);
}

static void open_type(struct layers *l, uint16_t type)
{
	l->type = type;
	l->next = l->at.failed ? LAYER_NONE : LAYER_ETHERTYPE;
}

/* Type I has no header and no sequence number in GRE, type II has both. */
static void open_erspan(struct layers *l, uint16_t type, bool sequence)
{
	uint32_t session = 0;
	if (type == TYPE_ERSPAN3) {
		session = reader_u32(&l->at) & 0x3ff;
		reader_skip(&l->at, 7);
		if (reader_u8(&l->at) & 1)
			reader_skip(&l->at, 8);
	} else if (sequence) {
		session = reader_u32(&l->at) & 0x3ff;
		reader_skip(&l->at, 4);
	}
	layers_tunnel(l, TUNNEL_ERSPAN, session);
	l->next = l->at.failed ? LAYER_NONE : LAYER_ETHERNET;
}

void tunnel_gre(struct layers *l)
{
	const uint16_t flags = reader_u16(&l->at);
	const uint16_t type = reader_u16(&l->at);
	const unsigned version = flags & 7;
	l->next = LAYER_NONE;
	if (version > 1 || flags & 0x4000) /* source routing was withdrawn */
		return;
	if (flags & 0x8000)
		reader_skip(&l->at, 4);
	const uint32_t key = flags & 0x2000 ? reader_u32(&l->at) : 0;
	if (flags & 0x1000)
		reader_skip(&l->at, 4);
	if (version == 1 && flags & 0x0080)
		reader_skip(&l->at, 4);
	if (version == 0 && (type == TYPE_ERSPAN || type == TYPE_ERSPAN3)) {
		open_erspan(l, type, flags & 0x1000);
		return;
	}
	layers_tunnel(l, TUNNEL_GRE, version == 1 ? key & 0xffff : key);
	if (type == TYPE_WCCP) {
		if (!is_ip(&l->at) || l->at.data[0] >> 4 != 4)
			reader_skip(&l->at, 4);
		l->next = l->at.failed ? LAYER_NONE : LAYER_IP;
		return;
	}
	open_type(l, type);
}

/* Does the packet of that protocol fill the bytes exactly? */
static bool fills(uint8_t protocol, const uint8_t *p, size_t len)
{
	switch (protocol) {
	case 4:
		return len >= 20 && p[0] >> 4 == 4 && load_u16(p + 2) == len;
	case 41:
		return len >= 40 && p[0] >> 4 == 6 && load_u16(p + 4) + 40u == len;
	case 17:
		return len >= 8 && load_u16(p + 4) == len && load_u16(p) != 0 &&
		       load_u16(p + 2) != 0;
	case 6:
		/* No length in it: header length, reserved bits and flags must do. */
		return len >= 20 && p[12] >> 4 >= 5 && (size_t)(p[12] >> 4) * 4 <= len &&
		       (p[12] & 0x0e) == 0 && (p[13] & 0x16) != 0 && load_u16(p) != 0 &&
		       load_u16(p + 2) != 0;
	default:
		return false;
	}
}

void tunnel_esp(struct layers *l)
{
	/* Lengths of the integrity check value, the usual ones first. */
	static const uint8_t icv_bytes[] = {12, 16, 0, 32, 24, 8, 20};
	const uint32_t spi = reader_u32(&l->at);
	reader_skip(&l->at, 4);
	const size_t left = reader_left(&l->at);
	const uint8_t *p = l->at.data;
	l->next = LAYER_NONE;
	for (size_t i = 0; i < sizeof(icv_bytes); i++) {
		if (left < icv_bytes[i] + 2u)
			continue;
		const size_t trailer = left - icv_bytes[i] - 2;
		const size_t padding = p[trailer];
		const uint8_t protocol = p[trailer + 1];
		if (padding > trailer || (padding > 0 && p[trailer - 1] != padding))
			continue;
		if (!fills(protocol, p, trailer - padding))
			continue;
		layers_tunnel(l, TUNNEL_ESP_NULL, spi);
		l->at.end = p + trailer - padding;
		l->type = protocol;
		l->next = protocol == 4 || protocol == 41 ? LAYER_IP : LAYER_PROTOCOL;
		return;
	}
}

static bool open_l2tpv3(struct layers *l, uint32_t session)
{
	/* Cookie of 0, 4 or 8 bytes, then perhaps the 4 of the default sublayer. */
	for (size_t skip = 0; skip <= 12; skip += 4) {
		struct reader at = l->at;
		reader_skip(&at, skip);
		const bool ethernet = link_plausible(at.data, reader_left(&at));
		if (at.failed || !(ethernet || is_ip(&at)))
			continue;
		l->at = at;
		layers_tunnel(l, TUNNEL_L2TP, session);
		l->next = ethernet ? LAYER_ETHERNET : LAYER_IP;
		return true;
	}
	return false;
}

void tunnel_l2tpv3(struct layers *l)
{
	const uint32_t session = reader_u32(&l->at);
	l->next = LAYER_NONE;
	if (session != 0)
		(void)open_l2tpv3(l, session);
}

/* RFC 2661, 3.1: data messages; control messages stay what they are. */
static bool open_l2tp(struct layers *l)
{
	const uint16_t flags = reader_u16(&l->at);
	if (flags & 0x8000)
		return false;
	if ((flags & 15) == 3) {
		reader_skip(&l->at, 2);
		return open_l2tpv3(l, reader_u32(&l->at));
	}
	if ((flags & 15) != 2 || flags & 0x34f0)
		return false;
	if (flags & 0x4000)
		reader_skip(&l->at, 2);
	const uint32_t ids = reader_u32(&l->at);
	if (flags & 0x0800)
		reader_skip(&l->at, 4);
	if (flags & 0x0200)
		reader_skip(&l->at, reader_u16(&l->at));
	layers_tunnel(l, TUNNEL_L2TP, ids);
	l->next = LAYER_PPP;
	return true;
}

/* RFC 7348; the group policy extension sets more flags. */
static bool open_vxlan(struct layers *l)
{
	const uint8_t flags = reader_u8(&l->at);
	reader_skip(&l->at, 3);
	const uint32_t vni = reader_u32(&l->at);
	if (!(flags & 0x08) || (vni & 0xff) != 0 || reader_left(&l->at) < 14)
		return false;
	if (!link_plausible(l->at.data, reader_left(&l->at)) && flags != 0x08)
		return false;
	layers_tunnel(l, TUNNEL_VXLAN, vni >> 8);
	l->next = LAYER_ETHERNET;
	return true;
}

/* RFC 8926. */
static bool open_geneve(struct layers *l)
{
	const uint8_t version = reader_u8(&l->at);
	const uint8_t flags = reader_u8(&l->at);
	const uint16_t type = reader_u16(&l->at);
	const uint32_t vni = reader_u32(&l->at);
	reader_skip(&l->at, (size_t)(version & 0x3f) * 4);
	if (version >> 6 != 0 || flags & 0x3f || vni & 0xff)
		return false;
	if (type != 0x6558 && type != 0x0800 && type != 0x86dd)
		return false;
	layers_tunnel(l, TUNNEL_GENEVE, vni >> 8);
	open_type(l, type);
	return true;
}

/* 3GPP TS 29.281: a G-PDU, with its extension headers. */
static bool open_gtpu(struct layers *l)
{
	const uint8_t flags = reader_u8(&l->at);
	const uint8_t message = reader_u8(&l->at);
	const uint16_t len = reader_u16(&l->at);
	const uint32_t teid = reader_u32(&l->at);
	if (flags >> 4 != 3 || message != 0xff)
		return false;
	if (reader_left(&l->at) > len)
		l->at.end = l->at.data + len;
	if (flags & 7) {
		reader_skip(&l->at, 3);
		uint8_t next = reader_u8(&l->at);
		for (int i = 0; i < LIMIT_FRAME_LAYERS && flags & 4 && next; i++) {
			const size_t units = reader_u8(&l->at);
			if (units == 0)
				return false;
			reader_skip(&l->at, units * 4 - 2);
			next = reader_u8(&l->at);
		}
	}
	if (l->at.failed || !is_ip(&l->at))
		return false;
	layers_tunnel(l, TUNNEL_GTPU, teid);
	l->next = LAYER_IP;
	return true;
}

/* TaZmen Sniffer Protocol: tags up to the end tag, then an Ethernet frame. */
static bool open_tzsp(struct layers *l)
{
	const uint8_t version = reader_u8(&l->at);
	const uint8_t type = reader_u8(&l->at);
	const uint16_t content = reader_u16(&l->at);
	if (version != 1 || type > 1 || content != 1)
		return false;
	while (!l->at.failed) {
		const uint8_t tag = reader_u8(&l->at);
		if (tag == 1)
			break;
		if (tag != 0)
			reader_skip(&l->at, reader_u8(&l->at));
	}
	layers_tunnel(l, TUNNEL_TZSP, 0);
	l->next = LAYER_ETHERNET;
	return true;
}

/* RFC 4380: IPv6 behind an optional authentication and origin indication. */
static bool open_teredo(struct layers *l)
{
	if (reader_left(&l->at) >= 4 && load_u16(l->at.data) == 1) {
		const size_t id = l->at.data[2], value = l->at.data[3];
		reader_skip(&l->at, 13 + id + value);
	}
	if (reader_left(&l->at) >= 8 && load_u16(l->at.data) == 0)
		reader_skip(&l->at, 8);
	const uint8_t *p = l->at.data;
	if (reader_left(&l->at) < 40 || p[0] >> 4 != 6 ||
	        load_u16(p + 4) + 40u < reader_left(&l->at))
		return false;
	layers_tunnel(l, TUNNEL_TEREDO, 0);
	l->next = LAYER_IP;
	return true;
}

/* RFC 3948: ESP over UDP; a zero SPI marks IKE, one byte a keep-alive. */
static bool open_esp(struct layers *l)
{
	if (reader_left(&l->at) < 16 || load_u32(l->at.data) == 0)
		return false;
	tunnel_esp(l);
	return l->next != LAYER_NONE;
}

static bool open_port(struct layers *l, uint16_t port)
{
	switch (port) {
	case PORT_VXLAN:
	case PORT_VXLAN_OLD:
		return open_vxlan(l);
	case PORT_GENEVE:
		return open_geneve(l);
	case PORT_GTPU:
		return open_gtpu(l);
	case PORT_L2TP:
		return open_l2tp(l);
	case PORT_TZSP:
		return open_tzsp(l);
	case PORT_TEREDO:
		return open_teredo(l);
	case PORT_ESP:
		return open_esp(l);
	default:
		return false;
	}
}

static bool is_port(uint16_t port)
{
	switch (port) {
	case PORT_VXLAN:
	case PORT_VXLAN_OLD:
	case PORT_GENEVE:
	case PORT_GTPU:
	case PORT_L2TP:
	case PORT_TZSP:
	case PORT_TEREDO:
	case PORT_ESP:
		return true;
	default:
		return false;
	}
}

bool tunnel_udp(struct layers *l)
{
	if (!is_port(l->out->dst.port) && !is_port(l->out->src.port))
		return false;
	const struct reader before = l->at;
	const uint8_t tunnel_count = l->out->tunnel_count;
	const uint16_t ports[] = {l->out->dst.port, l->out->src.port};
	for (size_t i = 0; i < 2; i++) {
		if (open_port(l, ports[i]) && !l->at.failed)
			return true;
		l->at = before;
		l->out->tunnel_count = tunnel_count;
	}
	return false;
}
