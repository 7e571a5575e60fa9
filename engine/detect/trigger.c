#include "engine/detect/trigger.h"

#include "engine/detect/match.h"

#include <math.h>

enum { STEP_VALUES = LIMIT_ALERTS_PENDING };

/* Times are kept as offsets of 4 bytes from a base that moves with them. */
struct count_state {
	uint64_t base_us;
	uint32_t at; /* where the oldest time is, once full */
	uint32_t filled;
	uint32_t times[];
};

struct leaky_state {
	uint64_t empty_us; /* when the bucket will have run empty (GCRA's TAT) */
	uint64_t since_us; /* first event since it was empty */
	uint64_t count;
};

struct sequence_state {
	uint64_t since_us;
	uint32_t step;
	uint32_t count;
	uint64_t total;
	uint64_t hashes[STEP_VALUES];
};

struct score_state {
	double value;
	uint64_t time_us;
	uint64_t since_us;
	uint64_t count;
};

size_t trigger_bytes(const struct rule *rule)
{
	const struct rule_trigger *trigger = &rule->trigger;

	switch (trigger->kind) {
	case TRIGGER_FIRST:
	case TRIGGER_ABSENCE:
	case TRIGGER_KINDS:
		return 8;
	case TRIGGER_COUNT:
		return sizeof(struct count_state) + trigger->n * sizeof(uint32_t);
	case TRIGGER_LEAKY:
		return sizeof(struct leaky_state);
	case TRIGGER_DISTINCT:
		return trigger_distinct_bytes(trigger);
	case TRIGGER_SUM:
	case TRIGGER_RATIO:
		return trigger_slots_bytes();
	case TRIGGER_EWMA:
		return trigger_ewma_bytes();
	case TRIGGER_ALIKE:
		return trigger_alike_bytes();
	case TRIGGER_SEQUENCE:
		return sizeof(struct sequence_state);
	case TRIGGER_SCORE:
		return sizeof(struct score_state);
	}
	return 8;
}

size_t trigger_head_bytes(const struct rule *rule)
{
	if (rule->trigger.kind == TRIGGER_COUNT)
		return sizeof(struct count_state);
	if (rule->trigger.kind == TRIGGER_DISTINCT)
		return trigger_distinct_head_bytes();
	return trigger_bytes(rule);
}

uint64_t trigger_hash(
        const struct trigger_input *input, const struct field_ref *field, bool *present)
{
	struct value value;

	field_value(input->cache, field, &value);
	*present = value.type != VALUE_ABSENT;
	if (value.type == VALUE_TEXT)
		return hash_slice(input->hash_key, value.text);
	if (value.type == VALUE_ADDRESS)
		return hash_address(input->hash_key, &value.ip);
	if (value.type == VALUE_ABSENT)
		return 0;
	return hash_bytes(input->hash_key, &value.number, sizeof(value.number));
}

static struct trigger_result on_first(
        const struct trigger_input *input, struct writer *text)
{
	struct trigger_result result = {.fired = true, .value = 1, .count = 1};
	struct value value = {0};

	if (input->rule->show_given)
		field_value(input->cache, &input->rule->show, &value);
	if (value.type == VALUE_ADDRESS) {
		writer_address(text, &value.ip);
		result.what = writer_text(text);
	}
	if (value.type == VALUE_TEXT)
		result.what = value.text;
	result.numbered = value.type == VALUE_NUMBER;
	if (result.numbered)
		result.also = value.number;
	return result;
}

/* Windows too long for 4 bytes of microseconds are counted in coarser ticks. */
static unsigned tick_shift(uint64_t window_us)
{
	unsigned shift = 0;
	while (window_us >> shift > UINT32_MAX / 4)
		shift++;
	return shift;
}

/* Moves the base to the newest times; those too old to count are dropped. */
static void count_rebase(
        struct count_state *state, uint32_t n, uint32_t keep, uint64_t now)
{
	const uint32_t newest = (uint32_t)(now - state->base_us);
	const uint32_t gone = newest - keep;
	uint32_t live = 0;

	while (live < state->filled &&
	        state->times[(state->at + n - 1 - live) % n] >= gone) {
		state->times[(state->at + n - 1 - live) % n] -= gone;
		live++;
	}
	state->filled = live;
	state->base_us += gone;
}

static struct trigger_result on_count(
        const struct trigger_input *input, struct count_state *state)
{
	const uint32_t n = input->rule->trigger.n;
	const uint64_t window = input->rule->trigger.window_us;
	const unsigned shift = tick_shift(window);
	const uint32_t keep = (uint32_t)(window >> shift) + 1;
	const uint64_t now = input->now_us >> shift;

	if (state->filled == 0 || now - state->base_us > (uint64_t)UINT32_MAX + keep) {
		state->filled = 0;
		state->base_us = now;
	} else if (now - state->base_us > UINT32_MAX) {
		count_rebase(state, n, keep, now);
	}
	state->times[state->at] = (uint32_t)(now - state->base_us);
	if (++state->at == n)
		state->at = 0;
	if (state->filled < n)
		state->filled++;
	if (state->filled < n)
		return (struct trigger_result){.value = state->filled};
	const uint64_t oldest = state->base_us + state->times[state->at];
	const uint64_t span = (now > oldest ? now - oldest : 0) << shift;
	return (struct trigger_result){
	        .fired = span <= window, .value = n, .count = n, .span_us = span};
}

static struct trigger_result on_leaky(
        const struct trigger_input *input, struct leaky_state *state)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	const uint64_t full = trigger->window_us * trigger->n;
	const uint64_t now = input->now_us;

	if (state->empty_us <= now) {
		state->empty_us = now;
		state->since_us = now;
		state->count = 0;
	}
	state->count++;
	state->empty_us += trigger->window_us;
	const bool over = state->empty_us - now > full;
	const double level = (double)(state->empty_us - now) / (double)trigger->window_us;
	if (over)
		state->empty_us = now + full + trigger->window_us;
	return (struct trigger_result){.fired = over,
	        .value = level,
	        .count = state->count,
	        .span_us = now - state->since_us};
}

/* Whether the event counts for the step: a value seen before does not. */
static bool step_takes(const struct trigger_input *input, const struct rule_step *step,
        struct sequence_state *state)
{
	bool present;

	if (!match_condition(input->rule, input->patterns, step->when, input->cache))
		return false;
	if (!step->distinct)
		return true;
	const uint64_t hash = trigger_hash(input, &step->field, &present);
	for (uint32_t i = 0; i < state->count && i < STEP_VALUES; i++)
		if (state->hashes[i] == hash)
			return false;
	state->hashes[state->count % STEP_VALUES] = hash;
	return present;
}

static struct trigger_result on_sequence(
        const struct trigger_input *input, struct sequence_state *state)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	const uint64_t now = input->now_us;

	if ((state->step || state->count) && now - state->since_us > trigger->window_us)
		*state = (struct sequence_state){0};
	if (state->step >= trigger->step_count)
		*state = (struct sequence_state){0};
	if (!step_takes(input, &trigger->steps[state->step], state))
		return (struct trigger_result){0};
	if (state->step == 0 && state->count == 0)
		state->since_us = now;
	state->count++;
	state->total++;
	if (state->count >= trigger->steps[state->step].count) {
		state->step++;
		state->count = 0;
	}
	return (struct trigger_result){.fired = state->step == trigger->step_count,
	        .value = state->step,
	        .count = state->total,
	        .span_us = now - state->since_us};
}

static struct trigger_result on_score(
        const struct trigger_input *input, struct score_state *state, struct writer *text)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	const double weight = trigger_weight(input, text);
	const uint64_t now = input->now_us;

	if (!trigger->half_life_us) {
		state->value = weight;
		state->since_us = now;
		state->count = 1;
	} else {
		const double age = (double)(now - state->time_us);
		state->value *= exp2(-age / (double)trigger->half_life_us);
		if (state->value < 0.01) {
			state->since_us = now;
			state->count = 0;
		}
		state->value += weight;
		state->count += weight > 0 ? 1 : 0;
	}
	state->time_us = now;
	return (struct trigger_result){.fired = state->value >= trigger->threshold - 1e-9,
	        .value = state->value,
	        .count = state->count,
	        .span_us = now - state->since_us,
	        .what = writer_text(text)};
}

struct trigger_result trigger_event(
        const struct trigger_input *input, void *state, struct writer *text)
{
	switch (input->rule->trigger.kind) {
	case TRIGGER_FIRST:
		return on_first(input, text);
	case TRIGGER_COUNT:
		return on_count(input, state);
	case TRIGGER_LEAKY:
		return on_leaky(input, state);
	case TRIGGER_DISTINCT:
		return trigger_distinct(input, state);
	case TRIGGER_SUM:
		return trigger_sum(input, state);
	case TRIGGER_RATIO:
		return trigger_ratio(input, state);
	case TRIGGER_EWMA:
		return trigger_ewma(input, state);
	case TRIGGER_ALIKE:
		return trigger_alike(input, state);
	case TRIGGER_SEQUENCE:
		return on_sequence(input, state);
	case TRIGGER_SCORE:
		return on_score(input, state, text);
	case TRIGGER_ABSENCE:
	case TRIGGER_KINDS:
		break;
	}
	return (struct trigger_result){0};
}
