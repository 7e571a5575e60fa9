/* RTP headers and telephone events, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/decode/rtp.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}
#define HEAD "\x12\x34\x00\x00\x00\xa0\xde\xad\xbe\xef"

struct row {
	const char *name;
	struct slice bytes;
	bool parsed;
	uint8_t payload_type;
	bool marker;
	uint8_t csrc_count;
	uint8_t padding;
	uint16_t profile;
	size_t extension_len;
	size_t payload_len;
	int anomaly; /* -1 = none */
};

static const struct row rows[] = {
        {"plain", BYTES("\x80\x00" HEAD "abcd"), true, 0, false, 0, 0, 0, 0, 4, -1},
        {"marker", BYTES("\x80\x88" HEAD "abcd"), true, 8, true, 0, 0, 0, 0, 4, -1},
        {"header_only", BYTES("\x80\x00" HEAD), true, 0, false, 0, 0, 0, 0, 0, -1},
        {"two_csrc", BYTES("\x82\x00" HEAD "11112222x"), true, 0, false, 2, 0, 0, 0, 1,
                -1},
        {"csrc_beyond_end", BYTES("\x82\x00" HEAD "1111"), false, 0, 0, 0, 0, 0, 0, 0,
                -1},
        {"padding", BYTES("\xa0\x00" HEAD "ab\0\2"), true, 0, false, 0, 2, 0, 0, 2, -1},
        {"padding_too_long", BYTES("\xa0\x00" HEAD "ab\0\5"), true, 0, false, 0, 0, 0, 0,
                4, ANOMALY_RTP_PADDING_BAD},
        {"padding_zero", BYTES("\xa0\x00" HEAD "ab\0\0"), true, 0, false, 0, 0, 0, 0, 4,
                ANOMALY_RTP_PADDING_BAD},
        {"padding_of_nothing", BYTES("\xa0\x00" HEAD), true, 0, false, 0, 0, 0, 0, 0,
                ANOMALY_RTP_PADDING_BAD},
        {"extension",
                BYTES("\x90\x60" HEAD "\xbe\xde\x00\x01"
                      "eeee"
                      "pp"),
                true, 96, false, 0, 0, 0xbede, 4, 2, -1},
        {"extension_too_long",
                BYTES("\x90\x60" HEAD "\xbe\xde\x00\x09"
                      "eeee"),
                true, 96, false, 0, 0, 0xbede, 4, 0, ANOMALY_RTP_EXTENSION_BAD},
        {"extension_cut", BYTES("\x90\x60" HEAD "\xbe"), true, 96, false, 0, 0, 0, 0, 0,
                ANOMALY_RTP_EXTENSION_BAD},
        {"short", BYTES("\x80\x00\x12\x34"), false, 0, 0, 0, 0, 0, 0, 0, -1},
        {"version_1", BYTES("\x40\x00" HEAD), false, 0, 0, 0, 0, 0, 0, 0, -1},
        {"rtcp_sender_report", BYTES("\x80\xc8" HEAD), false, 0, 0, 0, 0, 0, 0, 0, -1},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct rtp_packet packet = {0};
		struct anomalies anomalies = {0};
		print_message("%s\n", row->name);
		assert_int_equal(rtp_parse(row->bytes, &packet, &anomalies), row->parsed);
		assert_int_equal(anomalies_any(&anomalies), row->anomaly >= 0);
		if (row->anomaly >= 0)
			assert_true(anomaly_has(&anomalies, (enum anomaly)row->anomaly));
		if (!row->parsed)
			continue;
		assert_int_equal(packet.payload_type, row->payload_type);
		assert_int_equal(packet.marker, row->marker);
		assert_int_equal(packet.csrc_count, row->csrc_count);
		assert_int_equal(packet.padding, row->padding);
		assert_int_equal(packet.extension_profile, row->profile);
		assert_int_equal(packet.extension.len, row->extension_len);
		assert_int_equal(packet.payload.len, row->payload_len);
		assert_int_equal(packet.sequence, 0x1234);
		assert_int_equal(packet.timestamp, 160);
		assert_int_equal(packet.ssrc, 0xdeadbeef);
	}
}

static void test_events(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct slice bytes;
		bool parsed;
		uint8_t event;
		bool end;
		uint16_t duration;
		bool bad;
	} events[] = {
	        {"begin", BYTES("\x05\x0a\x00\xa0"), true, 5, false, 160, false},
	        {"end", BYTES("\x0b\x8a\x03\x20"), true, 11, true, 800, false},
	        {"two_events", BYTES("\x01\x0a\x00\xa0\x02\x0a\x00\xa0"), true, 1, false,
	                160, false},
	        {"odd_size", BYTES("\x01\x0a\x00\xa0\x02"), true, 1, false, 160, true},
	        {"cut", BYTES("\x01\x0a"), false, 0, false, 0, true},
	        {"empty", BYTES(""), false, 0, false, 0, true},
	};
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct rtp_event event = {0};
		struct anomalies anomalies = {0};
		print_message("%s\n", events[i].name);
		assert_int_equal(rtp_event_parse(events[i].bytes, &event, &anomalies),
		        events[i].parsed);
		assert_int_equal(
		        anomaly_has(&anomalies, ANOMALY_RTP_EVENT_BAD), events[i].bad);
		assert_int_equal(event.event, events[i].event);
		assert_int_equal(event.end, events[i].end);
		assert_int_equal(event.duration, events[i].duration);
	}
	assert_int_equal(rtp_event_digit(0), '0');
	assert_int_equal(rtp_event_digit(10), '*');
	assert_int_equal(rtp_event_digit(11), '#');
	assert_int_equal(rtp_event_digit(15), 'D');
	assert_int_equal(rtp_event_digit(16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
