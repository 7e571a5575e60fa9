/*
 * Sums, shares and means over windows of time.
 */
#include "engine/detect/match.h"
#include "engine/detect/trigger.h"

#include <math.h>

enum { SLOTS = 16 };

struct slot {
	uint64_t index; /* time / slot length, + 1 */
	double total;
	double part;
};

struct slots_state {
	struct slot slots[SLOTS];
};

struct ewma_state {
	uint64_t window; /* number of the window that is counted, + 1 */
	double count;
	double mean;
	uint64_t windows; /* that the mean has seen */
};

/* Adds to the sliding window of slots; the sums over it. */
static struct slot slots_add(
        const struct trigger_input *input, struct slots_state *state, struct slot add)
{
	const uint64_t length = input->rule->trigger.window_us / SLOTS + 1;
	const uint64_t index = input->now_us / length + 1;
	struct slot *slot = &state->slots[index % SLOTS];
	struct slot sum = {0};

	if (slot->index != index)
		*slot = (struct slot){.index = index};
	slot->total += add.total;
	slot->part += add.part;
	for (unsigned i = 0; i < SLOTS; i++) {
		if (state->slots[i].index + SLOTS <= index)
			continue;
		sum.total += state->slots[i].total;
		sum.part += state->slots[i].part;
	}
	return sum;
}

size_t trigger_slots_bytes(void)
{
	return sizeof(struct slots_state);
}

size_t trigger_ewma_bytes(void)
{
	return sizeof(struct ewma_state);
}

struct trigger_result trigger_sum(const struct trigger_input *input, void *memory)
{
	struct slots_state *state = memory;
	const struct rule_trigger *trigger = &input->rule->trigger;
	struct value value;

	field_value(input->cache, &trigger->field, &value);
	if (value.type != VALUE_NUMBER)
		return (struct trigger_result){0};
	const struct slot sum =
	        slots_add(input, state, (struct slot){.total = value.number, .part = 1});
	return (struct trigger_result){.fired = sum.total > trigger->threshold,
	        .value = sum.total,
	        .count = (uint64_t)sum.part,
	        .span_us = trigger->window_us};
}

struct trigger_result trigger_ratio(const struct trigger_input *input, void *memory)
{
	struct slots_state *state = memory;
	const struct rule_trigger *trigger = &input->rule->trigger;
	const bool part =
	        match_condition(input->rule, input->patterns, trigger->of, input->cache);
	const struct slot sum =
	        slots_add(input, state, (struct slot){.total = 1, .part = part ? 1 : 0});
	const double ratio = sum.part / sum.total;

	return (struct trigger_result){
	        .fired = part && sum.total >= trigger->n && ratio > trigger->threshold,
	        .value = ratio,
	        .count = (uint64_t)sum.total,
	        .span_us = trigger->window_us};
}

/* The mean follows closed windows; empty ones in between pull it down. */
struct trigger_result trigger_ewma(const struct trigger_input *input, void *memory)
{
	struct ewma_state *state = memory;
	const struct rule_trigger *trigger = &input->rule->trigger;
	const uint64_t window = input->now_us / trigger->window_us + 1;
	const double share = 0.2;

	if (state->window && window > state->window) {
		const uint64_t gap = window - state->window - 1;
		state->mean = state->windows
		                      ? state->mean * (1 - share) + state->count * share
		                      : state->count;
		state->mean *= pow(1 - share, (double)gap);
		state->windows += 1 + gap;
		state->count = 0;
	}
	state->window = window;
	state->count += 1;
	return (struct trigger_result){
	        .fired = state->windows >= 3 && state->count >= trigger->n &&
	                 state->count > state->mean * trigger->threshold,
	        .value = state->count,
	        .also = state->mean,
	        .count = (uint64_t)state->count,
	        .span_us = input->now_us % trigger->window_us};
}
