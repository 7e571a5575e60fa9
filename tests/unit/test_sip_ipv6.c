/*
 * RFC 5118: torture messages for IPv6 in SIP, a row per section.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sdp.h"
#include "engine/decode/sip.h"

enum { ANOMALIES_MAX = 4 };

struct row {
	const char *name;
	const char *text;
	const char *host; /* of the request URI, "" for a response */
	uint16_t port;
	const char *via_host;
	const char *received;
	const char *media; /* connection of the first m= line, NULL without SDP */
	enum anomaly anomalies[ANOMALIES_MAX];
};

#define TAIL(from, to)                                                                   \
	"Max-Forwards: 70\r\nFrom: <" from ">;tag=81x2\r\nTo: <" to ">\r\n"              \
	"Call-ID: SSG9559905523997077@hlau_4100\r\nCSeq: 98176 REGISTER\r\n"             \
	"Contact: <sip:user@[2001:db8::1]>\r\nExpires: 3600\r\nContent-Length: "         \
	"0\r\n\r\n"
#define USERS TAIL("sip:user@example.com", "sip:user@example.com")

static const struct row rows[] = {
        {.name = "4_1_valid_reference_in_request_uri",
                .text = "REGISTER sip:[2001:db8::10] SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP "
                        "[2001:db8::9:1];branch=z9hG4bKas3-111\r\n" USERS,
                .host = "2001:db8::10",
                .via_host = "2001:db8::9:1",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_2_request_uri_without_brackets",
                .text = "REGISTER sip:2001:db8::10 SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP "
                        "[2001:db8::9:1];branch=z9hG4bKas3-111\r\n" USERS,
                .host = "2001",
                .via_host = "2001:db8::9:1",
                .anomalies = {ANOMALY_SIP_URI_BAD, ANOMALY_COUNT}},
        {.name = "4_3_port_ambiguous_inside_brackets",
                .text = "REGISTER sip:[2001:db8::10:5070] SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP "
                        "[2001:db8::9:1];branch=z9hG4bKas3-111\r\n" USERS,
                .host = "2001:db8::10:5070",
                .via_host = "2001:db8::9:1",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_4_port_unambiguous_behind_brackets",
                .text = "REGISTER sip:[2001:db8::10]:5070 SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP "
                        "[2001:db8::9:1];branch=z9hG4bKas3-111\r\n" USERS,
                .host = "2001:db8::10",
                .port = 5070,
                .via_host = "2001:db8::9:1",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_5_received_with_brackets",
                .text = "REGISTER sip:[2001:db8::10] SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];"
                        "branch=z9hG4bKas3-111\r\n" USERS,
                .host = "2001:db8::10",
                .via_host = "2001:db8::9:1",
                .received = "[2001:db8::9:255]",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_5_received_without_brackets",
                .text = "REGISTER sip:[2001:db8::10] SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;"
                        "branch=z9hG4bKas3\r\n" USERS,
                .host = "2001:db8::10",
                .via_host = "2001:db8::9:1",
                .received = "2001:db8::9:255",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_6_reference_in_sdp",
                .text = "INVITE sip:user@[2001:db8::10] SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111\r\n"
                        "Max-Forwards: 70\r\nFrom: <sip:user@[2001:db8::20]>;tag=8\r\n"
                        "To: <sip:user@[2001:db8::10]>\r\nCall-ID: a@[2001:db8::20]\r\n"
                        "CSeq: 8612 INVITE\r\nContact: <sip:user@[2001:db8::20]>\r\n"
                        "Content-Type: application/sdp\r\nContent-Length: 126\r\n\r\n"
                        "v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\n"
                        "s=-\r\nc=IN IP6 2001:db8::20\r\nt=338893600 0\r\n"
                        "m=audio 6000 RTP/AVP 0\r\n",
                .host = "2001:db8::10",
                .via_host = "2001:db8::20",
                .media = "2001:db8::20",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_7_addresses_of_both_families_in_headers",
                .text = "BYE sip:user@host.example.com SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111\r\n"
                        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144\r\n"
                        "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;"
                        "received=192.0.2.200\r\n"
                        "Call-ID: 997077@lau_4100\r\nMax-Forwards: 70\r\nCSeq: 89187 "
                        "BYE\r\n"
                        "To: <sip:user@example.net>;tag=9817--94\r\n"
                        "From: <sip:user@example.com>;tag=81x2\r\nContent-Length: "
                        "0\r\n\r\n",
                .host = "host.example.com",
                .via_host = "2001:db8::9:1",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_9_mapped_address",
                .text = "INVITE sip:user@example.com SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP "
                        "[::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19\r\n"
                        "Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111\r\n"
                        "Max-Forwards: 70\r\nFrom: <sip:a@[::ffff:192.0.2.10]>;tag=8\r\n"
                        "To: <sip:user@example.com>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n"
                        "Contact: <sip:a@[::ffff:192.0.2.10]>\r\n"
                        "Content-Type: application/sdp\r\n\r\n"
                        "v=0\r\no=a 9717 0 IN IP6 ::ffff:192.0.2.2\r\ns=-\r\n"
                        "c=IN IP6 ::ffff:192.0.2.10\r\nt=0 0\r\nm=audio 6000 RTP/AVP "
                        "0\r\n",
                .host = "example.com",
                .via_host = "::ffff:192.0.2.10",
                .media = "::ffff:192.0.2.10",
                .anomalies = {ANOMALY_COUNT}},
        {.name = "4_10_three_colons",
                .text = "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP [2001:db8::1];branch=z9hG4bKas3\r\n"
                        "Max-Forwards: 70\r\nFrom: <sip:user@example.com>;tag=81x2\r\n"
                        "To: <sip:user@[2001:db8:::192.0.2.1]>\r\nCall-ID: b@hlau\r\n"
                        "CSeq: 9817 OPTIONS\r\nContent-Length: 0\r\n\r\n",
                .host = "2001:db8:::192.0.2.1",
                .via_host = "2001:db8::1",
                .anomalies = {ANOMALY_SIP_URI_BAD, ANOMALY_SIP_TO_BAD, ANOMALY_COUNT}},
};

static void assert_slice(struct slice got, const char *expected)
{
	assert_int_equal(got.len, expected ? strlen(expected) : 0);
	if (expected)
		assert_memory_equal(got.data, expected, got.len);
}

static void run(void **state)
{
	const struct row *row = *state;
	static struct sip_message message;
	static struct sdp sdp;
	const struct sip_input input = {.bytes = slice_of(row->text, strlen(row->text))};
	struct anomalies expected = {{0}};
	size_t consumed;
	assert_int_equal(sip_parse(&input, &message, &consumed), SIP_COMPLETE);
	for (unsigned i = 0; row->anomalies[i] != ANOMALY_COUNT; i++)
		anomaly_set(&expected, row->anomalies[i]);
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		if (anomaly_has(&message.anomalies, i) != anomaly_has(&expected, i))
			fail_msg("%s: %s", row->name, anomaly_name(i));
	}
	assert_slice(message.request_uri.host, row->host);
	assert_int_equal(message.request_uri.port, row->port);
	assert_slice(message.via.host, row->via_host);
	assert_slice(message.via.received, row->received);
	assert_false(address_none(&message.via.ip));
	struct anomalies sdp_anomalies = {{0}};
	struct slice part =
	        sip_body_part(&message, SLICE("application/sdp"), &sdp_anomalies);
	assert_int_equal(slice_present(part), row->media != NULL);
	if (!row->media)
		return;
	assert_true(sdp_parse(part, &sdp, &sdp_anomalies));
	assert_slice(sdp.media[0].connection, row->media);
	assert_false(address_none(&sdp.media[0].at.ip));
	assert_false(anomalies_any(&sdp_anomalies));
}

/* RFC 5118 4.8: a session description with media of both families. */
static void media_of_both_families(void **state)
{
	(void)state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	const struct slice text =
	        SLICE("v=0\r\no=bob 280744730 28977631 IN IP4 "
	              "host.example.com\r\ns=\r\nt=0 0\r\n"
	              "m=audio 22334 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n"
	              "m=video 6024 RTP/AVP 107\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:107 "
	              "H263-1998/90000\r\n");
	assert_true(sdp_parse(text, &sdp, &anomalies));
	assert_false(anomalies_any(&anomalies));
	assert_true(address_is_v4(&sdp.media[0].at.ip));
	assert_false(address_is_v4(&sdp.media[1].at.ip));
	assert_slice(sdp.media[1].connection, "2001:db8::1");
}

int main(void)
{
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[COUNT + 1];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(media_of_both_families);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
