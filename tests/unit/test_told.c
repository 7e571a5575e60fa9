#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/detect/told.h"

enum { BYTES = 1 << 20, DAY_US = 1 << 30 };

static struct told_keys keys_of(struct memory *memory)
{
	struct told_keys keys;

	*memory = (struct memory){.base = calloc(1, BYTES), .bytes = BYTES};
	assert_non_null(memory->base);
	assert_true(told_init(&keys, memory, BYTES / 2));
	return keys;
}

/* Hashes are spread by their low bits, as those of keys are. */
static uint64_t hash_of(uint64_t number)
{
	return (number + 1) * 0x9e3779b97f4a7c15 >> 8;
}

static void most_of_half_as_many_as_there_is_room_for_are_known(void **state)
{
	struct memory memory;
	struct told_keys keys = keys_of(&memory);
	const uint64_t half = BYTES / 2 / sizeof(struct told) / 2;
	uint64_t known = 0;

	(void)state;
	for (uint64_t i = 0; i < half; i++)
		told_take(&keys, hash_of(i))->quiet_until_us = DAY_US + i;
	for (uint64_t i = 0; i < half; i++) {
		const struct told *told = told_find(&keys, hash_of(i));
		known += told && told->quiet_until_us == DAY_US + i;
	}
	assert_true(known > half * 95 / 100);
	assert_null(told_find(&keys, hash_of(half)));
	free(memory.base);
}

static void the_least_quiet_is_forgotten(void **state)
{
	struct memory memory;
	struct told_keys keys = keys_of(&memory);
	const uint64_t step = keys.mask + 4; /* the next hash with the same places */

	(void)state;
	for (uint64_t i = 1; i <= 4; i++)
		told_take(&keys, i * step)->quiet_until_us = 100 - i;
	assert_ptr_equal(told_take(&keys, 2 * step), told_find(&keys, 2 * step));
	told_take(&keys, 9 * step)->quiet_until_us = 100;
	assert_null(told_find(&keys, 4 * step));
	for (uint64_t i = 1; i <= 3; i++)
		assert_non_null(told_find(&keys, i * step));
	free(memory.base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(most_of_half_as_many_as_there_is_room_for_are_known),
	        cmocka_unit_test(the_least_quiet_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
