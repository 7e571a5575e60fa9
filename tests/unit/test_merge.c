/* Captures merged by time, and evidence written and read again. */
#define _GNU_SOURCE /* memfd_create, pipe2 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/merge.h"
#include "platform/pcapng_writer.h"
#include "tests/unit/capture_bytes.h"

enum { FILES_MAX = 4 };

/* Stamps of the packets of each file; 0 = no more, 99 = a damaged place to the end. */
struct row {
	const char *name;
	uint32_t stamps[FILES_MAX][6];
	size_t files;
	const char *order; /* file and stamp of each packet; file and ! for trouble */
};

static const struct row rows[] = {
        {"no_files", {{0}}, 0, ""},
        {"one_file", {{1, 2, 3}}, 1, "a1 a2 a3 "},
        {"one_file_unordered", {{3, 1, 2}}, 1, "a3 a1 a2 "},
        {"interleaved", {{1, 3, 5}, {2, 4, 6}}, 2, "a1 b2 a3 b4 a5 b6 "},
        {"ties_by_file", {{2, 2}, {1, 2}, {2}}, 3, "b1 a2 a2 b2 c2 "},
        {"order_of_a_file_is_kept", {{5, 1, 6}, {2, 4, 7}}, 2, "b2 b4 a5 a1 a6 b7 "},
        {"empty_file_between", {{1, 3}, {0}, {2}}, 3, "a1 c2 a3 "},
        {"damage_of_one", {{1, 99}, {2, 3}}, 2, "a1 a! b2 b3 "},
        {"damage_at_the_start", {{99}, {2}}, 2, "a! b2 "},
        {"four", {{4}, {3}, {2}, {1}}, 4, "d1 c2 b3 a4 "},
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct capture *captures[FILES_MAX] = {0};
		for (size_t file = 0; file < rows[i].files; file++) {
			struct bytes bytes = {0};
			put_pcap_header(&bytes, 0xa1b2c3d4, 1);
			for (const uint32_t *stamp = rows[i].stamps[file]; *stamp;
			        stamp++) {
				if (*stamp == 99)
					put_fill(&bytes, 0xff, 100);
				else
					put_pcap_packet(&bytes, *stamp, 40, 0);
			}
			char path[32];
			struct capture_error error;
			const int fd = bytes_file(bytes.data, bytes.len, path);
			captures[file] = capture_open(path, (uint16_t)file, &error);
			assert_non_null(captures[file]);
			(void)close(fd);
		}
		struct merge *merge = merge_new(captures, rows[i].files);
		char order[100] = {0};
		struct packet packet = {0};
		size_t index = 0;
		for (size_t len = 0; len < sizeof(order) - 4; len += 3) {
			const enum capture_result result =
			        merge_next(merge, &packet, &index);
			if (result == CAPTURE_END)
				break;
			order[len] = (char)('a' + index);
			order[len + 1] = '!';
			order[len + 2] = ' ';
			if (result != CAPTURE_PACKET)
				continue;
			order[len + 1] = (char)('0' + packet.time_us % 10);
			assert_int_equal(packet.source, index);
			assert_int_equal(packet.data[39], 0xaa);
		}
		if (strcmp(order, rows[i].order) != 0)
			fail_msg("%s: %s", rows[i].name, order);
		assert_int_equal(merge_next(merge, &packet, &index), CAPTURE_END);
		merge_free(&merge);
		for (size_t file = 0; file < FILES_MAX; file++)
			capture_close(&captures[file]);
	}
}

static void test_evidence(void **state)
{
	(void)state;
	char path[] = "/tmp/ringfence-evidence-XXXXXX";
	(void)close(mkstemp(path));
	static const char *const names[] = {"first.pcap", "second.pcap"};
	const struct pcapng_writer_options options = {
	        .application = "Ringfence", .source_names = names, .source_count = 2};
	static const uint8_t data[] = {1, 2, 3, 4, 5};
	static const struct packet packets[] = {
	        {.time_us = 1000000007, .data = data, .len = 5, .wire_len = 9, .link = 1},
	        {.time_us = 1000000008,
	                .data = data,
	                .len = 4,
	                .wire_len = 4,
	                .link = 113,
	                .source = 1},
	        {.time_us = 1000000006,
	                .data = data,
	                .len = 0,
	                .wire_len = 4,
	                .link = 1,
	                .source = 2},
	        {.time_us = 1000000009, .data = data, .len = 1, .wire_len = 1, .link = 1},
	};
	const struct slice comments[] = {SLICE("rule auth-bruteforce"), SLICE("x")};
	struct pcapng_writer_error error;
	struct pcapng_writer *writer = pcapng_writer_open(path, &options, &error);
	assert_non_null(writer);
	for (size_t i = 0; i < 4; i++)
		assert_true(pcapng_writer_add(writer, &packets[i], comments, i % 3));
	const uint64_t bytes = pcapng_writer_bytes(writer);
	assert_true(pcapng_writer_close(&writer, &error));

	struct capture_error trouble;
	struct capture *capture = capture_open(path, 0, &trouble);
	assert_non_null(capture);
	uint64_t done;
	uint64_t total;
	capture_progress(capture, &done, &total);
	assert_int_equal(total, bytes);
	struct packet packet;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
		assert_int_equal(packet.time_us, packets[i].time_us);
		assert_int_equal(packet.len, packets[i].len);
		assert_int_equal(packet.wire_len, packets[i].wire_len);
		assert_int_equal(packet.link, packets[i].link);
		assert_memory_equal(packet.data, data, packet.len);
	}
	assert_int_equal(capture_next(capture, &packet), CAPTURE_END);
	capture_close(&capture);
	(void)unlink(path);
}

static void test_full_disk(void **state)
{
	(void)state;
	const struct pcapng_writer_options options = {.application = "Ringfence"};
	struct pcapng_writer_error error;
	struct pcapng_writer *writer = pcapng_writer_open("/dev/full", &options, &error);
	assert_non_null(writer);
	const uint8_t data[1000] = {0};
	const struct packet packet = {.data = data, .len = 1000, .link = 1};
	for (int i = 0; i < 1000; i++)
		(void)pcapng_writer_add(writer, &packet, NULL, 0);
	assert_false(pcapng_writer_add(writer, &packet, NULL, 0));
	assert_false(pcapng_writer_close(&writer, &error));
	assert_string_equal(error.text, "is not complete: the disk is full");
	assert_null(pcapng_writer_open("/nowhere/x.pcapng", &options, &error));
	assert_true(pcapng_writer_close(&writer, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_order),
	        cmocka_unit_test(test_evidence),
	        cmocka_unit_test(test_full_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
