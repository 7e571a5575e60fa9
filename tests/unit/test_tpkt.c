/* TPKT: what stands at the head of a stream, and where the next one begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/decode/tpkt.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}

struct row {
	const char *name;
	struct slice bytes;
	enum tpkt_result result;
	size_t consumed;
	size_t payload;
};

static const struct row rows[] = {
        {"nothing", BYTES(""), TPKT_INCOMPLETE, 0, 0},
        {"one_byte", BYTES("\x03"), TPKT_INCOMPLETE, 0, 0},
        {"header_alone", BYTES("\x03\0\0\x06"), TPKT_INCOMPLETE, 0, 0},
        {"keep_alive", BYTES("\x03\0\0\x04"), TPKT_EMPTY, 4, 0},
        {"whole", BYTES("\x03\0\0\x06\x08\x02"), TPKT_COMPLETE, 6, 2},
        {"two", BYTES("\x03\0\0\x05\x08\x03\0\0\x05\x08"), TPKT_COMPLETE, 5, 1},
        {"reserved_octet_is_not_looked_at", BYTES("\x03\xff\0\x05\x08"), TPKT_COMPLETE, 5,
                1},
        {"length_0", BYTES("\x03\0\0\0\x08"), TPKT_NO_LENGTH, 0, 0},
        {"length_3", BYTES("\x03\0\0\x03\x08"), TPKT_NO_LENGTH, 0, 0},
        {"wrong_version", BYTES("\x02\0\0\x05\x08"), TPKT_NO_VERSION, 0, 0},
        {"wrong_version_in_one_byte", BYTES("G"), TPKT_NO_VERSION, 0, 0},
        {"huge", BYTES("\x03\0\xff\xff\x08"), TPKT_HUGE, 0, 0},
        {"large", BYTES("\x03\0\x80\0\x08"), TPKT_INCOMPLETE, 0, 0},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice payload;
		size_t consumed;
		print_message("%s\n", rows[i].name);
		assert_int_equal(
		        tpkt_read(rows[i].bytes, &payload, &consumed), rows[i].result);
		assert_int_equal(consumed, rows[i].consumed);
		assert_int_equal(payload.len, rows[i].payload);
	}
}

struct find_row {
	const char *name;
	struct slice bytes;
	size_t from;
	size_t q931; /* where a TPKT with Q.931 is */
	size_t chain;
};

static const struct find_row find_rows[] = {
        {"at_once", BYTES("\x03\0\0\x09\x08\x02\0\1\5"), 0, 0, 0},
        {"behind_junk", BYTES("junk\x03\0\0\x09\x08\x02\0\1\5"), 0, 4, 4},
        {"not_the_one_before_from", BYTES("\x03\0\0\x02\x03\0\0\x09\x08\x02\0\1\5"), 1, 4,
                4},
        {"cut_off_head", BYTES("junk\x03\0"), 0, 4, 4},
        {"no_q931_in_it", BYTES("junk\x03\0\0\x06\x21\x80"), 0, 10, 4},
        {"nowhere", BYTES("junk and more"), 0, 13, 13},
        {"nothing", BYTES(""), 0, 0, 0},
        {"chain_that_breaks", BYTES("\x03\0\0\x05x\x07\0"), 0, 7, 7},
};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(find_rows) / sizeof(find_rows[0]); i++) {
		const struct find_row *row = &find_rows[i];
		print_message("%s\n", row->name);
		assert_int_equal(tpkt_find_q931(row->bytes, row->from), row->q931);
		assert_int_equal(tpkt_find_chain(row->bytes, row->from), row->chain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_find),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
