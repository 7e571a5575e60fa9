#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/detect/keyed.h"
#include "tests/unit/rule_kit.h"

#define RULE                                                                             \
	"- id: a\n  title: t\n  category: c\n  severity: high\n  on: sip.transaction\n"  \
	"  key: [ cseq ]\n  trigger: { leaky: { capacity: 5, leak: 60s } }\n"

enum { KEYS = 256, FLOOD_PER_S = 2000, EVERY_S = 20 };

static struct key_state *touch(struct keyed *keyed, uint64_t number, uint64_t now_us)
{
	const struct hash_key hash_key = {1, 2};
	struct key_value key = {.len = sizeof(number)};

	memcpy(key.bytes, &number, sizeof(number));
	struct key_state *state =
	        keyed_get(keyed, &key, hash_bytes(&hash_key, key.bytes, key.len), now_us);
	state->matched++;
	return state;
}

/* A key that comes again and again outlives many more that come once, after it was lost
 * once for having come once itself. */
static void slow_keys_outlive_a_flood(void **state)
{
	struct kit kit;
	struct keyed keyed = {0};
	uint64_t matched = 0;

	(void)state;
	kit_open(&kit, RULE);
	assert_true(kit.fine);
	assert_true(keyed_init(&keyed, &kit.memory, rule_at(&kit.set, 0), KEYS));
	for (uint64_t i = 0; i < 100 * FLOOD_PER_S; i++) {
		const uint64_t now_us = i * 1000000 / FLOOD_PER_S;
		(void)touch(&keyed, 1000000 + i, now_us);
		/* Twice within what is known of forgotten keys, then slowly. */
		if (i == 1000 || i == 2000 ||
		        (i > 2000 && i % (EVERY_S * FLOOD_PER_S) == 0)) {
			matched = touch(&keyed, 7, now_us)->matched;
		}
	}
	assert_true(keyed.evicted > 100000);
	if (matched < 5)
		fail_msg("matched %u times", (unsigned)matched);
	kit_close(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(slow_keys_outlive_a_flood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
