/*
 * The torture test messages of RFC 5118, each with the treatment that its section asks
 * for: what it calls valid has no anomaly, and every address is understood.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sdp.h"
#include "engine/decode/sip.h"

enum { FILE_MAX = 4096, MEDIA_MAX = 2 };

struct row {
	const char *name;
	const char *file;
	const char *request_ip; /* "" = the host of the request URI is no literal */
	uint16_t request_port;
	const char *via_ip;
	uint16_t via_port;
	const char *received;   /* "" = none */
	const char *contact_ip; /* "" = no Contact */
	const char *media_ip[MEDIA_MAX];
	enum anomaly anomaly; /* the one that is set; ANOMALY_COUNT = none */
};

static const struct row rows[] = {
        /* clang-format off */
	{"valid_message_with_a_reference", "ipv6-good",
		"2001:db8::10", 0, "2001:db8::9:1", 0, "", "2001:db8::1", {0}, ANOMALY_COUNT},
	{"reference_without_brackets", "ipv6-bad",
		"", 0, "2001:db8::9:1", 0, "", "2001:db8::1", {0}, ANOMALY_SIP_URI_BAD},
	{"port_within_the_brackets", "port-ambiguous",
		"2001:db8::10:5070", 0, "2001:db8::9:1", 0, "", "2001:db8::1", {0}, ANOMALY_COUNT},
	{"port_behind_the_brackets", "port-unambiguous",
		"2001:db8::10", 5070, "2001:db8::9:1", 0, "", "2001:db8::1", {0}, ANOMALY_COUNT},
	{"received_with_brackets", "via-received-param-with-delim",
		"2001:db8::10", 0, "2001:db8::9:1", 0, "2001:db8::9:255", "", {0}, ANOMALY_COUNT},
	{"received_without_brackets", "via-received-param-no-delim",
		"2001:db8::10", 0, "2001:db8::9:1", 0, "2001:db8::9:255", "2001:db8::9:1", {0}, ANOMALY_COUNT},
	{"addresses_in_sdp", "ipv6-in-sdp",
		"2001:db8::10", 0, "2001:db8::20", 0, "", "2001:db8::20",
		{"2001:db8::20", "2001:db8::20"}, ANOMALY_COUNT},
	{"both_families_in_headers", "mult-ip-in-header",
		"", 0, "2001:db8::9:1", 6050, "", "", {0}, ANOMALY_COUNT},
	{"both_families_in_sdp", "mult-ip-in-sdp",
		"2001:db8::10", 0, "2001:db8::9:1", 0, "", "2001:db8::9:1",
		{"192.0.2.1", "2001:db8::1"}, ANOMALY_COUNT},
	{"mapped_addresses", "ipv4-mapped-ipv6",
		"", 0, "192.0.2.10", 19823, "", "192.0.2.2",
		{"192.0.2.2", "192.0.2.2"}, ANOMALY_COUNT},
	{"three_colons_of_the_old_grammar", "ipv6-bug-abnf-3-colons",
		"2001:db8::192.0.2.1", 0, "", 0, "", "", {0}, ANOMALY_COUNT},
	{"two_colons", "ipv6-correct-abnf-2-colons",
		"2001:db8::192.0.2.1", 0, "", 0, "", "", {0}, ANOMALY_COUNT},
        /* clang-format on */
};

/* In memory of exactly its size, so that a look behind the end is seen. */
static struct slice load(const char *file)
{
	char path[512], buffer[FILE_MAX];
	(void)snprintf(path, sizeof(path), "%s/captures/torture/rfc5118/%s.dat",
	        SOURCE_DIR, file);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t len = fread(buffer, 1, sizeof(buffer), f);
	(void)fclose(f);
	char *exact = malloc(len);
	assert_non_null(exact);
	memcpy(exact, buffer, len);
	return slice_of(exact, len);
}

static void assert_ip(const struct address *got, const char *expected)
{
	struct address ip = {{0}};
	if (expected[0])
		assert_true(address_parse(slice_text(expected), &ip));
	assert_memory_equal(got->bytes, ip.bytes, sizeof(ip.bytes));
}

static void assert_uri_ip(const struct sip_uri *uri, const char *expected)
{
	struct address ip;
	assert_int_equal(sip_uri_ip(uri, &ip), expected[0] != 0);
	assert_ip(&ip, expected);
}

static void assert_media(const struct row *row, struct sip_message *message)
{
	static struct sdp sdp;
	struct slice part =
	        sip_body_part(message, SLICE("application/sdp"), &message->anomalies);
	if (!row->media_ip[0]) {
		assert_false(slice_present(part));
		return;
	}
	assert_true(sdp_parse(part, &sdp, &message->anomalies));
	assert_int_equal(sdp.media_count, MEDIA_MAX);
	for (unsigned i = 0; i < MEDIA_MAX; i++)
		assert_ip(&sdp.media[i].at.ip, row->media_ip[i]);
}

static void run(void **state)
{
	const struct row *row = *state;
	static struct sip_message message;
	const struct sip_input input = {.bytes = load(row->file)};
	struct address received = {{0}};
	size_t consumed;
	assert_int_equal(sip_parse(&input, &message, &consumed), SIP_COMPLETE);
	assert_int_equal(consumed, input.bytes.len);
	assert_uri_ip(&message.request_uri, row->request_ip);
	assert_int_equal(message.request_uri.port, row->request_port);
	assert_ip(&message.via.ip, row->via_ip);
	assert_int_equal(message.via.port, row->via_port);
	if (slice_present(message.via.received))
		assert_true(address_parse(message.via.received, &received));
	assert_ip(&received, row->received);
	assert_uri_ip(&message.contact.uri, row->contact_ip);
	assert_media(row, &message);
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		if (anomaly_has(&message.anomalies, i) != (i == row->anomaly))
			fail_msg("%s: %s", row->name, anomaly_name(i));
	}
	free((void *)(uintptr_t)input.bytes.data);
}

int main(void)
{
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[COUNT];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
