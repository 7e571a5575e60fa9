/*
 * Values that lie close together, as of calls that a timer ends: the last values of a key
 * are kept, and as many of them as are wanted must be near the newest one, and be half of
 * all or more, so that values that come as they like do not add up.
 */
#include "engine/detect/trigger.h"

#include <math.h>

enum { ALIKE_VALUES = 24 };

struct alike_state {
	uint32_t count; /* values ever taken */
	uint32_t unused;
	double values[ALIKE_VALUES];
	uint64_t times_us[ALIKE_VALUES];
};

size_t trigger_alike_bytes(void)
{
	return sizeof(struct alike_state);
}

struct trigger_result trigger_alike(const struct trigger_input *input, void *memory)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	struct alike_state *state = memory;
	struct value value;
	uint32_t near = 0;
	uint32_t all = 0;
	uint64_t since_us = input->now_us;

	field_value(input->cache, &trigger->field, &value);
	if (value.type != VALUE_NUMBER)
		return (struct trigger_result){0};
	state->values[state->count % ALIKE_VALUES] = value.number;
	state->times_us[state->count % ALIKE_VALUES] = input->now_us;
	state->count++;
	for (uint32_t i = 0; i < ALIKE_VALUES && i < state->count; i++) {
		if (input->now_us - state->times_us[i] > trigger->window_us)
			continue;
		all++;
		if (fabs(state->values[i] - value.number) > trigger->threshold)
			continue;
		near++;
		if (state->times_us[i] < since_us)
			since_us = state->times_us[i];
	}
	return (struct trigger_result){.fired = near >= trigger->n && 2 * near >= all,
	        .value = value.number,
	        .also = all,
	        .count = near,
	        .span_us = input->now_us - since_us};
}
