/* Slices and the text writer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/base/slice.h"
#include "engine/base/writer.h"

struct find_row {
	const char *name;
	const char *text;
	const char *needle;
	size_t at;
	size_t at_nocase;
};

static void finds(void **state)
{
	static const struct find_row rows[] = {
	        {"at the start", "Via: x", "Via", 0, 0},
	        {"at the end", "a=sendrecv", "recv", 6, 6},
	        {"other case", "CSEQ", "cseq", 4, 0},
	        {"empty needle", "abc", "", 0, 0},
	        {"empty text", "", "a", 0, 0},
	        {"longer than the text", "ab", "abc", 2, 2},
	        {"false start", "aab", "ab", 1, 1},
	        {"not there", "abcabd", "abe", 6, 6},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct slice text = slice_text(rows[i].text);
		const struct slice needle = slice_text(rows[i].needle);
		assert_int_equal(slice_find(text, needle), rows[i].at);
		assert_int_equal(slice_find_nocase(text, needle), rows[i].at_nocase);
	}
	assert_int_equal(slice_find((struct slice){0}, SLICE("a")), 0);
}

static void compares(void **state)
{
	(void)state;
	assert_true(slice_equal_nocase(SLICE("Call-ID"), SLICE("CALL-id")));
	assert_false(slice_equal_nocase(SLICE("@"), SLICE("`")));
	assert_false(slice_equal_nocase(SLICE("["), SLICE("{")));
	assert_true(slice_equal((struct slice){0}, SLICE("")));
	assert_true(slice_starts(SLICE("sip:a"), SLICE("sip:")));
	assert_false(slice_starts(SLICE("si"), SLICE("sip:")));
	assert_true(slice_starts_nocase(SLICE("SIP:a"), SLICE("sip:")));
	assert_true(slice_ends(SLICE("a.wav"), SLICE(".wav")));
	assert_true(slice_compare(SLICE("ab"), SLICE("abc")) < 0);
	assert_true(slice_compare(SLICE("b"), SLICE("abc")) > 0);
	assert_int_equal(slice_compare(SLICE("b"), SLICE("b")), 0);
}

static void cuts(void **state)
{
	(void)state;
	assert_true(slice_equal(slice_trim(SLICE(" \t a b\r\n")), SLICE("a b")));
	assert_int_equal(slice_trim(SLICE("  ")).len, 0);
	struct slice rest = SLICE("a,,b");
	assert_true(slice_equal(slice_split(&rest, ','), SLICE("a")));
	assert_int_equal(slice_split(&rest, ',').len, 0);
	assert_true(slice_present(rest));
	assert_true(slice_equal(slice_split(&rest, ','), SLICE("b")));
	assert_false(slice_present(rest));
	assert_int_equal(slice_from(SLICE("abc"), 9).len, 0);
}

static void numbers(void **state)
{
	uint64_t wide = 7;
	uint32_t value = 7;
	(void)state;
	assert_true(slice_to_u64(SLICE("18446744073709551615"), &wide));
	assert_true(wide == UINT64_MAX);
	assert_false(slice_to_u64(SLICE("18446744073709551616"), &wide));
	assert_false(slice_to_u64(SLICE(""), &wide));
	assert_false(slice_to_u64(SLICE("+1"), &wide));
	assert_false(slice_to_u32(SLICE("4294967296"), &value));
	assert_int_equal(value, 7);
	assert_true(slice_to_u32(SLICE("004"), &value));
	assert_int_equal(value, 4);
}

static void check(struct writer *writer, const char *expected)
{
	const struct slice text = writer_text(writer);
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.data, expected, text.len);
	writer->len = 0;
}

static void writes(void **state)
{
	char memory[128];
	struct writer w = writer_of(memory, sizeof(memory));
	(void)state;
	writer_u64(&w, UINT64_MAX);
	check(&w, "18446744073709551615");
	writer_i64(&w, INT64_MIN);
	check(&w, "-9223372036854775808");
	writer_fixed(&w, 4.005, 1);
	check(&w, "4.0");
	writer_fixed(&w, -0.05, 1);
	check(&w, "-0.1");
	writer_fixed(&w, -0.01, 1);
	check(&w, "0.0");
	writer_fixed(&w, 99.996, 2);
	check(&w, "100.00");
	writer_fixed(&w, 2.5, 0);
	check(&w, "3");
	writer_fixed(&w, 0.0 / 0.0, 1);
	check(&w, "0.0");
	writer_hex(&w, 0xbeef, 8);
	check(&w, "0000beef");
	writer_hex(&w, 0, 1);
	check(&w, "0");
	writer_hex_bytes(&w, SLICE("\x01\xff"));
	check(&w, "01ff");
	writer_time(&w, 0);
	check(&w, "1970-01-01T00:00:00.000000Z");
	writer_time(&w, 1769903999000001);
	check(&w, "2026-01-31T23:59:59.000001Z");
	writer_time(&w, 951782400000000);
	check(&w, "2000-02-29T00:00:00.000000Z");
	writer_time(&w, 4107542400123456);
	check(&w, "2100-03-01T00:00:00.123456Z");
}

static void writes_what_fits(void **state)
{
	char memory[4];
	struct writer w = writer_of(memory, sizeof(memory));
	(void)state;
	writer_string(&w, "abcd");
	assert_false(w.truncated);
	writer_string(&w, "");
	assert_false(w.truncated);
	writer_byte(&w, 'e');
	assert_true(w.truncated);
	check(&w, "abcd");
	writer_byte(&w, 'f');
	check(&w, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(finds),
	        cmocka_unit_test(compares),
	        cmocka_unit_test(cuts),
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(writes),
	        cmocka_unit_test(writes_what_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
