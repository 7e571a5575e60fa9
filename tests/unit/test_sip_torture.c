/*
 * The torture test messages of RFC 4475, each with the treatment that its section asks
 * for: valid ones (3.1.1) have no anomaly but what is merely unusual, invalid ones
 * (3.1.2) the one that names what is wrong, and none is lost.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sip.h"

enum { ANOMALIES_MAX = 8, FILE_MAX = 8192 };

struct row {
	const char *name;
	const char *file;
	const char *method; /* of the request line, or of the response's CSeq */
	unsigned status;
	const char *call_id;
	uint32_t cseq; /* 0 when it is out of all bounds */
	unsigned headers;
	size_t body;
	size_t bytes; /* of the first message */
	enum anomaly anomalies[ANOMALIES_MAX];
};

static const struct row rows[] = {
        /* clang-format off */
	{"a_short_tortuous_invite", "wsinv",
		"INVITE", 0, "wsinv.ndaksdj@192.0.2.1",
		9u, 14, 150, 1001, {ANOMALY_SIP_HEADER_SPACE, ANOMALY_SIP_HEADER_MIXED_FORMS, ANOMALY_SIP_BRANCH_COOKIE, ANOMALY_COUNT}},
	{"wide_range_of_valid_characters", "intmeth",
		"!interesting-Method0123456789_*+`.%indeed'~", 0, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
		139122385u, 8, 0, 641, {ANOMALY_SIP_OVERSIZE, ANOMALY_COUNT}},
	{"valid_use_of_percent_escapes", "esc01",
		"INVITE", 0, "esc01.239409asdfakjkn23onasd0-3234",
		234234u, 9, 150, 543, {ANOMALY_COUNT}},
	{"escaped_nulls_in_uris", "escnull",
		"REGISTER", 0, "escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd",
		14398234u, 9, 0, 359, {ANOMALY_COUNT}},
	{"percent_that_is_no_escape", "esc02",
		"RE%47IST%45R", 0, "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
		29344u, 10, 0, 439, {ANOMALY_SIP_HEADER_NEAR, ANOMALY_COUNT}},
	{"no_space_between_display_name_and_bracket", "lwsdisp",
		"OPTIONS", 0, "lwsdisp.1234abcd@funky.example.com",
		60u, 7, 0, 255, {ANOMALY_COUNT}},
	{"long_values_in_header_fields", "longreq",
		"INVITE", 0, "longreq.onereallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallylongcallid",
		3882340u, 43, 150, 3515, {ANOMALY_SIP_HEADER_SPACE, ANOMALY_SIP_HEADER_MIXED_FORMS, ANOMALY_SIP_BRANCH_COOKIE, ANOMALY_SIP_OVERSIZE, ANOMALY_COUNT}},
	{"extra_trailing_octets_in_a_datagram", "dblreq",
		"REGISTER", 0, "dblreq.0ha0isndaksdj99sdfafnl3lk233412",
		8u, 8, 0, 302, {ANOMALY_SIP_SEVERAL_MESSAGES, ANOMALY_COUNT}},
	{"semicolon_parameters_in_user_part", "semiuri",
		"OPTIONS", 0, "semiuri.0ha0isndaksdj",
		8u, 8, 0, 380, {ANOMALY_COUNT}},
	{"varied_and_unknown_transport_types", "transports",
		"OPTIONS", 0, "transports.kijh4akdnaqjkwendsasfdj",
		60u, 12, 0, 503, {ANOMALY_COUNT}},
	{"multipart_mime_message", "mpart01",
		"MESSAGE", 0, "3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..",
		1u, 14, 553, 1290, {ANOMALY_COUNT}},
	{"unusual_reason_phrase", "unreason",
		"INVITE", 200, "unreason.1234ksdfak3j2erwedfsASdf",
		35u, 8, 154, 526, {ANOMALY_COUNT}},
	{"empty_reason_phrase", "noreason",
		"INVITE", 100, "noreason.asndj203insdf99223ndf",
		35u, 7, 0, 274, {ANOMALY_COUNT}},
	{"extraneous_header_field_separators", "badinv01",
		"INVITE", 0, "badinv01.0ha0isndaksdjasdf3234nas",
		8u, 9, 152, 472, {ANOMALY_SIP_VIA_BAD, ANOMALY_SIP_BRANCH_COOKIE, ANOMALY_SIP_CONTACT_BAD, ANOMALY_COUNT}},
	{"content_length_larger_than_message", "clerr",
		"INVITE", 0, "clerr.0ha0isndaksdjweiafasdk3",
		8u, 9, 154, 498, {ANOMALY_SIP_LENGTH_LONG, ANOMALY_COUNT}},
	{"negative_content_length", "ncl",
		"INVITE", 0, "ncl.0ha0isndaksdj2193423r542w35",
		0u, 9, 152, 486, {ANOMALY_SIP_LENGTH_BAD, ANOMALY_COUNT}},
	{"request_scalars_with_overlarge_values", "scalar02",
		"REGISTER", 0, "scalar02.23o0pd9vanlq3wnrlnewofjas9ui32",
		0u, 9, 0, 476, {ANOMALY_SIP_CSEQ_BAD, ANOMALY_SIP_NUMBER_RANGE, ANOMALY_COUNT}},
	{"response_scalars_with_overlarge_values", "scalarlg",
		"OPTIONS", 503, "scalarlg.noase0of0234hn2qofoaf0232aewf2394r",
		0u, 8, 0, 385, {ANOMALY_SIP_CSEQ_BAD, ANOMALY_SIP_NUMBER_RANGE, ANOMALY_SIP_WARNING_BAD, ANOMALY_COUNT}},
	{"unterminated_quoted_string_in_display_name", "quotbal",
		"INVITE", 0, "quotbal.aksdj",
		8u, 9, 152, 485, {ANOMALY_SIP_TO_BAD, ANOMALY_SIP_QUOTE_OPEN, ANOMALY_COUNT}},
	{"angle_brackets_around_request_uri", "ltgtruri",
		"INVITE", 0, "ltgtruri.1@192.0.2.5",
		1u, 9, 159, 452, {ANOMALY_SIP_URI_BRACKETS, ANOMALY_SIP_BRANCH_COOKIE, ANOMALY_COUNT}},
	{"white_space_within_request_uri", "lwsruri",
		"INVITE", 0, "lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423",
		2130706432u, 9, 159, 541, {ANOMALY_SIP_START_LINE, ANOMALY_SIP_URI_BAD, ANOMALY_COUNT}},
	{"several_spaces_in_request_line", "lwsstart",
		"INVITE", 0, "lwsstart.dfknq234oi243099adsdfnawe3@example.com",
		1893884u, 9, 150, 506, {ANOMALY_SIP_START_LINE, ANOMALY_COUNT}},
	{"trailing_spaces_in_request_line", "trws",
		"OPTIONS", 0, "trws.oicu34958239neffasdhr2345r",
		238923u, 8, 0, 327, {ANOMALY_SIP_START_LINE, ANOMALY_COUNT}},
	{"escaped_headers_in_request_uri", "escruri",
		"INVITE", 0, "escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5",
		149209342u, 9, 150, 550, {ANOMALY_SIP_URI_HEADERS, ANOMALY_COUNT}},
	{"date_in_another_time_zone", "baddate",
		"INVITE", 0, "baddate.239423mnsadf3j23lj42--sedfnm234",
		1392934u, 10, 150, 532, {ANOMALY_SIP_DATE_BAD, ANOMALY_COUNT}},
	{"name_addr_form_missing", "regbadct",
		"REGISTER", 0, "regbadct.k345asrl3fdbv@10.0.0.1",
		1u, 8, 0, 307, {ANOMALY_SIP_ADDRESS_SPEC, ANOMALY_COUNT}},
	{"spaces_within_addr_spec", "badaspec",
		"OPTIONS", 0, "badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3",
		3923239u, 8, 0, 346, {ANOMALY_SIP_TO_BAD, ANOMALY_COUNT}},
	{"non_token_characters_in_display_name", "baddn",
		"OPTIONS", 0, "baddn.31415@c.example.com",
		3923239u, 8, 0, 333, {ANOMALY_SIP_DISPLAY_UNQUOTED, ANOMALY_COUNT}},
	{"unknown_protocol_version", "badvers",
		"OPTIONS", 0, "badvers.31417@c.example.com",
		1u, 7, 0, 291, {ANOMALY_SIP_VERSION, ANOMALY_COUNT}},
	{"start_line_and_cseq_method_mismatch", "mismatch01",
		"OPTIONS", 0, "mismatch01.dj0234sxdfl3",
		8u, 7, 0, 236, {ANOMALY_SIP_CSEQ_METHOD, ANOMALY_COUNT}},
	{"unknown_method_with_cseq_method_mismatch", "mismatch02",
		"NEWMETHOD", 0, "mismatch02.dj0234sxdfl3",
		8u, 9, 138, 449, {ANOMALY_SIP_CSEQ_METHOD, ANOMALY_COUNT}},
	{"overlarge_response_code", "bigcode",
		"INVITE", 65535, "bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i",
		353494u, 7, 0, 332, {ANOMALY_SIP_START_LINE, ANOMALY_SIP_STATUS_RANGE, ANOMALY_COUNT}},
	{"missing_transaction_identifier", "badbranch",
		"OPTIONS", 0, "badbranch.sadonfo23i420jv0as0derf3j3n",
		8u, 8, 0, 262, {ANOMALY_SIP_BRANCH_COOKIE, ANOMALY_COUNT}},
	{"missing_required_header_fields", "insuf",
		"INVITE", 0, "",
		193942u, 4, 152, 304, {ANOMALY_SIP_MISSING_FROM, ANOMALY_SIP_MISSING_TO, ANOMALY_SIP_MISSING_CALL_ID, ANOMALY_SIP_MISSING_MAX_FORWARDS, ANOMALY_SIP_MISSING_CONTACT, ANOMALY_COUNT}},
	{"request_uri_with_unknown_scheme", "unkscm",
		"OPTIONS", 0, "unkscm.nasdfasser0q239nwsdfasdkl34",
		3923423u, 7, 0, 291, {ANOMALY_COUNT}},
	{"request_uri_with_known_but_atypical_scheme", "novelsc",
		"OPTIONS", 0, "novelsc.asdfasser0q239nwsdfasdkl34",
		3923423u, 7, 0, 277, {ANOMALY_COUNT}},
	{"unknown_schemes_in_header_fields", "unksm2",
		"REGISTER", 0, "unksm2.daksdj@hyphenated-host.example.com",
		234902u, 8, 0, 282, {ANOMALY_COUNT}},
	{"unknown_proxy_require_and_require", "bext01",
		"OPTIONS", 0, "bext01.0ha0isndaksdj",
		8u, 9, 0, 381, {ANOMALY_COUNT}},
	{"unknown_content_type", "invut",
		"INVITE", 0, "invut.0ha0isndaksdjadsfij34n23d",
		235448u, 9, 40, 391, {ANOMALY_COUNT}},
	{"unknown_authorization_scheme", "regaut01",
		"REGISTER", 0, "regaut01.0ha0isndaksdj",
		9338u, 8, 0, 304, {ANOMALY_SIP_AUTH_UNKNOWN, ANOMALY_COUNT}},
	{"multiple_values_in_single_value_fields", "multi01",
		"INVITE", 0, "multi01.98asdh@192.0.2.1",
		5u, 15, 154, 643, {ANOMALY_SIP_DUPLICATE, ANOMALY_COUNT}},
	{"multiple_content_length_values", "mcl01",
		"OPTIONS", 0, "mcl01.fhn2323orihawfdoa3o4r52o3irsdf",
		15932u, 9, 13, 382, {ANOMALY_SIP_LENGTH_SHORT, ANOMALY_SIP_LENGTH_SEVERAL, ANOMALY_COUNT}},
	{"200_ok_with_broadcast_via", "bcast",
		"INVITE", 200, "bcast.0384840201234ksdfak3j2erwedfsASdf",
		35u, 9, 154, 516, {ANOMALY_COUNT}},
	{"max_forwards_of_zero", "zeromf",
		"OPTIONS", 0, "zeromf.jfasdlfnm2o2l43r5u0asdfas",
		39234321u, 7, 0, 272, {ANOMALY_COUNT}},
	{"register_with_a_contact_parameter", "cparam01",
		"REGISTER", 0, "cparam01.70710@saturn.example.com",
		2u, 8, 0, 321, {ANOMALY_COUNT}},
	{"register_with_a_url_parameter", "cparam02",
		"REGISTER", 0, "cparam02.70710@saturn.example.com",
		3u, 8, 0, 311, {ANOMALY_COUNT}},
	{"register_with_a_url_escaped_header", "regescrt",
		"REGISTER", 0, "regescrt.k345asrl3fdbv@192.0.2.1",
		14398234u, 8, 0, 302, {ANOMALY_COUNT}},
	{"unacceptable_accept_offering", "sdp01",
		"INVITE", 0, "sdp01.ndaksdj9342dasdd",
		8u, 10, 150, 494, {ANOMALY_COUNT}},
	{"invite_with_rfc2543_syntax", "inv2543",
		"INVITE", 0, "inv2543.1717@ift.client.example.com",
		56u, 7, 105, 445, {ANOMALY_SIP_MISSING_MAX_FORWARDS, ANOMALY_SIP_MISSING_CONTACT, ANOMALY_SIP_BRANCH_COOKIE, ANOMALY_SIP_FROM_NO_TAG, ANOMALY_COUNT}},
        /* clang-format on */
};

static struct slice load(const char *file, char *into)
{
	char path[512];
	(void)snprintf(path, sizeof(path), "%s/captures/torture/rfc4475/%s.dat",
	        SOURCE_DIR, file);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t len = fread(into, 1, FILE_MAX, f);
	(void)fclose(f);
	/* The exact size, so that a look behind the end is seen. */
	char *exact = malloc(len);
	assert_non_null(exact);
	memcpy(exact, into, len);
	return slice_of(exact, len);
}

static void assert_slice(struct slice got, const char *expected)
{
	assert_int_equal(got.len, strlen(expected));
	assert_memory_equal(got.data, expected, got.len);
}

static void assert_anomalies(const struct row *row, const struct anomalies *got)
{
	struct anomalies expected = {{0}};
	for (unsigned i = 0; row->anomalies[i] != ANOMALY_COUNT; i++)
		anomaly_set(&expected, row->anomalies[i]);
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		if (anomaly_has(got, i) != anomaly_has(&expected, i))
			fail_msg("%s: %s is %sset", row->name, anomaly_name(i),
			        anomaly_has(got, i) ? "" : "not ");
	}
}

static void run(void **state)
{
	const struct row *row = *state;
	static char buffer[FILE_MAX];
	static struct sip_message message;
	struct sip_input input = {.bytes = load(row->file, buffer)};
	size_t consumed;
	assert_int_equal(sip_parse(&input, &message, &consumed), SIP_COMPLETE);
	assert_anomalies(row, &message.anomalies);
	assert_int_equal(consumed, row->bytes);
	assert_slice(message.method_text, row->method);
	assert_int_equal(message.status, row->status);
	assert_int_equal(message.is_request, row->status == 0);
	assert_slice(message.call_id, row->call_id);
	assert_int_equal(message.cseq, row->cseq);
	assert_int_equal(message.header_count, row->headers);
	assert_int_equal(message.body.len, row->body);
	free((void *)(uintptr_t)input.bytes.data);
}

static struct slice parsed(const char *file, struct sip_message *message)
{
	static char buffer[FILE_MAX];
	const struct sip_input input = {.bytes = load(file, buffer)};
	size_t consumed;
	assert_int_equal(sip_parse(&input, message, &consumed), SIP_COMPLETE);
	return input.bytes;
}

static void tortuous_invite_fields(void **state)
{
	(void)state;
	static struct sip_message message;
	struct slice bytes = parsed("wsinv", &message);
	assert_int_equal(message.method, SIP_INVITE);
	assert_slice(message.request_uri.user, "vivekg");
	assert_slice(message.request_uri.host, "chair-dnrc.example.com");
	assert_slice(message.request_uri.parameters, "unknownparam");
	assert_slice(message.via.host, "192.0.2.2");
	assert_slice(message.via.transport, "UDP");
	assert_slice(message.via.branch, "390skdjuw");
	assert_slice(message.to.uri.user, "vivekg");
	assert_slice(message.to.tag, "1918181833n");
	assert_slice(message.from.display, "J Rosenberg \\\\\\\"");
	assert_slice(message.from.tag, "98asjd8");
	assert_int_equal(message.max_forwards, 68);
	assert_slice(sip_value_named(&message, SLICE("newfangledheader")),
	        "newfangled value\r\n continued newfangled value");
	assert_slice(sip_value(&message, SIP_HEADER_SUBJECT), "");
	free((void *)(uintptr_t)bytes.data);
}

static void wide_range_fields(void **state)
{
	(void)state;
	static struct sip_message message;
	struct slice bytes = parsed("intmeth", &message);
	assert_int_equal(message.method, SIP_METHOD_OTHER);
	assert_slice(message.request_uri.password,
	        "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
	assert_slice(message.request_uri.host, "example.com");
	assert_slice(message.from.display, "token1~` token2'+_ token3*%!.-");
	assert_slice(message.from.uri.host, "example.com");
	free((void *)(uintptr_t)bytes.data);
}

static void second_message_of_the_datagram(void **state)
{
	(void)state;
	static struct sip_message message;
	struct slice bytes = parsed("dblreq", &message);
	const struct sip_input input = {.bytes = slice_from(bytes, 302)};
	size_t consumed;
	assert_int_equal(sip_parse(&input, &message, &consumed), SIP_COMPLETE);
	assert_int_equal(message.method, SIP_INVITE);
	assert_int_equal(message.body.len, 150);
	free((void *)(uintptr_t)bytes.data);
}

static void part_of_multipart(void **state)
{
	(void)state;
	static struct sip_message message;
	struct slice bytes = parsed("mpart01", &message);
	struct anomalies anomalies = {{0}};
	assert_slice(sip_body_part(&message, SLICE("text/plain"), &anomalies), "Hello");
	assert_int_equal(
	        sip_body_part(&message, SLICE("application/octet-stream"), &anomalies)
	                .len,
	        342);
	assert_false(anomalies_any(&anomalies));
	free((void *)(uintptr_t)bytes.data);
}

int main(void)
{
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[COUNT + 4];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(tortuous_invite_fields);
	tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(wide_range_fields);
	tests[COUNT + 2] =
	        (struct CMUnitTest)cmocka_unit_test(second_message_of_the_datagram);
	tests[COUNT + 3] = (struct CMUnitTest)cmocka_unit_test(part_of_multipart);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
