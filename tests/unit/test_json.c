/* The JSON writer: whatever the wire sends, what comes out is valid and says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/limits.h"
#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/report/seen.h"
#include "engine/report/sha1.h"

struct row {
	const char *name;
	struct slice text;
	const char *expected;
};

static const struct row TEXTS[] = {
        {"plain", {"INVITE", 6}, "{\"t\":\"INVITE\"}"},
        {"empty", {"", 0}, "{\"t\":\"\"}"},
        {"absent", {NULL, 0}, "{}"},
        {"quote_and_backslash", {"a\"b\\c", 5}, "{\"t\":\"a\\\"b\\\\c\"}"},
        {"line_ends", {"a\r\n\tb", 5}, "{\"t\":\"a\\r\\n\\tb\"}"},
        {"nul_and_del", {"\0\x7f", 2}, "{\"t\":\"\\u0000\\u007f\"}"},
        {"two_bytes", {"\xc3\xa4", 2}, "{\"t\":\"\xc3\xa4\"}"},
        {"four_bytes", {"\xf0\x9f\x98\x80", 4}, "{\"t\":\"\xf0\x9f\x98\x80\"}"},
        {"lone_tail", {"\x80", 1}, "{\"t\":\"\xef\xbf\xbd\",\"t_raw_b64\":\"gA==\"}"},
        {"cut_sequence", {"a\xc3", 2},
                "{\"t\":\"a\xef\xbf\xbd\",\"t_raw_b64\":\"YcM=\"}"},
        {"overlong", {"\xc0\xaf", 2},
                "{\"t\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"t_raw_b64\":\"wK8=\"}"},
        {"surrogate", {"\xed\xa0\x80", 3},
                "{\"t\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"t_raw_b64\":"
                "\"7aCA\"}"},
        {"beyond_unicode", {"\xf4\x90\x80\x80", 4},
                "{\"t\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\","
                "\"t_raw_b64\":\"9JCAgA==\"}"},
};

static void texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		char buffer[256] = {0};
		struct writer out = writer_of(buffer, sizeof(buffer) - 1);
		json_object(&out, NULL);
		json_text(&out, "t", TEXTS[i].text);
		json_object_end(&out);
		if (strcmp(buffer, TEXTS[i].expected) != 0)
			print_error("row %s\n", TEXTS[i].name);
		assert_string_equal(buffer, TEXTS[i].expected);
	}
}

static void nests_with_commas_where_they_belong(void **state)
{
	char buffer[256] = {0};
	struct writer out = writer_of(buffer, sizeof(buffer) - 1);
	(void)state;
	json_object(&out, NULL);
	json_array(&out, "a");
	json_u64(&out, NULL, 1);
	json_object(&out, NULL);
	json_object_end(&out);
	json_array_end(&out);
	json_bool(&out, "b", true);
	json_i64(&out, "c", -5);
	json_fixed(&out, "d", 1.25, 2);
	json_hex(&out, "e", 0xab, 4);
	json_object_end(&out);
	assert_string_equal(
	        buffer, "{\"a\":[1,{}],\"b\":true,\"c\":-5,\"d\":1.25,\"e\":\"0x00ab\"}");
}

static void cuts_long_text_between_characters(void **state)
{
	static char wire[LIMIT_REPORT_TEXT + 8];
	static char buffer[2 * LIMIT_REPORT_TEXT];
	struct writer out = writer_of(buffer, sizeof(buffer) - 1);
	(void)state;
	memset(wire, 'x', sizeof(wire));
	/* A two-byte character across the limit. */
	memcpy(wire + LIMIT_REPORT_TEXT - 1, "\xc3\xa4", 2);
	json_object(&out, NULL);
	json_text(&out, "t", slice_of(wire, sizeof(wire)));
	json_object_end(&out);
	assert_non_null(strstr(buffer, "x\",\"t_bytes\":2056}"));
	assert_null(strstr(buffer, "raw_b64"));
}

static void flow_ids_know_no_direction(void **state)
{
	struct flow there = {{address_v4(0x0a000001), 5060},
	        {address_v4(0x0a000002), 5070}, TRANSPORT_UDP};
	struct flow back = {there.dst, there.src, TRANSPORT_UDP};
	(void)state;
	assert_int_equal(flow_id(&there), flow_id(&back));
	back.transport = TRANSPORT_TCP;
	assert_int_not_equal(flow_id(&there), flow_id(&back));
}

/* From the specification's baseline: 128.232.110.120:34855 to 66.35.250.204:80, TCP. */
static void community_id_as_specified(void **state)
{
	struct flow flow = {{address_v4(0x80e86e78), 34855}, {address_v4(0x4223facc), 80},
	        TRANSPORT_TCP};
	char buffer[128] = {0};
	struct writer out = writer_of(buffer, sizeof(buffer) - 1);
	(void)state;
	json_object(&out, NULL);
	json_community_id(&out, "c", &flow);
	json_object_end(&out);
	assert_string_equal(buffer, "{\"c\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\"}");
}

static void sha1_of_abc(void **state)
{
	static const uint8_t expected[SHA1_BYTES] = {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06,
	        0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0,
	        0xd8, 0x9d};
	uint8_t digest[SHA1_BYTES];
	(void)state;
	sha1_short((const uint8_t *)"abc", 3, digest);
	assert_memory_equal(digest, expected, sizeof(expected));
}

static void seen_refuses_when_full(void **state)
{
	static _Alignas(4096) uint8_t region[1 << 16];
	struct memory memory = {region, sizeof(region), 0};
	struct seen seen;
	(void)state;
	assert_true(seen_init(&seen, &memory, 0));
	assert_true(seen_add(&seen, 7));
	assert_false(seen_add(&seen, 7));
	for (uint64_t i = 100; i < 5000; i++)
		(void)seen_add(&seen, i);
	assert_true(seen.refused > 0);
	assert_int_equal(seen.count + seen.refused, 1 + 4900);
	assert_false(seen_add(&seen, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(texts),
	        cmocka_unit_test(nests_with_commas_where_they_belong),
	        cmocka_unit_test(cuts_long_text_between_characters),
	        cmocka_unit_test(flow_ids_know_no_direction),
	        cmocka_unit_test(community_id_as_specified),
	        cmocka_unit_test(sha1_of_abc),
	        cmocka_unit_test(seen_refuses_when_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
