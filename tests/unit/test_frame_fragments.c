/* IP fragments in every order, overlapping, repeated, and too many. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/packet_build.h"

enum { TEXT_BYTES = 200 };

struct piece {
	uint16_t offset;
	uint16_t len;
	char mark; /* 0 = the text itself, else every byte is this */
};

struct row {
	const char *name;
	struct piece pieces[8];
	int whole_after; /* count of pieces after which it is whole; 0 = never */
	unsigned overlapping;
	const char *sample; /* of the payload from 96 on */
};

/* A UDP datagram of 8 + 200 bytes, whose byte at i is 'a' + i % 26. */
static const struct row ROWS[] = {
        {"in_order", {{0, 104, 0}, {104, 104, 0}}, 2, 0, NULL},
        {"reversed", {{104, 104, 0}, {0, 104, 0}}, 2, 0, NULL},
        {"three", {{104, 8, 0}, {112, 96, 0}, {0, 104, 0}}, 3, 0, NULL},
        {"repeated", {{0, 104, 0}, {0, 104, 'X'}, {104, 104, 0}}, 3, 1, NULL},
        {"overlap_behind", {{0, 112, 0}, {104, 104, 'X'}}, 2, 1, "stuvwxyzXXXX"},
        {"overlap_before", {{104, 104, 'X'}, {0, 112, 0}}, 2, 1, "XXXXXXXXXXXX"},
        {"covers_a_piece", {{104, 8, 'X'}, {0, 200, 0}, {200, 8, 0}}, 3, 1,
                "XXXXXXXXabcd"},
        {"hole", {{0, 96, 0}, {104, 104, 0}}, 0, 0, NULL},
        {"no_end", {{0, 104, 0}, {104, 96, 0}}, 0, 0, NULL},
};

static void text_at(char *to, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (char)('a' + (from + i) % 26);
}

/* The fragment of the datagram, as a packet over IPv4 or IPv6. */
static struct packet fragment(
        const struct piece *piece, bool v6, uint16_t vlan, uint64_t time_us)
{
	static struct build b;
	static char whole[TEXT_BYTES + 1];
	text_at(whole, 0, TEXT_BYTES);
	build_payload(&b, whole);
	build_udp(&b, 5060, 5060);
	uint8_t bytes[256];
	memcpy(bytes, build_data(&b) + piece->offset, piece->len);
	if (piece->mark)
		memset(bytes, piece->mark, piece->len);
	b.len = 0;
	build_front(&b, bytes, piece->len);
	const bool more = piece->offset + piece->len < TEXT_BYTES + 8;
	if (v6) {
		uint8_t *header = build_front(&b, "\x11\0\0\0\0\0\0\7", 8);
		build_u16(header + 2, (size_t)piece->offset | more);
		build_ip6(&b, 44, 1);
	} else {
		uint8_t *ip = build_ip4(&b, 17, 1);
		build_u16(ip + 6, (size_t)piece->offset / 8 | (more ? 0x2000 : 0));
	}
	if (vlan) {
		uint8_t *tag = build_front(&b, v6 ? "\0\0\x86\xdd" : "\0\0\x08\0", 4);
		build_u16(tag, vlan);
		build_ethernet(&b, 0x8100);
	}
	return build_packet(&b, vlan ? LINK_ETHERNET : LINK_RAW, time_us);
}

static bool feed(struct frame *frame, const struct piece *piece, bool v6, uint16_t vlan,
        struct datagram *d)
{
	struct packet packet = fragment(piece, v6, vlan, 1);
	frame_open(frame, &packet);
	const bool whole = frame_next(frame, d);
	build_release(&packet);
	return whole;
}

static void check_row(const struct row *row, bool v6)
{
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	int whole_after = 0;
	for (int i = 0; i < 8 && row->pieces[i].len && !whole_after; i++) {
		if (feed(frame, &row->pieces[i], v6, 0, &d))
			whole_after = i + 1;
	}
	if (whole_after != row->whole_after)
		fail_msg("%s: whole after %d", row->name, whole_after);
	if (frame_counters(frame)->fragments_overlapping != row->overlapping)
		fail_msg("%s: overlaps", row->name);
	if (whole_after) {
		char expected[TEXT_BYTES];
		text_at(expected, 0, TEXT_BYTES);
		if (row->sample)
			memset(expected + 96, 0, 104);
		assert_int_equal(d.payload.len, TEXT_BYTES);
		assert_true(d.fragmented && !d.truncated);
		assert_memory_equal(d.payload.data, expected, 96);
		if (row->sample &&
		        memcmp(d.payload.data + 96 - 8, row->sample, 12) != 0 &&
		        memcmp(d.payload.data + 96, row->sample, 12) != 0)
			fail_msg("%s: %.12s", row->name, d.payload.data + 96);
	}
	build_frame_release(&memory);
}

static void rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		check_row(&ROWS[i], false);
		check_row(&ROWS[i], true);
	}
}

/* Both copies of a packet that was captured on two VLANs come out. */
static void captured_twice(void **state)
{
	static const struct piece first = {0, 104, 0}, last = {104, 104, 0};
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	assert_false(feed(frame, &first, false, 10, &d));
	assert_false(feed(frame, &first, false, 20, &d));
	assert_true(feed(frame, &last, false, 10, &d));
	assert_int_equal(d.vlan[0], 10);
	assert_true(feed(frame, &last, false, 20, &d));
	assert_false(feed(frame, &first, false, 0, &d));
	assert_false(feed(frame, &first, false, 0, &d));
	assert_true(feed(frame, &last, false, 0, &d));
	build_frame_release(&memory);
}

static void expires(void **state)
{
	static const struct piece first = {0, 104, 0}, last = {104, 104, 0};
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	struct packet packet = fragment(&first, false, 0, 1000);
	frame_open(frame, &packet);
	assert_false(frame_next(frame, &d));
	build_release(&packet);
	packet = fragment(&last, false, 0, 1001 + 30 * 1000000);
	frame_open(frame, &packet);
	assert_false(frame_next(frame, &d));
	build_release(&packet);
	assert_int_equal(frame_counters(frame)->fragments_expired, 1);
	build_frame_release(&memory);
}

/* A snap length that cuts the first fragment leaves its beginning. */
static void cut_off(void **state)
{
	static const struct piece first = {0, 104, 0};
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	struct packet packet = fragment(&first, false, 0, 1000);
	packet.len -= 50;
	frame_open(frame, &packet);
	assert_true(frame_next(frame, &d));
	assert_int_equal(d.payload.len, 104 - 8 - 50);
	assert_true(d.truncated);
	build_release(&packet);
	build_frame_release(&memory);
}

/* A flood of unfinished datagrams: the oldest go, counted; the newest still works. */
static void flood(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	char text[1401];
	(void)state;
	memset(text, 'x', sizeof(text));
	text[1400] = 0;
	for (unsigned i = 0; i < 4000; i++) {
		build_payload(&b, text);
		build_udp(&b, 5060, 5060);
		uint8_t *ip = build_ip4(&b, 17, 1);
		build_u16(ip + 4, i);
		build_u16(ip + 6, 0x2000);
		struct packet packet = build_packet(&b, LINK_RAW, i);
		frame_open(frame, &packet);
		assert_false(frame_next(frame, &d));
		build_release(&packet);
	}
	assert_true(frame_counters(frame)->fragments_evicted > 2000);
	build_payload(&b, "end");
	uint8_t *ip = build_ip4(&b, 17, 1);
	build_u16(ip + 4, 3999);
	build_u16(ip + 6, 1408 / 8);
	struct packet packet = build_packet(&b, LINK_RAW, 4000);
	frame_open(frame, &packet);
	assert_true(frame_next(frame, &d));
	assert_int_equal(d.payload.len, 1400);
	build_release(&packet);
	build_frame_release(&memory);
}

/* 64 KB in fragments of an Ethernet. */
static void largest(void **state)
{
	static struct build b;
	static uint8_t whole[65515];
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	memset(whole, 'y', sizeof(whole));
	build_u16(whole + 4, sizeof(whole));
	for (size_t at = 0; at < sizeof(whole); at += 1480) {
		const size_t left = sizeof(whole) - at;
		b.len = 0;
		build_front(&b, whole + at, left < 1480 ? left : 1480);
		uint8_t *ip = build_ip4(&b, 17, 1);
		build_u16(ip + 6, at / 8 | (left > 1480 ? 0x2000 : 0));
		struct packet packet = build_packet(&b, LINK_RAW, 1);
		frame_open(frame, &packet);
		assert_int_equal(frame_next(frame, &d), left <= 1480);
		build_release(&packet);
	}
	assert_int_equal(d.payload.len, sizeof(whole) - 8);
	build_frame_release(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows),
	        cmocka_unit_test(captured_twice),
	        cmocka_unit_test(expires),
	        cmocka_unit_test(cut_off),
	        cmocka_unit_test(flood),
	        cmocka_unit_test(largest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
