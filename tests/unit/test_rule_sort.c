#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/detect/rule_sort.h"
#include "tests/unit/rule_kit.h"

enum { VALUES = 1000, PROBES = 4000 };

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Every probe is answered as looking at each value answers it. */
static void texts_are_found(void **state)
{
	static char bytes[VALUES][8];
	static struct rule_value plain[VALUES];
	static struct rule_value values[VALUES];
	static const uint8_t ops[] = {OP_EQ, OP_STARTS};

	(void)state;
	for (unsigned turn = 0; turn < 2; turn++) {
		struct rule_test test = {.op = ops[turn],
		        .type = VALUE_TEXT,
		        .count = VALUES,
		        .values = values};
		uint32_t seed = 7;
		unsigned hits = 0;
		for (unsigned i = 0; i < VALUES; i++) {
			(void)snprintf(
			        bytes[i], sizeof(bytes[i]), "%u", next(&seed) % 100000);
			plain[i].text = slice_text(bytes[i]);
			values[i] = plain[i];
		}
		rule_sort(&test, values);
		assert_true(test.sorted);
		for (unsigned i = 0; i < PROBES; i++) {
			char probe[16];
			(void)snprintf(probe, sizeof(probe), "%u", next(&seed) % 1000000);
			const struct slice text = slice_text(probe);
			bool want = false;
			for (unsigned v = 0; v < VALUES; v++)
				want = want || (turn ? slice_starts(text, plain[v].text)
				                     : slice_equal(text, plain[v].text));
			assert_int_equal(rule_sorted_text(&test, text), want);
			hits += want;
		}
		assert_true(hits > 0 && hits < PROBES);
	}
}

static void networks_are_found(void **state)
{
	static struct rule_value plain[VALUES];
	static struct rule_value values[VALUES];
	struct rule_test test = {
	        .op = OP_EQ, .type = VALUE_ADDRESS, .count = VALUES, .values = values};
	uint32_t seed = 9;
	unsigned hits = 0;

	(void)state;
	for (unsigned i = 0; i < VALUES; i++) {
		plain[i].network = (struct network){address_v4(next(&seed) << 8),
		        (uint8_t)(96 + 12 + next(&seed) % 21)};
		values[i] = plain[i];
	}
	rule_sort(&test, values);
	assert_true(test.sorted && test.count <= VALUES);
	for (unsigned i = 0; i < PROBES; i++) {
		const struct address ip =
		        address_v4(next(&seed) << 8 | next(&seed) % 256);
		bool want = false;
		for (unsigned v = 0; v < VALUES; v++)
			want = want || network_contains(&plain[v].network, &ip);
		assert_int_equal(rule_sorted_address(&test, &ip), want);
		hits += want;
	}
	assert_true(hits > 0 && hits < PROBES);
}

static void numbers_are_found(void **state)
{
	static struct rule_value values[VALUES];
	struct rule_test test = {
	        .op = OP_EQ, .type = VALUE_NUMBER, .count = VALUES, .values = values};

	(void)state;
	for (unsigned i = 0; i < VALUES; i++)
		values[i].number = (double)((i * 7919) % VALUES) * 3;
	rule_sort(&test, values);
	for (unsigned i = 0; i < 3 * VALUES; i++)
		assert_int_equal(rule_sorted_number(&test, i), i % 3 == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(texts_are_found),
	        cmocka_unit_test(networks_are_found),
	        cmocka_unit_test(numbers_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
