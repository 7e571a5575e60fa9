#include "engine/detect/trigger.h"

#include "engine/detect/match.h"

#include <math.h>

enum { SLOTS = 16, STEP_VALUES = LIMIT_ALERTS_PENDING };

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

struct seen {
	uint64_t hash;
	uint64_t time_us;
};

struct distinct_state {
	uint64_t since_us;
	uint64_t count;
	uint32_t used; /* of seen */
	uint32_t also_used;
	struct seen seen[]; /* trigger.n, then trigger.also_n */
};

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
		return sizeof(struct distinct_state) +
		       ((size_t)trigger->n + trigger->also_n) * sizeof(struct seen);
	case TRIGGER_SUM:
	case TRIGGER_RATIO:
		return sizeof(struct slots_state);
	case TRIGGER_EWMA:
		return sizeof(struct ewma_state);
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
		return sizeof(struct distinct_state);
	return trigger_bytes(rule);
}

static uint64_t value_hash(
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

/* Notes the value and forgets those that are too old; how many different ones are left.
 */
static uint32_t seen_note(struct seen *seen, uint32_t *used, uint32_t n, struct seen now,
        uint64_t window_us)
{
	uint32_t kept = 0;
	uint32_t oldest = 0;
	bool known = false;

	for (uint32_t i = 0; i < *used; i++) {
		if (seen[i].time_us + window_us < now.time_us)
			continue;
		if (kept != i)
			seen[kept] = seen[i];
		if (seen[kept].hash == now.hash) {
			seen[kept].time_us = now.time_us;
			known = true;
		}
		if (seen[kept].time_us < seen[oldest].time_us)
			oldest = kept;
		kept++;
	}
	if (!known)
		seen[kept < n ? kept++ : oldest] = now;
	*used = kept;
	return kept;
}

/* The same of every anomaly of the message: its bit is value enough. */
static uint32_t seen_note_anomalies(
        const struct trigger_input *input, struct distinct_state *state)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	const struct anomalies *anomalies = input->cache->event->message->anomalies;
	uint32_t live = 0;

	for (unsigned i = 0; i < ANOMALY_COUNT; i++)
		if (anomaly_has(anomalies, (enum anomaly)i))
			live = seen_note(state->seen, &state->used, trigger->n,
			        (struct seen){i + 1, input->now_us}, trigger->window_us);
	return live;
}

static struct trigger_result on_distinct(
        const struct trigger_input *input, struct distinct_state *state)
{
	const struct rule_trigger *trigger = &input->rule->trigger;
	const uint64_t now = input->now_us;
	uint32_t also = 0;
	bool present;

	const uint64_t hash = value_hash(input, &trigger->field, &present);
	if (!present)
		return (struct trigger_result){0};
	if (!state->since_us || now - state->since_us > trigger->window_us) {
		state->since_us = now;
		state->count = 0;
	}
	state->count++;
	const uint32_t live =
	        trigger->field.field == FIELD_ANOMALY_EACH
	                ? seen_note_anomalies(input, state)
	                : seen_note(state->seen, &state->used, trigger->n,
	                          (struct seen){hash, now}, trigger->window_us);
	if (trigger->also_n) {
		const uint64_t second = value_hash(input, &trigger->also, &present);
		if (present)
			also = seen_note(state->seen + trigger->n, &state->also_used,
			        trigger->also_n, (struct seen){second, now},
			        trigger->window_us);
	}
	const bool enough = live >= trigger->n && also >= trigger->also_n &&
	                    state->count >= trigger->count;
	const bool spread =
	        !trigger->each_max || state->count <= (uint64_t)trigger->each_max * live;
	return (struct trigger_result){.fired = enough && spread,
	        .value = live,
	        .also = also,
	        .count = state->count,
	        .span_us = now - state->since_us};
}

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

static struct trigger_result on_sum(
        const struct trigger_input *input, struct slots_state *state)
{
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

static struct trigger_result on_ratio(
        const struct trigger_input *input, struct slots_state *state)
{
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
static struct trigger_result on_ewma(
        const struct trigger_input *input, struct ewma_state *state)
{
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

/* Whether the event counts for the step: a value seen before does not. */
static bool step_takes(const struct trigger_input *input, const struct rule_step *step,
        struct sequence_state *state)
{
	bool present;

	if (!match_condition(input->rule, input->patterns, step->when, input->cache))
		return false;
	if (!step->distinct)
		return true;
	const uint64_t hash = value_hash(input, &step->field, &present);
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
		return on_distinct(input, state);
	case TRIGGER_SUM:
		return on_sum(input, state);
	case TRIGGER_RATIO:
		return on_ratio(input, state);
	case TRIGGER_EWMA:
		return on_ewma(input, state);
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
