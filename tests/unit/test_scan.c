/*
 * The inner loops of the text decoders against what a loop over the bytes finds, in
 * memory of exactly the text's size, so that a look behind the end is seen.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/base/address.h"
#include "engine/decode/marks.h"

enum { TEXT_MAX = 200, ROUNDS = 40 };

/* A text of this length, its delimiters far from and close to each other. */
static char *text_make(size_t len, uint32_t *seed)
{
	static const char delimiters[] = "\r\n:;,<>@=\" \t/.%?[]\xc3\x01";
	char *text = malloc(len ? len : 1);
	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		*seed = *seed * 1664525 + 1013904223;
		uint32_t chance = *seed >> 24;
		text[i] = (char)('a' + chance % 26);
		if (chance < 20)
			text[i] = delimiters[(*seed >> 8) % (sizeof(delimiters) - 1)];
	}
	return text;
}

static void words_check(struct marks_map *map, struct slice part)
{
	struct marks marks = marks_in(map, part);
	for (size_t i = 0; i < part.len; i++) {
		if (!scan_host_char(part.data[i]))
			assert_ptr_equal(marks_take(&marks), part.data + i);
	}
	assert_ptr_equal(marks_take(&marks), scan_end(part));
	assert_ptr_equal(marks_take(&marks), scan_end(part));
}

static void lines_check(struct marks_map *map, struct slice text)
{
	const char *end = scan_end(text);
	for (const char *p = text.data; p < end; p++) {
		bool high = false, expected = false;
		const char *eol = p;
		for (; eol < end && *eol != '\r' && *eol != '\n'; eol++)
			expected |= (*eol & 0x80) != 0;
		assert_ptr_equal(marks_eol(map, p, &high), eol);
		assert_int_equal(high, expected);
		p = eol;
	}
}

static void marks_meet_every_byte(void **state)
{
	(void)state;
	uint32_t seed = 1;
	for (size_t len = 0; len <= TEXT_MAX; len++) {
		for (int round = 0; round < ROUNDS; round++) {
			char *text = text_make(len, &seed);
			struct marks_map map;
			marks_map_init(&map, slice_of(text, len));
			size_t from = (seed >> 16) % (len + 1);
			size_t part = (seed >> 8) % (len - from + 1);
			words_check(&map, slice_of(text + from, part));
			words_check(&map, slice_of(text, len));
			lines_check(&map, slice_of(text, len));
			free(text);
		}
	}
}

/* Longer than a map: what it has no room for is looked at when it is asked for. */
static void marks_behind_the_map(void **state)
{
	(void)state;
	enum { LONG = MARKS_BLOCKS * MARKS_VIEW };
	uint32_t seed = 4;
	for (size_t len = LONG - MARKS_VIEW; len < LONG + 3 * MARKS_VIEW; len += 7) {
		char *text = text_make(len, &seed);
		struct marks_map map;
		marks_map_init(&map, slice_of(text, len));
		words_check(&map, slice_of(text, len));
		lines_check(&map, slice_of(text, len));
		words_check(&map, slice_of(text + len - 80, 80));
		free(text);
	}
}

static void marks_skip_and_go(void **state)
{
	(void)state;
	uint32_t seed = 2;
	for (size_t from = 0; from <= TEXT_MAX; from++) {
		char *text = text_make(TEXT_MAX, &seed);
		struct marks_map map;
		marks_map_init(&map, slice_of(text, TEXT_MAX));
		struct marks marks = marks_in(&map, slice_of(text, TEXT_MAX));
		marks_skip(&marks, text + from);
		for (size_t i = from; i < TEXT_MAX; i++) {
			if (!scan_host_char(text[i]))
				assert_ptr_equal(marks_take(&marks), text + i);
		}
		assert_ptr_equal(marks_take(&marks), text + TEXT_MAX);
		marks_go(&marks, text);
		const char *first = marks_first(&map, text);
		if (first)
			assert_ptr_equal(marks_peek(&marks), first);
		free(text);
	}
}

static void searches(void **state)
{
	(void)state;
	uint32_t seed = 3;
	for (size_t len = 0; len <= TEXT_MAX; len++) {
		char *text = text_make(len, &seed);
		const char *end = text + len, *eol = text, *either = text, *low = text;
		unsigned high = 0, expected = 0;
		for (; eol < end && *eol != '\r' && *eol != '\n'; eol++)
			expected |= *eol & 0x80;
		while (either < end && *either != ';' && *either != ',')
			either++;
		while (low < end && (unsigned char)*low > ' ' && *low != ':')
			low++;
		assert_ptr_equal(scan_eol(text, end, &high), eol);
		assert_int_equal(high != 0, expected != 0);
		assert_ptr_equal(scan_either(text, end, ';', ','), either);
		assert_ptr_equal(scan_low_or(text, end, ':'), low);
		free(text);
	}
}

/* Every octet, and what is none. */
static void dotted_addresses(void **state)
{
	(void)state;
	static const char *const bad[] = {"1.2.3", "1.2.3.", "1.2.3.4.", ".1.2.3",
	        "1..2.3", "1.2.3.256", "1.2.3.0001", "1.2.3.4a", "1.2.3.a", "1,2.3.4",
	        "1.2.3.4.5", "999.1.1.1", "1.2.3.4 ", "12345678", "1.2.3.-1"};
	for (unsigned i = 0; i < 256 * 4; i++) {
		char text[16];
		uint32_t octets[4] = {10, 200, 7, 99}, value = 0;
		octets[i & 3] = i / 4;
		int len = snprintf(text, sizeof(text), "%u.%u.%u.%u", octets[0],
		        octets[1], octets[2], octets[3]);
		assert_true(scan_ipv4(slice_of(text, (size_t)len), &value));
		assert_int_equal(value,
		        octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t value = 7;
		if (scan_ipv4(slice_text(bad[i]), &value) || value != 7)
			fail_msg("%s", bad[i]);
	}
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t value;
		size_t digits;
	} rows[] = {
	        {"", 0, 0},
	        {"x", 0, 0},
	        {"0", 0, 1},
	        {"7 12345678", 7, 1},
	        {"12345;;;;;", 12345, 5},
	        {"1234567x90", 1234567, 7},
	        {"12345678", 12345678, 8},
	        {"00000000000000000000000012", 12, 26},
	        {"4294967296:", 4294967296, 10},
	        {"9223372036854775807", INT64_MAX, 19},
	        {"99999999999999999999999", INT64_MAX, 23},
	        {"12/:/:/:", 12, 2},
	        {"3\xb9\xb9\xb9\xb9\xb9\xb9\xb9", 3, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		char *exact = malloc(len + !len);
		assert_non_null(exact);
		memcpy(exact, rows[i].text, len);
		const char *p = exact;
		assert_int_equal(scan_number(&p, exact + len), rows[i].value);
		assert_int_equal(p - exact, rows[i].digits);
		free(exact);
	}
}

/* Letters in both cases, other bytes as they are: a bit more does not make them equal. */
static void words(void **state)
{
	(void)state;
	static const char *const known[] = {"a", "nc", "via", "rtcp", "realm", "rtcp-mux",
	        "algorithm", "fingerprint", "content-encoding-x", "t38"};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i]);
		for (unsigned at = 0; at < 256 * len; at++) {
			char text[32];
			memcpy(text, known[i], len);
			char was = text[at / 256], is = (char)at;
			text[at / 256] = is;
			bool same = scan_lower(is) == was;
			assert_int_equal(
			        scan_is(slice_of(text, len), known[i], len), same);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(marks_meet_every_byte),
	        cmocka_unit_test(marks_behind_the_map),
	        cmocka_unit_test(marks_skip_and_go),
	        cmocka_unit_test(searches),
	        cmocka_unit_test(dotted_addresses),
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
