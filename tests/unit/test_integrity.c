/* Rows of packets of one stream, and what is told of who sends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/track/integrity.h"

enum { PACKET_US = 20000, UNITS = 160, ROW_PACKETS = 16 };

struct sent {
	uint32_t number; /* the timestamp follows it */
	char content;
	int32_t off; /* timestamp units beside that */
};

static const struct row {
	const char *name;
	struct sent packets[ROW_PACKETS]; /* after twenty in order, of content 'a' */
	unsigned forged;
	unsigned misordered;
	unsigned stamp_jumps;
} rows[] = {
        {"in_order", {{21, 'a', 0}, {22, 'b', 0}, {23, 'c', 0}}, 0, 0, 0},
        {"copies", {{21, 'a', 0}, {21, 'a', 0}, {22, 'b', 0}, {22, 'b', 0}}, 0, 0, 0},
        {"other_content", {{21, 'a', 0}, {21, 'b', 0}, {22, 'c', 0}, {22, 'a', 0}}, 2, 0,
                0},
        {"copies_of_long_ago", {{21, 'a', 0}, {4, 'b', 0}, {3, 'c', 0}}, 0, 0, 0},
        {"swapped", {{22, 'a', 0}, {21, 'b', 0}, {23, 'c', 0}}, 0, 0, 0},
        {"begins_anew", {{9021, 'a', 0}, {9022, 'b', 0}, {9023, 'c', 0}}, 0, 0, 0},
        {"leaps_and_returns",
                {{9021, 'x', 0}, {21, 'a', 0}, {9022, 'y', 0}, {22, 'b', 0}}, 3, 0, 0},
        {"goes_back_for_good",
                {{421, 'a', 0}, {200, 'b', 0}, {201, 'c', 0}, {202, 'd', 0}}, 1, 3, 0},
        {"takes_turns", {{421, 'x', 0}, {121, 'a', 0}, {422, 'y', 0}, {122, 'b', 0}}, 2,
                2, 0},
        {"stamps_leap", {{21, 'a', 8000}, {22, 'b', 0}, {23, 'c', 0}}, 0, 0, 2},
        {"stamps_drift", {{21, 'a', 100}, {22, 'b', 200}, {23, 'c', 0}}, 0, 0, 0},
};

static void send(struct stream *stream, uint32_t place, const struct sent *sent)
{
	char payload[20];
	memset(payload, sent->content, sizeof(payload));
	const struct datagram datagram = {
	        .time_us = 1000000 + (uint64_t)place * PACKET_US};
	const struct rtp_packet packet = {
	        .sequence = (uint16_t)sent->number,
	        .timestamp = sent->number * UNITS + (uint32_t)sent->off,
	        .payload = {payload, sizeof(payload)},
	};
	if (stream->packets)
		(void)stream_packet(stream, &datagram, &packet);
	else
		stream_start(stream, &datagram, &packet);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct stream stream = {0};
		uint32_t place = 0;
		print_message("%s\n", row->name);
		for (uint32_t n = 1; n <= 20; n++)
			send(&stream, place++, &(struct sent){n, 'a', 0});
		for (size_t j = 0; j < ROW_PACKETS && row->packets[j].number; j++)
			send(&stream, place++, &row->packets[j]);
		assert_int_equal(stream.forged, row->forged);
		assert_int_equal(stream.misordered, row->misordered);
		if (row->packets[0].number == 21)
			assert_int_equal(stream.stamp_jumps, row->stamp_jumps);
	}
}

static void test_told_once(void **state)
{
	(void)state;
	struct stream stream = {.highest = 0x10000 + 9};
	const struct rtp_packet packet = {.sequence = 9, .payload = {"", 0}};
	unsigned told = 0;
	stream.prints[9] = (uint8_t)(integrity_print(&packet) + 1);
	for (unsigned n = 1; n <= 10; n++)
		if (integrity_duplicate(&stream, &packet, 0) & STREAM_FORGED)
			told += n;
	assert_int_equal(told, STREAM_FORGED_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
