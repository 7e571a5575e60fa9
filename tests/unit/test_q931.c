/* Q.931 messages, row by row: what of them is read, and what is odd about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/decode/q931.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}
#define HEAD "\x08\x02\x12\x34\x05" /* SETUP, call reference 1234 */
#define UUIE "\x7e\x00\x03\x05\x20\x00"

enum { NONE = -1 };

struct row {
	const char *name;
	struct slice bytes;
	bool parsed;
	uint32_t elements;
	size_t user_user;
	int anomaly; /* the only one, or NONE */
};

static const struct row rows[] = {
        {"setup", BYTES(HEAD UUIE), true, 1, 2, NONE},
        {"nothing", BYTES(""), false, 0, 0, ANOMALY_Q931_HEADER},
        {"no_type", BYTES("\x08\x02\x12\x34"), false, 0, 0, ANOMALY_Q931_HEADER},
        {"other_discriminator", BYTES("\x09\x02\x12\x34\x05" UUIE), true, 1, 2,
                ANOMALY_Q931_HEADER},
        {"reference_of_no_octets", BYTES("\x08\x00\x05" UUIE), true, 1, 2,
                ANOMALY_Q931_REFERENCE},
        {"reference_of_three", BYTES("\x08\x03\x01\x02\x03\x05" UUIE), true, 1, 2,
                ANOMALY_Q931_REFERENCE},
        {"unknown_type", BYTES("\x08\x02\x12\x34\x33" UUIE), true, 1, 2,
                ANOMALY_Q931_TYPE},
        {"no_user_user", BYTES(HEAD "\x28\x01x"), true, 1, 0, ANOMALY_Q931_UUIE_MISSING},
        {"user_user_empty", BYTES(HEAD "\x7e\x00\x00"), true, 1, 0,
                ANOMALY_Q931_UUIE_SHORT},
        {"user_user_of_one_octet", BYTES(HEAD "\x7e\x00\x01\x05"), true, 1, 0,
                ANOMALY_Q931_UUIE_SHORT},
        {"user_user_twice", BYTES(HEAD UUIE UUIE), true, 2, 2,
                ANOMALY_Q931_UUIE_DUPLICATE},
        {"user_user_behind_an_empty_one", BYTES(HEAD "\x7e\x00\x00" UUIE), true, 2, 2,
                ANOMALY_Q931_UUIE_SHORT},
        {"user_user_of_another_protocol", BYTES(HEAD "\x7e\x00\x03\x04\x20\x00"), true, 1,
                2, ANOMALY_Q931_UUIE_PROTOCOL},
        {"user_user_beyond_the_end", BYTES(HEAD "\x7e\x00\x09\x05\x20\x00"), true, 1, 2,
                ANOMALY_Q931_OVERRUN},
        {"element_beyond_the_end", BYTES(HEAD UUIE "\x28\x05x"), true, 2, 2,
                ANOMALY_Q931_OVERRUN},
        {"element_without_length", BYTES(HEAD UUIE "\x28"), true, 2, 2,
                ANOMALY_Q931_OVERRUN},
        {"element_of_one_octet", BYTES(HEAD "\xa1" UUIE), true, 2, 2, NONE},
        {"shift_for_one_element", BYTES(HEAD "\x9e\x7e\x01x" UUIE), true, 2, 2,
                ANOMALY_Q931_CODESET},
        {"locking_shift", BYTES(HEAD UUIE "\x96\x7e\x01x"), true, 2, 2,
                ANOMALY_Q931_CODESET},
        {"calling_twice",
                BYTES(HEAD "\x6c\x02\x81"
                           "1\x6c\x02\x81"
                           "2" UUIE),
                true, 3, 2, ANOMALY_Q931_DUPLICATE},
        {"cause_without_value", BYTES(HEAD "\x08\x01\x80" UUIE), true, 2, 2,
                ANOMALY_Q931_ELEMENT},
        {"called_of_no_octets", BYTES(HEAD "\x70\x00" UUIE), true, 2, 2,
                ANOMALY_Q931_ELEMENT},
        {"progress_twice", BYTES(HEAD "\x1e\x02\x81\x88\x1e\x02\x81\x81" UUIE), true, 3,
                2, NONE},
};

static void anomalies_check(const struct anomalies *anomalies, int only)
{
	for (int i = 0; i < ANOMALY_COUNT; i++)
		if (anomaly_has(anomalies, (enum anomaly)i) != (i == only))
			fail_msg("anomaly %s", anomaly_name((enum anomaly)i));
}

static void test_rows(void **state)
{
	static struct q931_message message;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct anomalies anomalies = {{0}};
		print_message("%s\n", rows[i].name);
		assert_int_equal(
		        q931_parse(rows[i].bytes, &message, &anomalies), rows[i].parsed);
		assert_int_equal(message.element_count, rows[i].elements);
		assert_int_equal(message.user_user.len, rows[i].user_user);
		anomalies_check(&anomalies, rows[i].anomaly);
	}
}

static void test_header(void **state)
{
	static struct q931_message message;
	struct anomalies anomalies = {{0}};
	(void)state;

	assert_true(q931_parse(
	        (struct slice)BYTES("\x08\x02\x92\x34\x07" UUIE), &message, &anomalies));
	assert_true(message.from_destination);
	assert_int_equal(message.reference, 0x1234);
	assert_string_equal(q931_type_name(message.type), "CONNECT");
	assert_null(q931_type_name(0xff));
}

static void test_numbers(void **state)
{
	static struct q931_message message;
	struct anomalies anomalies = {{0}};
	(void)state;

	/* 8C: a connected number that has a length although its identifier says no. */
	assert_true(q931_parse((struct slice)BYTES(HEAD "\x6c\x04\x21\xa1"
	                                                "12"
	                                                "\x70\x03\xc9"
	                                                "34"
	                                                "\x8c\x03\x91"
	                                                "56"
	                                                "\x74\x05\x21\x01\x8f"
	                                                "78" UUIE),
	        &message, &anomalies));
	assert_int_equal(message.calling.type, 2);
	assert_int_equal(message.calling.presentation, 1);
	assert_int_equal(message.calling.screening, 1);
	assert_true(slice_equal(message.calling.digits, SLICE("12")));
	assert_int_equal(message.called.type, 4);
	assert_int_equal(message.called.plan, 9);
	assert_false(message.called.screened);
	assert_true(slice_equal(message.called.digits, SLICE("34")));
	assert_int_equal(message.connected.type, 1);
	assert_true(slice_equal(message.connected.digits, SLICE("56")));
	assert_true(message.redirecting.has_reason);
	assert_int_equal(message.redirecting.reason, 15);
	anomalies_check(&anomalies, NONE);
}

static void test_values(void **state)
{
	static struct q931_message message;
	struct anomalies anomalies = {{0}};
	(void)state;

	assert_true(q931_parse(
	        (struct slice)BYTES(HEAD "\x04\x03\x88\x90\xa5\x08\x03\x00\x80\x91"
	                                 "\x28\x05\xb1"
	                                 "Bob\0\x2c\x02"
	                                 "42\x27\x01\xf9" UUIE),
	        &message, &anomalies));
	assert_int_equal(message.transfer_capability, 8);
	assert_true(message.has_cause);
	assert_int_equal(message.cause, 17);
	assert_true(slice_equal(message.display, SLICE("Bob")));
	assert_true(slice_equal(message.keypad, SLICE("42")));
	assert_int_equal(message.notification, 0x79);
	anomalies_check(&anomalies, NONE);
}

static void test_many(void **state)
{
	static struct q931_message message;
	static char bytes[5 + 3 * 500] = HEAD;
	struct anomalies anomalies = {{0}};
	(void)state;

	for (size_t i = 5; i < sizeof(bytes); i += 3)
		memcpy(bytes + i, "\x1c\x01x", 3);
	assert_true(q931_parse(slice_of(bytes, sizeof(bytes)), &message, &anomalies));
	assert_int_equal(message.element_count, LIMIT_Q931_ELEMENTS);
	assert_true(anomaly_has(&anomalies, ANOMALY_Q931_MANY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_header),
	        cmocka_unit_test(test_numbers),
	        cmocka_unit_test(test_values),
	        cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
