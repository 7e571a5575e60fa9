#include "engine/detect/field_source.h"
#include "engine/detect/guard_build.h"

enum { GUARDS_MAX = 512, SEVERALS_MAX = 2 };

/* In which order guards look: what is cheap comes first, what is made last. */
enum look_turn {
	TURN_NUMBER,  /* and names */
	TURN_ANOMALY, /* those that one look may settle stand together */
	TURN_SDP,
	TURN_TEXT,
	TURN_LONG,
	TURN_PLACELESS,
	TURN_MADE,
};

static const struct field_source *source_of(
        const struct field_ref *field, enum event_kind kind)
{
	return field_source_of(field_sources_of(kind), (enum field)field->field);
}

static enum look_turn look_turn(const struct field_ref *field, enum event_kind kind)
{
	const enum value_type type = field_row((enum field)field->field)->type;
	const unsigned base = source_of(field, kind)->base;

	if (field->field == FIELD_ANOMALY)
		return TURN_ANOMALY;
	if (base == BASE_SDP || base == BASE_SDP_MEDIA)
		return TURN_SDP;
	if (field->field == FIELD_HEADER_ORDER || field->field == FIELD_FROM_TAG_HEX)
		return TURN_MADE;
	if (field_place(field) == FIELD_PLACES)
		return TURN_PLACELESS;
	if (field->field == FIELD_RAW || field->field == FIELD_BODY)
		return TURN_LONG;
	if (type != VALUE_TEXT || field_names_of(source_of(field, kind)).names)
		return TURN_NUMBER;
	return TURN_TEXT;
}

static bool same_field(const struct field_ref *a, const struct field_ref *b)
{
	return a->field == b->field && a->argument == b->argument &&
	       slice_equal_nocase(a->name, b->name);
}

static void field_add(struct field_ref *fields, unsigned *count,
        const struct field_ref *field, enum event_kind kind)
{
	const enum look_turn turn = look_turn(field, kind);
	unsigned at = *count;

	for (unsigned i = 0; i < *count; i++)
		if (same_field(&fields[i], field))
			return;
	if (*count == GUARDS_MAX)
		return;
	while (at > 0 && look_turn(&fields[at - 1], kind) > turn) {
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
				field_add(fields, &count, &test->field, choice->kind);
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
	const struct field_source *source = source_of(field, kind);
	struct guard guard = {.look = LOOK_VALUE,
	        .place = (uint16_t)field_place(field),
	        .type = (uint8_t)field_row((enum field)field->field)->type,
	        .field = *field};

	if (field->field == FIELD_HEADER && field->argument) {
		guard.look = LOOK_HEADER;
		guard.at = field->argument;
		return guard;
	}
	if (!source->base)
		return guard;
	guard.as = source->as;
	guard.base = source->base;
	guard.at = source->at;
	if (source->as == AS_TEXT)
		guard.look = LOOK_TEXT;
	else if (source->as == AS_IP)
		guard.look = LOOK_ADDRESS;
	else if (field_names_of(source).names)
		guard.look = LOOK_NAME;
	else if (source->as == AS_BOOL)
		guard.look = LOOK_TRUTH;
	else if (source->as < AS_NUMBERS)
		guard.look = LOOK_NUMBER;
	return guard;
}

/* A gate at work. */
struct gate_work {
	struct gate *gate;
	struct memory *memory;
	struct memory *work;
	const struct gate_drafts *drafts;
	const struct gate_choice *choice;
	struct asked *asked;
};

static bool guard_add(struct gate_work *at, const struct field_ref *field)
{
	struct gate *gate = at->gate;
	struct guard *guard = &gate->guards[gate->guard_count++];

	*guard = guard_of(field, at->choice->kind);
	struct builder builder = {.memory = at->memory,
	        .work = at->work,
	        .guard = guard,
	        .names = field_names_of(source_of(field, at->choice->kind)),
	        .asked = at->asked,
	        .asked_count = asked_collect(guard, at->asked, at->drafts, at->choice)};
	builder.units = gate->units + guard->first_word * 64u;
	return guard_build(&builder);
}

/* Fields of which nothing may be there at all get one guard before them. */
static bool several_add(
        struct gate_work *at, const struct field_ref *fields, unsigned count)
{
	const enum look_turn turn = look_turn(fields, at->choice->kind);
	struct guard *head = NULL;

	if (count > 1 && (turn == TURN_ANOMALY || turn == TURN_SDP)) {
		head = &at->gate->guards[at->gate->guard_count++];
		*head = (struct guard){
		        .look = turn == TURN_SDP ? LOOK_BASE : LOOK_ANOMALIES,
		        .base = BASE_SDP,
		        .span = (uint16_t)count};
	}
	for (unsigned i = 0; i < count; i++)
		if (!guard_add(at, &fields[i]))
			return false;
	return !head || guard_build_several(at->memory, head);
}

static bool guards_make(
        struct gate_work *at, const struct field_ref *fields, unsigned count)
{
	const enum event_kind kind = at->choice->kind;

	for (unsigned i = 0, of_turn; i < count; i += of_turn) {
		of_turn = 1;
		while (i + of_turn < count && look_turn(&fields[i + of_turn], kind) ==
		                                      look_turn(&fields[i], kind))
			of_turn++;
		if (!several_add(at, fields + i, of_turn))
			return false;
	}
	return true;
}

bool gate_init(struct gate *gate, struct memory *memory, struct memory *work,
        const struct gate_drafts *drafts, const struct gate_choice *choice)
{
	const size_t mark = work->used;
	struct field_ref *fields = memory_take(work, GUARDS_MAX * sizeof(*fields));
	struct gate_work at = {.gate = gate,
	        .memory = memory,
	        .work = work,
	        .drafts = drafts,
	        .choice = choice,
	        .asked = memory_take(work,
	                (size_t)choice->count * PATH_LITERALS * sizeof(*at.asked) + 1)};

	if (!fields || !at.asked || !units_make(gate, memory, drafts, choice))
		return false;
	const unsigned count = fields_collect(fields, drafts, choice);
	gate->guards =
	        memory_take(memory, (count + SEVERALS_MAX) * sizeof(*gate->guards));
	if (!gate->guards)
		return false;
	/* A field that found no room is not looked at: nothing of it is decided. */
	for (uint32_t i = 0; i < choice->count && count == GUARDS_MAX; i++)
		gate->units[i].decided = false;
	const bool fine = guards_make(&at, fields, count);
	memory_rewind(work, mark);
	return fine;
}
