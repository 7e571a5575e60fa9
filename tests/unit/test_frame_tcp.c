/* TCP and SCTP: segments in, what a decoder is handed out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/packet_build.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

struct segment {
	int from; /* 0 = the client */
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	const char *text; /* NULL = the end of the row */
};

/*
 * The decoder reads lines: it consumes up to the last '.', and waits for the rest. What
 * is handed out is written as client> or server>, '!' for a gap, '^' for the start.
 */
struct row {
	const char *name;
	struct segment segments[12];
	const char *out;
};

static const struct row ROWS[] = {
        {"whole_messages",
                {{0, 99, 0, SYN, ""}, {1, 499, 100, SYN | ACK, ""},
                        {0, 100, 500, ACK, "ab."}, {1, 500, 103, ACK, "cd."},
                        {0, 103, 503, ACK, "ef."}},
                "c^ab. s^cd. cef. "},
        {"split_message",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab"}, {0, 102, 0, ACK, "c.d"},
                        {0, 105, 0, ACK, "e."}},
                "c^ab c^abc.d cde. "},
        {"retransmitted",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab."}, {0, 100, 0, ACK, "ab."},
                        {0, 103, 0, ACK, "c."}},
                "c^ab. cc. "},
        {"overlap_first_wins",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab"}, {0, 100, 0, ACK, "XXcd."}},
                "c^ab c^abcd. "},
        {"reordered",
                {{0, 99, 0, SYN, ""}, {0, 102, 0, ACK, "c."}, {0, 100, 0, ACK, "ab"}},
                "c^abc. "},
        {"reordered_three",
                {{0, 99, 0, SYN, ""}, {0, 104, 0, ACK, "e."}, {0, 102, 0, ACK, "cd"},
                        {0, 100, 0, ACK, "ab"}},
                "c^abcde. "},
        {"hole_filled_over_runs",
                {{0, 99, 0, SYN, ""}, {0, 102, 0, ACK, "C"}, {0, 104, 0, ACK, "E."},
                        {0, 100, 0, ACK, "abcdef"}},
                "c^abCdE. "},
        {"lost_and_acked",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab."}, {0, 106, 0, ACK, "d."},
                        {1, 500, 108, ACK, ""}},
                "c^ab. c!d. "},
        {"incomplete_then_lost",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab"}, {0, 106, 0, ACK, "d."},
                        {1, 500, 108, ACK, "x."}},
                "c^ab c!d. s!x. "},
        {"ack_before_the_hole",
                {{0, 99, 0, SYN, ""}, {0, 106, 0, ACK, "d."}, {1, 500, 100, ACK, ""}},
                ""},
        {"midstream", {{0, 100, 0, ACK, "b."}, {0, 102, 0, ACK, "c."}}, "c!b. cc. "},
        {"midstream_waits", {{0, 100, 0, ACK, "b"}, {0, 101, 0, ACK, "c."}},
                "c!b c!bc. "},
        {"midstream_reordered",
                {{0, 105, 0, ACK, "c"}, {0, 100, 0, ACK, "ab."}, {0, 100, 0, ACK, "ab."},
                        {0, 106, 0, ACK, "d."}},
                "c!c c!ab. c!cd. "},
        {"fin_flushes",
                {{0, 99, 0, SYN, ""}, {0, 102, 0, ACK, "c."}, {0, 106, 0, ACK, "e."},
                        {0, 108, 0, FIN | ACK, ""}},
                "c!c. c!e. "},
        {"fin_with_data", {{0, 99, 0, SYN, ""}, {0, 100, 0, FIN | ACK, "a."}}, "c^a. "},
        {"port_reuse",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab"}, {0, 7000, 0, SYN, ""},
                        {0, 7001, 0, ACK, "c."}},
                "c^ab c^c. "},
        {"syn_repeated",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab"}, {0, 99, 0, SYN, ""},
                        {0, 102, 0, ACK, "c."}},
                "c^ab c^abc. "},
        {"fast_open", {{0, 99, 0, SYN, "a."}, {0, 102, 0, ACK, "b."}}, "c^a. cb. "},
        {"wrap_around",
                {{0, 0xfffffffd, 0, SYN, ""}, {0, 0, 0, ACK, "c."},
                        {0, 0xfffffffe, 0, ACK, "ab"}},
                "c^abc. "},
        {"far_away",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "ab"}, {0, 9000000, 0, ACK, "c."}},
                "c^ab c!c. "},
        {"keep_alive",
                {{0, 99, 0, SYN, ""}, {0, 100, 0, ACK, "a."}, {0, 101, 0, ACK, "."},
                        {0, 102, 0, ACK, "b."}},
                "c^a. cb. "},
        {"reset", {{0, 99, 0, SYN, ""}, {0, 103, 0, ACK, "b."}, {0, 105, 0, RST, ""}},
                "c!b. "},
        {"unknown_reset", {{0, 99, 0, RST, ""}, {0, 100, 0, ACK, ""}}, ""},
};

static void send(
        struct frame *frame, const struct segment *s, uint64_t time_us, char *out)
{
	static struct build b;
	struct datagram d;
	build_payload(&b, s->text);
	if (s->from == 0)
		build_tcp(&b, 5000, 5060, s->seq, s->ack, s->flags);
	else
		build_tcp(&b, 5060, 5000, s->seq, s->ack, s->flags);
	build_ip4(&b, 6, 1);
	if (s->from == 1) {
		uint8_t *ip = build_data(&b);
		ip[14] = 1;
		ip[18] = 0;
	}
	struct packet packet = build_packet(&b, LINK_RAW, time_us);
	frame_open(frame, &packet);
	while (frame_next(frame, &d)) {
		assert_int_equal(d.transport, TRANSPORT_TCP);
		const size_t at = strlen(out);
		(void)snprintf(out + at, 500 - at, "%c%s%s%.*s ",
		        d.src.port == 5000 ? 'c' : 's', d.stream_gap ? "!" : "",
		        d.stream_start ? "^" : "", (int)d.payload.len, d.payload.data);
		size_t consumed = d.payload.len;
		while (consumed > 0 && d.payload.data[consumed - 1] != '.')
			consumed--;
		frame_consume(frame, d.stream, consumed);
	}
	build_release(&packet);
}

static void rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct memory memory;
		struct frame *frame = build_frame(&memory);
		char out[500] = "";
		for (size_t k = 0; k < 12 && ROWS[i].segments[k].text; k++)
			send(frame, &ROWS[i].segments[k], k, out);
		if (strcmp(out, ROWS[i].out) != 0)
			fail_msg("%s: %s", ROWS[i].name, out);
		build_frame_release(&memory);
	}
}

/* Nobody acknowledges: enough later segments, or time, or full memory end the wait. */
static void gives_up_waiting(void **state)
{
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	char out[500] = "";
	(void)state;
	send(frame, &(struct segment){0, 99, 0, SYN, ""}, 0, out);
	send(frame, &(struct segment){0, 200, 0, ACK, "a."}, 1, out);
	send(frame, &(struct segment){0, 202, 0, ACK, "b."}, 1000000, out);
	assert_string_equal(out, "");
	send(frame, &(struct segment){0, 204, 0, ACK, "c."}, 5000000, out);
	assert_string_equal(out, "c!a.b.c. ");
	for (uint32_t i = 0; i < 17; i++)
		send(frame, &(struct segment){0, 300 + 4 * i, 0, ACK, "."}, 5000001, out);
	assert_string_equal(out, "c!a.b.c. c!. ");
	build_frame_release(&memory);
}

/* Nothing fills a hole any more once the input is over. */
static void gives_at_the_end(void **state)
{
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	char out[500] = "";
	(void)state;
	send(frame, &(struct segment){0, 99, 0, SYN, ""}, 0, out);
	send(frame, &(struct segment){0, 110, 0, ACK, "b."}, 1, out);
	send(frame, &(struct segment){0, 120, 0, ACK, "c."}, 2, out);
	send(frame, &(struct segment){1, 599, 0, SYN | ACK, ""}, 3, out);
	send(frame, &(struct segment){1, 610, 0, ACK, "d."}, 4, out);
	assert_string_equal(out, "");
	frame_finish(frame);
	while (frame_next(frame, &d)) {
		const size_t at = strlen(out);
		assert_int_equal(d.time_us, 4);
		assert_true(d.stream_gap);
		(void)snprintf(out + at, sizeof(out) - at, "%.*s ", (int)d.payload.len,
		        d.payload.data);
		frame_consume(frame, d.stream, d.payload.len);
	}
	assert_string_equal(out, "b. c. d. ");
	build_frame_release(&memory);
}

/* A decoder that never consumes gets what fits, then starts anew. */
static void bounded(void **state)
{
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	char text[1001], out[500];
	size_t longest = 0;
	(void)state;
	memset(text, 'x', sizeof(text));
	text[1000] = 0;
	for (uint32_t i = 0; i < 1000; i++) {
		static struct build b;
		struct datagram d;
		build_payload(&b, text);
		build_tcp(&b, 5000, 5060, i * 1000, 0, ACK);
		build_ip4(&b, 6, 1);
		struct packet packet = build_packet(&b, LINK_RAW, 1);
		frame_open(frame, &packet);
		assert_true(frame_next(frame, &d));
		if (d.payload.len > longest)
			longest = d.payload.len;
		assert_false(frame_next(frame, &d));
		build_release(&packet);
	}
	assert_int_equal(longest, LIMIT_TCP_PENDING / 1000 * 1000);
	out[0] = 0;
	send(frame, &(struct segment){0, 1000000, 0, SYN, ""}, 1, out);
	send(frame, &(struct segment){0, 1000001, 0, ACK, "a."}, 1, out);
	assert_string_equal(out, "c^a. ");
	build_frame_release(&memory);
}

static void ignored_and_tagged(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	char out[500] = "";
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		build_payload(&b, "abcd");
		build_tcp(&b, 5000, 5060, i * 4, 0, ACK);
		build_ip4(&b, 6, 1);
		struct packet packet = build_packet(&b, LINK_RAW, 1);
		frame_open(frame, &packet);
		assert_int_equal(frame_next(frame, &d), i < 2);
		if (i < 2) {
			assert_int_equal(*frame_stream_tag(d.stream), i * 7);
			assert_int_equal(d.payload.len, 4 * (i + 1));
			*frame_stream_tag(d.stream) = 7;
		}
		if (i == 1)
			frame_ignore(frame, d.stream);
		assert_false(frame_next(frame, &d));
		build_release(&packet);
	}
	send(frame, &(struct segment){0, 99, 0, SYN, ""}, 1, out);
	send(frame, &(struct segment){0, 100, 0, ACK, "a."}, 1, out);
	assert_string_equal(out, "c^a. ");
	build_frame_release(&memory);
}

/* More connections than the table holds, all with bytes that wait. */
static void many_connections(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	struct datagram d;
	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		build_payload(&b, "half");
		build_tcp(&b, (uint16_t)i, 5060, 1, 0, i % 3 ? ACK : SYN);
		build_ip4(&b, 6, (uint8_t)(i % 5));
		struct packet packet = build_packet(&b, LINK_RAW, i);
		frame_open(frame, &packet);
		assert_true(frame_next(frame, &d));
		assert_int_equal(d.payload.len, 4);
		assert_false(frame_next(frame, &d));
		build_release(&packet);
	}
	assert_true(frame_counters(frame)->tcp_evicted > 1000);
	build_frame_release(&memory);
}

static void chunk(struct build *b, uint8_t flags, uint32_t tsn, const char *text)
{
	char bytes[64] = {0};
	const size_t len = strlen(text);
	bytes[1] = (char)flags;
	build_u16((uint8_t *)bytes + 2, 16 + len);
	build_u32((uint8_t *)bytes + 4, tsn);
	memcpy(bytes + 16, text, len);
	build_front(b, bytes, (16 + len + 3) & ~(size_t)3);
}

static void sctp_packet(struct frame *frame, struct build *b, char *out)
{
	struct datagram d;
	build_front(b, "\x13\xc4\x13\xc4\0\0\0\1\0\0\0\0", 12);
	build_ip4(b, 132, 1);
	struct packet packet = build_packet(b, LINK_RAW, 1);
	frame_open(frame, &packet);
	while (frame_next(frame, &d)) {
		assert_int_equal(d.transport, TRANSPORT_SCTP);
		assert_int_equal(d.src.port, 5060);
		assert_null(d.stream);
		const size_t at = strlen(out);
		(void)snprintf(
		        out + at, 500 - at, "%.*s ", (int)d.payload.len, d.payload.data);
	}
	build_release(&packet);
	b->len = 0;
}

static void sctp_messages(void **state)
{
	static struct build b;
	struct memory memory;
	struct frame *frame = build_frame(&memory);
	char out[500] = "";
	(void)state;
	b.len = 0;
	chunk(&b, 3, 2, "second");
	chunk(&b, 3, 1, "first");
	build_front(&b, "\3\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	sctp_packet(frame, &b, out);
	chunk(&b, 1, 0, "C");
	sctp_packet(frame, &b, out);
	chunk(&b, 2, 0xfffffffe, "A");
	sctp_packet(frame, &b, out);
	chunk(&b, 2, 0xfffffffe, "A");
	chunk(&b, 0, 0xffffffff, "B");
	sctp_packet(frame, &b, out);
	assert_string_equal(out, "first second ABC ");
	for (uint32_t i = 0; i < 1000; i++) {
		chunk(&b, 0, i * 2, "middle");
		sctp_packet(frame, &b, out);
	}
	assert_string_equal(out, "first second ABC ");
	build_frame_release(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows),
	        cmocka_unit_test(gives_up_waiting),
	        cmocka_unit_test(gives_at_the_end),
	        cmocka_unit_test(bounded),
	        cmocka_unit_test(ignored_and_tagged),
	        cmocka_unit_test(many_connections),
	        cmocka_unit_test(sctp_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
