#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/detect/field.h"
#include "engine/track/call.h"
#include "engine/track/registration.h"
#include "engine/track/stream.h"
#include "engine/track/transaction.h"

#define TEXT(text)                                                                       \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

static struct call_quality quality[2] = {
        [CALL_CALLEE] = {.packets = 90, .lost = 10, .mos_x100 = 415}};

static struct call call = {
        .id = 7,
        .correlation = 3,
        .protocol = CALL_H323,
        .end = CALL_END_CANCEL,
        .start_us = 1000000,
        .ring_us = 3000000,
        .end_us = 6500000,
        .q850 = 16,
        .quality = quality,
};

static const struct stream stream = {
        .ssrc = 0xdeadbeef,
        .first_us = 1000000,
        .last_us = 3000000,
        .packets = 100,
        .highest = 65536 + 109,
        .lowest = 65536,
        .unique = 99,
        .call = 4,
        .remote_fraction = 64,
        .round_trip_us = 25500,
        .src.port = 40000,
};

static const struct stream_interval interval = {.start_us = 1000000,
        .end_us = 11000000,
        .packets = 400,
        .expected = 500,
        .lost = 100,
        .quality.mos_x100 = {[JITTER_ADAPTIVE] = 350}};

static const struct registration registration = {
        .since_us = 1000000, .previous_user_agent = TEXT("old phone")};

static struct transaction transaction = {.method = SIP_BYE};

static const struct event stream_end = {.kind = EVENT_RTP_STREAM, .stream = &stream};
static const struct event stream_part = {
        .kind = EVENT_RTP_INTERVAL, .stream = &stream, .interval = &interval};
static const struct event call_end = {.kind = EVENT_CALL_END, .call = &call};
static const struct event binding = {.kind = EVENT_REGISTRATION,
        .time_us = 5000000,
        .registration = &registration,
        .change = BINDING_REMOVED};
static const struct event settled = {
        .kind = EVENT_SIP_TRANSACTION, .transaction = &transaction};

static const struct row {
	const struct event *event;
	const char *field;
	const char *text; /* NULL = the number counts */
	double number;
} rows[] = {
        {&call_end, "call.protocol", "h323", 0},
        {&call_end, "call.end", "cancel", 0},
        {&call_end, "call.cause", NULL, 16},
        {&call_end, "call.pdd_s", NULL, 2},
        {&call_end, "call.ring_s", NULL, 3.5},
        {&call_end, "call.age_s", NULL, 5.5},
        {&call_end, "call.leg", NULL, 1},
        {&call_end, "call.answered", NULL, 0},
        {&call_end, "call.callee.loss_percent", NULL, 10},
        {&call_end, "call.callee.mos", NULL, 4.15},
        {&call_end, "from.user", "alice", 0},
        {&stream_end, "rtp.ssrc", NULL, 0xdeadbeef},
        {&stream_end, "rtp.packets", NULL, 100},
        {&stream_end, "rtp.expected", NULL, 110},
        {&stream_end, "rtp.lost", NULL, 11},
        {&stream_end, "rtp.loss_percent", NULL, 10},
        {&stream_end, "rtp.duration_s", NULL, 2},
        {&stream_end, "rtp.packets_per_s", NULL, 50},
        {&stream_end, "rtp.announced", NULL, 1},
        {&stream_end, "rtp.remote_loss_percent", NULL, 25},
        {&stream_end, "rtp.round_trip_ms", NULL, 25.5},
        {&stream_end, "src.port", NULL, 40000},
        {&stream_part, "rtp.packets", NULL, 400},
        {&stream_part, "rtp.loss_percent", NULL, 20},
        {&stream_part, "rtp.packets_per_s", NULL, 40},
        {&stream_part, "rtp.mos", NULL, 3.5},
        {&stream_part, "rtp.ssrc", NULL, 0xdeadbeef},
        {&binding, "registration.change", "removed", 0},
        {&binding, "registration.age_s", NULL, 4},
        {&binding, "registration.previous_user_agent", "old phone", 0},
        {&settled, "method", NULL, SIP_BYE},
        {&settled, "to.user", "bob", 0},
};

static void fields_have_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct field_cache cache;
		struct field_ref ref;
		struct value value;
		const struct row *row = &rows[i];

		if (!field_find(slice_text(row->field), &ref))
			fail_msg("no field %s", row->field);
		field_cache_open(&cache, row->event);
		field_value(&cache, &ref, &value);
		if (row->text) {
			const struct slice want = {row->text, strlen(row->text)};
			if (value.type != VALUE_TEXT || !slice_equal(value.text, want))
				fail_msg("%s: %.*s", row->field, (int)value.text.len,
				        value.text.data);
		} else if (value.type == VALUE_ABSENT || value.type == VALUE_TEXT ||
		           value.number < row->number - 1e-6 ||
		           value.number > row->number + 1e-6) {
			fail_msg("%s: type %d, %f", row->field, (int)value.type,
			        value.number);
		}
	}
}

/* An event that knows nothing gives no texts and no addresses, and crashes nobody. */
static void empty_events_are_fine(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < EVENT_COUNT; kind++) {
		const struct event event = {.kind = (enum event_kind)kind};
		for (uint16_t i = 0; i < FIELD_COUNT; i++) {
			struct field_cache cache;
			const struct field_ref ref = {.field = i};
			struct value value;

			field_cache_open(&cache, &event);
			field_value(&cache, &ref, &value);
			assert_true(value.type != VALUE_ADDRESS);
			assert_true(value.type != VALUE_TEXT || i == FIELD_REG_CHANGE ||
			            i == FIELD_RTP_CHANGE);
		}
	}
}

static void types_are_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct field_cache cache;
		struct field_ref ref;
		struct value value;
		const struct row *row = &rows[i];

		assert_true(field_find(slice_text(row->field), &ref));
		field_cache_open(&cache, row->event);
		field_value(&cache, &ref, &value);
		if (value.type != field_row((enum field)ref.field)->type)
			fail_msg("%s has type %d", row->field, (int)value.type);
	}
}

/* Texts live in a pool, which a table of the program cannot spell. */
static int keep_texts(void **state)
{
	static uint8_t region[4096] __attribute__((aligned(64)));
	static struct pool pool;
	struct memory memory = {.base = region, .bytes = sizeof(region)};
	static const struct texts_later LATER;
	const struct slice of_call[CALL_TEXTS] = {[CALL_TEXT_FROM_USER] = SLICE("alice")};
	const struct slice asked[TRANSACTION_TEXTS] = {
	        [TRANSACTION_TO_USER] = SLICE("bob")};

	(void)state;
	if (!pool_init(&pool, &memory, sizeof(region)))
		return 1;
	call.texts = texts_new(&pool, of_call, CALL_TEXTS, &LATER);
	transaction.texts = texts_new(&pool, asked, TRANSACTION_TEXTS, &LATER);
	return call.texts && transaction.texts ? 0 : 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fields_have_values),
	        cmocka_unit_test(empty_events_are_fine),
	        cmocka_unit_test(types_are_as_the_table_says),
	};
	return cmocka_run_group_tests(tests, keep_texts, NULL);
}
