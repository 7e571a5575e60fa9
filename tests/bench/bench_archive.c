/*
 * How long lists take in an archive of design size: fills a new one with made-up alerts
 * and calls, asks each question again and again at random, and prints percentiles.
 *
 *   bench_archive FILE ALERTS CALLS
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/writer.h"
#include "platform/archive.h"

enum { BATCH = 10000, ROUNDS = 400, EVENT_BYTES = 2048 };

static uint64_t state = 88172645463325252u;

/* xorshift64 (Marsaglia 2003): the same rows each time. */
static uint64_t any(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static uint64_t now_us(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void stamp(char text[32], uint64_t second)
{
	const time_t at = (time_t)(1767225600 + second);
	struct tm parts;
	(void)gmtime_r(&at, &parts);
	(void)strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
}

static int alert_make(char *event, uint64_t number, uint64_t count)
{
	char time[32];
	stamp(time, number * 7776000 / count);
	return snprintf(event, EVENT_BYTES,
	        "{\"timestamp\":\"%s.%06" PRIu64
	        "Z\",\"event_type\":\"alert\",\"src_ip\":"
	        "\"10.%" PRIu64 ".%" PRIu64 ".%" PRIu64
	        "\",\"dest_ip\":\"192.0.2.%" PRIu64
	        "\",\"alert\":{\"rule_id\":\"rule-%" PRIu64 "\",\"severity\":%" PRIu64
	        ",\"level\":\"%s\",\"category\":\"auth\"},\"entity\":{\"type\":"
	        "\"account\","
	        "\"value\":\"u%" PRIu64 "\"},\"sip\":{\"call_id\":\"%" PRIx64 "@pbx\"}}",
	        time, any(1000000), any(4), any(256), any(256), any(8), any(80),
	        any(4) + 1, any(4) ? "medium" : "high", any(50000), number);
}

static int call_make(char *event, uint64_t number, uint64_t count)
{
	char time[32];
	const uint64_t answered = any(10) < 6;
	stamp(time, number * 7776000 / count);
	return snprintf(event, EVENT_BYTES,
	        "{\"timestamp\":\"%s.%06" PRIu64 "Z\",\"event_type\":\"call\",\"src_ip\":"
	        "\"10.%" PRIu64 ".%" PRIu64 ".%" PRIu64
	        "\",\"dest_ip\":\"192.0.2.%" PRIu64 "\",\"call\":{\"id\":%" PRIu64
	        ",\"correlation_id\":%" PRIu64 ",\"call_id\":\"%" PRIx64
	        "@pbx\",\"protocol\":\"sip\",\"from\":{\"user\":\"u%" PRIu64
	        "\"},\"request\":{\"user\":\"49%" PRIu64 "\"},\"account\":\"u%" PRIu64
	        "\",\"status\":%d,\"pdd_ms\":%" PRIu64 ",\"duration_s\":%" PRIu64
	        ".0,\"quality\":{\"caller_sent\":{\"mos\":%" PRIu64 ".%" PRIu64 "}}}}",
	        time, any(1000000), any(4), any(256), any(256), any(8), number,
	        number / 2, number, any(50000), any(100000000), any(50000),
	        answered ? 200 : 486, any(4000), answered ? any(600) : 0, any(4) + 1,
	        any(10));
}

static void fill(struct archive *archive, uint64_t count,
        int (*make)(char *event, uint64_t number, uint64_t count), const char *prefix)
{
	char event[EVENT_BYTES];
	char id[32];
	const uint64_t begun_us = now_us();
	for (uint64_t i = 0; i < count; i++) {
		if (i % BATCH == 0)
			(void)archive_begin(archive);
		const int len = make(event, i, count);
		(void)snprintf(id, sizeof(id), "%s-%" PRIu64, prefix, i);
		const struct archive_origin origin = {
		        .id = slice_text(id), .node = SLICE("sensor-1")};
		if (archive_store(archive, &origin, slice_of(event, (size_t)len)) !=
		        ARCHIVE_STORED) {
			fprintf(stderr, "%s\n", archive_error_text(archive));
			exit(1);
		}
		if (i % BATCH == BATCH - 1 || i == count - 1)
			(void)archive_commit(archive);
	}
	printf("%-44s %10.0f events/s\n", prefix,
	        (double)count * 1e6 / (double)(now_us() - begun_us + 1));
}

static bool read_row(void *context, const struct archive_row *row)
{
	size_t *bytes = context;
	*bytes += row->body.len;
	return true;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* A question; its value is a number drawn anew each time, between two texts. */
struct question {
	const char *name;
	enum archive_kind kind;
	const char *field; /* NULL: the newest */
	const char *before, *behind;
	uint64_t below; /* 0 = no number */
	enum archive_comparison comparison;
};

static const struct question QUESTIONS[] = {
        {"alerts, newest 100", ARCHIVE_ALERTS, NULL, "", "", 0, ARCHIVE_IS},
        {"alerts of a rule", ARCHIVE_ALERTS, "rule_id", "rule-", "", 80, ARCHIVE_IS},
        {"alerts of an address", ARCHIVE_ALERTS, "src_ip", "10.2.", ".7", 256,
                ARCHIVE_IS},
        {"alerts of a /24", ARCHIVE_ALERTS, "src_ip", "10.1.", ".0/24", 256, ARCHIVE_IS},
        {"alerts of an account", ARCHIVE_ALERTS, "entity", "u", "", 50000, ARCHIVE_IS},
        {"alerts at least this severe", ARCHIVE_ALERTS, "severity", "2", "", 0,
                ARCHIVE_MOST},
        {"calls, newest 100", ARCHIVE_CALLS, NULL, "", "", 0, ARCHIVE_IS},
        {"calls of a number's prefix", ARCHIVE_CALLS, "called", "49", "", 1000,
                ARCHIVE_BEGINS},
        {"calls of an account", ARCHIVE_CALLS, "account", "u", "", 50000, ARCHIVE_IS},
        {"calls of a Call-ID", ARCHIVE_CALLS, "call_id", "", "@pbx", 10, ARCHIVE_IS},
        {"calls that failed", ARCHIVE_CALLS, "status", "486", "", 0, ARCHIVE_IS},
        {"calls of a poor MOS", ARCHIVE_CALLS, "mos", "1.5", "", 0, ARCHIVE_MOST},
};

static void value_make(const struct question *question, char value[64])
{
	struct writer out = writer_of(value, 63);
	writer_string(&out, question->before);
	if (question->below)
		writer_u64(&out, any(question->below));
	writer_string(&out, question->behind);
	value[out.len] = 0;
}

static void ask(struct archive *archive, const struct question *question)
{
	uint64_t times[ROUNDS];
	size_t bytes = 0;
	const struct archive_reader reader = {&bytes, read_row};
	struct archive_query query = {.kind = question->kind, .limit = 100};
	for (size_t i = 0; i < ROUNDS; i++) {
		char value[64];
		value_make(question, value);
		/* Now and then from an older page on. */
		query.after_us = i % 2 ? (1767225600 + any(7776000)) * 1000000 : 0;
		query.term_count = question->field ? 1 : 0;
		if (question->field)
			query.terms[0] = (struct archive_term){
			        .field = archive_field(
			                question->kind, slice_text(question->field)),
			        .comparison = question->comparison,
			        .value = slice_text(value)};
		const uint64_t begun_us = now_us();
		if (archive_list(archive, &query, &reader) != ARCHIVE_LISTED) {
			fprintf(stderr, "%s: %s\n", question->name,
			        archive_error_text(archive));
			exit(1);
		}
		times[i] = now_us() - begun_us;
	}
	qsort(times, ROUNDS, sizeof(times[0]), compare);
	printf("%-44s p50 %7.2f ms  p99 %7.2f ms\n", question->name,
	        (double)times[ROUNDS / 2] / 1e3, (double)times[ROUNDS * 99 / 100] / 1e3);
}

int main(int argc, char **argv)
{
	struct archive_error error;
	uint64_t alerts;
	uint64_t calls;
	if (argc != 4 || !slice_to_u64(slice_text(argv[2]), &alerts) ||
	        !slice_to_u64(slice_text(argv[3]), &calls)) {
		fprintf(stderr, "usage: bench_archive FILE ALERTS CALLS\n");
		return 2;
	}
	struct archive *archive = archive_open(argv[1], &error);
	if (!archive) {
		fprintf(stderr, "%s\n", error.text);
		return 4;
	}
	if (alerts)
		fill(archive, alerts, alert_make, "alerts");
	if (calls)
		fill(archive, calls, call_make, "calls");
	for (size_t i = 0; i < sizeof(QUESTIONS) / sizeof(QUESTIONS[0]); i++)
		ask(archive, &QUESTIONS[i]);
	archive_close(&archive);
	return 0;
}
