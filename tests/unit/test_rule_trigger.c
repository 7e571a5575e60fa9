#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/track/transaction.h"
#include "tests/unit/rule_kit.h"

#define HEAD                                                                             \
	"- id: a\n  title: t\n  category: c\n  severity: high\n  on: sip.transaction\n"  \
	"  noun: attempt\n  key: [ src.ip ]\n  suppress: { for: 60s }\n"

struct step {
	uint32_t at_ms;
	uint16_t status; /* 0 ends the row */
	const char *user;
	uint8_t source; /* last byte of the client's address */
};

static const struct row {
	const char *name;
	const char *yaml;
	struct step steps[12];
	unsigned alerts;
	const char *explain; /* of the first */
} rows[] = {
        {"first", HEAD "  when: { status: 404 }\n  trigger: first\n",
                {{0, 200, "u", 1}, {1, 404, "u", 1}, {2, 404, "u", 1}}, 1,
                "first attempt: t"},
        {"first of each key", HEAD "  trigger: first\n",
                {{0, 200, "u", 1}, {1, 200, "u", 2}}, 2, "first attempt: t"},
        {"again when suppression ends", HEAD "  trigger: first\n",
                {{0, 200, "u", 1}, {59000, 200, "u", 1}, {60000, 200, "u", 1}}, 2,
                "first attempt: t"},
        {"exception",
                HEAD "  trigger: first\n  except: [ { name: x, src.ip: 10.0.0.1 } ]\n",
                {{0, 200, "u", 1}}, 0, NULL},
        {"count", HEAD "  trigger: { count: { n: 3, window: 1s } }\n",
                {{0, 200, "u", 1}, {500, 200, "u", 1}, {1000, 200, "u", 1}}, 1,
                "3rd attempt in 1 s; threshold 3 in 1 s"},
        {"count slides", HEAD "  trigger: { count: { n: 3, window: 1s } }\n",
                {{0, 200, "u", 1}, {500, 200, "u", 1}, {1001, 200, "u", 1}}, 0, NULL},
        {"leaky", HEAD "  trigger: { leaky: { capacity: 2, leak: 10s } }\n",
                {{0, 401, "u", 1}, {10, 401, "u", 1}, {31, 401, "u", 1}}, 1,
                "3rd attempt in 0.031 s; capacity 2, leak 10 s"},
        {"leaky leaks", HEAD "  trigger: { leaky: { capacity: 2, leak: 10s } }\n",
                {{0, 401, "u", 1}, {5000, 401, "u", 1}, {10000, 401, "u", 1},
                        {20000, 401, "u", 1}},
                0, NULL},
        {"reset",
                HEAD "  when: { status: 401 }\n  reset_on: { status: 200 }\n"
                     "  trigger: { leaky: { capacity: 2, leak: 10s } }\n",
                {{0, 401, "u", 1}, {1, 401, "u", 1}, {2, 200, "u", 1}, {3, 401, "u", 1}},
                0, NULL},
        {"distinct",
                HEAD "  trigger: { distinct: { field: to.user, n: 2, window: 1s } }\n",
                {{0, 401, "u", 1}, {1, 401, "u", 1}, {2, 401, "v", 1}}, 1,
                "2 different to.user in 3 attempts within 0.002 s; threshold 2 in 1 s"},
        {"distinct forgets",
                HEAD "  trigger: { distinct: { field: to.user, n: 2, window: 1s } }\n",
                {{0, 401, "u", 1}, {1100, 401, "v", 1}}, 0, NULL},
        {"quiet",
                HEAD
                "  when: { status: 404 }\n  trigger: { count: { n: 2, window: 1s } }\n"
                "  quiet_if: { when: { status: 200 }, over: 0.5 }\n",
                {{0, 200, "u", 1}, {1, 200, "u", 1}, {2, 200, "u", 1}, {3, 404, "u", 1},
                        {4, 404, "u", 1}},
                0, NULL},
        {"ratio",
                HEAD "  trigger: { ratio: { of: { status: 404 }, over: 0.5, min: 3, "
                     "window: 10s } }\n",
                {{0, 404, "u", 1}, {1, 200, "u", 1}, {2, 404, "u", 1}}, 1,
                "66.7 % of 3 attempts; threshold 50.0 % of at least 3 in 10 s"},
        {"sum", HEAD "  trigger: { sum: { field: status, over: 900, window: 10s } }\n",
                {{0, 404, "u", 1}, {1, 200, "u", 1}, {2, 404, "u", 1}}, 1,
                "sum of status is 1008; threshold 900 in 10 s"},
        {"sequence",
                HEAD "  trigger: { sequence: { within: 10s, steps: [ { when: { status: "
                     "401 }, count: 2 }, { when: { status: 200 } } ] } }\n",
                {{0, 401, "u", 1}, {1, 200, "u", 1}, {2, 401, "u", 1}, {3, 200, "u", 1}},
                1, "all 2 steps, 3 attempts in 0.003 s"},
        {"score decays",
                HEAD
                "  trigger: { score: { weight: 1, threshold: 1.9, half_life: 1s } }\n",
                {{0, 401, "u", 1}, {1000, 401, "u", 1}, {1001, 401, "u", 1}}, 1,
                "weight 2.50 of 3 attempts; threshold 1.90, half-life 1 s"},
        {"absence",
                HEAD "  when: { status: 401 }\n  trigger: { absence: { of: { status: 200 "
                     "}, within: 1s } }\n",
                {{0, 401, "u", 1}, {3000, 404, "u", 1}}, 1,
                "what had to follow did not come within 1 s"},
        {"no absence",
                HEAD "  when: { status: 401 }\n  trigger: { absence: { of: { status: 200 "
                     "}, within: 1s } }\n",
                {{0, 401, "u", 1}, {500, 200, "u", 1}, {3000, 404, "u", 1}}, 0, NULL},
};

struct run {
	struct pool pool; /* for the texts of transactions */
	unsigned alerts;
	char explain[ALERT_EXPLAIN_MAX + 1];
};

static void drain(struct detect *detect, struct run *run)
{
	const struct alert *alert;

	while ((alert = detect_next(detect))) {
		if (run->alerts++ == 0)
			memcpy(run->explain, alert->explain.data, alert->explain.len);
		assert_true(alert->key.len > 0);
	}
}

static void play(struct detect *detect, const struct row *row, struct run *run)
{
	for (const struct step *step = row->steps; step->status; step++) {
		static const struct texts_later LATER;
		const struct slice texts[TRANSACTION_TEXTS] = {
		        [TRANSACTION_TO_USER] = slice_text(step->user),
		};
		struct texts *kept =
		        texts_new(&run->pool, texts, TRANSACTION_TEXTS, &LATER);
		assert_non_null(kept);
		const struct transaction transaction = {
		        .method = SIP_REGISTER,
		        .status = step->status,
		        .client.ip = address_v4(0x0a000000u | step->source),
		        .texts = kept,
		};
		const struct event event = {
		        .kind = EVENT_SIP_TRANSACTION,
		        .time_us = 1000000000000 + step->at_ms * 1000ull,
		        .transaction = &transaction,
		};
		detect_advance(detect, event.time_us);
		drain(detect, run);
		detect_event(detect, &event);
		drain(detect, run);
		texts_free(&run->pool, &kept);
	}
}

static void triggers_fire_when_crossed(void **state)
{
	const struct hash_key key = {1, 2};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kit kit;
		struct run run = {0};
		kit_open(&kit, rows[i].yaml);
		if (!kit.fine)
			fail_msg("%s: %s", rows[i].name, kit.errors.errors[0].text);
		assert_true(pool_init(&run.pool, &kit.memory, 4096));
		struct detect *detect = detect_new(&kit.memory, 4 << 20, &key, &kit.set);
		assert_non_null(detect);
		play(detect, &rows[i], &run);
		if (run.alerts != rows[i].alerts ||
		        strcmp(run.explain, rows[i].explain ? rows[i].explain : "") != 0)
			fail_msg("%s: %u alerts, \"%s\"", rows[i].name, run.alerts,
			        run.explain);
		kit_close(&kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(triggers_fire_when_crossed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
