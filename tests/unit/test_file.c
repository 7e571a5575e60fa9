/* Files, directories, log lines and keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "platform/file.h"
#include "platform/log.h"
#include "platform/memory.h"
#include "platform/random.h"

static void test_files(void **state)
{
	(void)state;
	char top[] = "/tmp/ringfence-file-XXXXXX";
	assert_non_null(mkdtemp(top));
	char directory[80];
	char path[100];
	struct file_error error;
	(void)snprintf(directory, sizeof(directory), "%s/a//b/c/", top);
	assert_true(file_make_directories(directory, &error));
	assert_true(file_make_directories(directory, &error));
	assert_true(file_is_directory(directory));
	static const char *const names[] = {"b.yaml", "a.yaml", "c.txt", ".d.yaml"};
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", directory, names[i]);
		assert_true(file_write(path, SLICE("old"), &error));
		assert_true(file_write(path, SLICE("content"), &error));
	}
	struct file_list list;
	assert_true(file_list(directory, ".yaml", &list, &error));
	assert_int_equal(list.count, 2);
	assert_string_equal(list.names[0], "a.yaml");
	assert_string_equal(list.names[1], "b.yaml");
	file_list_free(&list);
	struct file_text text;
	assert_true(file_read(path, 7, &text, &error));
	assert_string_equal(text.data, "content");
	assert_int_equal(text.len, 7);
	file_text_free(&text);
	assert_false(file_read(path, 6, &text, &error));
	assert_non_null(strstr(error.text, "larger than the 6 bytes"));
	assert_false(file_read(directory, 6, &text, &error));
	assert_string_equal(error.text, "is a directory");
	assert_false(file_list("/nowhere", "", &list, &error));
	assert_string_equal(error.text, "does not exist");
	assert_false(file_write("/nowhere/x", SLICE(""), &error));
	assert_false(file_make_directories("/dev/null/x", &error));
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", directory, names[i]);
		(void)unlink(path);
	}
	static const char *const below[] = {"/a/b/c", "/a/b", "/a", ""};
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", top, below[i]);
		assert_int_equal(rmdir(path), 0);
	}
}

static void test_log(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	struct log log = {.program = "ringfence", .level = LOG_LEVEL_INFO, .fd = ends[1]};
	log_write(&log, LOG_LEVEL_DEBUG, "not this");
	log_write(&log, LOG_LEVEL_WARNING, "from %s", "a\x1b[2J\nb");
	log.journal = true;
	log_write(&log, LOG_LEVEL_ERROR, "%2000d", 1);
	char text[3000] = {0};
	const ssize_t len = read(ends[0], text, sizeof(text) - 1);
	static const char first[] = "ringfence: warning: from a?[2J?b\n<3> ";
	assert_memory_equal(text, first, sizeof(first) - 1);
	assert_int_equal(text[len - 1], '\n');
	assert_true(len < 1100);
	enum log_level level;
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_false(log_level_parse("loud", &level));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void test_memory_and_keys(void **state)
{
	(void)state;
	struct memory memory = memory_reserve(((size_t)1 << 33) + 1);
	assert_non_null(memory.base);
	assert_int_equal(memory.bytes, ((size_t)1 << 33) + 4096);
	assert_int_equal(memory.base[memory.bytes - 1], 0);
	memory_release(&memory);
	memory_release(&memory);
	assert_null(memory.base);
	assert_null(memory_reserve(0).base);
	assert_null(memory_reserve(SIZE_MAX).base);
	struct hash_key a;
	struct hash_key b;
	assert_true(random_key(&a) && random_key(&b));
	assert_true(a.k0 != b.k0 || a.k1 != b.k1);
	assert_int_equal(random_replay_key().k0, random_replay_key().k0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_files),
	        cmocka_unit_test(test_log),
	        cmocka_unit_test(test_memory_and_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
