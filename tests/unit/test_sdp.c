/*
 * Session descriptions: fields, defaults, hold, and what is wrong with them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sdp.h"

#define SESSION                                                                          \
	"v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 0\r\n"

struct row {
	const char *name;
	struct slice text;
	bool understood;
	unsigned media;
	uint16_t port;
	uint16_t rtcp_port;
	bool hold;
	enum anomaly anomaly; /* ANOMALY_COUNT = none may be set */
};

#define TEXT(literal)                                                                    \
	{                                                                                \
		(literal), sizeof(literal) - 1                                           \
	}

static const struct row rows[] = {
        /* clang-format off */
	{"plain", TEXT(SESSION AUDIO), true, 1, 4000, 4001, false, ANOMALY_COUNT},
	{"line_feeds_only", TEXT("v=0\no=- 1 2 IN IP4 h\ns=-\nc=IN IP4 h\nt=0 0\nm=audio 4000 RTP/AVP 0"), true, 1, 4000, 4001, false, ANOMALY_COUNT},
	{"nothing", TEXT(""), false, 0, 0, 0, false, ANOMALY_COUNT},
	{"no_description", TEXT("hello\r\n"), false, 0, 0, 0, false, ANOMALY_SDP_BAD},
	{"connection_missing", TEXT("v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nt=0 0\r\n" AUDIO), true, 1, 4000, 4001, false, ANOMALY_SDP_NO_CONNECTION},
	{"port_over_range", TEXT(SESSION "m=audio 70000 RTP/AVP 0\r\n"), true, 1, 0, 0, false, ANOMALY_SDP_PORT_RANGE},
	{"port_not_a_number", TEXT(SESSION "m=audio x RTP/AVP 0\r\n"), true, 1, 0, 0, false, ANOMALY_SDP_BAD},
	{"order", TEXT("v=0\r\ns=-\r\no=- 1 2 IN IP4 h\r\nc=IN IP4 h\r\nt=0 0\r\n" AUDIO), true, 1, 4000, 4001, false, ANOMALY_SDP_ORDER},
	{"rtpmap_without_clock", TEXT(SESSION AUDIO "a=rtpmap:31 LPC\r\n"), true, 1, 4000, 4001, false, ANOMALY_SDP_RTPMAP_BAD},
	{"rtcp_attribute", TEXT(SESSION AUDIO "a=rtcp:53020\r\n"), true, 1, 4000, 53020, false, ANOMALY_COUNT},
	{"rtcp_mux", TEXT(SESSION AUDIO "a=rtcp-mux\r\n"), true, 1, 4000, 4000, false, ANOMALY_COUNT},
	{"hold_by_direction", TEXT(SESSION AUDIO "a=sendonly\r\n"), true, 1, 4000, 4001, true, ANOMALY_COUNT},
	{"hold_by_session_direction", TEXT(SESSION "a=inactive\r\n" AUDIO), true, 1, 4000, 4001, true, ANOMALY_COUNT},
	{"hold_by_address", TEXT(SESSION AUDIO "c=IN IP4 0.0.0.0\r\n"), true, 1, 4000, 4001, true, ANOMALY_COUNT},
	{"one_stream_goes_on", TEXT(SESSION AUDIO "a=sendonly\r\n" "m=video 5000 RTP/AVP 31\r\n"), true, 2, 4000, 4001, false, ANOMALY_COUNT},
	{"refused_stream_does_not_count", TEXT(SESSION AUDIO "a=sendonly\r\n" "m=video 0 RTP/AVP 31\r\n"), true, 2, 4000, 4001, true, ANOMALY_COUNT},
        /* clang-format on */
};

static void assert_slice(struct slice got, const char *expected)
{
	assert_int_equal(got.len, strlen(expected));
	assert_memory_equal(got.data, expected, got.len);
}

static void run(void **state)
{
	const struct row *row = *state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	assert_int_equal(sdp_parse(row->text, &sdp, &anomalies), row->understood);
	if (row->anomaly == ANOMALY_COUNT)
		assert_false(anomalies_any(&anomalies));
	else
		assert_true(anomaly_has(&anomalies, row->anomaly));
	assert_int_equal(sdp.media_count, row->media);
	if (!row->media)
		return;
	assert_int_equal(sdp.media[0].at.port, row->port);
	assert_int_equal(sdp.media[0].rtcp.port, row->rtcp_port);
	assert_int_equal(sdp.hold, row->hold);
}

static void offer_of_a_browser(void **state)
{
	(void)state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	const struct slice text = SLICE(
	        "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 "
	        "1\r\n"
	        "a=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\n"
	        "a=rtcp:9 IN IP4 0.0.0.0\r\n"
	        "a=candidate:1 1 udp 2122260223 192.0.2.7 54321 typ host generation 0\r\n"
	        "a=candidate:2 1 tcp 1518280447 abc.local 9 typ host tcptype active\r\n"
	        "a=ice-ufrag:F7gI\r\na=fingerprint:sha-256 "
	        "12:34\r\na=mid:0\r\na=sendrecv\r\n"
	        "a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 "
	        "minptime=10\r\na=maxptime:60\r\n"
	        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 "
	        "0.0.0.0\r\na=mid:1\r\n");
	assert_true(sdp_parse(text, &sdp, &anomalies));
	assert_false(anomalies_any(&anomalies));
	assert_slice(sdp.group_bundle, "0 1");
	assert_true(sdp.ice_lite);
	const struct sdp_media *audio = &sdp.media[0];
	assert_true(audio->secure && audio->rtcp_mux);
	assert_int_equal(audio->payload_count, 2);
	assert_slice(audio->payloads[0].encoding, "opus");
	assert_slice(audio->payloads[0].fmtp, "minptime=10");
	assert_int_equal(audio->payloads[0].clock_rate, 48000);
	assert_int_equal(audio->payloads[0].channels, 2);
	assert_slice(audio->payloads[1].encoding, "PCMU");
	assert_int_equal(audio->candidate_count, 2);
	assert_int_equal(audio->candidates[0].at.port, 54321);
	assert_true(audio->candidates[1].tcp);
	assert_int_equal(audio->maxptime_ms, 60);
	assert_slice(audio->ice_ufrag, "F7gI");
	assert_int_equal(sdp.media[1].kind, SDP_APPLICATION);
	assert_true(sdp.media[1].secure);
}

static void fax(void **state)
{
	(void)state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	assert_true(sdp_parse(
	        SLICE(SESSION "m=image 4010/2 udptl t38\r\na=T38FaxVersion:0\r\n"), &sdp,
	        &anomalies));
	assert_false(anomalies_any(&anomalies));
	assert_true(sdp.media[0].t38);
	assert_int_equal(sdp.media[0].kind, SDP_IMAGE);
	assert_int_equal(sdp.media[0].port_count, 2);
}

static void more_media_than_kept(void **state)
{
	(void)state;
	static struct sdp sdp;
	static char text[64 * sizeof(AUDIO)];
	struct anomalies anomalies = {{0}};
	size_t len = 0;
	for (unsigned i = 0; i < LIMIT_SDP_MEDIA + 5; i++, len += sizeof(AUDIO) - 1)
		memcpy(text + len, AUDIO, sizeof(AUDIO) - 1);
	assert_true(sdp_parse(slice_of(text, len), &sdp, &anomalies));
	assert_int_equal(sdp.media_count, LIMIT_SDP_MEDIA);
	assert_true(anomaly_has(&anomalies, ANOMALY_SDP_MANY_MEDIA));
}

int main(void)
{
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[COUNT + 3];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(offer_of_a_browser);
	tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(fax);
	tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(more_media_than_kept);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
