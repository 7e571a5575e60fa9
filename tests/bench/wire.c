#include "tests/bench/wire.h"

#include <string.h>

enum {
	ETHERNET_IPV4 = 0x0800,
	ETHERNET_IPV6 = 0x86dd,
	IP_UDP = 17,
	IP_TCP = 6,
	VXLAN_PORT = 4789,
};

/* What one packet is made from while it grows from its payload outwards. */
struct build {
	uint8_t *at; /* first byte so far; the frame is filled from its end */
	size_t len;
};

static uint8_t *prepend(struct build *build, size_t len)
{
	build->at -= len;
	build->len += len;
	return build->at;
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static uint32_t sum16(const uint8_t *data, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (len % 2)
		sum += (uint32_t)data[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_address6(uint8_t *at, uint32_t ip)
{
	memset(at, 0, 16);
	put32(at, 0x20010db8);
	put32(at + 12, ip);
}

static void add_ipv4(struct wire *wire, struct build *build, const struct wire_pair *pair,
        uint8_t protocol)
{
	uint8_t *ip = prepend(build, 20);

	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, (uint32_t)build->len);
	put16(ip + 4, wire->ip_id++);
	ip[6] = 0x40;
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, pair->from.ip);
	put32(ip + 16, pair->to.ip);
	put16(ip + 10, fold(sum16(ip, 20, 0)));
}

static void add_ipv6(struct build *build, const struct wire_pair *pair, uint8_t protocol)
{
	const size_t payload = build->len;
	uint8_t *ip = prepend(build, 40);

	memset(ip, 0, 40);
	ip[0] = 0x60;
	put16(ip + 4, (uint32_t)payload);
	ip[6] = protocol;
	ip[7] = 64;
	put_address6(ip + 8, pair->from.ip);
	put_address6(ip + 24, pair->to.ip);
}

/* The checksum over the pseudo header, of which both families sum to the same form. */
static uint16_t transport_sum(const struct wire *wire, const struct build *build,
        const struct wire_pair *pair, uint8_t protocol)
{
	uint8_t addresses[32];
	size_t len = 8;

	put32(addresses, pair->from.ip);
	put32(addresses + 4, pair->to.ip);
	if (wire->ipv6) {
		put_address6(addresses, pair->from.ip);
		put_address6(addresses + 16, pair->to.ip);
		len = 32;
	}
	uint32_t sum = sum16(addresses, len, (uint32_t)protocol + (uint32_t)build->len);
	return fold(sum16(build->at, build->len, sum));
}

static void add_udp(struct wire *wire, struct build *build, const struct wire_pair *pair)
{
	uint8_t *udp = prepend(build, 8);

	put16(udp, pair->from.port);
	put16(udp + 2, pair->to.port);
	put16(udp + 4, (uint32_t)build->len);
	put16(udp + 6, 0);
	put16(udp + 6, transport_sum(wire, build, pair, IP_UDP));
}

static void add_link(
        struct build *build, uint16_t type, const uint16_t *tags, size_t count)
{
	uint8_t *end = prepend(build, 2);

	put16(end, type);
	for (size_t i = count; i-- > 0;) {
		uint8_t *tag = prepend(build, 4);

		put16(tag, i == 0 && count > 1 ? 0x88a8 : 0x8100);
		put16(tag + 2, tags[i]);
	}
	memcpy(prepend(build, 12), "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01",
	        12);
}

static void add_mpls(struct build *build)
{
	uint8_t *labels = prepend(build, 8);

	put32(labels, 16001u << 12 | 63);
	put32(labels + 4, 16002u << 12 | 1u << 8 | 63);
	add_link(build, 0x8847, NULL, 0);
}

static void add_vxlan(struct wire *wire, struct build *build, uint16_t type)
{
	const struct wire_pair tunnel = {{0x0aff0001, 50000}, {0x0aff0002, VXLAN_PORT}};
	const bool ipv6 = wire->ipv6;

	add_link(build, type, NULL, 0);
	uint8_t *vxlan = prepend(build, 8);

	put32(vxlan, 0x08000000);
	put32(vxlan + 4, 42u << 8);
	wire->ipv6 = false;
	add_udp(wire, build, &tunnel);
	add_ipv4(wire, build, &tunnel, IP_UDP);
	wire->ipv6 = ipv6;
	add_link(build, ETHERNET_IPV4, NULL, 0);
}

static void finish(struct wire *wire, struct build *build, const struct wire_pair *pair,
        uint8_t protocol)
{
	const uint16_t tags[] = {100, 200};
	const uint16_t type = wire->ipv6 ? ETHERNET_IPV6 : ETHERNET_IPV4;

	if (wire->ipv6)
		add_ipv6(build, pair, protocol);
	else
		add_ipv4(wire, build, pair, protocol);
	switch (wire->encap) {
	case ENCAP_NONE:
		add_link(build, type, NULL, 0);
		break;
	case ENCAP_VLAN:
		add_link(build, type, tags, 1);
		break;
	case ENCAP_QINQ:
		add_link(build, type, tags, 2);
		break;
	case ENCAP_MPLS:
		add_mpls(build);
		break;
	case ENCAP_VXLAN:
		add_vxlan(wire, build, type);
		break;
	}
	const uint32_t record[4] = {(uint32_t)(wire->time_us / 1000000),
	        (uint32_t)(wire->time_us % 1000000), (uint32_t)build->len,
	        (uint32_t)build->len};
	(void)fwrite(record, sizeof(record), 1, wire->file);
	(void)fwrite(build->at, build->len, 1, wire->file);
	wire->packets++;
}

static struct build start(struct wire *wire, const void *data, size_t len)
{
	struct build build = {wire->frame + sizeof(wire->frame), 0};

	if (len)
		memcpy(prepend(&build, len), data, len);
	return build;
}

bool wire_open(struct wire *wire, const char *path, uint64_t seed)
{
	/* pcap 2.4 in this machine's byte order, microseconds, Ethernet. */
	const uint32_t header[6] = {0xa1b2c3d4, 2 | 4u << 16, 0, 0, 65535, 1};

	memset(wire, 0, sizeof(*wire));
	wire->time_us = UINT64_C(1782900000) * 1000000;
	wire->random = seed;
	wire->file = fopen(path, "wb");
	return wire->file && fwrite(header, sizeof(header), 1, wire->file) == 1;
}

bool wire_close(struct wire *wire)
{
	const bool bad = ferror(wire->file) != 0;

	return fclose(wire->file) == 0 && !bad;
}

uint64_t wire_random(struct wire *wire)
{
	uint64_t value = wire->random += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

void wire_udp(struct wire *wire, const struct party *from, const struct party *to,
        const void *data, size_t len)
{
	const struct wire_pair pair = {*from, *to};
	struct build build = start(wire, data, len);

	add_udp(wire, &build, &pair);
	finish(wire, &build, &pair, IP_UDP);
}

void wire_tcp(struct wire *wire, const struct wire_pair *pair,
        const struct tcp_step *step, const void *data, size_t len)
{
	struct build build = start(wire, data, len);
	uint8_t *tcp = prepend(&build, 20);

	memset(tcp, 0, 20);
	put16(tcp, pair->from.port);
	put16(tcp + 2, pair->to.port);
	put32(tcp + 4, step->seq);
	put32(tcp + 8, step->ack);
	tcp[12] = 5 << 4;
	tcp[13] = step->flags;
	put16(tcp + 14, 64240);
	put16(tcp + 16, transport_sum(wire, &build, pair, IP_TCP));
	finish(wire, &build, pair, IP_TCP);
}
