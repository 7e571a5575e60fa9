/* Packets that are not quite what they seem. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/packet_build.h"

static void padding_and_offload(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	/* Bytes behind the IP packet are Ethernet's. */
	build_payload(&b, "abpad");
	build_udp(&b, 1, 2);
	uint8_t *ip = build_ip4(&b, 17, 1);
	build_u16(ip + 2, 30);
	build_u16(ip + 24, 10);
	build_ethernet(&b, 0x0800);
	struct packet packet = build_packet(&b, LINK_ETHERNET, 1);
	frame_open(frame, &packet);
	assert_true(frame_next(frame, &d));
	assert_int_equal(d.payload.len, 2);
	assert_int_equal(d.dscp, 46);
	assert_int_equal(d.ttl, 64);
	assert_int_equal(d.ip_id, 0x1234);
	build_release(&packet);
	/* Total length 0 means the rest; a UDP length of 0 too. */
	ip = build_data(&b) + 14;
	build_u16(ip + 2, 0);
	build_u16(ip + 24, 0);
	packet = build_packet(&b, LINK_ETHERNET, 1);
	frame_open(frame, &packet);
	assert_true(frame_next(frame, &d));
	assert_int_equal(d.payload.len, 5);
	build_release(&packet);
	/* The capture ends before the datagram does. */
	build_u16(ip + 2, 100);
	build_u16(ip + 24, 80);
	packet = build_packet(&b, LINK_ETHERNET, 1);
	frame_open(frame, &packet);
	assert_true(frame_next(frame, &d));
	assert_int_equal(d.payload.len, 5);
	assert_true(d.truncated);
	assert_int_equal(frame_counters(frame)->truncated, 1);
	build_release(&packet);
	build_frame_release(&memory);
}

/* A tunnel's port alone makes no tunnel, and an ICMP error is no message. */
static void look_alikes(void **state)
{
	static struct build b;
	static const uint16_t ports[] = {4789, 8472, 6081, 2152, 1701, 37008, 3544, 4500};
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		build_payload(
		        &b, "\x80\x08ingoing RTP of a call that is longer than a header");
		build_udp(&b, 5060, ports[i]);
		build_ip4(&b, 17, 1);
		struct packet packet = build_packet(&b, LINK_RAW, 1);
		frame_open(frame, &packet);
		assert_true(frame_next(frame, &d));
		assert_int_equal(d.tunnel_count, 0);
		assert_int_equal(d.payload.len, 52);
		assert_false(d.truncated);
		build_release(&packet);
	}
	build_payload(&b, "OPTIONS");
	build_udp(&b, 5060, 5060);
	build_ip4(&b, 17, 1);
	build_front(&b, "\3\3\0\0\0\0\0\0", 8);
	build_ip4(&b, 1, 2);
	struct packet packet = build_packet(&b, LINK_RAW, 1);
	frame_open(frame, &packet);
	assert_false(frame_next(frame, &d));
	assert_int_equal(frame_counters(frame)->icmp, 1);
	build_release(&packet);
	build_frame_release(&memory);
}

static void too_deep(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	build_payload(&b, "x");
	build_udp(&b, 1, 2);
	build_ip4(&b, 17, 1);
	for (int i = 0; i < 100; i++)
		build_ip4(&b, 4, 2);
	struct packet packet = build_packet(&b, LINK_RAW, 1);
	frame_open(frame, &packet);
	assert_false(frame_next(frame, &d));
	assert_int_equal(frame_counters(frame)->layers_too_deep, 1);
	build_release(&packet);
	build_frame_release(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(padding_and_offload),
	        cmocka_unit_test(look_alikes),
	        cmocka_unit_test(too_deep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
