/*
 * Different values of a field, at most as many as are wanted: each by its keyed hash and
 * the last time it was seen.
 */
#include "engine/detect/trigger.h"

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

size_t trigger_distinct_bytes(const struct rule_trigger *trigger)
{
	return sizeof(struct distinct_state) +
	       ((size_t)trigger->n + trigger->also_n) * sizeof(struct seen);
}

size_t trigger_distinct_head_bytes(void)
{
	return sizeof(struct distinct_state);
}

struct trigger_result trigger_distinct(const struct trigger_input *input, void *memory)
{
	struct distinct_state *state = memory;
	const struct rule_trigger *trigger = &input->rule->trigger;
	const uint64_t now = input->now_us;
	uint32_t also = 0;
	bool present;

	const uint64_t hash = trigger_hash(input, &trigger->field, &present);
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
		const uint64_t second = trigger_hash(input, &trigger->also, &present);
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
