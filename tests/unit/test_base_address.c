#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/base/address.h"

struct parse_row {
	const char *text;
	const char *written; /* NULL = refused */
	enum address_scope scope;
};

static void parses_and_writes(void **state)
{
	static const struct parse_row rows[] = {
	        {"192.0.2.1", "192.0.2.1", ADDRESS_RESERVED},
	        {"010.001.002.003", "10.1.2.3", ADDRESS_PRIVATE},
	        {"0.0.0.0", "0.0.0.0", ADDRESS_NONE},
	        {"255.255.255.255", "255.255.255.255", ADDRESS_BROADCAST},
	        {"100.64.1.1", "100.64.1.1", ADDRESS_SHARED},
	        {"8.8.8.8", "8.8.8.8", ADDRESS_PUBLIC},
	        {"172.32.0.1", "172.32.0.1", ADDRESS_PUBLIC},
	        {"239.1.1.1", "239.1.1.1", ADDRESS_MULTICAST},
	        {"169.254.1.1", "169.254.1.1", ADDRESS_LINK_LOCAL},
	        {"127.8.8.8", "127.8.8.8", ADDRESS_LOOPBACK},
	        {"1.2.3", NULL, ADDRESS_NONE},
	        {"1.2.3.4.5", NULL, ADDRESS_NONE},
	        {"1.2.3.256", NULL, ADDRESS_NONE},
	        {"1.2.3.", NULL, ADDRESS_NONE},
	        {"", NULL, ADDRESS_NONE},
	        {"::", "::", ADDRESS_NONE},
	        {"::1", "::1", ADDRESS_LOOPBACK},
	        {"[fe80::1]", "fe80::1", ADDRESS_LINK_LOCAL},
	        {"2001:DB8:0:0:0:0:2:1", "2001:db8::2:1", ADDRESS_RESERVED},
	        {"2a00:0:0:1::1", "2a00:0:0:1::1", ADDRESS_PUBLIC},
	        {"2a00:0:0:1:0:0:0:1", "2a00:0:0:1::1", ADDRESS_PUBLIC},
	        {"2a00:0:1:1:1:1:1:1", "2a00:0:1:1:1:1:1:1", ADDRESS_PUBLIC},
	        {"fd00::", "fd00::", ADDRESS_PRIVATE},
	        {"ff02::1", "ff02::1", ADDRESS_MULTICAST},
	        {"::ffff:1.2.3.4", "1.2.3.4", ADDRESS_PUBLIC},
	        {"64:ff9b::1.2.3.4", "64:ff9b::102:304", ADDRESS_PUBLIC},
	        {"1:2:3:4:5:6:7:8:9", NULL, ADDRESS_NONE},
	        {"1:2:3:4:5:6:7", NULL, ADDRESS_NONE},
	        {"1:2:3:4::5:6:7:8", NULL, ADDRESS_NONE},
	        {"1::2::3", NULL, ADDRESS_NONE},
	        {":1::2", NULL, ADDRESS_NONE},
	        {"12345::", NULL, ADDRESS_NONE},
	        {"1.2.3.4::", NULL, ADDRESS_NONE},
	        {"fe80::1%eth0", NULL, ADDRESS_NONE},
	        {"g::", NULL, ADDRESS_NONE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct address address = {{9}};
		char memory[64] = {0};
		struct writer w = writer_of(memory, sizeof(memory) - 1);
		if (!rows[i].written) {
			assert_false(address_parse(slice_text(rows[i].text), &address));
			assert_int_equal(address.bytes[0], 9);
			continue;
		}
		assert_true(address_parse(slice_text(rows[i].text), &address));
		writer_address(&w, &address);
		assert_string_equal(memory, rows[i].written);
		assert_int_equal(address_scope(&address), rows[i].scope);
	}
}

struct network_row {
	const char *network;
	const char *address;
	bool inside;
};

static void networks_contain(void **state)
{
	static const struct network_row rows[] = {
	        {"10.0.0.0/8", "10.255.0.1", true},
	        {"10.0.0.0/8", "11.0.0.1", false},
	        {"10.1.2.128/25", "10.1.2.127", false},
	        {"10.1.2.3", "10.1.2.3", true},
	        {"0.0.0.0/0", "1.2.3.4", true},
	        {"0.0.0.0/0", "2a00::1", false},
	        {"::/0", "1.2.3.4", true},
	        {"2001:db8::/33", "2001:db8:7fff::1", true},
	        {"2001:db8::/33", "2001:db8:8000::1", false},
	};
	struct network network;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct address address;
		assert_true(network_parse(slice_text(rows[i].network), &network));
		assert_true(address_parse(slice_text(rows[i].address), &address));
		assert_int_equal(network_contains(&network, &address), rows[i].inside);
	}
	assert_false(network_parse(SLICE("10.0.0.0/33"), &network));
	assert_false(network_parse(SLICE("10.0.0.0/"), &network));
	assert_false(network_parse(SLICE("::/129"), &network));
}

static void endpoints(void **state)
{
	char memory[64] = {0};
	struct writer w = writer_of(memory, sizeof(memory) - 1);
	struct endpoint a = {address_v4(0x01020304), 5060}, b = {.port = 5061};
	const struct hash_key key = {1, 2};
	(void)state;
	assert_true(address_is_v4(&a.ip));
	assert_int_equal(address_to_v4(&a.ip), 0x01020304);
	assert_true(address_none(&b.ip));
	writer_endpoint(&w, &a);
	writer_byte(&w, ' ');
	writer_endpoint(&w, &b);
	assert_string_equal(memory, "1.2.3.4:5060 [::]:5061");
	assert_true(hash_endpoints(&key, &a, &b) != hash_endpoints(&key, &b, &a));
	assert_true(hash_endpoint(&key, &a) == hash_endpoint(&key, &a));
	assert_true(hash_address(&key, &a.ip) != hash_address(&key, &b.ip));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parses_and_writes),
	        cmocka_unit_test(networks_contain),
	        cmocka_unit_test(endpoints),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
