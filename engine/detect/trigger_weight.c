#include "engine/detect/match.h"
#include "engine/detect/trigger.h"

/* Whether a look at one value tells that the print does not hold. */
static bool print_ruled_out(
        const struct trigger_input *input, const struct rule_print *print)
{
	if (print->place == FIELD_PLACES)
		return false;
	const struct value *value = field_kept_at(
	        input->cache, print->place, &input->rule->tests[print->when].field);
	if (value->type == VALUE_ABSENT)
		return true;
	return value->type == VALUE_TEXT && value->text.len &&
	       !(print->begins >> (uint8_t)value->text.data[0] % 64 & 1);
}

double trigger_weight(const struct trigger_input *input, struct writer *text)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	double weight = 0;

	if (!trigger->prints)
		return trigger->weight;
	for (unsigned i = 0; i < trigger->print_count; i++) {
		const struct rule_print *print = &trigger->prints[i];
		if (print_ruled_out(input, print) ||
		        !match_condition(
		                input->rule, input->patterns, print->when, input->cache))
			continue;
		weight += print->weight;
		if (text->len)
			writer_string(text, ", ");
		writer_slice(text, print->id);
	}
	return weight;
}
