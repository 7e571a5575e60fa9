/* RTCP compounds, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/decode/rtcp.h"

#define BYTES(text)                                                                      \
	{                                                                                \
		(text), sizeof(text) - 1                                                 \
	}
#define SSRC "\x11\x22\x33\x44"
#define SENDER                                                                           \
	"\xe0\x00\x00\x01\x80\x00\x00\x00\x00\x00\x03\x20\x00\x00\x00\x05\x00\x00\x03"   \
	"\x20"
#define BLOCK                                                                            \
	"\x55\x66\x77\x88\x40\xff\xff\xfe\x00\x01\x00\x07\x00\x00\x00\x50\x00\x01\x80"   \
	"\x00\x00\x00\x80\x00"
#define CNAME                                                                            \
	"\x81\xca\x00\x03" SSRC "\x01\x04"                                               \
	"a@bc"                                                                           \
	"\x00\x00"
#define VOIP                                                                             \
	"\x07\x00\x00\x08"                                                               \
	"\x55\x66\x77\x88"                                                               \
	"\x0a\x0b\x0c\x0d"                                                               \
	"\x00\x10\x00\x20"                                                               \
	"\x00\x30\x00\x40"                                                               \
	"\xe0\xc0\x37\x10"                                                               \
	"\x5d\x7f\x2a\x29"                                                               \
	"\x30\x00\x00\x3c"                                                               \
	"\x00\x50\x00\x60"

struct row {
	const char *name;
	struct slice bytes;
	bool parsed;
	uint8_t packets;
	uint8_t blocks;
	bool has_sr;
	bool bye;
	size_t cname_len;
	int anomaly; /* -1 = none */
};

static const struct row rows[] = {
        {"sender_report", BYTES("\x81\xc8\x00\x0c" SSRC SENDER BLOCK), true, 1, 1, true,
                false, 0, -1},
        {"receiver_report", BYTES("\x81\xc9\x00\x07" SSRC BLOCK), true, 1, 1, false,
                false, 0, -1},
        {"empty_receiver_report", BYTES("\x80\xc9\x00\x01" SSRC), true, 1, 0, false,
                false, 0, -1},
        {"report_and_name", BYTES("\x80\xc9\x00\x01" SSRC CNAME), true, 2, 0, false,
                false, 4, -1},
        {"bye_with_reason",
                BYTES("\x80\xc9\x00\x01" SSRC "\x81\xcb\x00\x02" SSRC "\x03"
                      "end"),
                true, 2, 0, false, true, 0, -1},
        {"name_first", BYTES(CNAME), true, 1, 0, false, false, 4, ANOMALY_RTCP_ORDER},
        {"length_beyond_end", BYTES("\x80\xc9\x00\x09" SSRC), true, 1, 0, false, false, 0,
                ANOMALY_RTCP_LENGTH_BAD},
        {"block_beyond_packet", BYTES("\x82\xc9\x00\x07" SSRC BLOCK), true, 1, 1, false,
                false, 0, ANOMALY_RTCP_LENGTH_BAD},
        {"trailing_bytes", BYTES("\x80\xc9\x00\x01" SSRC "junk"), true, 1, 0, false,
                false, 0, ANOMALY_RTCP_TRAILING},
        {"no_room_for_sender", BYTES("\x80\xc9\x00\x00"), true, 1, 0, false, false, 0,
                ANOMALY_RTCP_LENGTH_BAD},
        {"rtp", BYTES("\x80\x00\x12\x34" SSRC SSRC), false, 0, 0, false, false, 0, -1},
        {"version_1", BYTES("\x40\xc9\x00\x01" SSRC), false, 0, 0, false, false, 0, -1},
        {"four_bytes_of_a_scan", BYTES("\x80\x00\x00\x00"), false, 0, 0, false, false, 0,
                -1},
        {"dns_query",
                BYTES("\xab\xd2\x00\x00\x00\x01"
                      "\x00\x00\x00\x00\x00\x00"),
                false, 0, 0, false, false, 0, -1},
        {"feedback_without_source", BYTES("\x80\xce\x00\x01" SSRC), false, 0, 0, false,
                false, 0, -1},
        {"empty", BYTES(""), false, 0, 0, false, false, 0, -1},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct rtcp_report report = {0};
		struct anomalies anomalies = {0};
		print_message("%s\n", row->name);
		assert_int_equal(
		        rtcp_parse(row->bytes, &report, &anomalies), row->parsed);
		assert_int_equal(anomalies_any(&anomalies), row->anomaly >= 0);
		if (row->anomaly >= 0)
			assert_true(anomaly_has(&anomalies, (enum anomaly)row->anomaly));
		if (!row->parsed)
			continue;
		assert_int_equal(report.packet_count, row->packets);
		assert_int_equal(report.block_count, row->blocks);
		assert_int_equal(report.has_sr, row->has_sr);
		assert_int_equal(report.bye, row->bye);
		assert_int_equal(report.cname.len, row->cname_len);
	}
}

static void test_fields(void **state)
{
	(void)state;
	static const char bytes[] =
	        "\x81\xc8\x00\x0c" SSRC SENDER BLOCK "\x80\xcf\x00\x0a" SSRC VOIP
	        "\x81\xcb\x00\x02" SSRC "\x03"
	        "end";
	struct rtcp_report report = {0};
	struct anomalies anomalies = {0};
	assert_true(rtcp_parse(slice_of(bytes, sizeof(bytes) - 1), &report, &anomalies));
	assert_false(anomalies_any(&anomalies));
	assert_int_equal(report.sender, 0x11223344);
	assert_int_equal(report.ntp >> 32, 0xe0000001);
	assert_int_equal(report.rtp_timestamp, 800);
	assert_int_equal(report.sent_packets, 5);
	assert_int_equal(report.sent_octets, 800);
	assert_int_equal(report.blocks[0].ssrc, 0x55667788);
	assert_int_equal(report.blocks[0].fraction_lost, 0x40);
	assert_int_equal(report.blocks[0].lost, -2);
	assert_int_equal(report.blocks[0].highest_sequence, 0x10007);
	assert_int_equal(report.blocks[0].jitter, 80);
	assert_int_equal(report.blocks[0].lsr, 0x18000);
	assert_int_equal(report.blocks[0].dlsr, 0x8000);
	assert_true(report.has_voip_metrics);
	assert_int_equal(report.xr_block_types, 0x80);
	assert_int_equal(report.voip.loss_rate, 10);
	assert_int_equal(report.voip.burst_ms, 16);
	assert_int_equal(report.voip.round_trip_ms, 48);
	assert_int_equal(report.voip.gmin, 16);
	assert_int_equal(report.voip.r_factor, 93);
	assert_int_equal(report.voip.mos_cq, 41);
	assert_int_equal(report.voip.jb_nominal_ms, 60);
	assert_int_equal(report.voip.jb_abs_max_ms, 96);
	assert_true(slice_equal(report.bye_reason, SLICE("end")));
	assert_int_equal(report.bye_ssrc, 0x11223344);
	assert_int_equal(report.types, 1u << 8 | 1u << 11 | 1u << 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
