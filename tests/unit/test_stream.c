/* RTP streams: sequence numbers, timing, candidates, table and quality. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/track/stream.h"

enum { MEMORY_BYTES = 1 << 20, PACKET_US = 20000, PACKET_UNITS = 160 };

static const char PAYLOAD[160] = "x";

struct fixture {
	struct memory memory;
	struct streams *streams;
	struct datagram datagram;
	struct rtp_packet packet;
};

static void fixture_open(struct fixture *fixture, size_t share)
{
	static const struct hash_key key = {1, 2};
	*fixture = (struct fixture){
	        .memory = {aligned_alloc(4096, MEMORY_BYTES), MEMORY_BYTES, 0},
	        .datagram = {.time_us = 1000000,
	                .src = {address_v4(0x0a000001), 4000},
	                .dst = {address_v4(0x0a000002), 5000}},
	        .packet = {.ssrc = 7, .payload = {PAYLOAD, sizeof(PAYLOAD)}},
	};
	memset(fixture->memory.base, 0, MEMORY_BYTES);
	fixture->streams = streams_new(&fixture->memory, share, &key);
	assert_non_null(fixture->streams);
}

static void fixture_close(struct fixture *fixture)
{
	free(fixture->memory.base);
}

/* Sends one packet; media time and wall time follow the sequence number. */
static struct stream *send(struct fixture *fixture, uint32_t number, unsigned *news)
{
	fixture->packet.sequence = (uint16_t)number;
	fixture->packet.timestamp = number * PACKET_UNITS;
	fixture->datagram.time_us += PACKET_US;
	return streams_packet(
	        fixture->streams, &fixture->datagram, &fixture->packet, news);
}

struct row {
	const char *name;
	uint32_t numbers[12];
	uint32_t count;
	uint32_t unique;
	uint32_t duplicates;
	uint32_t reordered;
	uint32_t lost;
	uint32_t jumps;
};

static const struct row rows[] = {
        {"in_order", {1, 2, 3, 4}, 4, 4, 0, 0, 0, 0},
        {"one_lost", {1, 2, 4, 5}, 4, 4, 0, 0, 1, 0},
        {"captured_twice", {1, 1, 2, 2, 3, 3}, 6, 3, 3, 0, 0, 0},
        {"duplicate_of_an_older", {1, 2, 3, 1, 2}, 5, 3, 2, 0, 0, 0},
        {"swapped", {1, 3, 2, 4}, 4, 4, 0, 1, 0, 0},
        {"swapped_and_twice", {1, 3, 2, 2, 4}, 5, 4, 1, 1, 0, 0},
        {"before_the_first", {5, 4, 6, 4}, 4, 3, 1, 1, 0, 0},
        {"wrap", {65534, 65535, 65536, 65537}, 4, 4, 0, 0, 0, 0},
        {"lost_across_wrap", {65534, 65537, 65538}, 3, 3, 0, 0, 2, 0},
        {"swapped_across_wrap", {65534, 65536, 65535, 65537}, 4, 4, 0, 1, 0, 0},
        {"beyond_the_window", {1, 2, 600, 601}, 4, 4, 0, 0, 597, 0},
        {"late_beyond_the_window", {1, 600, 2, 601}, 4, 4, 0, 1, 597, 0},
        {"restart", {1, 2, 30000, 30001, 30003}, 5, 5, 0, 0, 1, 1},
        {"restart_downwards", {30000, 30001, 5, 6}, 4, 4, 0, 0, 0, 1},
        {"restart_and_back", {1, 2, 30000, 3, 4}, 5, 5, 0, 0, 0, 2},
        {"one_packet", {9}, 1, 1, 0, 0, 0, 0},
};

static void test_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct fixture fixture;
		unsigned news = 0;
		const struct stream *stream = NULL;
		print_message("%s\n", row->name);
		fixture_open(&fixture, MEMORY_BYTES / 2);
		for (uint32_t n = 0; n < row->count; n++)
			stream = send(&fixture, row->numbers[n], &news);
		assert_int_equal(stream->packets, row->count);
		assert_int_equal(stream->unique, row->unique);
		assert_int_equal(stream->duplicates, row->duplicates);
		assert_int_equal(stream->reordered, row->reordered);
		assert_int_equal(stream_lost(stream), row->lost);
		assert_int_equal(stream->jumps, row->jumps);
		fixture_close(&fixture);
	}
}

/* Every other packet is 8 ms late: |D| is 8 ms throughout, and the jitter goes there. */
static void test_jitter(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	fixture_open(&fixture, MEMORY_BYTES / 2);
	const struct stream *stream = NULL;
	double jitter = 0;
	double sum = 0;
	for (uint32_t n = 0; n < 500; n++) {
		fixture.datagram.time_us += n % 2 ? 8000 : 0;
		stream = send(&fixture, n, &news);
		send(&fixture, n, &news);
		fixture.datagram.time_us -=
		        n % 2 ? 8000u + PACKET_US : (unsigned)PACKET_US;
		if (n == 0)
			continue;
		jitter += (8 - jitter) / 16;
		sum += jitter;
	}
	assert_int_equal(stream->duplicates, 500);
	assert_true(fabs(stream_jitter_max_ms(stream) - jitter) < 0.01);
	assert_true(fabs(stream_jitter_mean_ms(stream) - sum / 499) < 0.01);
	fixture_close(&fixture);
}

static void test_events(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	unsigned digits = 0;
	fixture_open(&fixture, MEMORY_BYTES / 2);
	const struct stream *stream = NULL;
	for (uint32_t n = 0; n < 40; n++) {
		const bool event = n >= 10 && n < 30;
		fixture.packet.payload_type = event ? 101 : 0;
		fixture.packet.payload = event ? slice_of("\x05\x0a\x00\xa0", 4)
		                               : slice_of(PAYLOAD, sizeof(PAYLOAD));
		fixture.packet.sequence = (uint16_t)n;
		fixture.packet.timestamp = (event ? n / 10 * 10 : n) * PACKET_UNITS;
		fixture.datagram.time_us += PACKET_US;
		stream = streams_packet(
		        fixture.streams, &fixture.datagram, &fixture.packet, &news);
		digits += (news & STREAM_DTMF) != 0;
	}
	assert_int_equal(digits, 2);
	assert_int_equal(stream->digits, 2);
	assert_string_equal(codec_at(stream->codec)->name, "PCMU");
	fixture_close(&fixture);
}

static void test_candidates(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	fixture_open(&fixture, MEMORY_BYTES / 2);
	for (uint32_t n = 0; n < 3; n++)
		assert_false(send(&fixture, n, &news)->confirmed);
	assert_true(send(&fixture, 3, &news)->confirmed);
	assert_true(news & STREAM_CONFIRMED);

	/* Numbers that leap about, as another protocol's bytes would. */
	fixture.packet.ssrc = 8;
	uint32_t number = 1;
	for (uint32_t n = 0; n < 1000; n++) {
		number = number * 1103515245 + 12345;
		assert_false(send(&fixture, number >> 8, &news)->confirmed);
	}
	/* A counter without a clock. */
	fixture.packet.ssrc = 9;
	for (uint32_t n = 0; n < 1000; n++) {
		fixture.packet.sequence = (uint16_t)n;
		fixture.packet.timestamp = 0;
		assert_false(streams_packet(
		        fixture.streams, &fixture.datagram, &fixture.packet, &news)
		                     ->confirmed);
	}
	fixture_close(&fixture);
}

static void test_announce(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	struct stream_quality quality;
	const struct stream_payload payload = {111, codec_of_name(SLICE("opus"), 48000)};
	const struct stream_announcement announcement = {&payload, 1, false};
	fixture_open(&fixture, MEMORY_BYTES / 2);
	fixture.packet.payload_type = 111;
	struct stream *stream = send(&fixture, 0, &news);
	streams_announce(fixture.streams, stream, &announcement);
	assert_true(stream->confirmed);
	for (uint32_t n = 1; n < 60; n++)
		send(&fixture, n * 6 / 6, &news);
	assert_string_equal(codec_at(stream->codec)->name, "opus");
	stream_quality(stream, &quality);
	assert_int_equal(quality.reason, QUALITY_GIVEN);
	fixture_close(&fixture);
}

static void test_codec_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint32_t clock_hz;
		const char *expected;
		uint32_t expected_hz;
	} names[] = {
	        {"pcmu", 8000, "PCMU", 8000},
	        {"G729A", 8000, "G729", 8000},
	        {"opus", 0, "opus", 48000},
	        {"L16", 11025, "", 11025},
	        {"X-OWN", 24000, "", 24000},
	        {"X-OWN", 7000, "", 0},
	        {"telephone-event", 32000, "telephone-event", 8000},
	        {"", 0, "", 0},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct slice name = slice_text(names[i].name);
		const struct codec *codec =
		        codec_at(codec_of_name(name, names[i].clock_hz));
		assert_string_equal(codec->name, names[i].expected);
		assert_int_equal(codec->clock_hz, names[i].expected_hz);
	}
}

static void test_quality_and_interval(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	unsigned intervals = 0;
	struct stream_quality quality;
	fixture_open(&fixture, MEMORY_BYTES / 2);
	const struct stream *stream = send(&fixture, 0, &news);
	stream_quality(stream, &quality);
	assert_int_equal(quality.reason, QUALITY_FEW_PACKETS);
	for (uint32_t n = 1; n < 1600; n++) {
		if (n % 10 == 0 && n > 500) {
			fixture.datagram.time_us += PACKET_US;
			continue;
		}
		send(&fixture, n, &news);
		if (!(news & STREAM_INTERVAL_DUE))
			continue;
		const struct stream_interval *interval =
		        streams_interval(fixture.streams);
		intervals++;
		assert_int_equal(interval->packets + interval->lost, interval->expected);
		assert_in_range(interval->expected, 499, 502);
		assert_in_range(
		        interval->lost, intervals == 1 ? 0 : 49, intervals == 1 ? 0 : 51);
	}
	assert_int_equal(intervals, 3);
	stream_quality(stream, &quality);
	assert_int_equal(quality.reason, QUALITY_GIVEN);
	assert_in_range(quality.mos_x100[JITTER_FIXED_60], 250, 430);
	assert_true(
	        quality.mos_x100[JITTER_FIXED_200] < quality.mos_x100[JITTER_FIXED_60]);
	fixture_close(&fixture);
}

static void test_round_trip(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	fixture_open(&fixture, MEMORY_BYTES / 2);
	const struct stream *stream = send(&fixture, 0, &news);
	struct datagram there = fixture.datagram;
	there.src.port++;
	there.dst.port++;
	struct rtcp_report report = {
	        .sender = 7, .has_sr = true, .ntp = 0x123456789abcdef0};
	assert_ptr_equal(streams_rtcp(fixture.streams, &there, &report), stream);
	const struct datagram back = {
	        .src = there.dst, .dst = there.src, .time_us = there.time_us + 580000};
	report = (struct rtcp_report){.sender = 99,
	        .block_count = 1,
	        .blocks = {{.ssrc = 7,
	                .lost = 3,
	                .jitter = 80,
	                .lsr = 0x56789abc,
	                .dlsr = 32768}}};
	assert_null(streams_rtcp(fixture.streams, &back, &report));
	assert_int_equal(stream->round_trip_us, 80000);
	assert_int_equal(stream->remote_lost, 3);
	assert_int_equal(stream->remote_jitter_us, 10000);
	fixture_close(&fixture);
}

static void test_table(void **state)
{
	(void)state;
	struct fixture fixture;
	unsigned news = 0;
	fixture_open(&fixture, 64 * 1024);
	uint32_t capacity = 0;
	for (uint32_t n = 0; n < 4; n++)
		send(&fixture, n, &news);
	for (; streams_evicted(fixture.streams) == 0; capacity++) {
		fixture.packet.ssrc = 1000 + capacity;
		send(&fixture, 0, &news);
	}
	for (uint32_t n = capacity; n < 3 * capacity; n++) {
		fixture.packet.ssrc = 1000 + n;
		send(&fixture, 0, &news);
		assert_int_equal(news, STREAM_NEW);
	}
	/* The one that proved itself outlives the crowd. */
	assert_non_null(streams_find(
	        fixture.streams, &fixture.datagram.src, &fixture.datagram.dst, 7));
	assert_int_equal(streams_evicted(fixture.streams), 2 * capacity + 1);
	uint32_t count = 0;
	uint32_t last_ssrc = 0;
	for (const struct stream *stream = streams_next(fixture.streams, NULL); stream;
	        stream = streams_next(fixture.streams, stream)) {
		/* In the order of their creation: that of their numbers. */
		assert_true(stream->ssrc == 7 || stream->ssrc > last_ssrc);
		last_ssrc = stream->ssrc == 7 ? 0 : stream->ssrc;
		count++;
	}
	assert_int_equal(count, capacity);
	const uint64_t late_us = fixture.datagram.time_us + 2 * STREAM_IDLE_US;
	const struct stream *ended = streams_expired(fixture.streams, late_us);
	assert_non_null(ended);
	assert_int_equal(ended->ssrc, 7);
	assert_null(streams_expired(fixture.streams, late_us));
	assert_null(streams_next(fixture.streams, NULL));
	fixture_close(&fixture);
}

/* In the order of the round before, against it, and after the streams are no more. */
static void test_order_of_packets(void **state)
{
	(void)state;
	enum { STREAMS = 10, ROUNDS = 6, LIVES = 3 };
	struct fixture fixture;
	unsigned news = 0;
	fixture_open(&fixture, 64 * 1024);
	for (uint32_t life = 0; life < LIVES; life++) {
		for (uint32_t n = 0; n < STREAMS * ROUNDS; n++) {
			const uint32_t at = n % STREAMS;
			const bool forth = n / STREAMS % 3 != 2;
			fixture.packet.ssrc = forth ? at : STREAMS - 1 - at;
			const struct stream *stream = send(&fixture, n / STREAMS, &news);
			assert_int_equal(stream->ssrc, fixture.packet.ssrc);
			assert_int_equal(stream->packets, n / STREAMS + 1);
			assert_int_equal(news & STREAM_NEW, n < STREAMS);
		}
		const uint64_t late_us = fixture.datagram.time_us + 2 * STREAM_IDLE_US;
		for (uint32_t n = 0; n < STREAMS; n++)
			assert_non_null(streams_expired(fixture.streams, late_us));
		assert_null(streams_expired(fixture.streams, late_us));
	}
	fixture_close(&fixture);
}

static void test_size(void **state)
{
	(void)state;
	assert_true(sizeof(struct stream) <= 450);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sequences),
	        cmocka_unit_test(test_jitter),
	        cmocka_unit_test(test_events),
	        cmocka_unit_test(test_candidates),
	        cmocka_unit_test(test_announce),
	        cmocka_unit_test(test_codec_names),
	        cmocka_unit_test(test_quality_and_interval),
	        cmocka_unit_test(test_round_trip),
	        cmocka_unit_test(test_table),
	        cmocka_unit_test(test_order_of_packets),
	        cmocka_unit_test(test_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
