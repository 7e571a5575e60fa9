/*
 * Triggers: one table says which settings each takes and which it needs.
 */
#include "engine/detect/rule_read.h"

#define SETTINGS(X)                                                                      \
	X(N, "n")                                                                        \
	X(WINDOW, "window")                                                              \
	X(CAPACITY, "capacity")                                                          \
	X(LEAK, "leak")                                                                  \
	X(FIELD, "field")                                                                \
	X(ALSO, "also")                                                                  \
	X(COUNT, "count")                                                                \
	X(EACH_MAX, "each_max")                                                          \
	X(OVER, "over")                                                                  \
	X(OF, "of")                                                                      \
	X(MIN, "min")                                                                    \
	X(FACTOR, "factor")                                                              \
	X(WITHIN, "within")                                                              \
	X(STEPS, "steps")                                                                \
	X(WEIGHT, "weight")                                                              \
	X(THRESHOLD, "threshold")                                                        \
	X(HALF_LIFE, "half_life")                                                        \
	X(PRINTS, "prints")                                                              \
	X(SPREAD, "spread")

enum setting {
#define X(id, name) SETTING_##id,
	SETTINGS(X)
#undef X
	        SETTINGS_ALL
};

static const char *const setting_names[SETTINGS_ALL] = {
#define X(id, name) [SETTING_##id] = name,
        SETTINGS(X)
#undef X
};

#define BIT(id) (1u << SETTING_##id)

static const struct trigger_row {
	const char *name;
	uint32_t needs;
	uint32_t takes;
} triggers[TRIGGER_KINDS] = {
        [TRIGGER_FIRST] = {"first", 0, 0},
        [TRIGGER_COUNT] = {"count", BIT(N) | BIT(WINDOW), 0},
        [TRIGGER_LEAKY] = {"leaky", BIT(CAPACITY) | BIT(LEAK), 0},
        [TRIGGER_DISTINCT] = {"distinct", BIT(FIELD) | BIT(N) | BIT(WINDOW),
                BIT(ALSO) | BIT(COUNT) | BIT(EACH_MAX)},
        [TRIGGER_SUM] = {"sum", BIT(FIELD) | BIT(OVER) | BIT(WINDOW), 0},
        [TRIGGER_RATIO] = {"ratio", BIT(OF) | BIT(OVER) | BIT(MIN) | BIT(WINDOW), 0},
        [TRIGGER_EWMA] = {"ewma", BIT(FACTOR) | BIT(MIN) | BIT(WINDOW), 0},
        [TRIGGER_ALIKE] = {"alike", BIT(FIELD) | BIT(N) | BIT(SPREAD) | BIT(WINDOW), 0},
        [TRIGGER_ABSENCE] = {"absence", BIT(OF) | BIT(WITHIN), 0},
        [TRIGGER_SEQUENCE] = {"sequence", BIT(STEPS) | BIT(WITHIN), 0},
        [TRIGGER_SCORE] = {"score", BIT(THRESHOLD),
                BIT(WEIGHT) | BIT(HALF_LIFE) | BIT(PRINTS)},
};

const char *trigger_name(enum trigger_kind kind)
{
	return triggers[kind].name;
}

static void read_also(struct compiler *compiler, const struct node *node)
{
	struct rule_trigger *trigger = &compiler->rule->trigger;
	const struct node *field = node_find(node, SLICE("field"));
	const struct node *n = node_find(node, SLICE("n"));

	if (!field || !n || field->kind != NODE_SCALAR) {
		refuse(compiler, node, "'also' needs { field: …, n: … }$", SLICE(""));
		return;
	}
	(void)read_field(compiler, field, field->text, &trigger->also);
	(void)read_count(compiler, n, LIMIT_DISTINCT, &trigger->also_n);
}

static void read_step(struct compiler *compiler, const struct node *node)
{
	struct rule_trigger *trigger = &compiler->rule->trigger;
	const struct node *when = node_find(node, SLICE("when"));
	const struct node *count = node_find(node, SLICE("count"));
	const struct node *distinct = node_find(node, SLICE("distinct"));
	uint32_t times = 1;

	if (trigger->step_count == LIMIT_RULE_STEPS) {
		refuse(compiler, node, "a sequence has too many steps$", SLICE(""));
		return;
	}
	if (!when) {
		refuse(compiler, node, "a step needs 'when'$", SLICE(""));
		return;
	}
	struct rule_step *step = &trigger->steps[trigger->step_count++];
	step->when = compile_condition(compiler, when);
	if (count && read_count(compiler, count, LIMIT_ALERTS_PENDING, &times))
		step->count = (uint16_t)times;
	else
		step->count = 1;
	if (distinct && distinct->kind == NODE_SCALAR)
		step->distinct =
		        read_field(compiler, distinct, distinct->text, &step->field);
}

static void read_print(struct compiler *compiler, const struct node *node)
{
	struct rule_trigger *trigger = &compiler->rule->trigger;
	const struct node *id = node_find(node, SLICE("id"));
	const struct node *weight = node_find(node, SLICE("weight"));
	const struct node *when = node_find(node, SLICE("when"));

	if (!id || !weight || !when) {
		refuse(compiler, node, "a print needs id, weight and when$", SLICE(""));
		return;
	}
	struct rule_print *print = &trigger->prints[trigger->print_count++];
	(void)read_text(compiler, id, &print->id);
	(void)read_number(compiler, weight, &print->weight);
	print->when = compile_condition(compiler, when);
}

static void read_parts(
        struct compiler *compiler, const struct node *node, enum setting setting)
{
	struct rule_trigger *trigger = &compiler->rule->trigger;

	if (!read_kind(compiler, node, NODE_SEQUENCE, "'$' needs a sequence"))
		return;
	if (setting == SETTING_PRINTS) {
		if (node->count > LIMIT_RULE_PRINTS) {
			refuse(compiler, node, "a score has too many prints$", SLICE(""));
			return;
		}
		trigger->prints =
		        rule_take(compiler, node->count * sizeof(*trigger->prints));
		if (!trigger->prints)
			return;
	}
	for (const struct node *part = node->first_child; part; part = part->next) {
		if (setting == SETTING_PRINTS)
			read_print(compiler, part);
		else
			read_step(compiler, part);
	}
}

static void read_setting(
        struct compiler *compiler, const struct node *node, enum setting setting)
{
	struct rule_trigger *trigger = &compiler->rule->trigger;

	switch (setting) {
	case SETTING_N:
	case SETTING_CAPACITY:
	case SETTING_MIN:
		(void)read_count(compiler, node, LIMIT_DISTINCT, &trigger->n);
		break;
	case SETTING_COUNT:
		(void)read_count(compiler, node, UINT32_MAX, &trigger->count);
		break;
	case SETTING_EACH_MAX:
		(void)read_count(compiler, node, UINT32_MAX, &trigger->each_max);
		break;
	case SETTING_WINDOW:
	case SETTING_LEAK:
	case SETTING_WITHIN:
		(void)read_duration(compiler, node, &trigger->window_us);
		break;
	case SETTING_HALF_LIFE:
		(void)read_duration(compiler, node, &trigger->half_life_us);
		break;
	case SETTING_OVER:
	case SETTING_FACTOR:
	case SETTING_THRESHOLD:
	case SETTING_SPREAD:
		(void)read_number(compiler, node, &trigger->threshold);
		break;
	case SETTING_WEIGHT:
		(void)read_number(compiler, node, &trigger->weight);
		break;
	case SETTING_FIELD:
		if (read_kind(compiler, node, NODE_SCALAR,
		            "'$' must be the name of a field"))
			(void)read_field(compiler, node, node->text, &trigger->field);
		break;
	case SETTING_OF:
		trigger->of = compile_condition(compiler, node);
		break;
	case SETTING_ALSO:
		read_also(compiler, node);
		break;
	case SETTING_STEPS:
	case SETTING_PRINTS:
		read_parts(compiler, node, setting);
		break;
	case SETTINGS_ALL:
		break;
	}
}

static enum setting setting_find(struct slice name)
{
	for (unsigned i = 0; i < SETTINGS_ALL; i++)
		if (slice_equal(name, slice_text(setting_names[i])))
			return (enum setting)i;
	return SETTINGS_ALL;
}

static void read_settings(struct compiler *compiler, const struct node *map)
{
	const struct trigger_row *row = &triggers[compiler->rule->trigger.kind];
	uint32_t seen = 0;

	for (const struct node *node = map->first_child; node; node = node->next) {
		const enum setting setting = setting_find(node->key);
		if (setting == SETTINGS_ALL ||
		        !((row->needs | row->takes) >> setting & 1)) {
			refuse_key(compiler, node, "this trigger has no setting '$'",
			        (struct names){setting_names, sizeof(setting_names[0]),
			                SETTINGS_ALL});
			continue;
		}
		seen |= 1u << setting;
		read_setting(compiler, node, setting);
	}
	for (unsigned i = 0; i < SETTINGS_ALL; i++)
		if (row->needs >> i & ~(seen >> i) & 1)
			refuse(compiler, map, "this trigger needs '$'",
			        slice_text(setting_names[i]));
}

void compile_trigger(struct compiler *compiler, const struct node *node)
{
	struct rule_trigger *trigger = &compiler->rule->trigger;

	trigger->weight = 1;
	trigger->of = RULE_REJECT;
	if (node->kind == NODE_SCALAR && slice_equal(node->text, SLICE("first"))) {
		trigger->kind = TRIGGER_FIRST;
		return;
	}
	if (node->kind != NODE_MAP || node->count != 1) {
		refuse(compiler, node,
		        "a trigger is 'first' or one of: { count: { … } }$", SLICE(""));
		return;
	}
	const struct node *only = node->first_child;
	if (slice_equal(only->key, SLICE("first")) && only->kind == NODE_SCALAR &&
	        slice_equal(only->text, SLICE("true"))) {
		trigger->kind = TRIGGER_FIRST;
		return;
	}
	for (unsigned i = 1; i < TRIGGER_KINDS; i++) {
		if (!slice_equal(only->key, slice_text(triggers[i].name)))
			continue;
		trigger->kind = (enum trigger_kind)i;
		if (read_kind(compiler, only, NODE_MAP, "'$' needs a map of settings"))
			read_settings(compiler, only);
		return;
	}
	refuse_key(compiler, only, "no trigger '$'",
	        (struct names){triggers, sizeof(triggers[0]), TRIGGER_KINDS});
}
