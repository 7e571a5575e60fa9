#include "engine/detect/field_source.h"
#include "engine/detect/guard_build.h"

enum { GUARDS_MAX = 512 };

/* What is cheap to look at comes first; what is made for the purpose last. */
static unsigned look_cost(const struct field_ref *field)
{
	const enum value_type type = field_row((enum field)field->field)->type;

	if (field->field == FIELD_HEADER_ORDER || field->field == FIELD_FROM_TAG_HEX)
		return 4;
	if (field_place(field) == FIELD_PLACES)
		return 3;
	if (field->field == FIELD_RAW || field->field == FIELD_BODY)
		return 2;
	return type == VALUE_TEXT ? 1 : 0;
}

static bool same_field(const struct field_ref *a, const struct field_ref *b)
{
	return a->field == b->field && a->argument == b->argument &&
	       slice_equal_nocase(a->name, b->name);
}

static void field_add(
        struct field_ref *fields, unsigned *count, const struct field_ref *field)
{
	const unsigned cost = look_cost(field);
	unsigned at = *count;

	for (unsigned i = 0; i < *count; i++)
		if (same_field(&fields[i], field))
			return;
	if (*count == GUARDS_MAX)
		return;
	while (at > 0 && look_cost(&fields[at - 1]) > cost) {
		fields[at] = fields[at - 1];
		at--;
	}
	fields[at] = *field;
	++*count;
}

/* Where the method chose the gate, no unit of it asks again. */
static bool asked_for(const struct gate_choice *choice, const struct rule_test *test)
{
	return !(choice->by_method && test->field.field == FIELD_METHOD &&
	         test->op == OP_EQ);
}

static unsigned fields_collect(struct field_ref *fields, const struct gate_drafts *drafts,
        const struct gate_choice *choice)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < choice->count; i++) {
		const struct gate_draft *draft = &drafts->drafts[choice->drafts[i]];
		for (unsigned l = 0; l < draft->path.count; l++) {
			const struct rule_test *test =
			        &draft->rule->tests[draft->path.literals[l].test];
			if (asked_for(choice, test))
				field_add(fields, &count, &test->field);
		}
	}
	return count;
}

/* All comparisons of the guard's field, and the words that hold their units. */
static uint32_t asked_collect(struct guard *guard, struct asked *asked,
        const struct gate_drafts *drafts, const struct gate_choice *choice)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < choice->count; i++) {
		const struct gate_draft *draft = &drafts->drafts[choice->drafts[i]];
		for (unsigned l = 0; l < draft->path.count; l++) {
			const struct path_literal literal = draft->path.literals[l];
			const struct rule_test *test = &draft->rule->tests[literal.test];
			if (!same_field(&test->field, &guard->field) ||
			        !asked_for(choice, test))
				continue;
			if (count == 0)
				guard->first_word = (uint16_t)(i / 64);
			guard->words = (uint16_t)(i / 64 - guard->first_word + 1);
			asked[count++] = (struct asked){.test = test,
			        .truth = literal.truth,
			        .unit = i - guard->first_word * 64u};
		}
	}
	return count;
}

static bool units_make(struct gate *gate, struct memory *memory,
        const struct gate_drafts *drafts, const struct gate_choice *choice)
{
	gate->unit_count = choice->count;
	gate->words = (uint16_t)((choice->count + 63) / 64);
	gate->units = memory_take(memory, (choice->count + 1u) * sizeof(*gate->units));
	uint64_t *all = memory_take(memory, (gate->words + 1u) * sizeof(*all));
	if (!gate->units || !all)
		return false;
	for (uint32_t i = 0; i < choice->count; i++) {
		gate->units[i] = drafts->drafts[choice->drafts[i]].unit;
		all[i / 64] |= (uint64_t)1 << i % 64;
	}
	gate->all = all;
	return true;
}

static struct guard guard_of(const struct field_ref *field, enum event_kind kind)
{
	const struct field_source *source =
	        field_source_of(field_sources_of(kind), (enum field)field->field);
	struct guard guard = {.look = LOOK_VALUE,
	        .place = (uint16_t)field_place(field),
	        .type = (uint8_t)field_row((enum field)field->field)->type,
	        .field = *field};

	if (source->base && (source->as == AS_TEXT || source->as == AS_BOOL ||
	                            source->as < AS_NUMBERS)) {
		guard.look = source->as == AS_TEXT ? LOOK_TEXT : LOOK_NUMBER;
		guard.as = source->as;
		guard.base = source->base;
		guard.at = source->at;
	} else if (field->field == FIELD_HEADER && field->argument) {
		guard.look = LOOK_HEADER;
		guard.at = field->argument;
	}
	return guard;
}

bool gate_init(struct gate *gate, struct memory *memory, struct memory *work,
        const struct gate_drafts *drafts, const struct gate_choice *choice)
{
	const size_t mark = work->used;
	struct field_ref *fields = memory_take(work, GUARDS_MAX * sizeof(*fields));
	struct asked *asked = memory_take(
	        work, (size_t)choice->count * PATH_LITERALS * sizeof(*asked) + 1);

	if (!fields || !asked || !units_make(gate, memory, drafts, choice))
		return false;
	const unsigned count = fields_collect(fields, drafts, choice);
	gate->guards = memory_take(memory, (count + 1) * sizeof(*gate->guards));
	if (!gate->guards)
		return false;
	/* A field that found no room is not looked at: nothing of it is decided. */
	for (uint32_t i = 0; i < choice->count && count == GUARDS_MAX; i++)
		gate->units[i].decided = false;
	for (unsigned i = 0; i < count; i++) {
		struct guard *guard = &gate->guards[gate->guard_count++];
		*guard = guard_of(&fields[i], choice->kind);
		struct builder builder = {.memory = memory,
		        .work = work,
		        .guard = guard,
		        .asked = asked,
		        .asked_count = asked_collect(guard, asked, drafts, choice)};
		builder.units = gate->units + guard->first_word * 64u;
		if (!guard_build(&builder))
			return false;
	}
	memory_rewind(work, mark);
	return true;
}
