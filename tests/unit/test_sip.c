/*
 * SIP messages beyond the torture tests: addresses by rows, and what happens when a
 * message is larger than anybody needs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sip.h"

enum { TEXT_MAX = 40000 };

struct address_row {
	const char *text;
	bool good;
	const char *display;
	const char *user;
	const char *host;
	uint16_t port;
	const char *uri_parameters;
	const char *headers;
	const char *tag;
};

/* "" = absent or empty. Hosts, users and values over 64 bytes cross a block of marks. */
#define LONG "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg"

static const struct address_row address_rows[] = {
        /* clang-format off */
	{"sip:a@b", true, "", "a", "b", 0, "", "", ""},
	{"<sip:a@b>;tag=1", true, "", "a", "b", 0, "", "", "1"},
	{"sip:a@b;tag=1", true, "", "a", "b", 0, "", "", "1"},
	{"\"A \\\" B\" <sips:a:secret@b:5061;lr;transport=tls?x=1&y=2>;tag=z;q=1", true,
		"A \\\" B", "a", "b", 5061, "lr;transport=tls", "x=1&y=2", "z"},
	{"Alice <sip:a@[2001:db8::1]:5060>", true, "Alice", "a", "2001:db8::1", 5060, "", "", ""},
	{"<sip:b?from=sip:x@y>", true, "", "b?from=sip", "y", 0, "", "", ""},
	{"<sip:a@b?to=sip:x@y>", true, "", "a", "b", 0, "", "to=sip:x@y", ""},
	{"<sip:a;p@b;q>", true, "", "a;p", "b", 0, "q", "", ""},
	{"<tel:+49-30-1234;phone-context=x>;tag=2", true, "", "+49-30-1234", "", 0, "phone-context=x", "", "2"},
	{"<sip:" LONG "@" LONG ".example:65535;" LONG "=" LONG ">;x=" LONG ";tag=" LONG, true,
		"", LONG, LONG ".example", 65535, LONG "=" LONG, "", LONG},
	{"<sip:a@b:65536>", false, "", "a", "b", 0, "", "", ""},
	{"<sip:a@b:>", false, "", "a", "b", 0, "", "", ""},
	{"<sip:@b>", false, "", "", "b", 0, "", "", ""},
	{"<sip:a@>", false, "", "a", "", 0, "", "", ""},
	{"<sip:a@b@c>", false, "", "a@b", "c", 0, "", "", ""},
	{"<sip:a b@c>", false, "", "a b", "c", 0, "", "", ""},
	{"<sip:a@b c;x>", false, "", "a", "b", 0, "x", "", ""},
	{"<sip:a@[::1>", false, "", "a", "::1", 0, "", "", ""},
	{"<sip:a@[::1]x:1;y>", false, "", "a", "::1", 0, "y", "", ""},
	{"< sip:a@b>", false, "", "a", "b", 0, "", "", ""},
	{"<sip:a@b", false, "", "a", "b", 0, "", "", ""},
	{"<sip:a@b>x;tag=3", false, "", "a", "b", 0, "", "", "3"},
	{"<sip:a@b>;;tag=4", false, "", "a", "b", 0, "", "", "4"},
	{"\"open <sip:a@b>", false, "", "", "", 0, "", "", ""},
        /* clang-format on */
};

static void assert_text(const char *row, struct slice got, const char *expected)
{
	if (!slice_equal(got, slice_text(expected)))
		fail_msg("%s: '%.*s' is not '%s'", row, (int)got.len, got.data, expected);
}

static void addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(address_rows) / sizeof(address_rows[0]); i++) {
		const struct address_row *row = &address_rows[i];
		size_t len = strlen(row->text);
		char *exact = malloc(len);
		assert_non_null(exact);
		memcpy(exact, row->text, len);
		struct sip_address got;
		struct anomalies anomalies = {{0}};
		memset(&got, 0xa5, sizeof(got));
		if (sip_address_parse(slice_of(exact, len), &got, &anomalies) !=
		        row->good)
			fail_msg("%s", row->text);
		if (got.raw.data != exact)
			fail_msg("%s", row->text);
		assert_text(row->text, got.display, row->display);
		assert_text(row->text, got.uri.user, row->user);
		assert_text(row->text, got.uri.host, row->host);
		assert_int_equal(got.uri.port, row->port);
		assert_text(row->text, got.uri.parameters, row->uri_parameters);
		assert_text(row->text, got.uri.headers, row->headers);
		assert_text(row->text, got.tag, row->tag);
		free(exact);
	}
}

/* A message of these fields and so many Subject-like ones in front of the last four. */
static enum sip_result flooded(
        struct sip_message *message, const char *name, unsigned count)
{
	static char text[TEXT_MAX];
	size_t len = (size_t)snprintf(text, sizeof(text),
	        "OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n");
	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(
		        text + len, sizeof(text) - len, "%s: %u\r\n", name, i);
	len += (size_t)snprintf(text + len, sizeof(text) - len,
	        "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\n"
	        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Type: text/plain\r\n"
	        "Content-Length: 4\r\nTo: <sip:c@x>\r\nContent-Length: 5\r\n\r\nbody");
	const struct sip_input input = {.bytes = slice_of(text, len), .stream = true};
	size_t consumed;
	enum sip_result result = sip_parse(&input, message, &consumed);
	if (result == SIP_COMPLETE)
		assert_int_equal(consumed, len);
	return result;
}

/* Whatever stands in front of them, the fields that matter are seen. */
static void many_headers(void **state)
{
	(void)state;
	static struct sip_message message;
	static const char *const names[] = {"X-Unknown", "Via", "Subject", "a"};
	static const unsigned counts[] = {100, 180, 188, 189, 190, 255, 256, 300, 2000};
	for (unsigned i = 0; i < 4 * sizeof(counts) / sizeof(counts[0]); i++) {
		unsigned count = counts[i / 4];
		assert_int_equal(flooded(&message, names[i % 4], count), SIP_COMPLETE);
		assert_text("body", message.body, "body");
		assert_text("From", message.from.tag, "1");
		assert_text("To", message.to.uri.user, "b");
		assert_text("Call-ID", message.call_id, "c");
		assert_int_equal(message.cseq, 1);
		assert_int_equal(message.max_forwards, 70);
		assert_true(anomaly_has(&message.anomalies, ANOMALY_SIP_DUPLICATE));
		assert_true(anomaly_has(&message.anomalies, ANOMALY_SIP_LENGTH_SEVERAL));
		/* Ten others, and the two that come twice. */
		bool many = anomaly_has(&message.anomalies, ANOMALY_SIP_HEADERS_MANY);
		assert_int_equal(many, message.header_count < count + 10);
		assert_true(many || count < 200);
		assert_true(message.header_count <= LIMIT_SIP_HEADERS);
	}
}

struct size_row {
	const char *before; /* of the field that grows, with what stands in front of it */
	const char *behind;
	size_t allowed; /* bytes between the two */
};

#define REST "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
#define LINE "OPTIONS sip:b@x SIP/2.0\r\n"
#define VIA  "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
#define FROM "From: <sip:a@x>;tag=1\r\n"
#define TO   "To: <sip:b@x>\r\n"
#define ID   "Call-ID: c\r\n"

static const struct size_row size_rows[] = {
        {"OPTIONS", " sip:b@x SIP/2.0\r\n" VIA FROM TO ID REST, 20 - 7},
        {"OPTIONS sip:b", "@x SIP/2.0\r\n" VIA FROM TO ID REST, 256 - 7},
        {LINE "Via: SIP/2.0/UDP h;branch=z9hG4bK1", "\r\n" FROM TO ID REST, 1024 - 29},
        {LINE VIA "From: <sip:a@x>;tag=1", "\r\n" TO ID REST, 256 - 15},
        {LINE VIA FROM "To: <sip:b", "@x>\r\n" ID REST, 256 - 9},
        {LINE VIA FROM TO "Call-ID: c", "\r\n" REST, 256 - 1},
        {LINE VIA FROM TO ID "Contact: <sip:a", "@x>\r\n" REST, 256 - 7},
        {LINE VIA FROM TO ID "Contact: <sip:a@x>;y=", "\r\n" REST, 1024 - 12},
};

static bool oversize(const struct size_row *row, size_t bytes)
{
	static struct sip_message message;
	static char text[TEXT_MAX];
	size_t len = strlen(row->before);
	memcpy(text, row->before, len);
	memset(text + len, 'X', bytes);
	len += bytes;
	memcpy(text + len, row->behind, strlen(row->behind));
	const struct sip_input input = {
	        .bytes = slice_of(text, len + strlen(row->behind))};
	size_t consumed;
	assert_int_equal(sip_parse(&input, &message, &consumed), SIP_COMPLETE);
	return anomaly_has(&message.anomalies, ANOMALY_SIP_OVERSIZE);
}

static void oversize_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(size_rows) / sizeof(size_rows[0]); i++) {
		assert_false(oversize(&size_rows[i], size_rows[i].allowed));
		assert_true(oversize(&size_rows[i], size_rows[i].allowed + 1));
		assert_true(oversize(&size_rows[i], 8000));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(addresses),
	        cmocka_unit_test(many_headers),
	        cmocka_unit_test(oversize_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
