#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/archive.h"
#include "platform/instant.h"

struct fixture {
	char path[64];
	struct archive *archive;
};

static void fixture_open(struct fixture *fixture)
{
	struct archive_error error;
	(void)snprintf(
	        fixture->path, sizeof(fixture->path), "/tmp/ringfence-archive-XXXXXX");
	const int fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	(void)close(fd);
	fixture->archive = archive_open(fixture->path, &error);
	assert_non_null(fixture->archive);
}

static void fixture_close(struct fixture *fixture)
{
	char beside[80];
	archive_close(&fixture->archive);
	(void)unlink(fixture->path);
	(void)snprintf(beside, sizeof(beside), "%s-wal", fixture->path);
	(void)unlink(beside);
	(void)snprintf(beside, sizeof(beside), "%s-shm", fixture->path);
	(void)unlink(beside);
}

static enum archive_stored put(struct archive *archive, const char *id, const char *event)
{
	const struct archive_origin origin = {
	        .id = slice_text(id),
	        .node = SLICE("sensor-1"),
	};
	return archive_store(archive, &origin, slice_text(event));
}

/* Twelve alerts, a second apart: rule r0 or r1, source 10.0.x.y. */
static void alerts_put(struct archive *archive)
{
	for (int i = 0; i < 12; i++) {
		char id[16];
		char event[512];
		(void)snprintf(id, sizeof(id), "1-%d", i);
		(void)snprintf(event, sizeof(event),
		        "{\"event_type\":\"alert\",\"timestamp\":\"2026-01-31T12:00:%02d."
		        "500000Z\","
		        "\"src_ip\":\"10.0.%d.%d\",\"dest_ip\":\"2001:db8::1\",\"alert\":"
		        "{"
		        "\"rule_id\":\"r%d\",\"severity\":%d,\"level\":\"high\"},"
		        "\"entity\":{\"type\":\"ip\",\"value\":\"it's %d\"}}",
		        i, i % 3, i, i % 2, i % 4 + 1, i);
		assert_int_equal(put(archive, id, event), ARCHIVE_STORED);
	}
}

struct seen {
	int64_t ids[32];
	uint64_t times[32];
	size_t count;
	size_t stop_at;
	char state[32];
};

static bool see(void *context, const struct archive_row *row)
{
	struct seen *seen = context;
	seen->ids[seen->count] = row->id;
	seen->times[seen->count++] = row->time_us;
	(void)snprintf(seen->state, sizeof(seen->state), "%.*s", (int)row->states[0].len,
	        row->states[0].data ? row->states[0].data : "");
	return true;
}

static struct seen list(struct archive *archive, const struct archive_query *query)
{
	struct seen seen = {0};
	const struct archive_reader reader = {&seen, see};
	assert_int_equal(archive_list(archive, query, &reader), ARCHIVE_LISTED);
	return seen;
}

static struct archive_term term(const char *name, const char *value)
{
	return (struct archive_term){
	        .field = name ? archive_field(ARCHIVE_ALERTS, slice_text(name)) : NULL,
	        .value = slice_text(value),
	};
}

static size_t matches(struct archive *archive, struct archive_term wanted)
{
	struct archive_query query = {.kind = ARCHIVE_ALERTS, .limit = 32};
	query.terms[query.term_count++] = wanted;
	return list(archive, &query).count;
}

static void an_event_is_kept_once(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	static const char EVENT[] =
	        "{\"event_type\":\"call\",\"timestamp\":"
	        "\"2026-01-31T12:00:00Z\",\"call\":{\"call_id\":\"a\"}}";
	assert_int_equal(put(fixture.archive, "1-1", EVENT), ARCHIVE_STORED);
	assert_int_equal(put(fixture.archive, "1-1", EVENT), ARCHIVE_KNOWN);
	assert_int_equal(put(fixture.archive, "1-2",
	                         "{\"event_type\":\"summary\",\"timestamp\":"
	                         "\"2026-01-31T12:00:00Z\"}"),
	        ARCHIVE_IGNORED);
	static const char *const BAD[] = {"", "{", "[]", "7", "{}",
	        "{\"event_type\":\"call\"}",
	        "{\"event_type\":\"call\",\"timestamp\":\"yesterday\"}",
	        "{\"event_type\":7,\"timestamp\":\"2026-01-31T12:00:00Z\"}"};
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(put(fixture.archive, "1-3", BAD[i]), ARCHIVE_BAD);
	fixture_close(&fixture);
}

static void pages_hold_every_row_once(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	alerts_put(fixture.archive);
	struct archive_query query = {.kind = ARCHIVE_ALERTS, .limit = 5};
	int64_t expected = 12;
	for (size_t page = 0; page < 3; page++) {
		const struct seen seen = list(fixture.archive, &query);
		assert_int_equal(seen.count, page < 2 ? 5 : 2);
		for (size_t i = 0; i < seen.count; i++)
			assert_int_equal(seen.ids[i], expected--);
		query.after_id = seen.ids[seen.count - 1];
		query.after_us = seen.times[seen.count - 1];
	}
	fixture_close(&fixture);
}

static void terms_find_their_rows(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	alerts_put(fixture.archive);
	struct archive *archive = fixture.archive;
	assert_int_equal(matches(archive, term("rule_id", "r1")), 6);
	assert_int_equal(matches(archive, term("rule_id", "r1' OR '1'='1")), 0);
	assert_int_equal(matches(archive, term("entity", "it's 3")), 1);
	assert_int_equal(matches(archive, term("src_ip", "10.0.1.0/24")), 4);
	assert_int_equal(matches(archive, term("src_ip", "10.0.0.0/8")), 12);
	assert_int_equal(matches(archive, term("src_ip", "10.0.1.4")), 1);
	struct archive_term wanted = term("severity", "3");
	wanted.comparison = ARCHIVE_MOST;
	assert_int_equal(matches(archive, wanted), 9);
	wanted = term("entity", "it's 1");
	wanted.comparison = ARCHIVE_BEGINS;
	assert_int_equal(matches(archive, wanted), 3);
	wanted = term(NULL, "2001:db8::/32");
	wanted.comparison = ARCHIVE_ANY_ADDRESS;
	assert_int_equal(matches(archive, wanted), 12);
	wanted.negated = true;
	assert_int_equal(matches(archive, wanted), 0);
	wanted = term(NULL, "IT'S 11");
	wanted.comparison = ARCHIVE_HOLDS;
	assert_int_equal(matches(archive, wanted), 1);

	struct archive_query query = {.kind = ARCHIVE_ALERTS, .limit = 32};
	query.terms[0] = term("src_ip", "10.0.0.0");
	query.terms[1] = term("src_ip", "10.0.1.1");
	query.terms[2] = term("rule_id", "r1");
	query.terms[2].group = 1;
	query.term_count = 3;
	assert_int_equal(list(archive, &query).count, 1);
	query.terms[0].value = SLICE("10.0.0.0/200");
	assert_int_equal(archive_list(archive, &query, &(struct archive_reader){0}),
	        ARCHIVE_BAD_VALUE);
	fixture_close(&fixture);
}

static void a_state_is_set_and_found(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	alerts_put(fixture.archive);
	const struct archive_field *field = archive_field(ARCHIVE_ALERTS, SLICE("state"));
	assert_true(archive_update(
	        fixture.archive, ARCHIVE_ALERTS, 4, field, SLICE("closed")));
	assert_false(archive_update(
	        fixture.archive, ARCHIVE_ALERTS, 400, field, SLICE("closed")));
	struct archive_query query = {
	        .kind = ARCHIVE_ALERTS, .limit = 32, .term_count = 1};
	query.terms[0] = term("state", "closed");
	const struct seen seen = list(fixture.archive, &query);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.ids[0], 4);
	assert_string_equal(seen.state, "closed");
	fixture_close(&fixture);
}

static bool count_see(void *context, const struct archive_count *count)
{
	char *text = context;
	const size_t used = strlen(text);
	(void)snprintf(text + used, 256 - used, "%.*s=%u ", (int)count->value.len,
	        count->value.data, (unsigned)count->rows);
	return true;
}

static void values_are_counted(void **state)
{
	(void)state;
	struct fixture fixture;
	fixture_open(&fixture);
	alerts_put(fixture.archive);
	char text[256] = "";
	const struct archive_counter counter = {text, count_see};
	const struct archive_query query = {.kind = ARCHIVE_ALERTS, .limit = 2};
	assert_int_equal(
	        archive_aggregate(fixture.archive, &query,
	                archive_field(ARCHIVE_ALERTS, SLICE("rule_id")), &counter),
	        ARCHIVE_LISTED);
	assert_int_equal(
	        archive_aggregate(fixture.archive, &query,
	                archive_field(ARCHIVE_ALERTS, SLICE("dest_ip")), &counter),
	        ARCHIVE_LISTED);
	assert_string_equal(text, "r0=6 r1=6 2001:db8::1=12 ");
	fixture_close(&fixture);
}

static void old_rows_are_forgotten(void **state)
{
	(void)state;
	struct fixture fixture;
	uint64_t before_us = 0;
	fixture_open(&fixture);
	alerts_put(fixture.archive);
	assert_true(instant_parse(SLICE("2026-01-31T12:00:05Z"), 0, &before_us));
	assert_int_equal(archive_forget(fixture.archive, ARCHIVE_ALERTS, before_us), 5);
	const struct archive_query query = {.kind = ARCHIVE_ALERTS, .limit = 32};
	assert_int_equal(list(fixture.archive, &query).count, 7);
	/* What a capture's replay found goes with the capture, however old it is. */
	const struct archive_origin origin = {.id = SLICE("c-1"), .capture = SLICE("c")};
	assert_int_equal(archive_store(fixture.archive, &origin,
	                         SLICE("{\"event_type\":\"alert\",\"timestamp\":"
	                               "\"1999-01-31T12:00:00Z\"}")),
	        ARCHIVE_STORED);
	assert_int_equal(archive_forget(fixture.archive, ARCHIVE_ALERTS, before_us), 0);
	assert_int_equal(
	        archive_forget_capture(fixture.archive, ARCHIVE_ALERTS, SLICE("c")), 1);
	fixture_close(&fixture);
}

static void no_file_says_why(void **state)
{
	(void)state;
	struct archive_error error;
	assert_null(archive_open("/nonexistent/a.db", &error));
	assert_non_null(strstr(error.text, "/nonexistent/a.db"));
}

static void instants_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t time_us; /* 0 = refused */
	} ROWS[] = {
	        {"1970-01-01T00:00:01Z", 1000000},
	        {"2000-02-29T12:30:15.25Z", 951827415250000},
	        {"2026-11-23T12:00:00+02:00", 1795428000000000},
	        {"2026-11-23t10:00:00z", 1795428000000000},
	        {"-90s", 1000000000000000 - 90000000},
	        {"-7d", 1000000000000000 - 604800000000},
	        {"2026-13-01T00:00:00Z", 0},
	        {"2026-11-23", 0},
	        {"2026-11-23T10:00:00", 0},
	        {"2026-11-23T10:00:00.Z", 0},
	        {"-7y", 0},
	        {"-", 0},
	        {"", 0},
	        {"now", 0},
	};
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		uint64_t time_us = 0;
		const bool read = instant_parse(
		        slice_text(ROWS[i].text), 1000000000000000, &time_us);
		assert_int_equal(read, ROWS[i].time_us != 0);
		assert_int_equal(time_us, ROWS[i].time_us);
	}
}

/* What a search finds in memory is what it finds in the archive. */
struct agreed {
	const struct archive_query *query;
	size_t listed;
	size_t matched;
};

static bool agree_row(void *context, const struct archive_row *row)
{
	struct agreed *agreed = context;
	agreed->listed++;
	assert_true(archive_match(agreed->query, row->body));
	return true;
}

static bool match_row(void *context, const struct archive_row *row)
{
	struct agreed *agreed = context;
	agreed->matched += archive_match(agreed->query, row->body);
	return true;
}

static void matches_what_it_lists(void **state)
{
	static const struct {
		const char *field; /* NULL = none */
		enum archive_comparison comparison;
		const char *value;
		bool negated;
		size_t found;
	} ROWS[] = {
	        {"rule_id", ARCHIVE_IS, "r1", false, 6},
	        {"rule_id", ARCHIVE_IS, "r1", true, 6},
	        {"rule_id", ARCHIVE_BEGINS, "r", false, 12},
	        {"rule_id", ARCHIVE_LEAST, "r1", false, 6},
	        {"severity", ARCHIVE_MOST, "2", false, 6},
	        {"severity", ARCHIVE_LEAST, "2.9", false, 6},
	        {"src_ip", ARCHIVE_IS, "10.0.0.0/24", false, 4},
	        {"src_ip", ARCHIVE_IS, "10.0.0.0/24", true, 8},
	        {"src_ip", ARCHIVE_IS, "10.0.1.7", false, 1},
	        {"user_agent", ARCHIVE_IS, "x", false, 0},
	        {"user_agent", ARCHIVE_IS, "x", true, 12},
	        {"state", ARCHIVE_IS, "open", false, 12},
	        {"assignee", ARCHIVE_IS, "ann", true, 12},
	        {NULL, ARCHIVE_HOLDS, "IT'S 1", false, 3},
	        {NULL, ARCHIVE_ANY_ADDRESS, "2001:db8::/32", false, 12},
	        {NULL, ARCHIVE_ANY_ADDRESS, "10.0.2.0/24", true, 8},
	};
	struct fixture fixture;
	(void)state;
	fixture_open(&fixture);
	alerts_put(fixture.archive);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		const struct archive_query all = {.kind = ARCHIVE_ALERTS, .limit = 100};
		struct archive_query query = all;
		struct agreed agreed = {.query = &query};
		const struct archive_reader rows = {&agreed, agree_row};
		const struct archive_reader every = {&agreed, match_row};
		query.term_count = 1;
		query.terms[0] = (struct archive_term){
		        .field = ROWS[i].field ? archive_field(ARCHIVE_ALERTS,
		                                         slice_text(ROWS[i].field))
		                               : NULL,
		        .comparison = ROWS[i].comparison,
		        .value = slice_text(ROWS[i].value),
		        .negated = ROWS[i].negated};
		assert_int_equal(
		        archive_list(fixture.archive, &query, &rows), ARCHIVE_LISTED);
		assert_int_equal(
		        archive_list(fixture.archive, &all, &every), ARCHIVE_LISTED);
		assert_int_equal(agreed.listed, ROWS[i].found);
		assert_int_equal(agreed.matched, ROWS[i].found);
	}
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_event_is_kept_once),
	        cmocka_unit_test(pages_hold_every_row_once),
	        cmocka_unit_test(terms_find_their_rows),
	        cmocka_unit_test(a_state_is_set_and_found),
	        cmocka_unit_test(values_are_counted),
	        cmocka_unit_test(old_rows_are_forgotten),
	        cmocka_unit_test(no_file_says_why),
	        cmocka_unit_test(instants_are_read),
	        cmocka_unit_test(matches_what_it_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
