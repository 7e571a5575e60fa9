/* Regular expressions: what matches, what is refused, what is given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/pattern.h"

struct row {
	const char *pattern;
	const char *subject;
	bool nocase;
	bool matches;
};

static const struct row rows[] = {
        {"friendly-scanner", "friendly-scanner", false, true},
        {"^sip(vicious|cli)", "sipcli/v1.8", false, true},
        {"^sip(vicious|cli)", "a sipcli/v1.8", false, false},
        {"^SIP", "sipcli", false, false},
        {"^SIP", "sipcli", true, true},
        {"", "", false, true},
        {"^$", "", false, true},
        {"a.c",
                "a\xff"
                "c",
                false, true},
        {"(a)(b)(c)", "abc", false, true},
        {"\\d{4,}", "call 00972", false, true},
        {"(?=.*x)(?!.*y)", "abcx", false, true},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct pattern_error error;
		struct pattern *pattern =
		        pattern_compile(slice_text(row->pattern), row->nocase, &error);
		if (!pattern)
			fail_msg("%s: %s", row->pattern, error.text);
		const struct slice subject = slice_text(row->subject);
		if (pattern_match(pattern, subject) != row->matches)
			fail_msg("%s in %s", row->pattern, row->subject);
		assert_int_equal(pattern_limited(pattern), 0);
		pattern_free(&pattern);
		assert_null(pattern);
	}
}

static void test_absent_subject(void **state)
{
	(void)state;
	struct pattern_error error;
	struct pattern *pattern = pattern_compile(SLICE("^$"), false, &error);
	assert_true(pattern_match(pattern, (struct slice){0}));
	pattern_free(&pattern);
}

static void test_refused(void **state)
{
	(void)state;
	struct pattern_error error;
	assert_null(pattern_compile(SLICE("ab(cd"), false, &error));
	assert_int_equal(error.offset, 5);
	assert_non_null(strstr(error.text, "parenthesis"));
	assert_null(pattern_compile(SLICE("a\\Cb"), false, &error));
	assert_null(pattern_compile(SLICE("(*UTF)a"), false, &error));
	char longer[PATTERN_TEXT_MAX + 1];
	memset(longer, 'a', sizeof(longer));
	assert_null(pattern_compile(slice_of(longer, sizeof(longer)), false, &error));
}

/* A pattern that would take longer than the world is old is given up and counted. */
static void test_limit(void **state)
{
	(void)state;
	struct pattern_error error;
	struct pattern *pattern = pattern_compile(SLICE("^(a+)+$"), false, &error);
	assert_non_null(pattern);
	char subject[65];
	memset(subject, 'a', sizeof(subject) - 1);
	subject[sizeof(subject) - 1] = 'b';
	assert_false(pattern_match(pattern, slice_of(subject, sizeof(subject))));
	assert_int_equal(pattern_limited(pattern), 1);
	assert_true(pattern_match(pattern, SLICE("aaa")));
	pattern_free(&pattern);
}

static void test_seam(void **state)
{
	(void)state;
	const struct pattern_ops ops = pattern_ops();
	struct pattern_error error;
	void *pattern = ops.compile(SLICE("x$"), true, &error);
	assert_true(ops.match(pattern, SLICE("aX")));
	assert_int_equal(ops.limited(pattern), 0);
	ops.free(pattern);
	ops.free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_absent_subject),
	        cmocka_unit_test(test_refused),
	        cmocka_unit_test(test_limit),
	        cmocka_unit_test(test_seam),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
