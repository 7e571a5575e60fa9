#include "engine/detect/explain.h"

enum { SHOWN_MAX = 80 }; /* bytes of a quoted value */

static void write_span(struct writer *writer, uint64_t span_us)
{
	const double seconds = (double)span_us / 1e6;

	if (span_us >= 86400000000u && span_us % 86400000000u == 0) {
		writer_u64(writer, span_us / 86400000000u);
		writer_string(writer, " d");
	} else if (span_us >= 3600000000u && span_us % 3600000000u == 0) {
		writer_u64(writer, span_us / 3600000000u);
		writer_string(writer, " h");
	} else {
		writer_fixed(writer, seconds, span_us % 1000000 ? 3 : 0);
		writer_string(writer, " s");
	}
}

/* A number without needless decimals. */
static void write_number(struct writer *writer, double number)
{
	const bool whole = number < 1e15 && !(number - (double)(uint64_t)number > 0.0005);
	writer_fixed(writer, number, whole ? 0 : 2);
}

static void write_ordinal(struct writer *writer, uint64_t number)
{
	const uint64_t last = number % 10;
	const bool teen = number % 100 / 10 == 1;

	writer_u64(writer, number);
	writer_string(writer, teen        ? "th"
	                      : last == 1 ? "st"
	                      : last == 2 ? "nd"
	                      : last == 3 ? "rd"
	                                  : "th");
}

static void write_field(struct writer *writer, const struct field_ref *field)
{
	writer_string(writer, field_row((enum field)field->field)->name);
	writer_slice(writer, field->name);
}

static void explain_distinct(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	write_number(writer, result->value);
	writer_string(writer, " different ");
	write_field(writer, &rule->trigger.field);
	if (rule->trigger.also_n) {
		writer_string(writer, " and ");
		write_number(writer, result->also);
		writer_byte(writer, ' ');
		write_field(writer, &rule->trigger.also);
	}
	writer_string(writer, " in ");
	writer_u64(writer, result->count);
	writer_byte(writer, ' ');
	writer_slice(writer, rule->noun);
	writer_string(writer, "s within ");
	write_span(writer, result->span_us);
	writer_string(writer, "; threshold ");
	writer_u64(writer, rule->trigger.n);
	writer_string(writer, " in ");
	write_span(writer, rule->trigger.window_us);
}

static void explain_share(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	const struct rule_trigger *trigger = &rule->trigger;

	if (trigger->kind == TRIGGER_RATIO) {
		writer_fixed(writer, result->value * 100, 1);
		writer_string(writer, " % of ");
		writer_u64(writer, result->count);
		writer_byte(writer, ' ');
		writer_slice(writer, rule->noun);
		writer_string(writer, "s; threshold ");
		writer_fixed(writer, trigger->threshold * 100, 1);
		writer_string(writer, " % of at least ");
		writer_u64(writer, trigger->n);
	} else {
		writer_u64(writer, result->count);
		writer_byte(writer, ' ');
		writer_slice(writer, rule->noun);
		writer_string(writer, "s, usually ");
		writer_fixed(writer, result->also, 1);
		writer_string(writer, "; threshold ");
		write_number(writer, trigger->threshold);
		writer_string(writer, " times as many");
	}
	writer_string(writer, " in ");
	write_span(writer, trigger->window_us);
}

static void explain_score(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	writer_string(writer, "weight ");
	write_number(writer, result->value);
	writer_string(writer, " of ");
	if (result->what.len)
		writer_slice(writer, result->what);
	else {
		writer_u64(writer, result->count);
		writer_byte(writer, ' ');
		writer_slice(writer, rule->noun);
		writer_byte(writer, 's');
	}
	writer_string(writer, "; threshold ");
	write_number(writer, rule->trigger.threshold);
	if (rule->trigger.half_life_us) {
		writer_string(writer, ", half-life ");
		write_span(writer, rule->trigger.half_life_us);
	}
}

static void explain_alike(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	writer_u64(writer, result->count);
	writer_byte(writer, ' ');
	writer_slice(writer, rule->noun);
	writer_string(writer, "s with ");
	write_field(writer, &rule->trigger.field);
	writer_string(writer, " near ");
	write_number(writer, result->value);
	writer_string(writer, " (within ");
	write_number(writer, rule->trigger.threshold);
	writer_string(writer, "), of ");
	write_number(writer, result->also);
	writer_string(writer, " in ");
	write_span(writer, result->span_us);
	writer_string(writer, "; threshold ");
	writer_u64(writer, rule->trigger.n);
}

static void explain_counted(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	write_ordinal(writer, result->count);
	writer_byte(writer, ' ');
	writer_slice(writer, rule->noun);
	writer_string(writer, " in ");
	write_span(writer, result->span_us);
	if (rule->trigger.kind == TRIGGER_LEAKY) {
		writer_string(writer, "; capacity ");
		writer_u64(writer, rule->trigger.n);
		writer_string(writer, ", leak ");
	} else {
		writer_string(writer, "; threshold ");
		writer_u64(writer, rule->trigger.n);
		writer_string(writer, " in ");
	}
	write_span(writer, rule->trigger.window_us);
}

static void explain_first(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	writer_string(writer, "first ");
	writer_slice(writer, rule->noun);
	writer_string(writer, ": ");
	writer_slice(writer, rule->title);
	if (!result->what.len && !result->numbered)
		return;
	writer_string(writer, " (");
	write_field(writer, &rule->show);
	writer_byte(writer, ' ');
	if (result->numbered) {
		write_number(writer, result->also);
	} else {
		writer_byte(writer, '"');
		writer_slice(writer, slice_first(result->what, SHOWN_MAX));
		writer_string(writer, result->what.len > SHOWN_MAX ? "…\"" : "\"");
	}
	writer_byte(writer, ')');
}

void explain_alert(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer)
{
	switch (rule->trigger.kind) {
	case TRIGGER_FIRST:
		explain_first(rule, result, writer);
		break;
	case TRIGGER_COUNT:
	case TRIGGER_LEAKY:
		explain_counted(rule, result, writer);
		break;
	case TRIGGER_DISTINCT:
		explain_distinct(rule, result, writer);
		break;
	case TRIGGER_SUM:
		writer_string(writer, "sum of ");
		write_field(writer, &rule->trigger.field);
		writer_string(writer, " is ");
		write_number(writer, result->value);
		writer_string(writer, "; threshold ");
		write_number(writer, rule->trigger.threshold);
		writer_string(writer, " in ");
		write_span(writer, rule->trigger.window_us);
		break;
	case TRIGGER_RATIO:
	case TRIGGER_EWMA:
		explain_share(rule, result, writer);
		break;
	case TRIGGER_ALIKE:
		explain_alike(rule, result, writer);
		break;
	case TRIGGER_ABSENCE:
		writer_string(writer, "what had to follow did not come within ");
		write_span(writer, rule->trigger.window_us);
		break;
	case TRIGGER_SEQUENCE:
		writer_string(writer, "all ");
		writer_u64(writer, rule->trigger.step_count);
		writer_string(writer, " steps, ");
		writer_u64(writer, result->count);
		writer_byte(writer, ' ');
		writer_slice(writer, rule->noun);
		writer_string(writer, "s in ");
		write_span(writer, result->span_us);
		break;
	case TRIGGER_SCORE:
		explain_score(rule, result, writer);
		break;
	case TRIGGER_KINDS:
		break;
	}
}

static void explain_keys(const struct rule *rule, struct writer *writer)
{
	writer_string(writer, rule->key_count ? " Counts per " : " Counts all together");
	for (unsigned i = 0; i < rule->key_count; i++) {
		if (i)
			writer_string(writer, " and ");
		write_field(writer, &rule->keys[i].field);
	}
	writer_string(writer, ", for up to ");
	writer_u64(writer, rule->max_keys);
	writer_string(writer, " keys at once.");
}

void rule_explain(const struct rule *rule, struct writer *writer)
{
	static const char *const verdicts[] = {
	        "alerts", "limits the source", "drops the message", "blocks the source"};

	writer_slice(writer, rule->title);
	writer_string(writer, ". Waits for: ");
	writer_string(writer, trigger_name(rule->trigger.kind));
	if (rule->trigger.n) {
		writer_string(writer, " of ");
		writer_u64(writer, rule->trigger.n);
	}
	if (rule->trigger.window_us) {
		writer_string(
		        writer, rule->trigger.kind == TRIGGER_LEAKY ? ", leak " : " in ");
		write_span(writer, rule->trigger.window_us);
	}
	writer_byte(writer, '.');
	explain_keys(rule, writer);
	writer_string(writer, " When it fires it ");
	writer_string(writer, verdicts[rule->verdict]);
	if (rule->verdict == VERDICT_BLOCK && rule->needs_proof)
		writer_string(writer, " once its address is proven to be real");
	writer_string(writer, ", then stays silent for ");
	write_span(writer, rule->suppress_us);
	writer_byte(writer, '.');
	if (rule->advice.len) {
		writer_byte(writer, ' ');
		writer_slice(writer, rule->advice);
	}
}
