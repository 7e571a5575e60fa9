#include "engine/frame/link.h"

#include "engine/frame/hep.h"

enum ethertype {
	TYPE_IPV4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_TRANSPARENT = 0x6558,
	TYPE_VLAN = 0x8100,
	TYPE_PPP = 0x880b,
	TYPE_IPV6 = 0x86dd,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_PPPOE = 0x8864,
	TYPE_SERVICE_VLAN = 0x88a8,
	TYPE_BACKBONE = 0x88e7,
	TYPE_VN_TAG = 0x8926,
	TYPE_QINQ = 0x9100,
	TYPE_QINQ_OLD = 0x9200,
	LENGTH_MAX = 1500, /* up to here the type of IEEE 802.3 is a length */
};

enum { ETHERNET_BYTES = 14, NFLOG_PAYLOAD = 9 };

static void go(struct layers *l, enum layer next)
{
	l->next = l->at.failed ? LAYER_NONE : next;
}

static void go_type(struct layers *l, uint16_t type)
{
	l->type = type;
	go(l, LAYER_ETHERTYPE);
}

bool link_plausible(const uint8_t *data, size_t len)
{
	if (len < ETHERNET_BYTES)
		return false;
	switch (load_u16(data + 12)) {
	case TYPE_IPV4:
	case TYPE_IPV6:
		return len > ETHERNET_BYTES && (data[14] >> 4 == 4 || data[14] >> 4 == 6);
	case TYPE_ARP:
	case TYPE_VLAN:
	case TYPE_SERVICE_VLAN:
	case TYPE_QINQ:
	case TYPE_MPLS:
	case TYPE_PPPOE:
	case TYPE_BACKBONE:
	case TYPE_VN_TAG:
		return true;
	default:
		return false;
	}
}

void link_ethernet(struct layers *l)
{
	const uint8_t *p = l->at.data;
	l->next = LAYER_NONE;
	if (!reader_need(&l->at, ETHERNET_BYTES))
		return;
	l->at.data += ETHERNET_BYTES;
	l->type = load_u16(p + 12);
	/* Nearly all packets go this way. */
	l->next = l->type == TYPE_IPV4 ? LAYER_IP : LAYER_ETHERTYPE;
}

/* IEEE 802.2 with SNAP; other service access points carry no IP worth the name. */
static void open_llc(struct layers *l)
{
	const uint32_t sap = reader_u24(&l->at);
	const uint32_t organisation = reader_u24(&l->at);
	const uint16_t type = reader_u16(&l->at);
	if (sap != 0xaaaa03 || (organisation != 0 && organisation != 0x0000f8))
		l->next = LAYER_NONE;
	else
		go_type(l, type);
}

static void open_vlan(struct layers *l)
{
	const uint16_t id = reader_u16(&l->at) & 0xfff;
	struct datagram *out = l->out;
	if (out->vlan[0] == 0)
		out->vlan[0] = id;
	else if (out->vlan[1] == 0)
		out->vlan[1] = id;
	go_type(l, reader_u16(&l->at));
}

/*
 * RFC 3032. The label says nothing of what is behind the stack: the first bits tell IP,
 * else it is an Ethernet pseudo-wire with or without a control word (RFC 4448).
 */
static void open_mpls(struct layers *l)
{
	uint32_t label = 0;
	for (int i = 0; i < LIMIT_FRAME_LAYERS && !(label & 0x100) && !l->at.failed; i++)
		label = reader_u32(&l->at);
	const size_t left = reader_left(&l->at);
	if (left == 0 || !(label & 0x100)) {
		l->next = LAYER_NONE;
		return;
	}
	const uint8_t *p = l->at.data;
	const bool plain = link_plausible(p, left);
	const bool control =
	        p[0] >> 4 == 0 && left > 4 && link_plausible(p + 4, left - 4);
	if (p[0] >> 4 == 4 || p[0] >> 4 == 6) {
		go(l, plain && load_u16(p + 12) != TYPE_IPV4 ? LAYER_ETHERNET : LAYER_IP);
	} else if (control || (!plain && p[0] >> 4 == 0)) {
		reader_skip(&l->at, 4);
		go(l, LAYER_ETHERNET);
	} else {
		go(l, plain ? LAYER_ETHERNET : LAYER_NONE);
	}
}

/* RFC 2516: only the session stage carries data. */
static void open_pppoe(struct layers *l)
{
	const uint8_t version = reader_u8(&l->at);
	const uint8_t code = reader_u8(&l->at);
	reader_skip(&l->at, 2);
	const uint16_t len = reader_u16(&l->at);
	if (l->at.failed || version != 0x11 || code != 0) {
		l->next = LAYER_NONE;
		return;
	}
	layers_trim(l, len);
	l->next = LAYER_PPP;
}

void link_ethertype(struct layers *l)
{
	switch (l->type) {
	case TYPE_IPV4:
	case TYPE_IPV6:
		l->next = LAYER_IP;
		return;
	case TYPE_VLAN:
	case TYPE_SERVICE_VLAN:
	case TYPE_QINQ:
	case TYPE_QINQ_OLD:
		open_vlan(l);
		return;
	case TYPE_MPLS:
	case TYPE_MPLS_MULTICAST:
		open_mpls(l);
		return;
	case TYPE_PPPOE:
		open_pppoe(l);
		return;
	case TYPE_PPP:
		l->next = LAYER_PPP;
		return;
	case TYPE_TRANSPARENT:
		l->next = LAYER_ETHERNET;
		return;
	case TYPE_VN_TAG:
		reader_skip(&l->at, 4);
		go_type(l, reader_u16(&l->at));
		return;
	case TYPE_BACKBONE:
		reader_skip(&l->at, 4);
		go(l, LAYER_ETHERNET);
		return;
	default:
		l->next = LAYER_NONE;
		if (l->type <= LENGTH_MAX) {
			layers_trim(l, l->type);
			open_llc(l);
		}
	}
}

static void open_bridged(struct layers *l)
{
	reader_skip(&l->at, 2);
	go(l, LAYER_ETHERNET);
}

/*
 * RFC 1661 and 1662: address and control may be compressed away, and the protocol to one
 * byte. Cisco's HDLC (0f 00 or 8f 00 and an Ethernet type) is told by its address.
 */
void link_ppp(struct layers *l)
{
	const uint8_t *p = l->at.data;
	if (reader_left(&l->at) >= 4 && p[1] == 0 && (p[0] == 0x0f || p[0] == 0x8f)) {
		reader_skip(&l->at, 2);
		go_type(l, reader_u16(&l->at));
		return;
	}
	if (reader_left(&l->at) >= 2 && p[0] == 0xff && p[1] == 0x03)
		reader_skip(&l->at, 2);
	uint16_t protocol = reader_u8(&l->at);
	if (!(protocol & 1))
		protocol = (uint16_t)(protocol << 8 | reader_u8(&l->at));
	if (protocol == 0x0021 || protocol == 0x0057)
		go(l, LAYER_IP);
	else if (protocol == 0x0281)
		go_type(l, TYPE_MPLS);
	else if (protocol == 0x0031) /* bridging, RFC 3518: flags and type first */
		open_bridged(l);
	else
		l->next = LAYER_NONE;
}

/* The type of a Linux cooked capture, which is an Ethernet type or one of Linux's own. */
static void open_cooked(struct layers *l, uint16_t type)
{
	if (type == 0x0001)
		go(l, LAYER_ETHERNET);
	else if (type == 0x0004)
		open_llc(l);
	else
		go_type(l, type);
}

/* The Endace header: little-endian time, then type and perhaps extension headers. */
static void open_erf(struct layers *l)
{
	reader_skip(&l->at, 8);
	const uint8_t type = reader_u8(&l->at);
	reader_skip(&l->at, 7);
	bool more = type & 0x80;
	for (int i = 0; i < LIMIT_FRAME_LAYERS && more; i++) {
		more = reader_u8(&l->at) & 0x80;
		reader_skip(&l->at, 7);
	}
	switch (type & 0x7f) {
	case 1:
	case 10:
		go(l, LAYER_PPP);
		return;
	case 2:
	case 11:
	case 16:
		reader_skip(&l->at, 2);
		go(l, LAYER_ETHERNET);
		return;
	case 22:
	case 23:
		go(l, LAYER_IP);
		return;
	default:
		l->next = LAYER_NONE;
	}
}

static uint16_t load_little(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

/* Netfilter's log: attributes whose lengths are in the byte order of the sensor. */
static void open_nflog(struct layers *l)
{
	reader_skip(&l->at, 4);
	l->next = LAYER_NONE;
	while (reader_left(&l->at) >= 4) {
		const uint8_t *p = l->at.data;
		const bool big = p[2] == 0 && p[3] != 0;
		const size_t len = big ? load_u16(p) : load_little(p);
		const unsigned type = big ? load_u16(p + 2) : load_little(p + 2);
		if (len < 4)
			return;
		if (type == NFLOG_PAYLOAD) {
			reader_skip(&l->at, 4);
			layers_trim(l, len - 4);
			go(l, LAYER_IP);
			return;
		}
		reader_skip(&l->at, (len + 3) & ~(size_t)3);
	}
}

void link_open(struct layers *l, uint16_t link)
{
	l->next = LAYER_NONE;
	switch (link) {
	case LINK_ETHERNET:
		link_ethernet(l);
		return;
	case LINK_NULL:
	case LINK_LOOP:
		/* The family's number and byte order differ by system; IP tells itself.
		 */
		reader_skip(&l->at, 4);
		go(l, LAYER_IP);
		return;
	case LINK_RAW:
	case LINK_RAW_BSD12:
	case LINK_RAW_BSD14:
	case LINK_IPV4:
	case LINK_IPV6:
		l->next = LAYER_IP;
		return;
	case LINK_PPP:
	case LINK_PPP_HDLC:
	case LINK_CHDLC:
		l->next = LAYER_PPP;
		return;
	case LINK_PPPOE:
		open_pppoe(l);
		return;
	case LINK_LINUX_SLL:
		reader_skip(&l->at, 14);
		open_cooked(l, reader_u16(&l->at));
		return;
	case LINK_LINUX_SLL2: {
		const uint16_t type = reader_u16(&l->at);
		reader_skip(&l->at, 18);
		open_cooked(l, type);
		return;
	}
	case LINK_ERF:
		open_erf(l);
		return;
	case LINK_NFLOG:
		open_nflog(l);
		return;
	case LINK_HEP3:
		hep_open(l);
		return;
	default:
		return;
	}
}
