/* Slots of a cluster, as redis-server computes them (CLUSTER KEYSLOT). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/redis.h"

struct row {
	const char *key;
	uint16_t slot;
};

static const struct row rows[] = {
        {"123456789", 0x31c3}, /* the check value of CRC16/XMODEM */
        {"foo", 12182},
        {"{foo}bar", 12182},
        {"x{foo}", 12182},
        {"foo{}{bar}", 8363},
        {"foo{{bar}}zap", 4015},
        {"", 0},
};

static void slots(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct slice key = slice_text(rows[i].key);
		if (redis_slot(key) != rows[i].slot)
			fail_msg("%s: %u", rows[i].key, redis_slot(key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(slots)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
