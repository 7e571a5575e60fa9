#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "nfq-filter/view.h"

/* 192.0.2.1:5060 to 192.0.2.2:5070, "hello" */
static const uint8_t UDP4[] = {0x45, 0, 0, 33, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1,
        192, 0, 2, 2, 0x13, 0xc4, 0x13, 0xce, 0, 13, 0, 0, 'h', 'e', 'l', 'l', 'o'};

static void reads_udp_over_ipv4(void **state)
{
	struct view view;
	(void)state;
	assert_true(view_open(&view, UDP4, sizeof(UDP4)));
	assert_int_equal(view.protocol, IPPROTO_UDP);
	assert_int_equal(view.src.port, 5060);
	assert_int_equal(view.dst.port, 5070);
	assert_int_equal(address_to_v4(&view.dst.ip), 0xc0000202);
	assert_true(slice_equal(view.payload, SLICE("hello")));
	assert_int_equal(view.payload_at, 28);
}

static void every_cut_is_refused_or_read(void **state)
{
	(void)state;
	for (size_t len = 0; len <= sizeof(UDP4); len++) {
		struct view view;
		/* A copy of its exact size: a sanitizer sees what is read behind it. */
		uint8_t *copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, UDP4, len);
		assert_int_equal(view_open(&view, copy, (uint32_t)len), len >= 28);
		free(copy);
	}
}

static void reads_behind_ipv6_extensions(void **state)
{
	struct view view;
	uint8_t packet[40 + 8 + 8 + 2] = {0x60};
	(void)state;
	packet[6] = IPPROTO_DSTOPTS;
	packet[23] = 1;
	packet[39] = 2;
	packet[40] = IPPROTO_UDP;
	packet[48] = 0x13;
	packet[49] = 0xc4;
	assert_true(view_open(&view, packet, sizeof(packet)));
	assert_int_equal(view.src.port, 5060);
	assert_int_equal(view.payload.len, 2);
	packet[41] = 255; /* longer than the packet */
	assert_false(view_open(&view, packet, sizeof(packet)));
}

static void knows_keepalives(void **state)
{
	static const struct {
		const char *name;
		struct slice payload;
		bool keepalive;
	} rows[] = {
	        {"empty", {"", 0}, true},
	        {"crlf_crlf", {"\r\n\r\n", 4}, true},
	        {"zeroes", {"\0\0\0\0", 4}, true},
	        {"jak", {"jaK\0", 4}, true},
	        {"sip", {"OPTIONS sip:x SIP/2.0\r\n", 23}, false},
	        {"letter", {"x", 1}, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct view view = {.payload = rows[i].payload};
		if (view_keepalive(&view) != rows[i].keepalive)
			fail_msg("%s", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_udp_over_ipv4),
	        cmocka_unit_test(every_cut_is_refused_or_read),
	        cmocka_unit_test(reads_behind_ipv6_extensions),
	        cmocka_unit_test(knows_keepalives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
