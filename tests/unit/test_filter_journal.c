#define _GNU_SOURCE /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nfq-filter/ban_journal.h"

/* What the journal says, the time at which it is read, and what holds then. */
static const struct {
	const char *name;
	const char *text;
	uint64_t now_us;
	size_t count;
	const char *words; /* of the first one left */
} ROWS[] = {
        {"empty", "", 5, 0, NULL},
        {"one", "+\t10\t192.0.2.1/32\tscan filter\n", 5, 1, "scan filter"},
        {"over", "+\t10\t192.0.2.1/32\tscan filter\n", 10, 0, NULL},
        {"for_ever", "+\t0\t192.0.2.1/32\tscan filter\n", 10, 1, "scan filter"},
        {"taken_back", "+\t10\t192.0.2.1/32\ta b\n-\t0\t192.0.2.1/32\t\n", 5, 0, NULL},
        {"last_word_wins", "+\t10\t192.0.2.1/32\told b\n+\t20\t192.0.2.1/32\tnew b\n", 15,
                1, "new b"},
        {"networks_apart", "+\t9\t10.0.0.0/8\ta b\n+\t9\t10.0.0.0/16\tc d\n", 5, 2,
                "a b"},
        {"cut_off_by_a_crash", "+\t9\t10.0.0.0/8\ta b\n+\t9\t10.0", 5, 1, "a b"},
        {"nonsense", "nonsense\n\n+\tx\ty\tz\n+\t9\t2001:db8::/32\ta b\n", 5, 1, "a b"},
};

static void rows(void **state)
{
	char directory[] = "/tmp/rf-journal-XXXXXX", path[64];
	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/bans", directory);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct ban_list list;
		FILE *to = fopen(path, "w");
		assert_non_null(to);
		fputs(ROWS[i].text, to);
		fclose(to);
		assert_true(ban_journal_read(path, ROWS[i].now_us, &list));
		if (list.count != ROWS[i].count ||
		        (list.count && strcmp(list.items[0].words, ROWS[i].words) != 0))
			fail_msg("%s: %zu", ROWS[i].name, list.count);
		/* What it writes it reads again. */
		assert_true(ban_journal_write(path, &list));
		ban_list_free(&list);
		assert_true(ban_journal_read(path, ROWS[i].now_us, &list));
		assert_int_equal(list.count, ROWS[i].count);
		ban_list_free(&list);
	}
	(void)unlink(path);
	(void)rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
