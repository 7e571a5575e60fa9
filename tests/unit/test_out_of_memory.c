/*
 * Each allocation of the platform fails once, in turn: every path must come back with a
 * refusal and without a leak. The linker puts the functions here before the real ones.
 */
#define _GNU_SOURCE /* memfd_create, pipe2 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/document.h"
#include "platform/file.h"
#include "platform/json.h"
#include "platform/merge.h"
#include "platform/pattern.h"
#include "platform/pcapng_writer.h"
#include "platform/yaml.h"
#include "tests/unit/capture_bytes.h"

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

/* The wrapped functions have no argument for it: allocations until one fails, -1 = none.
 */
static int until_failure = -1;

static bool fails_now(void)
{
	if (until_failure < 0)
		return false;
	return until_failure-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
	return fails_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return fails_now() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
	return fails_now() ? NULL : __real_realloc(old, bytes);
}

/* Each returns true when all went well. */

static bool read_capture(int (*offer)(const void *, size_t, char *))
{
	struct bytes bytes = {0};
	put_u32(&bytes, 0x0a0d0d0a);
	put_u32(&bytes, 28);
	put_u32(&bytes, 0x1a2b3c4d);
	put_fill(&bytes, 0, 12);
	put_u32(&bytes, 28);
	for (int i = 0; i < 9; i++) {
		put_u32(&bytes, 1);
		put_u32(&bytes, 20);
		put_fill(&bytes, 0, 8);
		put_u32(&bytes, 20);
	}
	char path[32];
	struct capture_error error;
	const int fd = offer(bytes.data, bytes.len, path);
	struct capture *capture = capture_open(path, 0, &error);
	(void)close(fd);
	if (!capture) {
		assert_non_null(strstr(error.text, "out of memory"));
		return false;
	}
	struct packet packet;
	const bool well = capture_next(capture, &packet) == CAPTURE_END;
	if (!well)
		assert_non_null(strstr(capture_problem(capture)->text, "out of memory"));
	capture_close(&capture);
	return well;
}

static bool capture_of_file(void)
{
	return read_capture(bytes_file);
}

static bool capture_of_pipe(void)
{
	return read_capture(bytes_pipe);
}

/* A gzip member that holds the header of a pcap file, stored. */
static bool capture_of_gzip(void)
{
	static const uint8_t packed[] = "\x1f\x8b\x08\0\0\0\0\0\0\3\1\x18\0\xe7\xff"
	                                "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0"
	                                "\xff\xff\0\0\1\0\0\0";
	char path[32];
	struct capture_error error;
	const int fd = bytes_file(packed, sizeof(packed) - 1, path);
	struct capture *capture = capture_open(path, 0, &error);
	(void)close(fd);
	const bool well = capture != NULL;
	capture_close(&capture);
	return well;
}

static bool document_of_yaml(void)
{
	struct document_error error;
	struct document *document = yaml_parse("x",
	        SLICE("a: &x [1, {b: 2, c: \"text\"}]\nd: *x\ne: {f: g, h: i}\n"),
	        &error);
	const bool well = document != NULL;
	if (!well)
		assert_string_equal(error.text, "out of memory");
	document_free(&document);
	return well;
}

static bool document_of_json(void)
{
	struct document_error error;
	struct document *document =
	        json_parse("x", SLICE("{\"a\": [1, \"x\"], \"b\": {\"c\": 1}}"), &error);
	const bool well = document != NULL;
	if (!well)
		assert_string_equal(error.text, "out of memory");
	document_free(&document);
	return well;
}

/* Larger than a block of the document, so that texts need one of their own. */
static bool document_of_large_text(void)
{
	enum { BYTES = 200000 };
	static char text[BYTES];
	memset(text, 'x', BYTES);
	struct document_error error;
	struct document *document = yaml_parse("x", slice_of(text, BYTES), &error);
	const bool well = document != NULL;
	document_free(&document);
	return well;
}

static bool merging(void)
{
	struct merge *merge = merge_new(NULL, 0);
	const bool well = merge != NULL;
	merge_free(&merge);
	return well;
}

static bool pattern(void)
{
	struct pattern_error error;
	struct pattern *pattern = pattern_compile(SLICE("a+b"), false, &error);
	const bool well = pattern != NULL;
	if (!well)
		assert_string_equal(error.text, "out of memory");
	pattern_free(&pattern);
	return well;
}

static bool evidence(void)
{
	const struct pcapng_writer_options options = {0};
	struct pcapng_writer_error error;
	struct pcapng_writer *writer = pcapng_writer_open("/dev/null", &options, &error);
	if (!writer)
		return false;
	bool well = true;
	struct packet packet = {.data = (const uint8_t *)"x", .len = 1, .wire_len = 1};
	for (; packet.source < 20; packet.source++)
		well &= pcapng_writer_add(writer, &packet, NULL, 0);
	return pcapng_writer_close(&writer, &error) && well;
}

static bool files(void)
{
	struct file_error error;
	struct file_text text;
	struct file_list list;
	if (!file_read("/proc/self/status", 1 << 20, &text, &error))
		return false;
	file_text_free(&text);
	if (!file_list("/proc/self", "", &list, &error))
		return false;
	file_list_free(&list);
	char path[] = "/tmp/ringfence-memory-XXXXXX";
	(void)close(mkstemp(path));
	const bool well = file_write(path, SLICE("x"), &error);
	(void)unlink(path);
	return well;
}

struct row {
	const char *name;
	bool (*run)(void);
};

static const struct row rows[] = {
        {"capture_of_file", capture_of_file},
        {"capture_of_pipe", capture_of_pipe},
        {"capture_of_gzip", capture_of_gzip},
        {"document_of_yaml", document_of_yaml},
        {"document_of_json", document_of_json},
        {"document_of_large_text", document_of_large_text},
        {"merging", merging},
        {"pattern", pattern},
        {"evidence", evidence},
        {"files", files},
};

static void test_every_allocation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!rows[i].run())
			fail_msg("%s does not work at all", rows[i].name);
		/* Ends when so many are allowed that none fails. */
		for (int allowed = 0; allowed < 10000; allowed++) {
			until_failure = allowed;
			const bool well = rows[i].run();
			const bool failed = until_failure < 0;
			until_failure = -1;
			if (well && failed)
				fail_msg("%s: allocation %d was not missed", rows[i].name,
				        allowed);
			if (!failed && !well)
				fail_msg("%s failed by itself", rows[i].name);
			if (!failed)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_every_allocation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
