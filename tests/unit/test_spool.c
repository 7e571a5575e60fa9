/* A queue on disk: order, restarts, torn files, the quota. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/file.h"
#include "platform/spool.h"

enum { QUOTA = 64 << 20, LARGE = 1 << 20 };

struct place {
	char directory[64];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	(void)snprintf(
	        place->directory, sizeof(place->directory), "/tmp/rf-spool-XXXXXX");
	*state = place;
	return mkdtemp(place->directory) ? 0 : -1;
}

static int teardown(void **state)
{
	struct place *place = *state;
	struct file_list list;
	struct file_error error;
	char path[400];
	if (file_list(place->directory, "", &list, &error)) {
		for (size_t i = 0; i < list.count; i++) {
			(void)snprintf(path, sizeof(path), "%s/%s", place->directory,
			        list.names[i]);
			(void)unlink(path);
		}
		file_list_free(&list);
	}
	(void)rmdir(place->directory);
	free(place);
	return 0;
}

static struct spool *opened(void **state, uint64_t quota)
{
	struct place *place = *state;
	struct spool_error error;
	struct spool *spool = spool_open(place->directory, quota, &error);
	assert_non_null(spool);
	return spool;
}

static void append(struct spool *spool, unsigned from, unsigned to)
{
	char text[32];
	for (unsigned i = from; i <= to; i++) {
		const int len = snprintf(text, sizeof(text), "record %u", i);
		assert_true(spool_append(spool, slice_of(text, (size_t)len)));
	}
}

/* Takes all there is; each record must name its own number. */
static uint64_t drain(struct spool *spool, uint64_t first)
{
	struct spool_batch *batch = calloc(1, sizeof(*batch));
	char text[32];
	uint64_t next = first;
	while (spool_read(spool, batch)) {
		assert_int_equal(batch->first, next);
		for (size_t i = 0; i < batch->count; i++, next++) {
			const int len =
			        snprintf(text, sizeof(text), "record %u", (unsigned)next);
			assert_true(slice_equal(
			        batch->records[i], slice_of(text, (size_t)len)));
		}
		spool_done(spool, next);
	}
	free(batch);
	return next;
}

static void hands_out_in_order(void **state)
{
	struct spool *spool = opened(state, QUOTA);
	append(spool, 1, 1000);
	assert_int_equal(drain(spool, 1), 1001);
	append(spool, 1001, 1003);
	assert_int_equal(drain(spool, 1001), 1004);
	spool_close(&spool);
}

static void goes_on_after_a_restart(void **state)
{
	struct spool *spool = opened(state, QUOTA);
	char name[SPOOL_NAME_BYTES];
	append(spool, 1, 10);
	assert_int_equal(drain(spool, 1), 11);
	append(spool, 11, 20);
	(void)snprintf(name, sizeof(name), "%s", spool_name(spool));
	spool_close(&spool);
	spool = opened(state, QUOTA);
	assert_string_equal(spool_name(spool), name);
	append(spool, 21, 22);
	assert_int_equal(drain(spool, 11), 23);
	spool_close(&spool);
}

static void repeats_what_was_not_acknowledged(void **state)
{
	struct spool_batch *batch = calloc(1, sizeof(*batch));
	struct spool *spool = opened(state, QUOTA);
	append(spool, 1, 5);
	assert_true(spool_read(spool, batch));
	spool_done(spool, 3);
	spool_close(&spool);
	spool = opened(state, QUOTA);
	assert_int_equal(drain(spool, 3), 6);
	spool_close(&spool);
	free(batch);
}

static void forgets_a_torn_end(void **state)
{
	struct place *place = *state;
	struct spool *spool = opened(state, QUOTA);
	struct spool_counters counters;
	char path[400];
	append(spool, 1, 3);
	spool_close(&spool);
	(void)snprintf(path, sizeof(path), "%s/%016x.spool", place->directory, 1u);
	const int file = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(file, "\x40\0\0\0half a record", 17), 17);
	(void)close(file);
	spool = opened(state, QUOTA);
	append(spool, 4, 4);
	assert_int_equal(drain(spool, 1), 5);
	spool_counters(spool, &counters);
	assert_int_equal(counters.damaged, 1);
	spool_close(&spool);
}

static void counts_what_the_quota_costs(void **state)
{
	struct spool *spool = opened(state, 1);
	struct spool_batch *batch = calloc(1, sizeof(*batch));
	struct spool_counters counters;
	char *large = calloc(1, LARGE);
	uint64_t got = 0;
	for (unsigned i = 0; i < 60; i++)
		assert_true(spool_append(spool, slice_of(large, LARGE)));
	while (spool_read(spool, batch)) {
		got += batch->count;
		spool_done(spool, batch->first + batch->count);
	}
	spool_counters(spool, &counters);
	assert_true(counters.lost > 0 && got > 0);
	assert_int_equal(counters.lost + got, 60);
	assert_int_equal(counters.waiting, 0);
	free(large);
	free(batch);
	spool_close(&spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(hands_out_in_order, setup, teardown),
	        cmocka_unit_test_setup_teardown(goes_on_after_a_restart, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                repeats_what_was_not_acknowledged, setup, teardown),
	        cmocka_unit_test_setup_teardown(forgets_a_torn_end, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                counts_what_the_quota_costs, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
