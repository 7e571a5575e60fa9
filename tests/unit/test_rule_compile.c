#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/rule_kit.h"

#define HEAD  "- id: a\n  title: t\n  category: c\n  severity: high\n  on: sip.request\n"
#define FIRST "  trigger: first\n"

static const struct row {
	const char *name;
	const char *yaml;
	const char *error; /* LINE:COLUMN: text of the first; NULL = it compiles */
} rows[] = {
        {"plain", HEAD FIRST, NULL},
        {"nested",
                HEAD FIRST
                "  when: { any: [ { method: INVITE }, { not: { cseq: 1 } } ] }\n",
                NULL},
        {"missing trigger", HEAD, "1:3: a rule needs 'trigger'"},
        {"unknown part", HEAD FIRST "  sevrity: low\n",
                "7:3: a rule has no 'sevrity'; did you mean 'severity'?"},
        {"unknown stream",
                "- id: a\n  title: t\n  category: c\n  severity: low\n  on: "
                "sip.requst\n" FIRST,
                "5:7: no stream 'sip.requst'; did you mean 'sip.request'?"},
        {"unknown field", HEAD FIRST "  when: { form.user: x }\n",
                "7:11: no field 'form.user'; did you mean 'from.user'?"},
        {"field of another stream", HEAD FIRST "  when: { registration.user: x }\n",
                "7:11: no stream of this rule carries the field 'registration.user'"},
        {"unknown operator", HEAD FIRST "  when: { from.user: { strats: x } }\n",
                "7:24: no operator 'strats'; did you mean 'starts'?"},
        {"operator of another type", HEAD FIRST "  when: { cseq: { starts: x } }\n",
                "7:19: operator 'starts' does not fit the field's type"},
        {"bad number", HEAD FIRST "  when: { status: abc }\n",
                "7:19: 'abc' is no number"},
        {"bad method", HEAD FIRST "  when: { method: INVIT }\n",
                "7:19: no method 'INVIT' that rules know; use method.text; did you mean "
                "'INVITE'?"},
        {"bad network", HEAD FIRST "  when: { src.ip: 10.0.0.0/99 }\n",
                "7:19: '10.0.0.0/99' is no address or network"},
        {"between of one", HEAD FIRST "  when: { cseq: { between: [1] } }\n",
                "7:28: 'between' needs two numbers: [from, to]"},
        {"unknown list", HEAD FIRST "  when: { src.ip: { in_list: nobody } }\n",
                "7:30: no list 'nobody'"},
        {"bad severity",
                "- id: a\n  title: t\n  category: c\n  severity: hihg\n  on: "
                "sip.request\n" FIRST,
                "4:13: 'hihg' is none of critical, high, medium, low, info; did you mean "
                "'high'?"},
        {"unknown trigger", HEAD "  trigger: { cuont: { n: 1 } }\n",
                "6:14: no trigger 'cuont'; did you mean 'count'?"},
        {"missing setting", HEAD "  trigger: { count: { n: 3 } }\n",
                "6:21: this trigger needs 'window'"},
        {"setting of another trigger",
                HEAD "  trigger: { count: { n: 3, window: 1s, leak: 1s } }\n",
                "6:41: this trigger has no setting 'leak'"},
        {"bad duration", HEAD "  trigger: { count: { n: 3, window: 10 } }\n",
                "6:37: '10' is no duration; write 500ms, 10s, 5m, 1h or 1d"},
        {"zero count", HEAD "  trigger: { count: { n: 0, window: 1s } }\n",
                "6:26: 'n' must be a whole number of 1 or more"},
        {"bad key mask", HEAD FIRST "  key: [ src.ip/200 ]\n",
                "7:10: 'src.ip/200' has a bad mask; write src.ip/24"},
        {"unnamed exception", HEAD FIRST "  except: [ { src.ip: 10.0.0.1 } ]\n",
                "7:13: an exception needs a name"},
        {"pattern on all bytes", HEAD FIRST "  when: { raw: { matches: x } }\n",
                "7:27: 'matches' on a whole message needs a literal: { regex: …, "
                "literal: … }"},
        {"twice", HEAD FIRST HEAD FIRST, "7:3: the rule 'a' occurs twice"},
        {"unknown response", HEAD FIRST "  respond: [ alrt ]\n",
                "7:14: 'alrt' is none of alert, page, drop, limit, block, score, mark; did you "
                "mean 'alert'?"},
};

static void errors_name_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kit kit;
		char text[300] = "";
		kit_open(&kit, rows[i].yaml);
		if (kit.errors.count)
			(void)snprintf(text, sizeof(text), "%u:%u: %s",
			        kit.errors.errors[0].line, kit.errors.errors[0].column,
			        kit.errors.errors[0].text);
		if (strcmp(text, rows[i].error ? rows[i].error : "") != 0)
			fail_msg("%s: got \"%s\"", rows[i].name, text);
		assert_int_equal(kit.fine, rows[i].error == NULL);
		kit_close(&kit);
	}
}

static void several_errors_are_told_at_once(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, HEAD "  trigger: { count: { } }\n  when: { x: 1, y: 2 }\n");
	assert_int_equal(kit.errors.count, 4);
	kit_close(&kit);
}

static void overrides_change_rules(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, "rules:\n" HEAD "  trigger: { count: { n: 3, window: 1s } }\n"
	               "overrides:\n  a:\n    severity: low\n    enabled: false\n"
	               "    trigger: { count: { n: 9 } }\n"
	               "    except: [ { name: lab, src.ip: 10.0.0.0/8 } ]\n");
	assert_true(kit.fine);
	const struct rule *rule = rule_find(&kit.set, SLICE("a"));
	assert_non_null(rule);
	assert_int_equal(rule->severity, SEVERITY_LOW);
	assert_false(rule->enabled);
	assert_int_equal(rule->trigger.n, 9);
	assert_int_equal(rule->trigger.window_us, 1000000);
	assert_int_equal(rule->exception_count, 1);
	kit_close(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(errors_name_their_place),
	        cmocka_unit_test(several_errors_are_told_at_once),
	        cmocka_unit_test(overrides_change_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
