/* HEP3 messages, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/frame/hep.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}
#define V4                                                                               \
	"\x00\x00\x00\x03\x00\x0a\xc0\x00\x02\x01"                                       \
	"\x00\x00\x00\x04\x00\x0a\xc0\x00\x02\x02"
#define PORTS   "\x00\x00\x00\x07\x00\x08\x13\xc4\x00\x00\x00\x08\x00\x08\x13\xc5"
#define PAYLOAD "\x00\x00\x00\x0f\x00\x08hi"

struct row {
	const char *name;
	struct slice bytes;
	bool read;
	uint16_t src_port;
};

static const struct row rows[] = {
        {"v4_ports_payload", BYTES("HEP3\x00\x32" V4 PORTS PAYLOAD), true, 5060},
        {"no_ports", BYTES("HEP3\x00\x22" V4 PAYLOAD), true, 0},
        {"more_behind_it", BYTES("HEP3\x00\x22" V4 PAYLOAD "HEP3"), true, 0},
        {"vendor_chunk_is_skipped",
                BYTES("HEP3\x00\x2a" V4 "\x12\x34\x00\x0f\x00\x08no" PAYLOAD), true, 0},
        {"no_payload", BYTES("HEP3\x00\x1a" V4), false, 0},
        {"no_addresses", BYTES("HEP3\x00\x0e" PAYLOAD), false, 0},
        {"cut_off", BYTES("HEP3\x00\x33" V4 PORTS PAYLOAD), false, 0},
        {"chunk_longer_than_all", BYTES("HEP3\x00\x22" V4 "\x00\x00\x00\x0f\x00\x09hi"),
                false, 0},
        {"chunk_shorter_than_its_head",
                BYTES("HEP3\x00\x22" V4 "\x00\x00\x00\x0f\x00\x05hi"), false, 0},
        {"hep2", BYTES("\x02\x10\x02\x11" V4), false, 0},
        {"empty", BYTES(""), false, 0},
        {"length_below_head", BYTES("HEP3\x00\x05"), false, 0},
};

static void reads_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hep hep;
		const bool read = hep_read(rows[i].bytes, &hep);
		if (read != rows[i].read || (read && hep.src.port != rows[i].src_port))
			fail_msg("%s", rows[i].name);
	}
}

static void writes_what_it_reads(void **state)
{
	const uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8};
	const struct hep hep = {
	        .src = {.ip = address_v6(six), .port = 5060},
	        .dst = {.ip = address_v6(six), .port = 5061},
	        .time_us = 1700000000123456,
	        .protocol = 6,
	        .payload_type = HEP_PAYLOAD_SIP,
	        .agent = 7,
	        .payload = SLICE("OPTIONS sip:a SIP/2.0\r\n\r\n"),
	};
	char bytes[512];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct hep again;

	(void)state;
	hep_write(&out, &hep);
	assert_false(out.truncated);
	assert_int_equal(hep_length((const uint8_t *)bytes), out.len);
	assert_true(hep_read(writer_text(&out), &again));
	assert_true(endpoint_equal(&hep.src, &again.src));
	assert_true(endpoint_equal(&hep.dst, &again.dst));
	assert_int_equal(hep.time_us, again.time_us);
	assert_int_equal(hep.protocol, again.protocol);
	assert_true(slice_equal(hep.payload, again.payload));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_rows),
	        cmocka_unit_test(writes_what_it_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
