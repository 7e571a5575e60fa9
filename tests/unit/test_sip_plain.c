/* Plain addresses and Vias: what one walk finds is what the whole grammar finds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/decode/sip_inside.h"
#include "tests/fuzz/plain_kit.h"

enum { ROUNDS = 200000, PIECES_MAX = 16 };

struct row {
	const char *text;
	bool plain;
};

static const struct row addresses[] = {
        {"<sip:10.0.0.1>", true},
        {"\"Alice\" <sip:alice@example.com>;tag=1", true},
        {"\"Alice Example\"<sip:alice@example.com:5060;transport=udp>", true},
        {"\"\" <sip:+4930123@example.com;user=phone>;tag=a;x;y=z", true},
        {"<SIP:alice@example.com>;TAG=1", true},
        {"", false},
        {"\"", false},
        {"Alice <sip:alice@example.com>", false},
        {"sip:alice@example.com", false},
        {"\"x\"a<sip:alice@example.com>", false},
        {"\"a\\\"b\" <sip:alice@example.com>", false},
        {"<sip:alice:secret@example.com>", false},
        {"<sip:alice:1234@example.com>", false},
        {"<sip:@example.com>", false},
        {"<sip:alice@>", false},
        {"<sip:alice@example.com:70000>", false},
        {"<sip:alice@example.com:>", false},
        {"<sip:alice@[2001:db8::1]>", false},
        {"<sip:alice@example.com?subject=x>", false},
        {"<sip:al%69ce@example.com>", false},
        {"<tel:+4930123>", false},
        {"<sip:alice@example.com> ;tag=1", false},
        {"<sip:alice@example.com>;tag=1;tag=2", false},
        {"<sip:alice@example.com>;tag=\"1\"", false},
        {"<sip:alice@example.com>,<sip:bob@example.com>", false},
        {"<sip:alice@example.com", false},
};

static const struct row vias[] = {
        {"SIP/2.0/UDP 10.0.0.1", true},
        {"SIP/2.0/TLS example.com:5061;branch=z9hG4bK1;rport", true},
        {"SIP/2.0/UDP 10.0.0.1;rport=99;received=10.0.0.2;branch=z9", true},
        {"SIP/2.0/UDP", false},
        {"SIP/2.0/UDP  10.0.0.1", false},
        {"SIP / 2.0 / UDP 10.0.0.1", false},
        {"SIP/2.0/UDP 10.0.0.1:0", false},
        {"SIP/2.0/UDP [2001:db8::1]:5060", false},
        {"SIP/2.0/UDP 10.0.0.1;branch=\"z\"", false},
        {"SIP/2.0/UDP 10.0.0.1;", false},
        {"SIP/2.0/UDP 10.0.0.1,SIP/2.0/UDP 10.0.0.2", false},
};

static void rows_of_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_int_equal(
		        plain_address(slice_text(addresses[i].text)), addresses[i].plain);
}

static void rows_of_vias(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vias) / sizeof(vias[0]); i++)
		assert_int_equal(plain_via(slice_text(vias[i].text)), vias[i].plain);
}

/* Pieces of addresses and Vias in any order, with a grain of noise. */
static struct slice text_make(char *text, uint32_t *seed)
{
	static const char *const pieces[] = {"\"", "<", ">", "sip:", "sips:", "SIP/2.0/",
	        "UDP", " ", "alice", "@", "10.0.0.1", ":", "5060", ";", "=", "tag",
	        "branch", "rport", "+49", "?", "%41", ",", "[::1]", "\\", "*", "\t"};
	size_t len = 0;
	for (int i = 0; i < PIECES_MAX; i++) {
		*seed = *seed * 1664525 + 1013904223;
		const char *piece =
		        pieces[(*seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
		memcpy(text + len, piece, strlen(piece));
		len += strlen(piece);
		if (*seed >> 8 & 1 && len > 3)
			break;
	}
	return slice_of(text, len);
}

/* One of the rows with one piece put somewhere into it. */
static struct slice row_spoiled(char *text, uint32_t *seed)
{
	char piece[PIECES_MAX * 8];
	*seed = *seed * 1664525 + 1013904223;
	const size_t count = sizeof(addresses) / sizeof(addresses[0]);
	const size_t via_count = sizeof(vias) / sizeof(vias[0]);
	const size_t at = (*seed >> 12) % (count + via_count);
	const struct slice row =
	        slice_text(at < count ? addresses[at].text : vias[at - count].text);
	const size_t cut = (*seed >> 20) % (row.len + 1);
	const struct slice put = slice_first(text_make(piece, seed), 6);
	memcpy(text, row.data, cut);
	memcpy(text + cut, put.data, put.len);
	memcpy(text + cut + put.len, row.data + cut, row.len - cut);
	return slice_of(text, row.len + put.len);
}

static void any_text(void **state)
{
	(void)state;
	char text[PIECES_MAX * 8 + 128];
	uint32_t seed = 1;
	int plain = 0;
	for (int i = 0; i < ROUNDS; i++) {
		struct slice made =
		        i % 2 ? text_make(text, &seed) : row_spoiled(text, &seed);
		/* A copy of its own length, so that nothing behind it may be read. */
		char *copy = malloc(made.len ? made.len : 1);
		memcpy(copy, made.data, made.len);
		struct slice exact = slice_of(copy, made.len);
		plain += plain_uri(exact) + plain_address(exact) + plain_via(exact);
		free(copy);
	}
	assert_true(plain > ROUNDS / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rows_of_addresses),
	        cmocka_unit_test(rows_of_vias),
	        cmocka_unit_test(any_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
