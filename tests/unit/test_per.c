/* Aligned PER of H.323: what decoders of it get wrong, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/decode/per.h"
#include "engine/limits.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}
#define ROOT_UU   PER_TYPE_H323_UserInformation
#define NODES_MAX 512

struct row {
	const char *name;
	enum per_type_id root;
	struct slice bytes;
	bool fine;
	uint32_t anomalies;
	uint32_t count; /* nodes */
	uint32_t index; /* of the node that is looked at */
	enum per_kind kind;
	int64_t value; /* of a number; of others the len */
	uint8_t flags;
};

static const struct row rows[] = {
        {"empty_string_takes_no_padding", PER_TYPE_DialingInformation,
                BYTES("\x20\x00\x01\x02\x32\x00\x40\x00\x08"), true, 0, 12, 8,
                PER_KIND_STRING, 0, 0},
        {"null_in_an_open_type_is_an_octet", ROOT_UU, BYTES("\x08\x10\x01\x00"), true, 0,
                4, 3, PER_KIND_NULL, 0, 0},
        {"null_in_an_empty_open_type", ROOT_UU, BYTES("\x08\x10\x00"), true, 0, 4, 3,
                PER_KIND_NULL, 0, 0},
        {"null_with_octets_behind", ROOT_UU, BYTES("\x08\x10\x02\x00\x55"), true,
                PER_TRAILING, 4, 3, PER_KIND_NULL, 0, 0},
        {"invoke_id_beyond_its_range", PER_TYPE_Invoke,
                BYTES("\x20\x03\x01\x00\x00\x00\x01\x05"), true, 0, 4, 1, PER_KIND_INT,
                65536, 0},
        {"number_of_forty_bits", PER_TYPE_Element,
                BYTES("\x10\x06\x01\x00\x00\x00\x00\x01"), true, 0, 2, 1, PER_KIND_INT,
                0x10000000001, 0},
        {"number_below_zero", PER_TYPE_Element, BYTES("\x10\x01\xff"), true, 0, 2, 1,
                PER_KIND_INT, -1, 0},
        {"number_of_72_bits", PER_TYPE_Element,
                BYTES("\x10\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09"), true, 0, 2, 1,
                PER_KIND_INT, 9, PER_NODE_BIG},
        {"error_in_a_tunnelled_message", ROOT_UU,
                BYTES("\x24\x00\x07\x2b\x06\x01\x04\x01\x9c\x0e\x10\x40\x03\x01\x01\xff"),
                true, PER_CONTAINED, 7, 6, PER_KIND_OCTETS, 1, PER_NODE_RAW},
        {"error_in_an_addition", ROOT_UU,
                BYTES("\x24\x00\x07\x2b\x06\x01\x04\x01\x9c\x0e\x10\x40\x01\x05"), true,
                PER_CONTAINED, 6, 5, PER_KIND_OPEN, 1, PER_NODE_RAW},
        {"empty_object_identifier", ROOT_UU, BYTES("\x24\x00\x00\x10\x40\x01\x00"), true,
                PER_OID_EMPTY, 6, 4, PER_KIND_OID, 0, 0},
        {"unknown_addition", PER_TYPE_GatekeeperInfo, BYTES("\x80\x40\x02\xab\xcd"), true,
                PER_UNKNOWN, 2, 1, PER_KIND_OPEN, 2, PER_NODE_UNKNOWN},
        {"seventy_additions", PER_TYPE_GatekeeperInfo,
                BYTES("\xa0\x46\0\0\0\0\0\0\0\0\x04\x01\xaa"), true, PER_UNKNOWN, 2, 1,
                PER_KIND_OPEN, 1, PER_NODE_UNKNOWN},
        {"unknown_alternative", PER_TYPE_CallType, BYTES("\x85\x01\xaa"), true,
                PER_UNKNOWN, 2, 1, PER_KIND_OPEN, 1, PER_NODE_UNKNOWN},
        {"alternative_beyond_the_root", PER_TYPE_Element, BYTES("\x70"), false,
                PER_BROKEN, 1, 0, PER_KIND_CHOICE, 7, 0},
        {"unknown_item_of_enumeration", PER_TYPE_ScreeningIndicator, BYTES("\x82"), true,
                PER_UNKNOWN, 1, 0, PER_KIND_ENUM, 6, 0},
        {"nothing_at_all", ROOT_UU, BYTES(""), false, PER_BROKEN, 1, 0, PER_KIND_SEQUENCE,
                0, 0},
        {"octets_beyond_the_end", PER_TYPE_H235NonStandardParameter,
                BYTES("\x01\x2a\x7f\x01"), false, PER_BROKEN, 3, 2, PER_KIND_OCTETS, 0,
                PER_NODE_RAW},
        {"fragment_of_nothing", PER_TYPE_H235NonStandardParameter,
                BYTES("\x01\x2a\xc0\x01"), false, PER_BROKEN, 3, 2, PER_KIND_OCTETS, 0,
                PER_NODE_RAW},
};

static struct per_node nodes[NODES_MAX];
static uint8_t text[40000];

static struct per_tape tape_of(uint32_t size, uint32_t text_size)
{
	return (struct per_tape){
	        .nodes = nodes, .size = size, .text = text, .text_size = text_size};
}

static void well_formed(const struct per_tape *tape)
{
	for (uint32_t i = 0; i < tape->count; i++)
		assert_in_range(tape->nodes[i].next, i + 1, tape->count);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct per_tape tape = tape_of(NODES_MAX, sizeof(text));
		print_message("%s\n", row->name);
		assert_int_equal(per_decode(row->root, row->bytes, &tape), row->fine);
		assert_int_equal(tape.anomalies, row->anomalies);
		assert_int_equal(tape.count, row->count);
		well_formed(&tape);
		const struct per_node *node = &nodes[row->index];
		assert_int_equal(node->kind, row->kind);
		assert_int_equal(node->flags, row->flags);
		bool number = row->kind == PER_KIND_INT || row->kind == PER_KIND_ENUM;
		if (number && !(node->flags & PER_NODE_BIG))
			assert_int_equal(node->value, row->value);
		else
			assert_int_equal(node->len, row->value);
	}
}

/* 16384 octets in a fragment, one behind it (X.691 11.9.3.8). */
static void test_fragments(void **state)
{
	static uint8_t bytes[16384 + 5] = {0x01, 0x2a, 0xc1};
	struct per_tape tape = tape_of(NODES_MAX, sizeof(text));
	(void)state;

	memset(bytes + 3, 0x11, 16384);
	bytes[3 + 16384] = 1;
	bytes[4 + 16384] = 0x22;
	const struct slice message = slice_of(bytes, sizeof(bytes));
	assert_true(per_decode(PER_TYPE_H235NonStandardParameter, message, &tape));
	assert_int_equal(nodes[2].len, 16385);
	assert_int_equal(nodes[2].data[16383], 0x11);
	assert_int_equal(nodes[2].data[16384], 0x22);
	assert_int_equal(tape.consumed, sizeof(bytes));

	tape = tape_of(NODES_MAX, 1000);
	assert_false(per_decode(PER_TYPE_H235NonStandardParameter, message, &tape));
	assert_int_equal(tape.anomalies, PER_EXHAUSTED);
	well_formed(&tape);
}

/* A parameter in a parameter in a parameter: each takes three octets. */
static void test_depth(void **state)
{
	static uint8_t bytes[2 + 3 * 1000] = {0x70, 0x01};
	struct per_tape tape = tape_of(NODES_MAX, sizeof(text));
	(void)state;

	for (size_t i = 2; i < sizeof(bytes); i += 3)
		memcpy(bytes + i, "\x00\x07\x01", 3);
	assert_false(per_decode(
	        PER_TYPE_ParameterValue, slice_of(bytes, sizeof(bytes)), &tape));
	assert_int_equal(tape.anomalies, PER_EXHAUSTED);
	well_formed(&tape);
}

/* The budget of nodes is spent inside a nested message: that is not contained. */
static void test_nodes(void **state)
{
	static const struct slice message =
	        BYTES("\x24\x00\x07\x2b\x06\x01\x04\x01\x9c\x0e\x10\x40\x03\x01\x01\xff");
	(void)state;
	for (uint32_t size = 0; size < 7; size++) {
		struct per_tape tape = tape_of(size, sizeof(text));
		assert_false(per_decode(ROOT_UU, message, &tape));
		assert_int_equal(tape.anomalies, PER_EXHAUSTED);
		assert_int_equal(tape.count, size);
		well_formed(&tape);
	}
}

static void test_child(void **state)
{
	static const struct slice message = BYTES("\x24\x00\x01\x2a\x10\x40\x01\x00");
	struct per_tape tape = tape_of(NODES_MAX, sizeof(text));
	(void)state;

	assert_true(per_decode(ROOT_UU, message, &tape));
	uint32_t pdu = per_child(&tape, 0, PER_h323_uu_pdu);
	assert_int_equal(pdu, 1);
	assert_string_equal(per_name_text(nodes[pdu].name), "h323-uu-pdu");
	uint32_t control = per_child(&tape, pdu, PER_h245Control);
	assert_int_equal(nodes[control].kind, PER_KIND_OF);
	assert_int_equal(per_child(&tape, pdu, PER_callLinkage), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_fragments),
	        cmocka_unit_test(test_depth),
	        cmocka_unit_test(test_nodes),
	        cmocka_unit_test(test_child),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
