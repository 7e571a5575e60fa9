/*
 * Session descriptions by rows: what is read of each, and what is wrong with it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/sdp.h"

#define HEAD  "v=0\r\no=u 1 2 IN IP4 192.0.2.9\r\ns=-\r\n"
#define HERE  "c=IN IP4 192.0.2.1\r\n"
#define TIME  "t=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 0 8 101\r\n"

struct row {
	const char *name;
	const char *text;
	unsigned media;
	const char *ip; /* of the first medium, "" = none */
	uint16_t port, rtcp;
	unsigned payloads;
	const char *encoding; /* of its last payload */
	uint32_t clock_rate;
	enum sdp_direction direction;
	bool hold;
	enum anomaly anomaly; /* the one that is set, ANOMALY_COUNT = none */
};

static const struct row rows[] = {
        /* clang-format off */
	{"plain", HEAD HERE TIME AUDIO "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n",
		1, "192.0.2.1", 4000, 4001, 3, "telephone-event", 8000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"bare_line_feeds", "v=0\no=u 1 2 IN IP4 h\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 4000 RTP/AVP 8",
		1, "192.0.2.1", 4000, 4001, 1, "PCMA", 8000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"connection_of_the_medium", HEAD TIME AUDIO "c=IN IP6 2001:db8::1\r\n",
		1, "2001:db8::1", 4000, 4001, 3, "", 0, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"multicast", HEAD "c=IN IP4 224.2.1.1/127/3\r\n" TIME "m=audio 4000/2 RTP/AVP 0\r\n",
		1, "224.2.1.1", 4000, 4001, 1, "PCMU", 8000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"no_connection", HEAD TIME AUDIO, 1, "", 4000, 4001, 3, "", 0, SDP_SENDRECV, false, ANOMALY_SDP_NO_CONNECTION},
	{"rtcp_elsewhere", HEAD HERE TIME AUDIO "a=rtcp:53020 IN IP4 192.0.2.7\r\n",
		1, "192.0.2.1", 4000, 53020, 3, "", 0, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"rtcp_on_the_same_port", HEAD HERE TIME AUDIO "a=rtcp-mux\r\n",
		1, "192.0.2.1", 4000, 4000, 3, "", 0, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"direction_of_the_session", HEAD HERE TIME "a=recvonly\r\n" AUDIO,
		1, "192.0.2.1", 4000, 4001, 3, "", 0, SDP_RECVONLY, false, ANOMALY_COUNT},
	{"direction_of_the_medium", HEAD HERE TIME "a=recvonly\r\n" AUDIO "a=SendOnly\r\n",
		1, "192.0.2.1", 4000, 4001, 3, "", 0, SDP_SENDONLY, true, ANOMALY_COUNT},
	{"hold_by_address", HEAD "c=IN IP4 0.0.0.0\r\n" TIME AUDIO,
		1, "0.0.0.0", 4000, 4001, 3, "", 0, SDP_SENDRECV, true, ANOMALY_COUNT},
	{"wideband", HEAD HERE TIME "m=audio 4000 RTP/SAVPF 96\r\na=rtpmap:96 opus/48000/2\r\n",
		1, "192.0.2.1", 4000, 4001, 1, "opus", 48000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"refused_medium", HEAD HERE TIME "m=video 0 RTP/AVP 31\r\n" AUDIO,
		2, "192.0.2.1", 0, 0, 1, "H261", 90000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"blanks_at_line_ends", HEAD HERE TIME "m=audio 4000 RTP/AVP 97 \r\na=rtpmap:97 iLBC/8000 \r\na=rtcp:4009 \r\n",
		1, "192.0.2.1", 4000, 4009, 1, "iLBC", 8000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"port_too_high", HEAD HERE TIME "m=audio 65536 RTP/AVP 0\r\n",
		1, "192.0.2.1", 0, 0, 1, "PCMU", 8000, SDP_SENDRECV, false, ANOMALY_SDP_PORT_RANGE},
	{"map_without_clock", HEAD HERE TIME "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 x\r\n",
		1, "192.0.2.1", 4000, 4001, 1, "", 0, SDP_SENDRECV, false, ANOMALY_SDP_RTPMAP_BAD},
	{"map_of_a_type_too_high", HEAD HERE TIME "m=audio 4000 RTP/AVP 96\r\na=rtpmap:128 x/8000\r\n",
		1, "192.0.2.1", 4000, 4001, 1, "", 0, SDP_SENDRECV, false, ANOMALY_SDP_RTPMAP_BAD},
	{"map_of_a_type_that_is_not_offered", HEAD HERE TIME "m=audio 4000 RTP/AVP 0\r\na=rtpmap:99 x/8000\r\n",
		1, "192.0.2.1", 4000, 4001, 1, "PCMU", 8000, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"type_that_two_media_share", HEAD HERE TIME "m=audio 4000 RTP/AVP 96\r\nm=video 5000 RTP/AVP 97\r\na=rtpmap:96 x/8000\r\n",
		2, "192.0.2.1", 4000, 4001, 1, "", 0, SDP_SENDRECV, false, ANOMALY_COUNT},
	{"line_without_equals", HEAD HERE TIME AUDIO "a rtpmap\r\n",
		1, "192.0.2.1", 4000, 4001, 3, "", 0, SDP_SENDRECV, false, ANOMALY_SDP_BAD},
	{"out_of_order", "v=0\r\ns=-\r\no=u 1 2 IN IP4 h\r\n" HERE TIME AUDIO,
		1, "192.0.2.1", 4000, 4001, 3, "", 0, SDP_SENDRECV, false, ANOMALY_SDP_ORDER},
        /* clang-format on */
};

static void assert_text(struct slice got, const char *expected)
{
	if (!slice_equal(got, slice_text(expected)))
		fail_msg("'%.*s' is not '%s'", (int)got.len, got.data, expected);
}

static void run(void **state)
{
	const struct row *row = *state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	struct address ip = {{0}};
	size_t len = strlen(row->text);
	char *exact = malloc(len);
	assert_non_null(exact);
	memcpy(exact, row->text, len);
	/* What a description before it left behind must not be seen. */
	memset(&sdp, 0xa5, sizeof(sdp));
	assert_true(sdp_parse(slice_of(exact, len), &sdp, &anomalies));
	assert_int_equal(sdp.media_count, row->media);
	const struct sdp_media *media = &sdp.media[0];
	if (row->ip[0])
		assert_true(address_parse(slice_text(row->ip), &ip));
	assert_memory_equal(media->at.ip.bytes, ip.bytes, sizeof(ip.bytes));
	assert_int_equal(media->at.port, row->port);
	assert_int_equal(media->rtcp.port, row->rtcp);
	assert_int_equal(media->payload_count, row->payloads);
	assert_text(media->payloads[row->payloads - 1].encoding, row->encoding);
	assert_int_equal(media->payloads[row->payloads - 1].clock_rate, row->clock_rate);
	assert_int_equal(media->direction, row->direction);
	assert_int_equal(sdp.hold, row->hold);
	for (unsigned i = 0; i < ANOMALY_COUNT; i++) {
		if (anomaly_has(&anomalies, i) != (i == row->anomaly))
			fail_msg("%s: %s", row->name, anomaly_name(i));
	}
	free(exact);
}

/* Everything that WebRTC and secure phones add. */
static void secured(void **state)
{
	(void)state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	const struct slice text = SLICE(HEAD TIME
	        "a=group:BUNDLE 0 1\r\na=ice-lite\r\na=ice-ufrag:abcd\r\n"
	        "a=fingerprint:sha-256 AA:BB\r\n"
	        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n"
	        "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
	        "a=ptime:20\r\na=maxptime:60\r\n"
	        "a=candidate:1 1 UDP 2130706431 192.0.2.5 53211 typ host\r\n"
	        "a=candidate:2 1 tcp 1 2001:db8::7 9 typ relay raddr 0.0.0.0 rport 0\r\n"
	        "a=candidate:3 1 udp 7 f3a.local 1 typ srflx\r\n"
	        "m=image 5000 udptl t38\r\nc=IN IP4 192.0.2.6\r\na=bundle-only\r\n"
	        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\na=T38FaxVersion:0\r\n");
	assert_true(sdp_parse(text, &sdp, &anomalies));
	assert_false(anomalies_any(&anomalies));
	assert_text(sdp.group_bundle, "0 1");
	assert_true(sdp.ice_lite);
	const struct sdp_media *audio = &sdp.media[0], *fax = &sdp.media[1];
	assert_true(audio->secure);
	assert_text(audio->mid, "0");
	assert_text(audio->ice_ufrag, "abcd");
	assert_text(audio->fingerprint, "sha-256 AA:BB");
	assert_text(audio->payloads[0].fmtp, "minptime=10;useinbandfec=1");
	assert_int_equal(audio->payloads[0].channels, 2);
	assert_int_equal(audio->ptime_ms, 20);
	assert_int_equal(audio->maxptime_ms, 60);
	assert_int_equal(audio->candidate_count, 3);
	assert_int_equal(audio->candidates[0].at.port, 53211);
	assert_int_equal(audio->candidates[0].priority, 2130706431);
	assert_true(audio->candidates[1].tcp);
	assert_text(audio->candidates[1].kind, "relay");
	assert_true(address_none(&audio->candidates[2].at.ip));
	assert_true(fax->t38);
	assert_true(fax->bundle_only);
	assert_text(fax->crypto, "1 AES_CM_128_HMAC_SHA1_80 inline:x");
}

static void no_description(void **state)
{
	(void)state;
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	assert_false(sdp_parse(SLICE("hello\r\nworld"), &sdp, &anomalies));
	assert_false(sdp_parse(SLICE("\r\n\r\n"), &sdp, &anomalies));
	assert_false(sdp_parse(SLICE(""), &sdp, &anomalies));
}

int main(void)
{
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[COUNT + 2];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(secured);
	tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(no_description);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
