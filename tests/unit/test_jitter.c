/* Simulated jitter buffers: rows of transit times and who would have missed what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/track/jitter.h"

struct row {
	const char *name;
	int32_t every;    /* each packet of that number … */
	int32_t delay_us; /* … is later by this */
	int32_t drift_us; /* per packet */
	uint32_t late_min[JITTER_COUNT];
	uint32_t late_max[JITTER_COUNT];
};

static const struct row rows[] = {
        {"steady", 10, 0, 0, {0, 0, 0}, {0, 0, 0}},
        {"within_60_ms", 10, 50000, 0, {0, 0, 1}, {0, 0, 5}},
        {"between_60_and_200_ms", 10, 150000, 0, {100, 0, 1}, {100, 0, 30}},
        {"beyond_200_ms", 10, 300000, 0, {100, 100, 1}, {100, 100, 30}},
        {"quick_clock", 10, 0, -10, {0, 0, 0}, {0, 0, 0}},
        {"slow_clock", 10, 0, 10, {0, 0, 0}, {0, 0, 0}},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct jitter jitter;
		print_message("%s\n", row->name);
		jitter_init(&jitter);
		jitter_resync(&jitter, 0);
		for (int32_t n = 1; n <= 1000; n++)
			jitter_packet(&jitter,
			        n * row->drift_us + (n % row->every ? 0 : row->delay_us));
		for (int k = 0; k < JITTER_COUNT; k++)
			assert_in_range(jitter.buffers[k].late, row->late_min[k],
			        row->late_max[k]);
	}
}

static void test_path_change(void **state)
{
	(void)state;
	struct jitter jitter;
	jitter_init(&jitter);
	jitter_resync(&jitter, 0);
	for (int n = 0; n < 1000; n++)
		jitter_packet(&jitter, n < 500 ? 0 : 500000);
	for (int k = 0; k < JITTER_COUNT; k++)
		assert_in_range(jitter.buffers[k].late, 1, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_path_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
