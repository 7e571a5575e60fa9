#include "engine/detect/match.h"
#include "engine/detect/trigger.h"

double trigger_weight(const struct trigger_input *input, struct writer *text)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	double weight = 0;

	if (!trigger->prints)
		return trigger->weight;
	for (unsigned i = 0; i < trigger->print_count; i++) {
		const struct rule_print *print = &trigger->prints[i];
		if (input->prints && !(input->prints[i / 64] >> i % 64 & 1))
			continue;
		if (!match_condition(
		            input->rule, input->patterns, print->when, input->cache))
			continue;
		weight += print->weight;
		if (text->len)
			writer_string(text, ", ");
		writer_slice(text, print->id);
	}
	return weight;
}
