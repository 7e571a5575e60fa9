/*
 * Overrides: a site changes a rule without editing its pack: enabled, severity, numbers
 * of the trigger, suppression, responses, further exceptions.
 */
#include "engine/detect/rule_read.h"

static const char *const names[] = {
        "enabled", "severity", "trigger", "suppress", "respond", "max_keys", "except"};

/* The trigger keeps its kind and conditions; only its numbers change. */
static void override_number(struct compiler *compiler, const struct node *node)
{
	static const char *const settings[] = {"n", "capacity", "min", "window", "leak",
	        "within", "over", "factor", "threshold", "half_life", "count"};
	struct rule_trigger *trigger = &compiler->rule->trigger;

	if (slice_equal(node->key, SLICE("n")) ||
	        slice_equal(node->key, SLICE("capacity")) ||
	        slice_equal(node->key, SLICE("min")))
		(void)read_count(compiler, node, LIMIT_DISTINCT, &trigger->n);
	else if (slice_equal(node->key, SLICE("window")) ||
	         slice_equal(node->key, SLICE("leak")) ||
	         slice_equal(node->key, SLICE("within")))
		(void)read_duration(compiler, node, &trigger->window_us);
	else if (slice_equal(node->key, SLICE("over")) ||
	         slice_equal(node->key, SLICE("factor")) ||
	         slice_equal(node->key, SLICE("threshold")))
		(void)read_number(compiler, node, &trigger->threshold);
	else if (slice_equal(node->key, SLICE("half_life")))
		(void)read_duration(compiler, node, &trigger->half_life_us);
	else if (slice_equal(node->key, SLICE("count")))
		(void)read_count(compiler, node, UINT32_MAX, &trigger->count);
	else
		refuse_key(compiler, node, "an override changes no setting '$'",
		        (struct names){settings, sizeof(settings[0]),
		                sizeof(settings) / sizeof(settings[0])});
}

static void override_trigger(struct compiler *compiler, const struct node *node)
{
	const char *kind = trigger_name(compiler->rule->trigger.kind);
	const struct node *settings = node_find(node, slice_text(kind));

	if (!settings || settings->kind != NODE_MAP || node->count != 1) {
		refuse(compiler, node, "the trigger to change is '$'", slice_text(kind));
		return;
	}
	for (const struct node *part = settings->first_child; part; part = part->next)
		override_number(compiler, part);
}

/* Further exceptions extend the rule's comparisons, which move to a larger place. */
static void override_exceptions(struct compiler *compiler, const struct node *node)
{
	struct rule *rule = compiler->rule;

	memcpy(compiler->tests, rule->tests, rule->test_count * sizeof(*rule->tests));
	compiler->test_count = rule->test_count;
	compile_exceptions(compiler, node);
	struct rule_test *tests =
	        rule_take(compiler, compiler->test_count * sizeof(*tests));
	if (!tests)
		return;
	memcpy(tests, compiler->tests, compiler->test_count * sizeof(*tests));
	rule->tests = tests;
	rule->test_count = (uint16_t)compiler->test_count;
}

static void override_part(struct compiler *compiler, const struct node *node)
{
	struct rule *rule = compiler->rule;

	if (slice_equal(node->key, SLICE("enabled")))
		(void)read_bool(compiler, node, &rule->enabled);
	else if (slice_equal(node->key, SLICE("severity")))
		compile_severity(compiler, node);
	else if (slice_equal(node->key, SLICE("trigger")))
		override_trigger(compiler, node);
	else if (slice_equal(node->key, SLICE("suppress")))
		compile_suppress(compiler, node);
	else if (slice_equal(node->key, SLICE("respond"))) {
		rule->verdict = VERDICT_PASS;
		compile_respond(compiler, node);
	} else if (slice_equal(node->key, SLICE("max_keys")))
		(void)read_count(compiler, node, 1 << 20, &rule->max_keys);
	else if (slice_equal(node->key, SLICE("except")))
		override_exceptions(compiler, node);
	else
		refuse_key(compiler, node, "an override has no '$'",
		        (struct names){names, sizeof(names[0]),
		                sizeof(names) / sizeof(names[0])});
}

void compile_override(struct compiler *compiler, const struct node *node)
{
	if (!read_kind(compiler, node, NODE_MAP, "the override '$' is a map"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next)
		override_part(compiler, part);
}
