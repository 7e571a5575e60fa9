#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/digest.h"
#include "engine/detect/password.h"

/* RFC 1321 A.5 and FIPS 180-4's examples. */
static void known_digests(void **state)
{
	(void)state;
	static const struct row {
		enum digest_kind kind;
		const char *text;
		const char *hex;
	} rows[] = {
	        {DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
	        {DIGEST_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
	        {DIGEST_MD5,
	                "1234567890123456789012345678901234567890123456789012345678901234"
	                "5678901234567890",
	                "57edf4a22be3c955ac49da2e2107b67a"},
	        {DIGEST_SHA256, "abc",
	                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"
	                "d"},
	        {DIGEST_SHA256,
	                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c"
	                "1"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct digest digest;
		char text[DIGEST_TEXT_MAX];
		digest_begin(&digest, rows[i].kind);
		digest_add(&digest, slice_text(rows[i].text));
		const struct slice hex = digest_end(&digest, text);
		assert_int_equal(hex.len, strlen(rows[i].hex));
		assert_memory_equal(hex.data, rows[i].hex, hex.len);
	}
}

/* The example of RFC 2617 3.5, and the same with another password. */
static void a_password_fits(void **state)
{
	(void)state;
	const struct sip_message sip = {
	        .method_text = SLICE("GET"),
	        .auth = {.scheme = AUTH_DIGEST,
	                .username = SLICE("Mufasa"),
	                .realm = SLICE("testrealm@host.com"),
	                .nonce = SLICE("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
	                .uri = SLICE("/dir/index.html"),
	                .qop = SLICE("auth"),
	                .nc = SLICE("00000001"),
	                .cnonce = SLICE("0a4f113b"),
	                .response = SLICE("6629fae49393a05397450978507c4ef1")},
	};
	assert_true(password_fits(&sip, SLICE("Circle Of Life")));
	assert_false(password_fits(&sip, SLICE("Circle of Life")));
	struct sip_message unknown = sip;
	unknown.auth.algorithm = SLICE("SHA-512-256");
	assert_false(password_fits(&unknown, SLICE("Circle Of Life")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(known_digests),
	        cmocka_unit_test(a_password_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
