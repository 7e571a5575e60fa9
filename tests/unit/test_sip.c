/*
 * Framing of SIP messages in datagrams and streams, names, URIs and addresses.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sip.h"

#define FIELDS                                                                           \
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n"        \
	"To: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
#define OPTIONS        "OPTIONS sip:b@x SIP/2.0\r\n" FIELDS
#define EMPTY          OPTIONS "Content-Length: 0\r\n\r\n"
#define RESPONSE(line) "SIP/2.0 " line "\r\n" FIELDS "Content-Length: 0\r\n\r\n"

struct framing_row {
	const char *name;
	struct slice text;
	bool stream;
	bool truncated;
	enum sip_result result;
	size_t consumed;
	size_t body;
	enum anomaly anomaly; /* one that must be set; ANOMALY_COUNT = none may be */
};

#define TEXT(literal)                                                                    \
	{                                                                                \
		(literal), sizeof(literal) - 1                                           \
	}
#define LEN(literal) (sizeof(literal) - 1)

static const struct framing_row framing_rows[] = {
        /* clang-format off */
	{"plain_datagram", TEXT(EMPTY), false, false, SIP_COMPLETE, LEN(EMPTY), 0, ANOMALY_COUNT},
	{"several_messages_in_a_datagram", TEXT(RESPONSE("100 Trying") RESPONSE("180 Ringing") RESPONSE("200 OK")),
		false, false, SIP_COMPLETE, LEN(RESPONSE("100 Trying")), 0, ANOMALY_SIP_SEVERAL_MESSAGES},
	{"several_messages_without_length", TEXT(OPTIONS "\r\n" EMPTY),
		false, false, SIP_COMPLETE, LEN(OPTIONS "\r\n"), 0, ANOMALY_SIP_SEVERAL_MESSAGES},
	{"trailing_line_ends", TEXT(EMPTY "\r\n\r\n"), false, false, SIP_COMPLETE, LEN(EMPTY) + 4, 0, ANOMALY_COUNT},
	{"trailing_junk", TEXT(EMPTY "junk"), false, false, SIP_COMPLETE, LEN(EMPTY) + 4, 0, ANOMALY_SIP_TRAILING_JUNK},
	{"leading_line_ends", TEXT("\r\n\r\n" EMPTY), false, false, SIP_COMPLETE, LEN(EMPTY) + 4, 0, ANOMALY_COUNT},
	{"leading_nul", TEXT("\0\0" EMPTY), false, false, SIP_COMPLETE, LEN(EMPTY) + 2, 0, ANOMALY_SIP_LEADING_JUNK},
	{"leading_junk_line", TEXT("junk\r\n" EMPTY), false, false, SIP_COMPLETE, LEN(EMPTY) + 6, 0, ANOMALY_SIP_LEADING_JUNK},
	{"line_feeds_only", TEXT("OPTIONS sip:b@x SIP/2.0\nVia: SIP/2.0/UDP h\n\n"),
		false, false, SIP_COMPLETE, LEN("OPTIONS sip:b@x SIP/2.0\nVia: SIP/2.0/UDP h\n\n"), 0, ANOMALY_SIP_BARE_LF},
	{"mixed_line_ends", TEXT("OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h\n\r\n"),
		false, false, SIP_COMPLETE, LEN("OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h\n\r\n"), 0, ANOMALY_SIP_MIXED_EOL},
	{"invite_without_any_header", TEXT("INVITE sip:b@x SIP/2.0\r\n\r\n"), false, false, SIP_COMPLETE, 26, 0, ANOMALY_SIP_MISSING_VIA},
	{"start_line_alone", TEXT("INVITE sip:b@x SIP/2.0"), false, false, SIP_COMPLETE, 22, 0, ANOMALY_SIP_NO_HEADER_END},
	{"empty_user", TEXT("OPTIONS sip:@127.0.0.1 SIP/2.0\r\n\r\n"), false, false, SIP_COMPLETE, 34, 0, ANOMALY_SIP_URI_BAD},
	{"header_end_missing", TEXT(OPTIONS), false, false, SIP_COMPLETE, LEN(OPTIONS), 0, ANOMALY_SIP_NO_HEADER_END},
	{"cut_off_by_the_capture", TEXT(OPTIONS), false, true, SIP_COMPLETE, LEN(OPTIONS), 0, ANOMALY_SIP_TRUNCATED},
	{"length_over_the_datagram", TEXT(OPTIONS "l: 9\r\nc: text/plain\r\n\r\nabc"), false, false, SIP_COMPLETE,
		LEN(OPTIONS "l: 9\r\nc: text/plain\r\n\r\nabc"), 3, ANOMALY_SIP_LENGTH_LONG},
	{"body_of_unknown_type", TEXT(OPTIONS "l: 3\r\n\r\nabc"), false, false, SIP_COMPLETE,
		LEN(OPTIONS "l: 3\r\n\r\nabc"), 3, ANOMALY_SIP_CONTENT_TYPE_MISSING},
	{"empty_warning_header", TEXT(OPTIONS "Warning:\r\nl: 0\r\n\r\n"), false, false, SIP_COMPLETE,
		LEN(OPTIONS "Warning:\r\nl: 0\r\n\r\n"), 0, ANOMALY_SIP_WARNING_BAD},
	{"header_without_colon", TEXT(OPTIONS "nonsense\r\nl: 0\r\n\r\n"), false, false, SIP_COMPLETE,
		LEN(OPTIONS "nonsense\r\nl: 0\r\n\r\n"), 0, ANOMALY_SIP_HEADER_BAD},
	{"nearly_right_name", TEXT(OPTIONS "ContentLength: 0\r\nl: 0\r\n\r\n"), false, false, SIP_COMPLETE,
		LEN(OPTIONS "ContentLength: 0\r\nl: 0\r\n\r\n"), 0, ANOMALY_SIP_HEADER_NEAR},
	{"not_utf8", TEXT(OPTIONS "Subject: \xff\xfe\r\nl: 0\r\n\r\n"), false, false, SIP_COMPLETE,
		LEN(OPTIONS "Subject: \xff\xfe\r\nl: 0\r\n\r\n"), 0, ANOMALY_SIP_UTF8_BAD},
	{"keep_alive", TEXT("\r\n\r\n"), false, false, SIP_SKIPPED, 4, 0, ANOMALY_COUNT},
	{"http_response", TEXT("HTTP/1.1 200 OK\r\n\r\n"), false, false, SIP_NOT, 0, 0, ANOMALY_COUNT},
	{"http_with_sip_inside", TEXT("POST / HTTP/1.1\r\n\r\n" EMPTY), false, false, SIP_NOT, 0, 0, ANOMALY_COUNT},
	{"ssdp", TEXT("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"), false, false, SIP_NOT, 0, 0, ANOMALY_COUNT},
	{"rtsp", TEXT("OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"), false, false, SIP_NOT, 0, 0, ANOMALY_COUNT},
	{"status_that_is_no_number", TEXT("SIP/2.0 abc OK\r\n\r\n"), false, false, SIP_NOT, 0, 0, ANOMALY_COUNT},
	{"nothing_in_a_stream", TEXT(""), true, false, SIP_INCOMPLETE, 0, 0, ANOMALY_COUNT},
	{"stream_of_two", TEXT(EMPTY EMPTY), true, false, SIP_COMPLETE, LEN(EMPTY), 0, ANOMALY_COUNT},
	{"stream_start_line_grows", TEXT("OPTIONS sip:b@x SI"), true, false, SIP_INCOMPLETE, 0, 0, ANOMALY_COUNT},
	{"stream_header_grows", TEXT(OPTIONS "Content-"), true, false, SIP_INCOMPLETE, 0, 0, ANOMALY_COUNT},
	{"stream_body_grows", TEXT(OPTIONS "l: 9\r\nc: text/plain\r\n\r\nabc"), true, false, SIP_INCOMPLETE, 0, 0, ANOMALY_COUNT},
	{"stream_without_length", TEXT(OPTIONS "\r\n" EMPTY), true, false, SIP_COMPLETE, LEN(OPTIONS "\r\n"), 0, ANOMALY_SIP_LENGTH_MISSING},
	{"stream_joined_midway", TEXT("ia: x\r\nTo: <sip:y>\r\n\r\n" EMPTY), true, false, SIP_SKIPPED, 22, 0, ANOMALY_COUNT},
	{"stream_length_absurd", TEXT(OPTIONS "l: 99999999999999999999\r\nc: text/plain\r\n\r\nabc"), true, false, SIP_COMPLETE,
		LEN(OPTIONS "l: 99999999999999999999\r\nc: text/plain\r\n\r\nabc"), 3, ANOMALY_SIP_LENGTH_LONG},
        /* clang-format on */
};

static void framing(void **state)
{
	const struct framing_row *row = *state;
	static struct sip_message message;
	char *exact = malloc(row->text.len + 1);
	assert_non_null(exact);
	/* Against the block's end, so that a look behind the input is seen. */
	memcpy(exact + 1, row->text.data, row->text.len);
	const struct sip_input input = {.bytes = slice_of(exact + 1, row->text.len),
	        .stream = row->stream,
	        .truncated = row->truncated};
	size_t consumed;
	assert_int_equal(sip_parse(&input, &message, &consumed), row->result);
	assert_int_equal(consumed, row->consumed);
	if (row->result == SIP_COMPLETE) {
		assert_true(sip_looks_like(input.bytes));
		assert_int_equal(message.body.len, row->body);
		assert_non_null(message.body.data);
		if (row->anomaly == ANOMALY_COUNT)
			assert_false(anomalies_any(&message.anomalies));
		else if (!anomaly_has(&message.anomalies, row->anomaly))
			fail_msg("%s is not set", anomaly_name(row->anomaly));
	}
	free(exact);
}

static void every_header_name_is_found(void **state)
{
	(void)state;
	for (unsigned id = 1; id < SIP_HEADER_COUNT; id++) {
		const char *name = sip_header_id_name(id);
		char upper[32];
		size_t len = strlen(name);
		for (size_t i = 0; i < len; i++)
			upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32
			                                                   : name[i]);
		assert_int_equal(sip_header_id_parse(slice_of(name, len)), id);
		assert_int_equal(sip_header_id_parse(slice_of(upper, len)), id);
		upper[len / 2] ^= 1;
		assert_int_equal(
		        sip_header_id_parse(slice_of(upper, len)), SIP_HEADER_OTHER);
	}
#define X(id, name, compact)                                                             \
	if (compact[0])                                                                  \
		assert_int_equal(                                                        \
		        sip_header_id_parse(slice_of(compact, 1)), SIP_HEADER_##id);
	SIP_HEADERS(X)
#undef X
	assert_int_equal(sip_header_id_parse(SLICE("lij")), SIP_HEADER_OTHER);
	assert_int_equal(sip_header_id_parse(SLICE("z")), SIP_HEADER_OTHER);
}

static void every_method_is_found(void **state)
{
	(void)state;
	for (unsigned i = 1; i < SIP_METHOD_OTHER; i++) {
		const char *name = sip_method_name(i);
		assert_int_equal(sip_method_parse(slice_of(name, strlen(name))), i);
	}
	assert_int_equal(sip_method_parse(SLICE("invite")), SIP_METHOD_OTHER);
	assert_int_equal(sip_method_parse(SLICE("")), SIP_METHOD_NONE);
}

int main(void)
{
	enum { COUNT = sizeof(framing_rows) / sizeof(framing_rows[0]) };
	struct CMUnitTest tests[COUNT + 2];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){framing_rows[i].name, framing, NULL, NULL,
		        (void *)(uintptr_t)&framing_rows[i]};
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(every_header_name_is_found);
	tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(every_method_is_found);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
