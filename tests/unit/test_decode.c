/*
 * From datagrams and streams to messages: what content is taken for what.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/decode/decode.h"
#include "engine/frame/stream.h"

#define FIELDS                                                                           \
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n"        \
	"To: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
#define OPTIONS "OPTIONS sip:b@x SIP/2.0\r\n" FIELDS
#define EMPTY   OPTIONS "Content-Length: 0\r\n\r\n"
#define SDP                                                                              \
	"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\nm=audio 4000 RTP/AVP " \
	"0\r\n"
#define UPGRADE                                                                          \
	"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"     \
	"Sec-WebSocket-Protocol: chat, sip\r\n\r\n"

enum { MEMORY = 4 << 20, MESSAGES_MAX = 8 };
#define TEXT(literal)                                                                    \
	{                                                                                \
		(literal), sizeof(literal) - 1                                           \
	}

static struct decode *decoder(void)
{
	static _Alignas(64) uint8_t region[MEMORY];
	memset(region, 0, sizeof(region));
	struct memory memory = {.base = region, .bytes = sizeof(region)};
	struct decode *decode = decode_new(&memory, NULL, &(struct hash_key){1, 2});
	assert_non_null(decode);
	return decode;
}

struct row {
	const char *name;
	struct slice text;
	unsigned count;
	enum message_kind kind; /* of each */
	bool sdp;               /* with the first */
};

static const struct row rows[] = {
        /* clang-format off */
	{"empty", TEXT(""), 1, MESSAGE_KEEPALIVE, false},
	{"line_end", TEXT("\r\n\r\n"), 1, MESSAGE_KEEPALIVE, false},
	{"nul_bytes", TEXT("\0\0\0\0"), 1, MESSAGE_KEEPALIVE, false},
	{"sip", TEXT(EMPTY), 1, MESSAGE_SIP, false},
	{"three_in_one", TEXT(EMPTY EMPTY "\r\n" EMPTY), 3, MESSAGE_SIP, false},
	{"sip_with_sdp", TEXT(OPTIONS "c: application/sdp\r\n\r\n" SDP), 1, MESSAGE_SIP, true},
	{"sip_with_sdp_of_no_type", TEXT(OPTIONS "\r\n" SDP), 1, MESSAGE_SIP, true},
	{"sdp_in_multipart", TEXT(OPTIONS "c: multipart/mixed;boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
		"--b\r\nContent-Type: application/sdp\r\n\r\n" SDP "\r\n--b--\r\n"), 1, MESSAGE_SIP, true},
	{"sdp_in_nested_multipart", TEXT(OPTIONS "c: multipart/mixed;boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative;\r\n boundary=i\r\n\r\n"
		"--i\r\nContent-Type: application/sdp\r\n\r\n" SDP "\r\n--i--\r\n--b--\r\n"), 1, MESSAGE_SIP, true},
	{"meant_as_sip", TEXT("SIP/2.0 abc\r\n\r\n"), 1, MESSAGE_ERROR, false},
	{"http", TEXT("HTTP/1.1 200 OK\r\n\r\n"), 1, MESSAGE_OTHER, false},
	{"ssdp", TEXT("NOTIFY * HTTP/1.1\r\n\r\n"), 1, MESSAGE_OTHER, false},
	{"dns", TEXT("\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03" "sip\x07" "example\0\0\x01\0\x01"), 1, MESSAGE_OTHER, false},
	{"rtp", TEXT("\x80\x00\0\x01\0\0\0\x01\0\0\0\x02payload"), 1, MESSAGE_RTP, false},
	{"rtp_with_marker", TEXT("\x80\x80\0\x01\0\0\0\x01\0\0\0\x02payload"), 1, MESSAGE_RTP, false},
	{"rtcp", TEXT("\x80\xc9\0\x01\0\0\0\x01"), 1, MESSAGE_RTCP, false},
	{"stun", TEXT("\0\x01\0\0\x21\x12\xa4\x42" "abcdefghijkl"), 1, MESSAGE_STUN, false},
	{"dtls", TEXT("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x01x"), 1, MESSAGE_DTLS, false},
        /* clang-format on */
};

static void run(void **state)
{
	const struct row *row = *state;
	struct decode *decode = decoder();
	const struct datagram datagram = {.payload = row->text};
	struct message message;
	unsigned count = 0;
	decode_open(decode, &datagram);
	while (decode_next(decode, &message)) {
		assert_int_equal(message.kind, row->kind);
		assert_non_null(message.anomalies);
		assert_ptr_equal(message.datagram, &datagram);
		if (count++ == 0)
			assert_int_equal(message.sdp != NULL, row->sdp);
	}
	assert_int_equal(count, row->count);
}

struct stream_row {
	const char *name;
	struct slice text;
	bool start;
	bool gap;
	unsigned sip;
	unsigned errors;
	size_t consumed;
	bool ignored;
	enum transport transport;
};

#define LEN(literal) (sizeof(literal) - 1)

static const struct stream_row stream_rows[] = {
        /* clang-format off */
	{"two_in_a_segment", TEXT(EMPTY EMPTY), true, false, 2, 0, 2 * LEN(EMPTY), false, TRANSPORT_TCP},
	{"one_and_a_half", TEXT(EMPTY "OPTIONS sip:"), true, false, 1, 0, LEN(EMPTY), false, TRANSPORT_TCP},
	{"junk_then_message", TEXT("x: y\r\n\r\n" EMPTY), false, false, 1, 0, LEN(EMPTY) + 8, false, TRANSPORT_TCP},
	{"behind_a_gap", TEXT("half a line\r\n" EMPTY), false, true, 1, 0, LEN(EMPTY) + 13, false, TRANSPORT_TCP},
	{"broken_start_line", TEXT("SIP/2.0 abc\r\n" EMPTY), true, false, 1, 1, LEN(EMPTY) + 13, false, TRANSPORT_TCP},
	{"http_is_ignored", TEXT("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), true, false, 0, 0, 27, true, TRANSPORT_TCP},
	{"tls_is_ignored", TEXT("\x16\x03\x01\x02\x00\x01\r\n"), true, false, 0, 0, 8, true, TRANSPORT_TCP},
	{"upgrade_grows", TEXT("GET / HTTP/1.1\r\nHost: x\r\n"), true, false, 0, 0, 0, false, TRANSPORT_TCP},
        /* clang-format on */
};

static void run_stream(void **state)
{
	const struct stream_row *row = *state;
	struct decode *decode = decoder();
	struct tcp_stream stream = {.given = (const uint8_t *)row->text.data,
	        .given_len = (uint32_t)row->text.len};
	const struct datagram datagram = {.payload = row->text,
	        .transport = TRANSPORT_TCP,
	        .stream = &stream,
	        .stream_gap = row->gap,
	        .stream_start = row->start};
	struct message message;
	unsigned sip = 0, errors = 0;
	decode_open(decode, &datagram);
	while (decode_next(decode, &message)) {
		sip += message.kind == MESSAGE_SIP;
		errors += message.kind == MESSAGE_ERROR;
		assert_int_equal(message.datagram->transport, row->transport);
	}
	assert_int_equal(sip, row->sip);
	assert_int_equal(errors, row->errors);
	assert_int_equal(stream.consumed, row->consumed);
	assert_int_equal(stream.ignored, row->ignored);
}

/* One WebSocket frame with a mask; the length must need the two-byte form. */
static size_t frame_put(char *into, unsigned first, struct slice text)
{
	static const uint8_t key[4] = {0x12, 0x34, 0x56, 0x78};
	into[0] = (char)first;
	into[1] = (char)(0x80 | 126);
	into[2] = (char)(text.len >> 8);
	into[3] = (char)(text.len & 0xff);
	memcpy(into + 4, key, 4);
	for (size_t i = 0; i < text.len; i++)
		into[8 + i] = (char)(text.data[i] ^ key[i & 3]);
	return 8 + text.len;
}

static unsigned stream_feed(
        struct decode *decode, struct tcp_stream *stream, struct slice bytes)
{
	const struct datagram datagram = {.payload = bytes,
	        .transport = TRANSPORT_TCP,
	        .stream = stream,
	        .stream_start = true};
	struct message message;
	unsigned sip = 0;
	stream->given = (const uint8_t *)bytes.data;
	stream->given_len = (uint32_t)bytes.len;
	stream->consumed = 0;
	decode_open(decode, &datagram);
	while (decode_next(decode, &message)) {
		if (message.kind != MESSAGE_SIP)
			continue;
		assert_int_equal(message.datagram->transport, TRANSPORT_WS);
		assert_int_equal(message.sip->method, SIP_OPTIONS);
		sip++;
	}
	return sip;
}

static void websocket_in_fragments(void **state)
{
	(void)state;
	struct decode *decode = decoder();
	struct tcp_stream stream = {0};
	static char bytes[4096];
	const struct slice text = SLICE(EMPTY);
	size_t len = LEN(UPGRADE);
	memcpy(bytes, UPGRADE, len);
	len += frame_put(bytes + len, 0x01, slice_first(text, 50));
	len += frame_put(bytes + len, 0x89, SLICE("ping"));
	size_t part = len;
	assert_int_equal(stream_feed(decode, &stream, slice_of(bytes, part)), 0);
	assert_int_equal(stream.consumed, LEN(UPGRADE));
	len += frame_put(bytes + len, 0x80, slice_from(text, 50));
	len += frame_put(bytes + len, 0x82, text);
	assert_int_equal(stream_feed(decode, &stream,
	                         slice_of(bytes + LEN(UPGRADE), len - LEN(UPGRADE))),
	        2);
	assert_int_equal(stream.consumed, len - LEN(UPGRADE));
}

int main(void)
{
	enum {
		COUNT = sizeof(rows) / sizeof(rows[0]),
		STREAMS = sizeof(stream_rows) / sizeof(stream_rows[0])
	};
	struct CMUnitTest tests[COUNT + STREAMS + 1];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	for (unsigned i = 0; i < STREAMS; i++)
		tests[COUNT + i] = (struct CMUnitTest){stream_rows[i].name, run_stream,
		        NULL, NULL, (void *)(uintptr_t)&stream_rows[i]};
	tests[COUNT + STREAMS] =
	        (struct CMUnitTest)cmocka_unit_test(websocket_in_fragments);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
