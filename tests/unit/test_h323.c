/* H.323 in datagrams and streams: what is taken for it by content, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/decode/decode.h"
#include "engine/frame/stream.h"

enum { MEMORY = 4 << 20, EXPECT_MAX = 8 };

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}

/* Messages as the encoder of tests/h323 writes them. */
#define RELEASE                                                                          \
	"\x08\x02\x12\x34\x5a\x7e\x00\x1f\x05\x05\x80\x06\x00\x08\x91\x4a"               \
	"\x00\x04\x15\x00\x00\x11\x00\x00\x11\x22\x33\x44\x55\x66\x77\x88"               \
	"\x99\xaa\xbb\xcc\xdd\xee\xff"
#define GRQ                                                                              \
	"\x00\x00\x00\x00\x06\x00\x08\x91\x4a\x00\x04\x00\xc0\x00\x02\x0a"               \
	"\x4e\x20\x02\x00"
#define SCI                                                                              \
	"\x85\x28\x00\x80\x00\x05\x00\x01\x40\x00\x12\x00\x00\x40\x00\x01"               \
	"\x00\x18\x00\xc0\x00\x02\x01\x06\xb8\x00\x00\x11\x22\x33\x44\x55"               \
	"\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"
#define MSD          "\x01\x00\x32\x80\x12\xd6\x87"
#define END          "\x4a\x40"
#define DCF          "\x40\x00\x06"
#define TPKT_RELEASE "\x03\x00\x00\x2b" RELEASE
#define TPKT_MSD     "\x03\x00\x00\x0b" MSD
#define TPKT_END     "\x03\x00\x00\x06" END
#define SIP          "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"

/* What comes out: a letter a message. */
static char letter(const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_H323:
		return "RCH"[message->h323->kind];
	case MESSAGE_SIP:
		return 'S';
	case MESSAGE_RTP:
		return 'm';
	case MESSAGE_STUN:
		return 's';
	case MESSAGE_KEEPALIVE:
		return 'k';
	case MESSAGE_ERROR:
		return 'e';
	case MESSAGE_RTCP:
	case MESSAGE_DTLS:
	case MESSAGE_OTHER:
		break;
	}
	return 'o';
}

struct row {
	const char *name;
	struct slice bytes;
	uint16_t port;
	const char *expect;
};

static const struct row datagrams[] = {
        {"ras_on_any_port", BYTES(GRQ), 40000, "R"},
        {"ras_with_bytes_behind", BYTES(GRQ "\x55"), 40000, "o"},
        {"ras_with_bytes_behind_on_its_port", BYTES(GRQ "\x55"), 1719, "R"},
        {"short_ras_on_its_port", BYTES(DCF), 1719, "R"},
        {"short_ras_elsewhere", BYTES(DCF), 40000, "o"},
        {"extended_ras_on_its_port", BYTES(SCI), 1719, "R"},
        {"extended_ras_elsewhere_is_rtp", BYTES(SCI), 40000, "m"},
        {"rtp_on_the_ras_port",
                BYTES("\x80\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02payload"), 1719,
                "m"},
        {"stun_on_the_ras_port",
                BYTES("\x00\x01\x00\x00\x21\x12\xa4\x42"
                      "abcdefghijkl"),
                1719, "s"},
        {"sip_on_the_ras_port", BYTES(SIP), 1719, "S"},
        {"dns",
                BYTES("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x00\x00"
                      "\x01\x00\x01"),
                53, "o"},
};

static const struct row streams[] = {
        {"q931_on_any_port", BYTES(TPKT_RELEASE), 40000, "C"},
        {"two_and_a_half", BYTES(TPKT_RELEASE TPKT_RELEASE "\x03\x00\x00"), 40000, "CC"},
        {"keep_alives", BYTES("\x03\x00\x00\x04" TPKT_RELEASE "\x03\x00\x00\x04"), 40000,
                "kCk"},
        {"bad_length_between", BYTES(TPKT_RELEASE "\x03\x00\x00\x02" TPKT_RELEASE), 40000,
                "CeC"},
        {"garbage_between", BYTES(TPKT_RELEASE "what is this" TPKT_RELEASE), 40000,
                "CeC"},
        {"bad_length_first", BYTES("\x03\x00\x00\x02" TPKT_RELEASE), 1720, "eC"},
        {"wrong_version_first", BYTES("\x04" TPKT_RELEASE), 40000, ""},
        {"h245_on_any_port", BYTES(TPKT_MSD TPKT_END), 40000, "HH"},
        {"h245_two_in_one", BYTES("\x03\x00\x00\x0d" MSD END), 40000, "H"},
        {"remote_desktop",
                BYTES("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03"
                      "\x00\x00\x00"),
                3389, ""},
        {"iso_data", BYTES("\x03\x00\x00\x07\x02\xf0\x80"), 102, ""},
        {"sip_on_the_call_port", BYTES(SIP), 1720, "S"},
};

static struct decode *decoder(void)
{
	static _Alignas(64) uint8_t region[MEMORY];
	memset(region, 0, sizeof(region));
	struct memory memory = {.base = region, .bytes = sizeof(region)};
	struct decode *decode = decode_new(&memory, NULL, &(struct hash_key){1, 2});
	assert_non_null(decode);
	return decode;
}

static void check(
        struct decode *decode, const struct datagram *datagram, const char *expect)
{
	char got[EXPECT_MAX + 1] = "";
	struct message message;
	size_t count = 0;

	decode_open(decode, datagram);
	while (decode_next(decode, &message) && count < EXPECT_MAX)
		got[count++] = letter(&message);
	assert_string_equal(got, expect);
}

static void test_datagrams(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++) {
		print_message("%s\n", datagrams[i].name);
		check(decoder(),
		        &(struct datagram){.payload = datagrams[i].bytes,
		                .src.port = datagrams[i].port},
		        datagrams[i].expect);
	}
}

/* A short message is believed where longer ones were. */
static void test_learned(void **state)
{
	struct decode *decode = decoder();
	(void)state;

	check(decode,
	        &(struct datagram){
	                .payload = BYTES(GRQ), .src.port = 20000, .dst.port = 30000},
	        "R");
	check(decode,
	        &(struct datagram){
	                .payload = BYTES(DCF), .src.port = 30000, .dst.port = 20000},
	        "R");
	check(decode,
	        &(struct datagram){
	                .payload = BYTES(SCI), .src.port = 30000, .dst.port = 20000},
	        "R");
	check(decode,
	        &(struct datagram){.payload = BYTES("\xff\xfe\xfd\xfc"),
	                .src.port = 30000,
	                .dst.port = 20000},
	        "e");
	check(decode,
	        &(struct datagram){
	                .payload = BYTES(DCF), .src.port = 30001, .dst.port = 20001},
	        "o");
}

static void stream_check(const struct row *row, bool start, bool gap)
{
	struct tcp_stream stream = {.given = (const uint8_t *)row->bytes.data,
	        .given_len = (uint32_t)row->bytes.len};

	print_message("%s\n", row->name);
	check(decoder(),
	        &(struct datagram){.payload = row->bytes,
	                .transport = TRANSPORT_TCP,
	                .dst.port = row->port,
	                .stream = &stream,
	                .stream_gap = gap,
	                .stream_start = start},
	        row->expect);
}

static void test_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		stream_check(&streams[i], true, false);
}

/* Joined midway, inside of a message. */
static void test_midway(void **state)
{
	static const struct row rows[] = {
	        {"at_a_message", BYTES(TPKT_RELEASE TPKT_RELEASE), 40000, "CC"},
	        {"inside_of_one", BYTES("rest of one" TPKT_RELEASE TPKT_RELEASE), 40000,
	                "CC"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		stream_check(&rows[i], false, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_datagrams),
	        cmocka_unit_test(test_learned),
	        cmocka_unit_test(test_streams),
	        cmocka_unit_test(test_midway),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
