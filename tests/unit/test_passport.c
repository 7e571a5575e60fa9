/*
 * PASSporTs by rows: their parts are written in clear here and encoded by the test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/base/base64url.h"
#include "engine/decode/json_reader.h"
#include "engine/decode/passport.h"

#define URL "https://cert.example.net/a.pem"
#define HEAD                                                                             \
	"{\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":\"passport\",\"x5u\":\"" URL "\"" \
	"}"
#define CLAIM                                                                            \
	"\"dest\":{\"tn\":[\"12155551213\",\"12155551214\"]},\"iat\":1443208345,"        \
	"\"orig\":{\"tn\":\"12155551212\"}"
#define BODY                                                                             \
	"{\"attest\":\"A\"," CLAIM ",\"origid\":\"123e4567-e89b-12d3-a456-"              \
	"426655440000\"}"
#define BESIDE ";info=<" URL ">;alg=ES256;ppt=shaken"

static const struct row {
	const char *name;
	const char *header; /* NULL = compact */
	const char *payload;
	const char *beside;
	const char *fault;
	unsigned dests;
	const char *orig;
} rows[] = {
        /* clang-format off */
	{"shaken", HEAD, BODY, BESIDE, "", 2, "12155551212"},
	{"escaped_slashes", "{\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":\"passport\",\"x5u\":\"https:\\/\\/cert.example.net\\/a.pem\"}",
		BODY, BESIDE, "", 2, "12155551212"},
	{"blanks_between", "{ \"alg\" : \"ES256\", \"typ\":\"passport\",\r\n\"x5u\":\"" URL "\" }", "{" CLAIM "}", ";info=<" URL ">", "", 2, "12155551212"},
	{"called_by_uri", "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":\"" URL "\"}",
		"{\"dest\":{\"uri\":[\"sip:b@x\"]},\"iat\":1,\"orig\":{\"uri\":\"sip:a@x\"}}", ";info=<" URL ">", "", 1, "sip:a@x"},
	{"unknown_claims_nested", "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":\"" URL "\"}",
		"{\"rcd\":{\"nam\":\"x\",\"jcd\":[1,{\"a\":[true,null,-1.5e3]}]}," CLAIM "}", ";info=<" URL ">", "", 2, "12155551212"},
	{"compact", NULL, NULL, ";info=<" URL ">", "", 0, ""},
	{"compact_shaken", NULL, NULL, BESIDE, "ppt", 0, ""},
	{"no_algorithm", "{\"alg\":\"none\",\"ppt\":\"shaken\",\"typ\":\"passport\",\"x5u\":\"" URL "\"}", BODY, BESIDE, "alg", 2, "12155551212"},
	{"algorithm_beside", HEAD, BODY, ";info=<" URL ">;alg=HS256;ppt=shaken", "alg", 2, "12155551212"},
	{"other_certificate_beside", HEAD, BODY, ";info=<https://evil.example/x>;alg=ES256;ppt=shaken", "info", 2, "12155551212"},
	{"other_extension_beside", HEAD, BODY, ";info=<" URL ">;ppt=div", "ppt", 2, "12155551212"},
	{"attested_x", HEAD, "{\"attest\":\"X\"," CLAIM ",\"origid\":\"1\"}", BESIDE, "attest", 2, "12155551212"},
	{"not_attested", HEAD, "{" CLAIM ",\"origid\":\"1\"}", BESIDE, "attest", 2, "12155551212"},
	{"no_origin_id", HEAD, "{\"attest\":\"B\"," CLAIM "}", BESIDE, "origid", 2, "12155551212"},
	{"time_as_text", HEAD, "{\"attest\":\"A\",\"dest\":{\"tn\":[\"1\"]},\"iat\":\"1\",\"orig\":{\"tn\":\"2\"},\"origid\":\"1\"}", BESIDE, "iat", 1, "2"},
	{"number_in_no_array", HEAD, "{\"attest\":\"A\",\"dest\":{\"tn\":\"1\"},\"iat\":1,\"orig\":{\"tn\":\"2\"},\"origid\":\"1\"}", BESIDE, "", 1, "2"},
	{"diversion", "{\"alg\":\"ES256\",\"ppt\":\"div\",\"typ\":\"passport\",\"x5u\":\"" URL "\"}",
		"{" CLAIM ",\"div\":{\"tn\":\"12155551213\"}}", ";info=<" URL ">;ppt=div", "", 2, "12155551212"},
	{"diverted_by_nobody", "{\"alg\":\"ES256\",\"ppt\":\"div\",\"typ\":\"passport\",\"x5u\":\"" URL "\"}",
		"{" CLAIM "}", ";info=<" URL ">;ppt=div", "div", 2, "12155551212"},
	{"broken_header", "{\"alg\":\"ES256\"", BODY, BESIDE, "header", 2, "12155551212"},
	{"broken_payload", HEAD, "{\"attest\":}", BESIDE, "payload", 0, ""},
	{"rubbish_behind", HEAD, BODY "x", BESIDE, "payload", 2, "12155551212"},
	{"too_deep", HEAD, "{\"a\":[[[[[[[[1]]]]]]]]}", BESIDE, "payload", 0, ""},
        /* clang-format on */
};

static struct slice made(const struct row *row, char *memory, size_t size)
{
	char signature[PASSPORT_SIGNATURE_BYTES];
	struct writer out = writer_of(memory, size);

	memset(signature, 0x5a, sizeof(signature));
	if (row->header)
		base64url_encode(slice_text(row->header), &out);
	writer_byte(&out, '.');
	if (row->payload)
		base64url_encode(slice_text(row->payload), &out);
	writer_byte(&out, '.');
	base64url_encode(slice_of(signature, sizeof(signature)), &out);
	writer_string(&out, row->beside);
	assert_false(out.truncated);
	return writer_text(&out);
}

static void reads_rows(void **state)
{
	static struct passport_memory memory;
	static char text[8192];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct passport passport;
		(void)passport_parse(made(row, text, sizeof(text)), &memory, &passport);
		print_message("%s\n", row->name);
		assert_string_equal(passport_fault_name(passport.fault), row->fault);
		assert_int_equal(passport.dest_count, row->dests);
		assert_true(slice_equal(passport.orig, slice_text(row->orig)));
		assert_int_equal(passport.compact, row->header == NULL);
		assert_true(passport.signature_read);
		assert_int_equal(passport.signature[63], 0x5a);
	}
}

static const struct broken {
	const char *text;
	const char *fault;
} broken[] = {
        {"", "parts"},
        {"abc", "parts"},
        {"a.b", "parts"},
        {"a.b.c.d", "parts"},
        {"a..c", "parts"},
        {"\"ZYNBbHC00VMZr2kZt6VmCvPonWJMGvQTBDqghoWeLxJfzB2a1pxAr3VgrB0SsSAaifsRdiOPoQZYO"
         "y2wrVghuhcsMbHWUSFxI6p6q5TOQXHMmz6uEo3svJsSH49thyGnFVcnyaZ++yRlBYYQTLqWzJ+"
         "KVhPKbfU/pryhVn9Yc6U=\"",
                "rfc4474"},
        {"e30.e30.!!!!", "signature"},
        {"e$0.e30.AAAA", "base64"},
};

static void tells_what_is_broken(void **state)
{
	static struct passport_memory memory;
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct passport passport;
		assert_false(
		        passport_parse(slice_text(broken[i].text), &memory, &passport));
		print_message("%s\n", broken[i].text);
		assert_string_equal(passport_fault_name(passport.fault), broken[i].fault);
	}
}

/* What a compact one leaves out, as both ends make it anew (RFC 8225 9). */
static void completes_a_compact_one(void **state)
{
	static struct passport_memory memory;
	static struct passport_whole whole;
	static char text[8192], clear[8192];
	struct passport passport;
	(void)state;
	assert_true(
	        passport_parse(made(&rows[5], text, sizeof(text)), &memory, &passport));
	assert_false(slice_present(passport.signed_text));
	passport_complete(&passport, &whole, SLICE("12155551212"), SLICE("12155551213"),
	        1443208345);
	struct slice rest = passport.signed_text;
	struct writer out = writer_of(clear, sizeof(clear));
	assert_true(base64url_decode(slice_split(&rest, '.'), &out));
	assert_true(base64url_decode(rest, &out));
	assert_true(slice_equal(writer_text(&out),
	        SLICE("{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":\"" URL "\"}"
	              "{\"dest\":{\"tn\":[\"12155551213\"]},\"iat\":1443208345,\"orig\":{"
	              "\"tn\":\"12155551212\"}}")));
}

static void reads_dates(void **state)
{
	(void)state;
	assert_int_equal(passport_date(SLICE("Thu, 01 Jan 1970 00:00:00 GMT")), 0);
	assert_int_equal(
	        passport_date(SLICE("Fri, 25 Sep 2015 19:12:25 GMT")), 1443208345);
	assert_int_equal(
	        passport_date(SLICE("Thu, 29 Feb 2024 23:59:59 GMT")), 1709251199);
	assert_int_equal(passport_date(SLICE("Thu, 29 anF 2024 23:59:59 GMT")), -1);
	assert_int_equal(passport_date(SLICE("Thu, 29 Feb 2024 23:59:59 CET")), -1);
	assert_int_equal(passport_date(SLICE("")), -1);
}

static void refuses_what_is_no_base64url(void **state)
{
	char bytes[8];
	struct writer out = writer_of(bytes, sizeof(bytes));
	(void)state;
	assert_true(base64url_decode(SLICE("_-8="), &out));
	assert_memory_equal(bytes, "\xff\xef", 2);
	assert_false(base64url_decode(SLICE("a"), &out));
	assert_false(base64url_decode(SLICE("a+b/"), &out));
	assert_false(base64url_decode(SLICE("//8"), &out));
	assert_false(
	        base64url_decode(SLICE("AB"), &out)); /* bits that stand for nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_rows),
	        cmocka_unit_test(tells_what_is_broken),
	        cmocka_unit_test(completes_a_compact_one),
	        cmocka_unit_test(reads_dates),
	        cmocka_unit_test(refuses_what_is_no_base64url),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
