/*
 * RTCP (RFC 3550 6), extended reports (RFC 3611), feedback (RFC 4585), APP, BYE.
 */
#ifndef RINGFENCE_DECODE_RTCP_H
#define RINGFENCE_DECODE_RTCP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"
#include "engine/limits.h"

enum rtcp_type {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_APP = 204,
	RTCP_RTPFB = 205,
	RTCP_PSFB = 206,
	RTCP_XR = 207,
};

struct rtcp_block {          /* a reception report */
	uint32_t ssrc;       /* whose stream it is about */
	uint8_t fraction_lost; /* of 256 */
	int32_t lost;        /* cumulative, 24 bit signed */
	uint32_t highest_sequence;
	uint32_t jitter;     /* timestamp units */
	uint32_t lsr;        /* middle 32 bits of the NTP time of the last SR */
	uint32_t dlsr;       /* 1/65536 s */
};

struct rtcp_voip_metrics {   /* RFC 3611 4.7 */
	uint32_t ssrc;
	uint8_t loss_rate, discard_rate, burst_density, gap_density;
	uint16_t burst_ms, gap_ms, round_trip_ms, end_system_ms;
	uint8_t signal_level, noise_level, rerl, gmin, r_factor, ext_r_factor, mos_lq, mos_cq;
	uint8_t rx_config;
	uint16_t jb_nominal_ms, jb_maximum_ms, jb_abs_max_ms;
};

struct rtcp_report {
	uint32_t sender;          /* SSRC of whoever sent it */
	uint32_t types;           /* bit (type - 192) for each packet type seen */
	uint8_t packet_count;     /* RTCP packets in the compound */
	bool has_sr;
	bool bye;
	bool has_voip_metrics;
	uint64_t ntp;             /* of SR */
	uint32_t rtp_timestamp;
	uint32_t sent_packets;
	uint32_t sent_octets;
	uint8_t block_count;
	struct rtcp_block blocks[LIMIT_RTCP_REPORTS];
	struct slice cname;       /* of the first SDES chunk */
	struct slice app_name;
	struct slice bye_reason;
	uint32_t bye_ssrc;
	struct rtcp_voip_metrics voip;
	uint8_t xr_block_types;   /* bit n: XR block type n (1 to 7) */
};

/* False when the bytes cannot be RTCP. */
bool rtcp_parse(struct slice bytes, struct rtcp_report *report, struct anomalies *anomalies);

#endif
