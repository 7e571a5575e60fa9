/* STUN messages, row by row; the addresses are those of RFC 5769. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/decode/stun.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}
#define COOKIE "\x21\x12\xa4\x42"
#define ID     "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"

struct row {
	const char *name;
	struct slice bytes;
	bool parsed;
	uint16_t method;
	uint8_t message_class;
	bool classic;
	uint16_t port;
	uint32_t v4;
	uint16_t error;
	int anomaly; /* -1 = none */
};

static const struct row rows[] = {
        {"binding_request", BYTES("\x00\x01\x00\x00" COOKIE ID), true, 1, 0, false, 0, 0,
                0, -1},
        {"xor_mapped_v4",
                BYTES("\x01\x01\x00\x0c" COOKIE ID "\x00\x20\x00\x08\x00\x01\xa1\x47"
                      "\xe1\x12\xa6\x43"),
                true, 1, 2, false, 32853, 0xc0000201, 0, -1},
        {"mapped_v4_classic",
                BYTES("\x01\x01\x00\x0c" ID "1234"
                      "\x00\x01\x00\x08\x00\x01\x80\x55"
                      "\xc0\x00\x02\x01"),
                true, 1, 2, true, 32853, 0xc0000201, 0, -1},
        {"classic_wrong_length",
                BYTES("\x01\x01\x00\x08" ID "1234"
                      "\x00\x01\x00\x08\x00\x01\x80\x55"
                      "\xc0\x00\x02\x01"),
                false, 0, 0, false, 0, 0, 0, -1},
        {"error_401",
                BYTES("\x01\x11\x00\x08" COOKIE ID "\x00\x09\x00\x04\x00\x00\x04\x01"),
                true, 1, 3, false, 0, 0, 401, -1},
        {"turn_allocate",
                BYTES("\x00\x03\x00\x08" COOKIE ID "\x00\x19\x00\x04\x11\x00\x00\x00"),
                true, 3, 0, false, 0, 0, 0, -1},
        {"send_indication", BYTES("\x00\x16\x00\x00" COOKIE ID), true, 6, 1, false, 0, 0,
                0, -1},
        {"attribute_beyond_end",
                BYTES("\x00\x01\x00\x08" COOKIE ID "\x00\x06\x00\x40"
                      "user"),
                true, 1, 0, false, 0, 0, 0, ANOMALY_STUN_LENGTH_BAD},
        {"message_beyond_end", BYTES("\x00\x01\x00\x40" COOKIE ID), true, 1, 0, false, 0,
                0, 0, ANOMALY_STUN_LENGTH_BAD},
        {"family_unknown",
                BYTES("\x01\x01\x00\x0c" COOKIE ID "\x00\x20\x00\x08\x00\x07\xa1\x47"
                      "\xe1\x12\xa6\x43"),
                true, 1, 2, false, 0, 0, 0, ANOMALY_STUN_BAD},
        {"rtp", BYTES("\x80\x01\x00\x00" COOKIE ID), false, 0, 0, false, 0, 0, 0, -1},
        {"short", BYTES("\x00\x01\x00\x00" COOKIE), false, 0, 0, false, 0, 0, 0, -1},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct stun_message message = {0};
		struct anomalies anomalies = {0};
		print_message("%s\n", row->name);
		assert_int_equal(
		        stun_parse(row->bytes, &message, &anomalies), row->parsed);
		assert_int_equal(anomalies_any(&anomalies), row->anomaly >= 0);
		if (row->anomaly >= 0)
			assert_true(anomaly_has(&anomalies, (enum anomaly)row->anomaly));
		assert_int_equal(message.method, row->method);
		assert_int_equal(message.message_class, row->message_class);
		assert_int_equal(message.classic, row->classic);
		assert_int_equal(message.mapped.port, row->port);
		if (row->v4)
			assert_int_equal(address_to_v4(&message.mapped.ip), row->v4);
		assert_int_equal(message.error, row->error);
	}
}

static void test_ice_check(void **state)
{
	(void)state;
	static const char bytes[] = "\x00\x01\x00\x24" COOKIE ID "\x00\x06\x00\x09"
	                            "evtj:h6vY"
	                            "\0\0\0"
	                            "\x00\x25\x00\x00"
	                            "\x80\x22\x00\x04"
	                            "test"
	                            "\x80\x28\x00\x04\x01\x02\x03\x04";
	struct stun_message message = {0};
	struct anomalies anomalies = {0};
	assert_true(stun_parse(slice_of(bytes, sizeof(bytes) - 1), &message, &anomalies));
	assert_false(anomalies_any(&anomalies));
	assert_true(slice_equal(message.username, SLICE("evtj:h6vY")));
	assert_true(slice_equal(message.software, SLICE("test")));
	assert_true(message.use_candidate);
	assert_false(message.integrity);
	assert_int_equal(message.transaction.len, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_ice_check),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
