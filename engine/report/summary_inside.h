/*
 * What a summary counts: for those that count and those that write it.
 */
#ifndef RINGFENCE_REPORT_SUMMARY_INSIDE_H
#define RINGFENCE_REPORT_SUMMARY_INSIDE_H

#include "engine/limits.h"
#include "engine/report/seen.h"
#include "engine/report/summary.h"
#include "engine/report/summary_h323.h"
#include "engine/report/summary_stream.h"

enum { STATUS_MAX = 999, METHOD_TEXT_MAX = 64, RULE_ID_MAX = 128 };

struct method_count {
	uint64_t count;
	uint8_t len;
	char text[METHOD_TEXT_MAX];
};

struct rule_count {
	uint64_t count;
	uint8_t len;
	char id[RULE_ID_MAX]; /* a copy: rules may be exchanged during the run */
};

struct summary {
	struct hash_key key;
	uint64_t packets;
	uint64_t first_us;
	uint64_t last_us;
	uint64_t requests[SIP_METHOD_COUNT];
	uint64_t responses[STATUS_MAX + 1];
	uint64_t calls;
	uint64_t registrations;
	uint64_t rtcp_packets;
	uint64_t anomalies[ANOMALY_COUNT];
	uint32_t method_count;
	uint32_t rule_count;
	struct method_count methods[LIMIT_REPORT_METHODS];
	struct rule_count rules[LIMIT_RULES];
	struct seen call_ids;
	struct seen accounts;
	struct summary_streams streams;
	struct summary_h323 h323;
};

#endif
