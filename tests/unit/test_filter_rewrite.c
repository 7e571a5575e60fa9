#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "nfq-filter/rewrite.h"
#include "platform/memory.h"

enum { HEADERS = 28, BYTES = 4096, MEMORY = 16 << 20 };

#define INNER "10.0.0.1"
#define VIA   "Via: SIP/2.0/UDP "
#define REST                                                                             \
	"From: <sip:a@10.0.0.1>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: 1@10.0.0.1\r\n"       \
	"CSeq: 1 INVITE\r\n"
#define SDP(ip, port)                                                                    \
	"v=0\r\no=- 1 1 IN IP4 " ip "\r\ns=-\r\nc=IN IP4 " ip                            \
	"\r\nt=0 0\r\nm=audio " port " RTP/AVP 0\r\n"

/* One after the other over the same translations; out NULL: it stays as it was. */
static const struct {
	const char *name;
	bool leaving;
	enum rewrite_result result;
	const char *in, *out;
} ROWS[] = {
        {"request_leaves", true, REWRITE_DONE,
                "INVITE sip:b@198.51.100.1 SIP/2.0\r\n" VIA
                "10.0.0.1 : 5060;branch=z9hG4bK1;rport\r\n" REST
                "Contact: \"10.0.0.1\" <sip:a@10.0.0.1;transport=udp>\r\n"
                "Content-Type: application/sdp\r\nl: 85\r\n\r\n" SDP(INNER, "4000"),
                "INVITE sip:b@198.51.100.1 SIP/2.0\r\n" VIA
                "192.0.2.1:40000;branch=z9hG4bK1;rport\r\n" REST
                "Contact: \"10.0.0.1\" <sip:a@192.0.2.1:40000;transport=udp>\r\n"
                "Content-Type: application/sdp\r\nl: 88\r\n\r\n" SDP(
                        "192.0.2.1", "40001")},
        {"answer_enters", false, REWRITE_DONE,
                "SIP/2.0 200 OK\r\n" VIA
                "192.0.2.1:40000;branch=z9hG4bK1;rport=40000;received=192.0.2.1\r\n" REST
                "Contact: <sip:b@198.51.100.1>\r\nContent-Length: 0\r\n\r\n",
                "SIP/2.0 200 OK\r\n" VIA
                "10.0.0.1:5060;branch=z9hG4bK1;rport=5060;received=10.0.0.1\r\n" REST
                "Contact: <sip:b@198.51.100.1>\r\nContent-Length: 0\r\n\r\n"},
        {"request_enters", false, REWRITE_DONE,
                "BYE sip:a@192.0.2.1:40000 SIP/2.0\r\n" VIA "198.51.100.1\r\n" REST
                "Route: <sip:192.0.2.1:40000;lr>, <sip:192.0.2.1:49999;lr>\r\n\r\n",
                "BYE sip:a@10.0.0.1:5060 SIP/2.0\r\n" VIA "198.51.100.1\r\n" REST
                "Route: <sip:10.0.0.1:5060;lr>, <sip:192.0.2.1:49999;lr>\r\n\r\n"},
        {"nothing_of_ours", true, REWRITE_NOTHING,
                "OPTIONS sip:b@198.51.100.1 SIP/2.0\r\n" VIA "phone.example\r\n" REST
                "\r\n",
                NULL},
        {"signed", true, REWRITE_FAILED,
                "INVITE sip:b@198.51.100.1 SIP/2.0\r\n" VIA "10.0.0.1\r\n" REST
                "Identity-Info: <https://x/>\r\n\r\n",
                NULL},
        {"media_over_tcp", true, REWRITE_FAILED,
                "INVITE sip:b@198.51.100.1 SIP/2.0\r\n" VIA "10.0.0.1\r\n" REST
                "Content-Type: application/sdp\r\n\r\n" SDP(
                        INNER, "4000") "m=message 9 TCP/MSRP *\r\n",
                NULL},
        {"no_port_left", true, REWRITE_FAILED,
                "INVITE sip:b@198.51.100.1 SIP/2.0\r\n" VIA "10.0.0.1\r\n" REST
                "Route: <sip:10.0.0.2>, <sip:10.0.0.3>, <sip:10.0.0.4>\r\n\r\n",
                NULL},
};

static size_t packet_of(uint8_t *packet, const char *text, bool leaving)
{
	static const uint8_t ends[2][8] = {
	        {198, 51, 100, 1, 10, 0, 0, 1}, {10, 0, 0, 1, 198, 51, 100, 1}};
	const size_t len = strlen(text), all = HEADERS + len;
	memset(packet, 0, HEADERS);
	packet[0] = 0x45;
	packet[2] = (uint8_t)(all >> 8);
	packet[3] = (uint8_t)all;
	packet[9] = 17;
	memcpy(&packet[12], ends[leaving], 8);
	packet[20] = packet[22] = 5060 >> 8;
	packet[21] = packet[23] = 5060 & 0xff;
	packet[24] = (uint8_t)((8 + len) >> 8);
	packet[25] = (uint8_t)(8 + len);
	memcpy(&packet[HEADERS], text, len);
	return all;
}

static void row(struct rewrite *rewrite, size_t index)
{
	static struct sip_message sip;
	static struct sdp sdp;
	struct view view;
	uint8_t packet[BYTES];
	size_t consumed;
	const size_t len = packet_of(packet, ROWS[index].in, ROWS[index].leaving);
	assert_true(view_open(&view, packet, (uint32_t)len));
	const struct sip_input input = {.bytes = view.payload};
	assert_int_equal(sip_parse(&input, &sip, &consumed), SIP_COMPLETE);
	const struct slice part =
	        sip_body_part(&sip, SLICE("application/sdp"), &sip.anomalies);
	rewrite->view = &view;
	rewrite->sip = &sip;
	rewrite->sdp = slice_present(part) && sdp_parse(part, &sdp, &sip.anomalies)
	                       ? &sdp
	                       : NULL;
	enum rewrite_result result = rewrite_plan(rewrite);
	if (result == REWRITE_DONE)
		result = rewrite_make(rewrite, packet, (uint32_t)len);
	assert_int_equal(result, ROWS[index].result);
	if (!ROWS[index].out)
		return;
	assert_int_equal(rewrite->len, HEADERS + strlen(ROWS[index].out));
	assert_memory_equal(
	        &rewrite->packet[HEADERS], ROWS[index].out, strlen(ROWS[index].out));
}

static void rows(void **state)
{
	static struct rewrite rewrite;
	static struct settings settings = {.nat_first = 40000, .nat_last = 40003};
	struct memory memory = memory_reserve(MEMORY);
	struct nat nat = {.settings = &settings};
	const struct hash_key key = {1, 2};
	(void)state;
	settings.nat_address = address_v4(0xc0000201);
	assert_true(network_parse(SLICE("10.0.0.0/8"), &settings.inside.items[0]));
	settings.inside.count = 1;
	assert_true(nat_init(&nat, &memory, &key));
	rewrite.nat = &nat;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		print_message("%s\n", ROWS[i].name);
		row(&rewrite, i);
	}
	memory_release(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
