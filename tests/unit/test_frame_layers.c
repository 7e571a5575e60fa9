/* Every link type, tag and tunnel must lead to the datagram inside. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/packet_build.h"

/* Headers, listed from the inside out. */
enum step {
	END,
	UDP, /* 5060 to 5061 */
	IP4, /* around UDP */
	IP6,
	ETH4,
	ETH6,
	BYTES, /* .bytes in front */
	IP4_OF,
	IP6_OF, /* around protocol .value */
	UDP_OF, /* to port .value */
	ETH_OF, /* type .value */
	AH4,
	EXTENSIONS,
	ESP_TAIL,
};

struct header {
	enum step step;
	uint16_t value;
	const char *bytes;
	size_t len;
};

#define B(text)                                                                          \
	{                                                                                \
		BYTES, 0, (text), sizeof(text) - 1                                       \
	}
#define OF(step, value)                                                                  \
	{                                                                                \
		step, value, NULL, 0                                                     \
	}
#define S(step)                                                                          \
	{                                                                                \
		step, 0, NULL, 0                                                         \
	}

struct row {
	const char *name;
	uint16_t link;
	struct header headers[12];
	uint16_t vlan[2];
	int tunnels; /* -1 = none */
	uint32_t id;
	bool v6;
};

#define ERF_HEADER(type) "\1\2\3\4\5\6\7\x08" type "\x04\0\x40\0\0\0\x40"
#define SLL_HEADER       "\0\0\0\1\0\6\2\0\0\0\0\1\0\0"

static const struct row ROWS[] = {
        {"ethernet", 1, {S(UDP), S(IP4), S(ETH4)}, {0}, -1, 0, false},
        {"ethernet_v6", 1, {S(UDP), S(IP6), S(ETH6)}, {0}, -1, 0, true},
        {"vlan", 1, {S(UDP), S(IP4), B("\x20\x05\x08\0"), OF(ETH_OF, 0x8100)}, {5}, -1, 0,
                false},
        {"qinq", 1, {S(UDP), S(IP4), B("\0\7\x81\0\0\x08\x08\0"), OF(ETH_OF, 0x88a8)},
                {7, 8}, -1, 0, false},
        {"qinq_9100", 1,
                {S(UDP), S(IP4), B("\0\7\x81\0\0\x08\x08\0"), OF(ETH_OF, 0x9100)}, {7, 8},
                -1, 0, false},
        {"vn_tag", 1,
                {S(UDP), S(IP4), B("\0\0\0\0\x81\0\0\x0b\x08\0"), OF(ETH_OF, 0x8926)},
                {11}, -1, 0, false},
        {"backbone", 1, {S(UDP), S(IP4), S(ETH4), B("\0\0\1\2"), OF(ETH_OF, 0x88e7)}, {0},
                -1, 0, false},
        {"mpls", 1, {S(UDP), S(IP4), B("\0\1\0\x40\0\2\1\x40"), OF(ETH_OF, 0x8847)}, {0},
                -1, 0, false},
        {"mpls_v6", 1, {S(UDP), S(IP6), B("\0\2\1\x40"), OF(ETH_OF, 0x8847)}, {0}, -1, 0,
                true},
        {"mpls_wire", 1, {S(UDP), S(IP4), S(ETH4), B("\0\2\1\x40"), OF(ETH_OF, 0x8847)},
                {0}, -1, 0, false},
        {"mpls_wire_control", 1,
                {S(UDP), S(IP4), S(ETH4), B("\0\2\1\x40\0\0\0\0"), OF(ETH_OF, 0x8847)},
                {0}, -1, 0, false},
        {"pppoe", 1, {S(UDP), S(IP4), B("\x11\0\0\x09\0\x2b\0\x21"), OF(ETH_OF, 0x8864)},
                {0}, -1, 0, false},
        {"snap", 1, {S(UDP), S(IP4), B("\xaa\xaa\3\0\0\0\x08\0"), OF(ETH_OF, 49)}, {0},
                -1, 0, false},
        {"padding", 1, {S(UDP), S(IP4), S(ETH4), S(END)}, {0}, -1, 0, false},
        {"ppp", 9, {S(UDP), S(IP4), B("\xff\3\0\x21")}, {0}, -1, 0, false},
        {"ppp_compressed", 9, {S(UDP), S(IP6), B("\x57")}, {0}, -1, 0, true},
        {"hdlc", 50, {S(UDP), S(IP4), B("\xff\3\0\x21")}, {0}, -1, 0, false},
        {"cisco_hdlc", 104, {S(UDP), S(IP4), B("\x0f\0\x08\0")}, {0}, -1, 0, false},
        {"cooked", 113, {S(UDP), S(IP4), B(SLL_HEADER "\x08\0")}, {0}, -1, 0, false},
        {"cooked_vlan", 113, {S(UDP), S(IP4), B(SLL_HEADER "\x81\0\0\4\x08\0")}, {4}, -1,
                0, false},
        {"cooked2", 276,
                {S(UDP), S(IP6), B("\x86\xdd\0\0\0\0\0\1\0\1\0\6\2\0\0\0\0\1\0\0")}, {0},
                -1, 0, true},
        {"raw", 101, {S(UDP), S(IP4)}, {0}, -1, 0, false},
        {"raw_bsd", 12, {S(UDP), S(IP6)}, {0}, -1, 0, true},
        {"ipv6_link", 229, {S(UDP), S(IP6)}, {0}, -1, 0, true},
        {"null_little", 0, {S(UDP), S(IP4), B("\2\0\0\0")}, {0}, -1, 0, false},
        {"null_big", 0, {S(UDP), S(IP6), B("\0\0\0\x1e")}, {0}, -1, 0, true},
        {"loop", 108, {S(UDP), S(IP4), B("\0\0\0\2")}, {0}, -1, 0, false},
        {"erf", 197, {S(UDP), S(IP4), S(ETH4), B(ERF_HEADER("\2") "\0\0")}, {0}, -1, 0,
                false},
        {"erf_extended", 197,
                {S(UDP), S(IP4), S(ETH4), B(ERF_HEADER("\x82") "\1\0\0\0\0\0\0\0\0\0")},
                {0}, -1, 0, false},
        {"nflog", 239, {S(UDP), S(IP4), B("\2\0\0\0\5\0\x0a\0x\0\0\0\x2d\0\x09\0")}, {0},
                -1, 0, false},
        {"nflog_big", 239, {S(UDP), S(IP4), B("\2\0\0\0\0\5\0\x0ax\0\0\0\0\x2d\0\x09")},
                {0}, -1, 0, false},
        {"4in4", 101, {S(UDP), S(IP4), OF(IP4_OF, 4)}, {0}, TUNNEL_IPIP, 0, false},
        {"4in6", 101, {S(UDP), S(IP4), OF(IP6_OF, 4)}, {0}, TUNNEL_IPIP, 0, false},
        {"6in4", 101, {S(UDP), S(IP6), OF(IP4_OF, 41)}, {0}, TUNNEL_6IN4, 0, true},
        {"6in6", 101, {S(UDP), S(IP6), OF(IP6_OF, 41)}, {0}, TUNNEL_IPIP, 0, true},
        {"ah", 101, {S(UDP), S(AH4), OF(IP4_OF, 51)}, {0}, -1, 0, false},
        {"extensions", 101, {S(UDP), S(EXTENSIONS), OF(IP6_OF, 0)}, {0}, -1, 0, true},
        {"gre", 101, {S(UDP), S(IP4), B("\0\0\x08\0"), OF(IP4_OF, 47)}, {0}, TUNNEL_GRE,
                0, false},
        {"gre_all_fields", 101,
                {S(UDP), S(IP4), B("\xb0\0\x08\0\1\2\0\0\0\0\0\x09\0\0\0\1"),
                        OF(IP4_OF, 47)},
                {0}, TUNNEL_GRE, 9, false},
        {"gre_ethernet_keyed", 101,
                {S(UDP), S(IP4), S(ETH4), B("\x20\0\x65\x58\0\0\0\x09"), OF(IP4_OF, 47)},
                {0}, TUNNEL_GRE, 9, false},
        {"gre_ppp", 101,
                {S(UDP), S(IP4), B("\x30\1\x88\x0b\0\x25\0\7\0\0\0\1\x21"),
                        OF(IP4_OF, 47)},
                {0}, TUNNEL_GRE, 7, false},
        {"erspan1", 101, {S(UDP), S(IP4), S(ETH4), B("\0\0\x88\xbe"), OF(IP4_OF, 47)},
                {0}, TUNNEL_ERSPAN, 0, false},
        {"erspan2", 101,
                {S(UDP), S(IP4), S(ETH4), B("\x10\0\x88\xbe\0\0\0\1\x10\1\0\5\0\0\0\0"),
                        OF(IP4_OF, 47)},
                {0}, TUNNEL_ERSPAN, 5, false},
        {"erspan3", 101,
                {S(UDP), S(IP4), S(ETH4),
                        B("\x10\0\x22\xeb\0\0\0\1\x20\1\0\5\0\0\0\0\0\0\0\0"),
                        OF(IP4_OF, 47)},
                {0}, TUNNEL_ERSPAN, 5, false},
        {"erspan3_platform", 101,
                {S(UDP), S(IP4), S(ETH4),
                        B("\x10\0\x22\xeb\0\0\0\1\x20\1\0\5\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
                          "\0"),
                        OF(IP4_OF, 47)},
                {0}, TUNNEL_ERSPAN, 5, false},
        {"vxlan", 101,
                {S(UDP), S(IP4), S(ETH4), B("\x08\0\0\0\0\0\x2a\0"), OF(UDP_OF, 4789),
                        OF(IP4_OF, 17)},
                {0}, TUNNEL_VXLAN, 42, false},
        {"geneve", 101,
                {S(UDP), S(IP4), S(ETH4), B("\1\0\x65\x58\0\0\x2a\0\0\0\0\0"),
                        OF(UDP_OF, 6081), OF(IP4_OF, 17)},
                {0}, TUNNEL_GENEVE, 42, false},
        {"gtpu", 101,
                {S(UDP), S(IP4), B("\x30\xff\0\x29\0\0\0\x2a"), OF(UDP_OF, 2152),
                        OF(IP4_OF, 17)},
                {0}, TUNNEL_GTPU, 42, false},
        {"gtpu_extension", 101,
                {S(UDP), S(IP4), B("\x34\xff\0\x31\0\0\0\x2a\0\0\0\x85\1\0\1\0"),
                        OF(UDP_OF, 2152), OF(IP4_OF, 17)},
                {0}, TUNNEL_GTPU, 42, false},
        {"l2tp", 101,
                {S(UDP), S(IP4), B("\x40\2\0\x33\0\0\0\x2a\xff\3\0\x21"),
                        OF(UDP_OF, 1701), OF(IP4_OF, 17)},
                {0}, TUNNEL_L2TP, 42, false},
        {"l2tp_offset", 101,
                {S(UDP), S(IP4), B("\2\2\0\0\0\x2a\0\2\0\0\0\x21"), OF(UDP_OF, 1701),
                        OF(IP4_OF, 17)},
                {0}, TUNNEL_L2TP, 42, false},
        {"l2tpv3", 101,
                {S(UDP), S(IP4), S(ETH4), B("\0\3\0\0\0\0\0\x2a\0\0\0\0"),
                        OF(UDP_OF, 1701), OF(IP4_OF, 17)},
                {0}, TUNNEL_L2TP, 42, false},
        {"l2tpv3_ip", 101, {S(UDP), S(IP4), S(ETH4), B("\0\0\0\x2a"), OF(IP4_OF, 115)},
                {0}, TUNNEL_L2TP, 42, false},
        {"tzsp", 101,
                {S(UDP), S(IP4), S(ETH4), B("\1\0\0\1\0\x0a\2\7\7\1"), OF(UDP_OF, 37008),
                        OF(IP4_OF, 17)},
                {0}, TUNNEL_TZSP, 0, false},
        {"teredo", 101,
                {S(UDP), S(IP6), B("\0\0\x11\x11\1\2\3\4"), OF(UDP_OF, 3544),
                        OF(IP4_OF, 17)},
                {0}, TUNNEL_TEREDO, 0, true},
        {"esp_null", 101, {S(UDP), S(ESP_TAIL), B("\0\0\0\x2a\0\0\0\1"), OF(IP4_OF, 50)},
                {0}, TUNNEL_ESP_NULL, 42, false},
        {"esp_null_udp", 101,
                {S(UDP), S(ESP_TAIL), B("\0\0\0\x2a\0\0\0\1"), OF(UDP_OF, 4500),
                        OF(IP4_OF, 17)},
                {0}, TUNNEL_ESP_NULL, 42, false},
        {"gre_in_vxlan", 101,
                {S(UDP), S(IP4), B("\0\0\x08\0"), OF(IP4_OF, 47), S(ETH4),
                        B("\x08\0\0\0\0\0\x2a\0"), OF(UDP_OF, 4789), OF(IP6_OF, 17)},
                {0}, TUNNEL_VXLAN, 42, false},
};

static void add_esp_tail(struct build *b)
{
	/* Padding 1 2, its length, next header, 12 bytes of check value; then as built.
	 */
	static const uint8_t tail[16] = {1, 2, 2, 17};
	memmove(build_data(b) - sizeof(tail), build_data(b), b->len);
	memcpy(b->room + BUILD_BYTES - sizeof(tail), tail, sizeof(tail));
	b->len += sizeof(tail);
}

static void add(struct build *b, const struct header *h)
{
	static const uint8_t ah[24] = {17, 4};
	static const uint8_t extensions[24] = {60, 0, [8] = 43, [16] = 17};
	switch (h->step) {
	case END:
		break;
	case UDP:
		build_udp(b, 5060, 5061);
		break;
	case IP4:
		build_ip4(b, 17, 1);
		break;
	case IP6:
		build_ip6(b, 17, 1);
		break;
	case ETH4:
		build_ethernet(b, 0x0800);
		break;
	case ETH6:
		build_ethernet(b, 0x86dd);
		break;
	case BYTES:
		build_front(b, h->bytes, h->len);
		break;
	case IP4_OF:
		build_ip4(b, (uint8_t)h->value, 9);
		break;
	case IP6_OF:
		build_ip6(b, (uint8_t)h->value, 9);
		break;
	case UDP_OF:
		build_udp(b, 40000, h->value);
		break;
	case ETH_OF:
		build_ethernet(b, h->value);
		break;
	case AH4:
		build_front(b, ah, sizeof(ah));
		break;
	case EXTENSIONS:
		build_front(b, extensions, sizeof(extensions));
		break;
	case ESP_TAIL:
		add_esp_tail(b);
		break;
	}
}

static void check_row(struct frame *frame, const struct row *row)
{
	static struct build b;
	struct datagram d;
	build_payload(&b, "OPTIONS sip:a");
	for (size_t i = 0; i < 12; i++)
		add(&b, &row->headers[i]);
	struct packet packet = build_packet(&b, row->link, 1);
	frame_open(frame, &packet);
	if (!frame_next(frame, &d))
		fail_msg("%s: no datagram", row->name);
	if (d.payload.len != 13 || memcmp(d.payload.data, "OPTIONS sip:a", 13) != 0)
		fail_msg("%s: another payload of %zu bytes", row->name, d.payload.len);
	assert_int_equal(d.src.port, 5060);
	assert_int_equal(d.dst.port, 5061);
	assert_int_equal(d.transport, TRANSPORT_UDP);
	if (address_is_v4(&d.src.ip) == row->v6 || d.truncated)
		fail_msg("%s: version or truncation", row->name);
	bool inner = false;
	for (size_t i = 0; i < 12; i++)
		inner |= row->headers[i].step == IP4 || row->headers[i].step == IP6;
	assert_int_equal(d.src.ip.bytes[15], inner ? 1 : 9);
	assert_int_equal(d.vlan[0], row->vlan[0]);
	assert_int_equal(d.vlan[1], row->vlan[1]);
	if ((d.tunnel_count > 0) != (row->tunnels >= 0))
		fail_msg("%s: %u tunnels", row->name, d.tunnel_count);
	if (row->tunnels >= 0) {
		if ((int)d.tunnels[0].kind != row->tunnels || d.tunnels[0].id != row->id)
			fail_msg("%s: tunnel %d id %u", row->name, (int)d.tunnels[0].kind,
			        d.tunnels[0].id);
		assert_int_equal(d.tunnels[0].src.bytes[15], 9);
	}
	assert_false(frame_next(frame, &d));
	build_release(&packet);
}

static void every_layer(void **state)
{
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		check_row(frame, &ROWS[i]);
	assert_int_equal(frame_counters(frame)->undecoded, 0);
	build_frame_release(&memory);
}

/* Every row cut off at every length: no read beyond, and the same bytes or fewer. */
static void cut_off(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	(void)state;
	for (size_t r = 0; r < sizeof(ROWS) / sizeof(*ROWS); r++) {
		build_payload(&b, "OPTIONS sip:a");
		for (size_t i = 0; i < 12; i++)
			add(&b, &ROWS[r].headers[i]);
		const size_t whole = b.len;
		for (size_t len = 0; len < whole; len++) {
			struct datagram d;
			memmove(b.room + BUILD_BYTES - len, b.room + BUILD_BYTES - whole,
			        len);
			b.len = len;
			struct packet packet = build_packet(&b, ROWS[r].link, 1);
			packet.wire_len = (uint32_t)whole;
			frame_open(frame, &packet);
			while (frame_next(frame, &d))
				assert_true(d.payload.len <= len);
			build_release(&packet);
			build_payload(&b, "OPTIONS sip:a");
			for (size_t i = 0; i < 12; i++)
				add(&b, &ROWS[r].headers[i]);
		}
	}
	build_frame_release(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_layer),
	        cmocka_unit_test(cut_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
