/* Captures of every format, whole and damaged, from files, pipes and compressed. */
#define _GNU_SOURCE /* memfd_create, pipe2 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "platform/capture.h"
#include "tests/unit/capture_pcap.h"
#include "tests/unit/capture_pcapng.h"

enum { COMPRESSED_MAX = 16384 };

static void put_erf(struct bytes *bytes, uint8_t type, uint16_t len)
{
	put_u32(bytes, 0x80000000); /* half a second */
	put_u32(bytes, 1000000000);
	put_fill(bytes, type, 1);
	put_fill(bytes, 4, 1);
	bytes->big = true;
	put_u16(bytes, (uint16_t)(16 + ((2 + len + 7) & ~7)));
	put_u16(bytes, 0);
	put_u16(bytes, len);
	bytes->big = false;
	put_fill(bytes, 0, 2);
	put_fill(bytes, 0xaa, len);
	put_fill(bytes, 0, (size_t)(-(2 + len) & 7));
}

static void erf_ethernet(struct bytes *bytes)
{
	put_erf(bytes, 2, 60);
	put_erf(bytes, 48, 60);
	put_erf(bytes, 2, 61);
}

static void put_snoop(struct bytes *bytes, uint32_t fraction, uint32_t len)
{
	put_u32(bytes, len + WIRE_MORE);
	put_u32(bytes, len);
	put_u32(bytes, 24 + ((len + 3) & ~3u));
	put_u32(bytes, 0);
	put_u32(bytes, 1000000000);
	put_u32(bytes, fraction);
	put_fill(bytes, 0xaa, len);
	put_fill(bytes, 0, -len & 3);
}

static void snoop_ethernet(struct bytes *bytes)
{
	bytes->big = true;
	put_raw(bytes, "snoop\0\0", 8);
	put_u32(bytes, 2);
	put_u32(bytes, 4);
	put_snoop(bytes, 7, 61);
	put_snoop(bytes, 8, 60);
}

static void snoop_damaged(struct bytes *bytes)
{
	snoop_ethernet(bytes);
	put_snoop(bytes, 9, 60);
	bytes->data[bytes->len - 60 - 24 + 11] = 8;
}

/*
 * script: what capture_next says in turn: P packet, X corrupt, C cut off, then the end.
 * The rest is of the last packet; problem is a part of the last trouble's text.
 */
struct row {
	const char *name;
	void (*build)(struct bytes *bytes);
	const char *script;
	const char *format;
	uint16_t link;
	uint32_t len;
	uint64_t time_us;
	const char *problem;
};

#define AT(us) (1000000000000000 + (us))

static const struct row rows[] = {
        {"pcap_little", pcap_little, "PP", "pcap", 1, 0, AT(8), NULL},
        {"pcap_big", pcap_big, "PP", "pcap", 1, 0, AT(8), NULL},
        {"pcap_nanoseconds", pcap_nanoseconds, "P", "pcap", 113, 60, AT(7), NULL},
        {"pcap_nanoseconds_big", pcap_nanoseconds_big, "P", "pcap", 113, 60, AT(7), NULL},
        {"pcap_modified", pcap_modified, "PP", "pcap", 1, 61, AT(8), NULL},
        {"pcap_modified_long", pcap_modified_long, "PP", "pcap", 1, 61, AT(8), NULL},
        {"pcap_checksum_bits", pcap_checksum_bits, "P", "pcap", 1, 60, AT(7), NULL},
        {"pcap_only_header", pcap_only_header, "", "pcap", 0, 0, 0, NULL},
        {"pcap_cut_in_packet", pcap_cut_in_packet, "PPC", "pcap", 1, 0, AT(8),
                "byte 116"},
        {"pcap_cut_in_header", pcap_cut_in_header, "PPC", "pcap", 1, 0, AT(8),
                "last 4 bytes"},
        {"pcap_damaged", pcap_damaged, "PPXPPPP", "pcap", 1, 50, AT(13),
                "byte 116 (a packet of 2147483647 bytes): 349 bytes were left out"},
        {"pcap_damaged_to_the_end", pcap_damaged_to_the_end, "PPX", "pcap", 1, 0, AT(8),
                "no packet was found"},
        {"pcapng_little", pcapng_little, "PP", "pcapng", 1, 0, AT(8), NULL},
        {"pcapng_big", pcapng_big, "PP", "pcapng", 1, 0, AT(8), NULL},
        {"pcapng_nanoseconds", pcapng_nanoseconds, "P", "pcapng", 101, 60, AT(7), NULL},
        {"pcapng_binary_resolution", pcapng_binary_resolution, "P", "pcapng", 1, 60,
                AT(7), NULL},
        {"pcapng_offset", pcapng_offset, "P", "pcapng", 1, 60, AT(7), NULL},
        {"pcapng_offset_before_1970", pcapng_offset_before_1970, "P", "pcapng", 1, 60, 0,
                NULL},
        {"pcapng_far_future", pcapng_far_future, "P", "pcapng", 1, 60, 253402300799000000,
                NULL},
        {"pcapng_two_sections", pcapng_two_sections, "PPP", "pcapng", 113, 33, AT(9),
                NULL},
        {"pcapng_simple", pcapng_simple, "P", "pcapng", 1, 60, 0, NULL},
        {"pcapng_obsolete", pcapng_obsolete, "P", "pcapng", 1, 60, AT(7), NULL},
        {"pcapng_no_interface", pcapng_no_interface, "XP", "pcapng", 1, 60, AT(7),
                "not described"},
        {"pcapng_packet_longer_than_block", pcapng_packet_longer_than_block, "XP",
                "pcapng", 1, 60, AT(7), "byte 48: a packet longer than its block"},
        {"pcapng_lengths_differ", pcapng_lengths_differ, "XP", "pcapng", 1, 60, AT(7),
                "92 before it and 93 behind it"},
        {"pcapng_rubbish_between", pcapng_rubbish_between, "PPXP", "pcapng", 1, 60, AT(9),
                "a block of type 4294967295"},
        {"pcapng_cut_in_block", pcapng_cut_in_block, "PPC", "pcapng", 1, 0, AT(8),
                "last 83 bytes"},
        {"pcapng_block_of_no_length", pcapng_block_of_no_length, "PPX", "pcapng", 1, 0,
                AT(8), "with 0 bytes"},
        {"erf_ethernet", erf_ethernet, "PP", "ERF", 1, 61, AT(500000), NULL},
        {"snoop_ethernet", snoop_ethernet, "PP", "snoop", 1, 60, AT(8), NULL},
        {"snoop_damaged", snoop_damaged, "PPX", "snoop", 1, 60, AT(8),
                "in a record of 8"},
};

/* Reads all and compares with the row; place is how it was offered. */
static void read_and_compare(const struct row *row, const char *path, const char *place)
{
	struct capture_error error;
	struct capture *capture = capture_open(path, 3, &error);
	if (!capture)
		fail_msg("%s, %s: %s", row->name, place, error.text);
	assert_string_equal(capture_format_name(capture), row->format);
	char script[16] = {0};
	struct packet packet = {0};
	uint64_t packets = 0;
	for (size_t i = 0; i < sizeof(script) - 1; i++) {
		const enum capture_result result = capture_next(capture, &packet);
		if (result == CAPTURE_END)
			break;
		script[i] = "P?CX"[result];
		if (result != CAPTURE_PACKET)
			continue;
		assert_int_equal(packet.number, ++packets);
		assert_int_equal(packet.source, 3);
		assert_true(packet.wire_len >= packet.len);
		for (uint32_t at = 0; at < packet.len; at++)
			assert_int_equal(packet.data[at], 0xaa);
	}
	if (strcmp(script, row->script) != 0)
		fail_msg("%s, %s: %s instead of %s: %s", row->name, place, script,
		        row->script, capture_problem(capture)->text);
	assert_int_equal(packet.link, row->link);
	assert_int_equal(packet.len, row->len);
	assert_int_equal(packet.time_us, row->time_us);
	if (row->problem && !strstr(capture_problem(capture)->text, row->problem))
		fail_msg("%s: %s", row->name, capture_problem(capture)->text);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_END);
	capture_close(&capture);
	assert_null(capture);
}

static size_t compress_gzip(const struct bytes *bytes, uint8_t *out)
{
	z_stream stream = {0};
	assert_int_equal(
	        deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	uint8_t copy[sizeof(bytes->data)];
	memcpy(copy, bytes->data, bytes->len);
	stream.next_in = copy;
	stream.avail_in = (uInt)bytes->len;
	stream.next_out = out;
	stream.avail_out = COMPRESSED_MAX;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	const size_t len = stream.total_out;
	(void)deflateEnd(&stream);
	return len;
}

static void test_rows(void **state)
{
	(void)state;
	uint8_t packed[COMPRESSED_MAX];
	char path[32];
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bytes bytes = {0};
		rows[i].build(&bytes);
		int fd = bytes_file(bytes.data, bytes.len, path);
		read_and_compare(&rows[i], path, "file");
		(void)close(fd);
		fd = bytes_pipe(bytes.data, bytes.len, path);
		read_and_compare(&rows[i], path, "pipe");
		(void)close(fd);
		size_t len = compress_gzip(&bytes, packed);
		fd = bytes_file(packed, len, path);
		read_and_compare(&rows[i], path, "gzip");
		(void)close(fd);
		len = ZSTD_compress(packed, sizeof(packed), bytes.data, bytes.len, 1);
		fd = bytes_pipe(packed, len, path);
		read_and_compare(&rows[i], path, "zstd pipe");
		(void)close(fd);
	}
}

struct refused {
	const char *name;
	const char *bytes;
	size_t len;
	const char *text;
};

static const struct refused refused[] = {
        {"empty", "", 0, "is empty"},
        {"one_byte", "x", 1, "not a capture"},
        {"text", "INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n", 56,
                "not a capture"},
        {"zeroes", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32,
                "not a capture"},
        {"pcap_header_cut", "\xd4\xc3\xb2\xa1\2\0\4\0", 8, "header of the file"},
        {"pcapng_header_cut", "\n\r\r\n\x1c\0\0\0", 8, "header of the file"},
        {"pcapng_bad_order", "\n\r\r\n\x1c\0\0\0\1\2\3\4\0\0\0\0", 16, "not a capture"},
        {"snoop_3", "snoop\0\0\0\0\0\0\3\0\0\0\4", 16, "version 3"},
        {"xz",
                "\xfd"
                "7zXZ\0",
                6, "decompress it first"},
        {"gzip_cut", "\x1f\x8b\x08\0", 4, "cut off"},
        {"gzip_damaged", "\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff", 14, "is damaged"},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char path[32];
		struct capture_error error;
		for (int pipe = 0; pipe < 2; pipe++) {
			const int fd = (pipe ? bytes_pipe : bytes_file)(
			        refused[i].bytes, refused[i].len, path);
			assert_null(capture_open(path, 0, &error));
			if (!strstr(error.text, refused[i].text))
				fail_msg("%s: %s", refused[i].name, error.text);
			(void)close(fd);
		}
	}
	struct capture_error error;
	assert_null(capture_open("/nowhere/at/all", 0, &error));
	assert_string_equal(error.text, "does not exist");
	assert_null(capture_open("/", 0, &error));
	assert_string_equal(error.text, "is a directory");
}

/* Every way to cut a file short: packets come, then the cut is reported, nothing else. */
static void test_every_cut(void **state)
{
	(void)state;
	struct bytes whole = {0};
	pcapng_two_sections(&whole);
	for (size_t len = 0; len < whole.len; len++) {
		char path[32];
		struct capture_error error;
		const int fd = bytes_file(whole.data, len, path);
		struct capture *capture = capture_open(path, 0, &error);
		(void)close(fd);
		if (!capture)
			continue;
		struct packet packet;
		enum capture_result result;
		do {
			result = capture_next(capture, &packet);
			assert_int_not_equal(result, CAPTURE_CORRUPT);
		} while (result != CAPTURE_END);
		capture_close(&capture);
	}
}

static void test_gzip_cut(void **state)
{
	(void)state;
	struct bytes bytes = {0};
	pcap_little(&bytes);
	uint8_t packed[COMPRESSED_MAX];
	const size_t len = compress_gzip(&bytes, packed);
	char path[32];
	const int fd = bytes_file(packed, len - 4, path);
	struct capture_error error;
	struct capture *capture = capture_open(path, 0, &error);
	assert_non_null(capture);
	struct packet packet;
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_CUT_OFF);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_END);
	capture_close(&capture);
	(void)close(fd);
}

/* Packets of a pipe come when they are complete, not when the pipe is. */
static void test_growing_pipe(void **state)
{
	(void)state;
	struct bytes bytes = {0};
	pcap_little(&bytes);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	char path[32];
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], bytes.data, 24 + 16 + 60), 100);
	struct capture_error error;
	struct capture *capture = capture_open(path, 0, &error);
	assert_non_null(capture);
	struct packet packet;
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	assert_int_equal(write(ends[1], bytes.data + 100, 16), 16);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	(void)close(ends[1]);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_END);
	capture_close(&capture);
	(void)close(ends[0]);
}

/* A followed file is read on where it grows, and ends when told to. */
static void test_following(void **state)
{
	(void)state;
	struct bytes bytes = {0};
	pcap_little(&bytes);
	char path[32];
	const int fd = bytes_file(bytes.data, 100, path);
	volatile sig_atomic_t stop = 0;
	struct capture_error error;
	struct capture *capture = capture_open_following(path, 0, &stop, &error);
	assert_non_null(capture);
	struct packet packet;
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	assert_int_equal(write(fd, bytes.data + 100, 16), 16);
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	stop = 1;
	assert_int_equal(capture_next(capture, &packet), CAPTURE_END);
	capture_close(&capture);
	(void)close(fd);
}

static void test_progress(void **state)
{
	(void)state;
	struct bytes bytes = {0};
	pcap_little(&bytes);
	char path[32];
	const int fd = bytes_file(bytes.data, bytes.len, path);
	struct capture_error error;
	struct capture *capture = capture_open(path, 0, &error);
	struct packet packet;
	uint64_t done;
	uint64_t total;
	assert_int_equal(capture_next(capture, &packet), CAPTURE_PACKET);
	capture_progress(capture, &done, &total);
	assert_int_equal(done, 100);
	assert_int_equal(total, bytes.len);
	capture_close(&capture);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_refused),
	        cmocka_unit_test(test_every_cut),
	        cmocka_unit_test(test_gzip_cut),
	        cmocka_unit_test(test_growing_pipe),
	        cmocka_unit_test(test_following),
	        cmocka_unit_test(test_progress),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
