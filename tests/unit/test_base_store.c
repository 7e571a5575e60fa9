/* Memory, slab, hash, table, list, wheel, pool and texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/base/texts.h"
#include "engine/base/wheel.h"

enum { REGION_BYTES = 1 << 20 };

struct item {
	struct wheel_timer timer;
	struct list_link link;
	uint64_t hash;
};

static int setup(void **state)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	*memory = (struct memory){
	        aligned_alloc(4096, REGION_BYTES), REGION_BYTES, REGION_BYTES};
	memory_clear(memory);
	*state = memory;
	return 0;
}

static int teardown(void **state)
{
	struct memory *memory = *state;
	memory_clear(memory);
	free(memory->base);
	free(memory);
	return 0;
}

/* The vectors of the reference implementation, 1-3 rounds, for keys and data 0, 1, 2 … */
static void siphash(void **state)
{
	const struct hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	uint8_t data[16];
	(void)state;
	for (uint8_t i = 0; i < sizeof(data); i++)
		data[i] = i;
	assert_true(hash_bytes(&key, data, 0) == 0xabac0158050fc4dc);
	assert_true(hash_bytes(&key, data, 1) == 0xc9f49bf37d57ca93);
	assert_true(hash_bytes(&key, data, 2) == 0x82cb9b024dc7d44d);
	assert_true(hash_words(&key, 1, 2) != hash_words(&key, 2, 1));
}

static void memory_ends(void **state)
{
	struct memory *memory = *state;
	assert_non_null(memory_take(memory, 1));
	const uint8_t *second = memory_take(memory, 1);
	assert_int_equal((uintptr_t)second % 64, 0);
	assert_null(memory_take(memory, REGION_BYTES));
	assert_null(memory_take(memory, SIZE_MAX));
	assert_non_null(memory_take(memory, memory_left(memory) - 64));
}

static void slab_reuses(void **state)
{
	struct slab slab = {0};
	assert_false(slab_init(&slab, *state, 8, UINT32_MAX - 1));
	assert_true(slab_init(&slab, *state, 12, 2));
	const uint32_t a = slab_take(&slab), b = slab_take(&slab);
	assert_true(a && b && a != b);
	assert_int_equal(slab_take(&slab), 0);
	assert_true(slab_full(&slab));
	slab_give(&slab, a);
	slab_give(&slab, b);
	assert_int_equal(slab_take(&slab), b);
	assert_int_equal(slab_index(&slab, slab_at(&slab, b)), b);
}

static bool table_holds(const struct table *table, uint64_t hash, uint32_t index)
{
	struct table_cursor cursor;
	for (uint32_t i = table_first(table, hash, &cursor); i;
	        i = table_next(table, &cursor)) {
		if (i == index)
			return true;
	}
	return false;
}

/* Few distinct homes, so that clusters form, wrap around and are shifted back. */
static uint64_t hash_of(uint32_t index)
{
	return (uint64_t)(index * 7 % 13 + (index % 3 ? 0 : 0xffffffe8)) << 32;
}

/* While it doubles, with some gone in between: all others are found, at every size. */
static void table_grows(void **state)
{
	enum { ITEMS = 20000 };
	struct table table = {0};
	assert_true(table_init(&table, *state, ITEMS));
	const uint32_t first = table.mask;
	for (uint32_t i = 1; i <= ITEMS; i++) {
		assert_true(table_insert(&table, hash_of(i), i));
		if (i % 3 == 0)
			table_remove(&table, hash_of(i), i);
		if (i % 997 == 0)
			for (uint32_t j = 1; j <= i; j++)
				assert_int_equal(
				        table_holds(&table, hash_of(j), j), j % 3 != 0);
	}
	assert_true(table.mask > first && table.mask < table.most + 1);
	assert_true(table.count <= (table.mask + 1) / 4 * 3);
}

static void table_finds_what_is_in_it(void **state)
{
	struct table table = {0};
	bool inside[33] = {false};
	uint32_t random = 1;
	assert_true(table_init(&table, *state, 32));
	for (int round = 0; round < 20000; round++) {
		random = random * 1664525 + 1013904223;
		const uint32_t index = (random >> 16) % 32 + 1;
		if (inside[index])
			table_remove(&table, hash_of(index), index);
		else
			assert_true(table_insert(&table, hash_of(index), index));
		inside[index] = !inside[index];
		for (uint32_t i = 1; i <= 32; i++)
			assert_int_equal(table_holds(&table, hash_of(i), i), inside[i]);
	}
	for (uint32_t i = 1; i <= 32; i++) {
		if (!inside[i])
			assert_true(table_insert(&table, hash_of(i), i));
	}
	assert_false(table_insert(&table, 1, 33));
}

static void list_keeps_order(void **state)
{
	struct slab slab = {0};
	struct list list = {0};
	assert_true(slab_init(&slab, *state, sizeof(struct item), 4));
	list_init(&list, &slab, offsetof(struct item, link));
	for (uint32_t i = 1; i <= 4; i++) {
		assert_int_equal(slab_take(&slab), i);
		list_push_back(&list, i);
	}
	list_touch(&list, 2);
	list_touch(&list, 2);
	list_remove(&list, 3);
	list_touch(&list, 1);
	const uint32_t expected[] = {4, 2, 1};
	uint32_t at = list.front;
	for (size_t i = 0; i < 3; i++, at = list_link_of(&list, at)->next)
		assert_int_equal(at, expected[i]);
	assert_int_equal(at, 0);
	assert_int_equal(list.back, 1);
	assert_int_equal(list.count, 3);
}

static void wheel_start(struct wheel *wheel, struct slab *slab, struct memory *memory)
{
	assert_true(slab_init(slab, memory, sizeof(struct item), 1000));
	for (uint32_t i = 1; i <= 1000; i++)
		assert_int_equal(slab_take(slab), i);
	wheel_init(wheel, slab, offsetof(struct item, timer));
	wheel_advance(wheel, 1000000007);
}

/* Against a plain model: no timer early, all in time, order by tick and then insertion.
 */
static void wheel_orders(void **state)
{
	struct wheel wheel = {0};
	struct slab slab = {0};
	uint64_t due[1001] = {0}, armed_at[1001] = {0}, now = 1000000007, sequence = 0;
	uint32_t random = 7, fired = 0;
	wheel_start(&wheel, &slab, *state);
	for (int round = 0; round < 3000; round++) {
		random = random * 1664525 + 1013904223;
		const uint32_t index = (random >> 8) % 1000 + 1;
		const unsigned shift = (random >> 20) % 24;
		due[index] = now + ((uint64_t)random << shift) / 4096;
		armed_at[index] = ++sequence;
		wheel_arm(&wheel, index, due[index]);
		if (round % 7 == 0)
			now += ((uint64_t)random << (random % 11)) / 1024;
		wheel_advance(&wheel, now);
		uint64_t last_tick = 0, last_sequence = 0;
		for (uint32_t i; (i = wheel_expired(&wheel)) != 0; fired++) {
			const uint64_t tick =
			        (due[i] - wheel.start_us + WHEEL_TICK_US - 1) /
			        WHEEL_TICK_US;
			assert_true(due[i] <= now);
			assert_true(tick >= last_tick);
			assert_true(tick > last_tick || armed_at[i] > last_sequence);
			last_tick = tick;
			last_sequence = armed_at[i];
			due[i] = 0;
		}
		for (uint32_t i = 1; i <= 1000; i++)
			assert_true(due[i] == 0 || due[i] + WHEEL_TICK_US > now);
	}
	assert_true(fired > 500);
}

static void wheel_edges(void **state)
{
	struct wheel wheel = {0};
	struct slab slab = {0};
	wheel_start(&wheel, &slab, *state);
	wheel_arm(&wheel, 1, 5);
	assert_int_equal(wheel_expired(&wheel), 1);
	wheel_arm(&wheel, 2, UINT64_MAX);
	wheel_arm(&wheel, 3, 1000000007 + 50000);
	wheel_arm(&wheel, 4, 1000000007 + 50000);
	wheel_disarm(&wheel, 3);
	wheel_advance(&wheel, 1000000007 + 60000);
	wheel_advance(&wheel, 3);
	wheel_arm(&wheel, 5, 3);
	wheel_disarm(&wheel, 5);
	assert_int_equal(wheel_expired(&wheel), 4);
	assert_int_equal(wheel_expired(&wheel), 0);
	wheel_advance(&wheel, UINT64_MAX / 2);
	assert_int_equal(wheel_expired(&wheel), 2);
	assert_int_equal(wheel.armed, 0);
	/* The low 32 bits of the tick wrap around about here. */
	wheel_arm(&wheel, 6, UINT64_MAX / 2 + 3000ull * 86400 * 1000000);
	wheel_advance(&wheel, UINT64_MAX / 2 + 300ull * 86400 * 1000000);
	assert_int_equal(wheel_expired(&wheel), 0);
	wheel_advance(&wheel, UINT64_MAX / 2 + 410ull * 86400 * 1000000);
	assert_int_equal(wheel_expired(&wheel), 6);
}

static void arena_keeps(void **state)
{
	struct pool pool = {0};
	struct arena arena = {0};
	assert_true(pool_init(&pool, *state, 300000));
	const struct slice a = arena_keep(&pool, &arena, SLICE("call"));
	const struct slice empty = arena_keep(&pool, &arena, SLICE(""));
	assert_true(slice_equal(a, SLICE("call")));
	assert_true(slice_present(empty) && empty.len == 0);
	assert_false(slice_present(arena_keep(&pool, &arena, (struct slice){0})));
	uint64_t *word = arena_take(&pool, &arena, 8);
	assert_int_equal((uintptr_t)word % 8, 0);
	assert_true(word && *word == 0);
	static const char big[POOL_BLOCK_MAX] = "x";
	assert_false(slice_present(
	        arena_keep(&pool, &arena, slice_of(big, POOL_BLOCK_MAX - 15))));
	assert_true(slice_present(
	        arena_keep(&pool, &arena, slice_of(big, POOL_BLOCK_MAX - 16))));
	assert_true(slice_present(arena_keep(&pool, &arena, slice_of(big, 100))));
	assert_true(slice_equal(a, SLICE("call")));
	arena_clear(&pool, &arena);
	assert_int_equal(pool.used, 0);
	/* What was given back serves again, larger blocks too when nothing else is left.
	 */
	for (int round = 0; round < 100; round++) {
		while (arena_take(&pool, &arena, 700))
			;
		assert_true(pool.used > 200000);
		arena_clear(&pool, &arena);
		assert_int_equal(pool.used, 0);
	}
}

/* A pool once filled with small blocks serves large ones, between blocks in use too. */
static void pool_unites(void **state)
{
	static struct arena arenas[2000];
	struct pool pool = {0};
	unsigned count = 0;
	assert_true(pool_init(&pool, *state, 300000));
	for (; count < 2000 && arena_take(&pool, &arenas[count], 1 + count * 7 % 700);
	        count++)
		;
	assert_true(count > 300 && count < 2000);
	for (unsigned i = 0; i < count; i++) {
		if (i != count / 2)
			arena_clear(&pool, &arenas[i]);
	}
	struct arena large = {0};
	for (int i = 0; i < 3; i++)
		assert_non_null(arena_take(&pool, &large, 60000));
	void *last = arena_take(&pool, &arenas[0], 20000);
	assert_non_null(last);
	arena_clear(&pool, &large);
	arena_clear(&pool, &arenas[0]);
	arena_clear(&pool, &arenas[count / 2]);
	assert_int_equal(pool.used, 0);
}

static const struct texts_later LATER = {2, 10};

static void texts_are_kept_once(void **state)
{
	struct pool pool = {0};
	assert_true(pool_init(&pool, *state, 300000));
	const struct slice said[] = {
	        SLICE("bob"), {0}, SLICE(""), SLICE("example.com"), SLICE("bob")};
	struct texts *texts = texts_new(&pool, said, 5, &LATER);
	for (unsigned i = 0; i < 5; i++)
		assert_true(slice_equal(texts_get(texts, i), said[i]));
	assert_false(slice_present(texts_get(texts, 1)));
	assert_true(slice_present(texts_get(texts, 2)));
	assert_int_equal(texts->table[0].at, texts->table[4].at);
	assert_int_equal(texts->used, 4 + 5 * 4 + 3 + 11);

	const struct text tag = texts_add(&pool, &texts, SLICE("a tag of 17 bytes"));
	assert_int_equal(texts_add(&pool, &texts, SLICE("bob")).at, texts->table[0].at);
	assert_true(texts_set(&pool, &texts, 1, SLICE("grown to a larger block")));
	assert_true(slice_equal(texts_slice(texts, tag), SLICE("a tag of 17 bytes")));
	assert_true(slice_equal(texts_get(texts, 1), SLICE("grown to a larger block")));
	assert_true(slice_equal(texts_get(texts, 3), said[3]));
	texts_free(&pool, &texts);
	assert_null(texts);
	assert_int_equal(pool.used, 0);
}

static void texts_are_put_over_those_before(void **state)
{
	struct pool pool = {0};
	struct text place = {0};
	assert_true(pool_init(&pool, *state, 300000));
	const struct slice said = SLICE("12");
	struct texts *texts = texts_new(&pool, &said, 1, &LATER);
	assert_true(texts_put(&pool, &texts, &place, SLICE("12")));
	const uint16_t first = place.at;
	assert_int_not_equal(first, texts->table[0].at);
	assert_true(texts_put(&pool, &texts, &place, SLICE("3")));
	assert_int_equal(place.at, first);
	assert_memory_equal(texts_slice(texts, place).data, "32", 2);
	assert_true(texts_put(&pool, &texts, &place, SLICE("456")));
	assert_int_not_equal(place.at, first);
	assert_true(slice_equal(texts_get(texts, 0), said));
	texts_free(&pool, &texts);
}

static void texts_have_an_end(void **state)
{
	static char big[60000];
	struct pool pool = {0};
	assert_true(pool_init(&pool, *state, 300000));
	const struct slice said[] = {slice_of(big, sizeof(big)), slice_of(big, 9999)};
	struct texts *texts = texts_new(&pool, said, 2, &LATER);
	assert_int_equal(texts_get(texts, 0).len, sizeof(big));
	assert_false(slice_present(texts_get(texts, 1)));
	assert_false(texts_set(&pool, &texts, 1, slice_of(big, 9999)));
	assert_true(texts_set(&pool, &texts, 1, slice_of(big, 5000)));
	texts_free(&pool, &texts);
	struct texts *many[8] = {0};
	unsigned count = 0;
	while (count < 8 && (many[count] = texts_new(&pool, said, 1, &LATER)))
		count++;
	assert_in_range(count, 2, 7);
	while (count > 0)
		texts_free(&pool, &many[--count]);
	assert_int_equal(pool.used, 0);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        ROW(siphash),
	        ROW(memory_ends),
	        ROW(slab_reuses),
	        ROW(table_finds_what_is_in_it),
	        ROW(table_grows),
	        ROW(list_keeps_order),
	        ROW(wheel_orders),
	        ROW(wheel_edges),
	        ROW(arena_keeps),
	        ROW(pool_unites),
	        ROW(texts_are_kept_once),
	        ROW(texts_are_put_over_those_before),
	        ROW(texts_have_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
