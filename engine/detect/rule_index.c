#include "engine/detect/rule_index.h"

enum { METHODS_ALL = (1 << SIP_METHOD_COUNT) - 1, CLASSES_ALL = (1 << 8) - 1 };

struct masks {
	uint32_t methods;
	uint32_t classes;
};

static uint32_t classes_between(double from, double to)
{
	uint32_t classes = 0;
	for (unsigned i = 1; i < 8; i++)
		if (to >= i * 100 && from < (i + 1) * 100)
			classes |= 1u << i;
	return classes;
}

static uint32_t test_classes(const struct rule_test *test)
{
	const struct rule_value *values = test->values;
	uint32_t classes = 0;

	switch ((enum rule_op)test->op) {
	case OP_EQ:
		for (uint32_t i = 0; i < test->count; i++)
			classes |= classes_between(values[i].number, values[i].number);
		return classes;
	case OP_BETWEEN:
		return classes_between(values[0].number, values[1].number);
	case OP_GT:
	case OP_GE:
		return classes_between(values[0].number, 1000);
	case OP_LT:
	case OP_LE:
		return classes_between(0, values[0].number);
	case OP_EXISTS:
	case OP_STARTS:
	case OP_ENDS:
	case OP_CONTAINS:
	case OP_LIKE:
	case OP_MATCHES:
	case OP_CIDR:
	case OP_SAME:
	case OP_COUNT:
		break;
	}
	return CLASSES_ALL;
}

/* Follows the comparisons that must hold: those whose failure rejects at once. */
static struct masks masks_of(const struct rule *rule, uint16_t entry)
{
	struct masks masks = {METHODS_ALL, CLASSES_ALL};

	if (entry == RULE_REJECT)
		return (struct masks){0};
	while (entry < RULE_REJECT) {
		const struct rule_test *test = &rule->tests[entry];
		if (test->negated || test->on_false != RULE_REJECT)
			break;
		if (test->field.field == FIELD_METHOD && test->op == OP_EQ) {
			uint32_t methods = 0;
			for (uint32_t i = 0; i < test->count; i++)
				methods |= 1u << (unsigned)test->values[i].number;
			masks.methods &= methods;
		} else if (test->field.field == FIELD_STATUS) {
			masks.classes &= test_classes(test);
		}
		entry = test->on_true;
	}
	return masks;
}

static void masks_add(struct rule *rule, uint16_t entry)
{
	const struct masks masks = masks_of(rule, entry);
	rule->methods |= masks.methods;
	rule->classes |= masks.classes;
}

static void print_index(const struct rule *rule, struct rule_print *print)
{
	print->place = FIELD_PLACES;
	print->begins = UINT64_MAX;
	if (print->when >= RULE_REJECT)
		return;
	const struct rule_test *test = &rule->tests[print->when];
	if (test->negated || test->on_false != RULE_REJECT)
		return;
	print->place = (uint16_t)field_place(&test->field);
	if (!test->length && (test->op == OP_EQ || test->op == OP_STARTS))
		print->begins = test->begins;
}

bool rule_prints_only(const struct rule *rule)
{
	return rule->trigger.kind == TRIGGER_SCORE && rule->trigger.prints &&
	       !rule->trigger.half_life_us;
}

void rule_index(struct rule *rule)
{
	for (unsigned i = 0; i < rule->trigger.print_count && rule->trigger.prints; i++)
		print_index(rule, &rule->trigger.prints[i]);
	rule->methods = 0;
	rule->classes = 0;
	masks_add(rule, rule->when);
	masks_add(rule, rule->reset_on);
	masks_add(rule, rule->quiet_when);
	if (rule->trigger.kind == TRIGGER_ABSENCE)
		masks_add(rule, rule->trigger.of);
}
