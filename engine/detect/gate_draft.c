#include "engine/detect/gate.h"

/* Streams whose events are told apart by method before anything else. */
static bool reaches(const struct rule *rule, enum event_kind kind)
{
	return rule->streams >> kind & 1;
}

static bool draft_path(struct gate_drafts *drafts, const struct rule *rule,
        struct gate_unit unit, const struct path *path)
{
	if (drafts->count == GATE_UNITS_MAX)
		return false;
	unit.decided = path->sufficient;
	drafts->drafts[drafts->count++] =
	        (struct gate_draft){.unit = unit, .rule = rule, .path = *path};
	return true;
}

static bool draft_entry(struct gate_drafts *drafts, const struct rule *rule,
        struct gate_unit unit, const struct paths *paths)
{
	static const struct path any = {0};

	/* When room grows short, a condition that may hold takes one unit. */
	if (drafts->count > GATE_UNITS_MAX / 2 && paths->count > 1)
		return draft_path(drafts, rule, unit, &any);
	for (unsigned i = 0; i < paths->count; i++)
		if (!draft_path(drafts, rule, unit, &paths->paths[i]))
			return false;
	return true;
}

static bool draft_rule(struct gate_drafts *drafts, const struct rule *rule,
        uint16_t judge, const struct paths *all)
{
	const struct rule_trigger *trigger = &rule->trigger;
	struct gate_unit unit = {.judge = judge, .purpose = GATE_WHEN};

	if (!draft_entry(drafts, rule, unit, paths_at(all, rule->when)))
		return false;
	unit.purpose = GATE_PRINT;
	for (unsigned i = 0; rule_prints_only(rule) && i < trigger->print_count; i++) {
		unit.print = (uint16_t)i;
		if (!draft_entry(
		            drafts, rule, unit, paths_at(all, trigger->prints[i].when)))
			return false;
	}
	unit.print = 0;
	unit.purpose = GATE_RESET;
	if (!draft_entry(drafts, rule, unit, paths_at(all, rule->reset_on)))
		return false;
	if (trigger->kind == TRIGGER_ABSENCE &&
	        !draft_entry(drafts, rule, unit, paths_at(all, trigger->of)))
		return false;
	unit.purpose = GATE_QUIET;
	return draft_entry(drafts, rule, unit, paths_at(all, rule->quiet_when));
}

bool gate_draft(struct gate_drafts *drafts, struct memory *work,
        const struct rule *const *rules, uint32_t count)
{
	drafts->count = 0;
	drafts->drafts = memory_take(work, GATE_UNITS_MAX * sizeof(*drafts->drafts));
	if (!drafts->drafts)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const size_t mark = work->used;
		const struct paths *all = paths_of(rules[i], work);
		if (!all || !draft_rule(drafts, rules[i], (uint16_t)i, all))
			return false;
		memory_rewind(work, mark);
	}
	return true;
}

/* Method and possible comparisons are known before any event comes. */
static bool excluded(const struct gate_draft *draft, unsigned method)
{
	for (unsigned i = 0; i < draft->path.count; i++) {
		const struct path_literal literal = draft->path.literals[i];
		const struct rule_test *test = &draft->rule->tests[literal.test];
		bool holds = false;
		if (method == SIP_METHOD_COUNT || test->field.field != FIELD_METHOD ||
		        test->op != OP_EQ)
			continue;
		for (uint32_t v = 0; v < test->count; v++)
			holds |= (unsigned)test->values[v].number == method;
		if (holds != literal.truth)
			return true;
	}
	return false;
}

bool gate_choose(struct gate_choice *choice, struct memory *work,
        const struct gate_drafts *drafts, enum event_kind kind, unsigned method)
{
	choice->count = 0;
	choice->kind = kind;
	choice->by_method = method != SIP_METHOD_COUNT;
	choice->drafts = memory_take(work, (drafts->count + 1u) * sizeof(uint16_t));
	if (!choice->drafts)
		return false;
	for (uint32_t i = 0; i < drafts->count; i++)
		if (reaches(drafts->drafts[i].rule, kind) &&
		        !excluded(&drafts->drafts[i], method))
			choice->drafts[choice->count++] = (uint16_t)i;
	return true;
}
