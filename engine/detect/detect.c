#include "engine/detect/detect.h"

#include "engine/detect/judge.h"
#include "engine/detect/match.h"
#include "engine/track/call.h"
#include "engine/track/transaction.h"

enum { LOSSY_US = 10000000, UNSURE_US = 30000000 };

/*
 * While time steps, or one direction alone is seen, an answer that did not come proves
 * nothing, nor does one that did: what was sent to whom is not known.
 */
static bool makes_unsure(const struct event *event)
{
	const struct slice what = slice_text(event->sensor_what);

	return slice_equal(what, SLICE("clock-step")) ||
	       slice_equal(what, SLICE("one-sided"));
}

static bool holds(struct detect *detect, const struct rule *rule, uint16_t entry)
{
	return match_condition(rule, detect->patterns, entry, &detect->cache);
}

static bool excepted(struct detect *detect, const struct judge *judge)
{
	for (unsigned i = 0; i < judge->exception_count; i++)
		if (holds(detect, judge->rule, judge->exceptions[i]))
			return true;
	return false;
}

/* Shares are of the recent past: both halves fade with each window. */
static void share_note(
        struct detect *detect, struct judge *judge, struct key_state *state, bool part)
{
	struct key_share *share = key_state_share(&judge->keyed, state);
	const uint64_t given = judge->rule->trigger.window_us;

	if (detect->now_us - share->since_us > (given ? given : 60000000)) {
		share->since_us = detect->now_us;
		share->of /= 2;
		share->rest /= 2;
	}
	if (part)
		share->of++;
	else
		share->rest++;
}

static bool share_silences(struct judge *judge, struct key_state *state)
{
	if (judge->rule->quiet_when == RULE_REJECT)
		return false;
	const struct key_share *share = key_state_share(&judge->keyed, state);
	const double all = (double)share->of + (double)share->rest;
	return all > 0 && share->of > judge->rule->quiet_over * all;
}

static void absence_arm(
        struct detect *detect, struct judge *judge, struct key_state *state)
{
	struct key_alerts *alerts = key_state_alerts(&judge->keyed, state);

	if (alerts->armed_us)
		return;
	alerts->armed_us = detect->now_us;
	wheel_advance(judge->keyed.wheel, detect->now_us);
	wheel_arm(judge->keyed.wheel, slab_index(&judge->keyed.slab, state),
	        detect->now_us + judge->rule->trigger.window_us);
}

static void reset(struct judge *judge, struct key_state *state)
{
	memset(key_state_trigger(&judge->keyed, state), 0,
	        trigger_head_bytes(judge->rule));
	if (!judge->keyed.wheel || !state->alerting)
		return;
	struct key_alerts *alerts = key_state_alerts(&judge->keyed, state);
	if (alerts->armed_us)
		wheel_disarm(judge->keyed.wheel, slab_index(&judge->keyed.slab, state));
	alerts->armed_us = 0;
}

static struct trigger_input input_of(struct detect *detect, const struct hit *hit)
{
	const struct rule *rule = hit->judge->rule;

	return (struct trigger_input){.rule = rule,
	        .prints = rule_prints_only(rule) ? hit->print_bits : NULL,
	        .patterns = detect->patterns,
	        .hash_key = &detect->hash_key,
	        .cache = &detect->cache,
	        .now_us = detect->now_us};
}

static void judge_matched(
        struct detect *detect, const struct hit *hit, struct key_state *state)
{
	struct judge *judge = hit->judge;
	const struct trigger_input input = input_of(detect, hit);
	char names[160];
	struct writer text = writer_of(names, sizeof(names));

	state->matched++;
	state->proven |= detect->cache.event->proven;
	evidence_note(judge, state, detect->cache.event);
	if (judge->rule->trigger.kind == TRIGGER_ABSENCE) {
		absence_arm(detect, judge, state);
		return;
	}
	const struct trigger_result result =
	        trigger_event(&input, key_state_trigger(&judge->keyed, state), &text);
	if (result.fired && !share_silences(judge, state))
		alert_raise(detect, judge, state, &result);
}

static bool prints_suffice(struct detect *detect, const struct hit *hit)
{
	const struct trigger_input input = input_of(detect, hit);
	uint64_t scratch[8] = {0};
	char names[160];
	struct writer text = writer_of(names, sizeof(names));

	return trigger_event(&input, scratch, &text).fired;
}

/* The event's key of the rule; false when it lacks a field of it. */
static bool key_memo_make(struct detect *detect, struct key_memo *memo)
{
	if (memo->event == detect->event_count)
		return memo->present;
	memo->event = detect->event_count;
	memo->present = key_of(memo->rule, &detect->cache, &detect->hash_key, &memo->key);
	if (memo->present)
		memo->hash =
		        hash_bytes(&detect->hash_key, memo->key.bytes, memo->key.len);
	return memo->present;
}

/* What the unit, which the gate let pass, says of the event. */
static void weigh(struct detect *detect, const struct gate_unit *unit, struct hit *hit)
{
	const struct rule *rule = hit->judge->rule;
	struct finding *finding = &hit->finding;
	const bool tried = hit->tried >> unit->purpose & 1;
	bool holding = unit->decided;

	if (unit->purpose == GATE_PRINT) {
		const double weight = rule->trigger.prints[unit->print].weight;
		hit->prints += weight > 0 ? weight : 0;
		hit->print_bits[unit->print / 64] |= (uint64_t)1 << unit->print % 64;
		return;
	}
	if (!holding && tried)
		return;
	hit->tried |= (uint8_t)(1u << unit->purpose);
	if (unit->purpose == GATE_WHEN) {
		finding->matched =
		        finding->matched || holding || holds(detect, rule, rule->when);
	} else if (unit->purpose == GATE_QUIET) {
		finding->speaks_for = finding->speaks_for || holding ||
		                      holds(detect, rule, rule->quiet_when);
	} else {
		const bool absence = rule->trigger.kind == TRIGGER_ABSENCE;
		finding->resets = finding->resets || holding ||
		                  holds(detect, rule, rule->reset_on) ||
		                  (absence && holds(detect, rule, rule->trigger.of));
	}
}

static inline bool found(const struct finding *finding)
{
	return finding->matched || finding->resets || finding->speaks_for;
}

/* Whether what was found concerns the rule after all; touches nothing that is kept. */
static bool concerns(struct detect *detect, struct hit *hit)
{
	struct judge *judge = hit->judge;
	struct finding *finding = &hit->finding;
	const bool prints = finding->matched && rule_prints_only(judge->rule);

	if (prints && hit->prints < judge->rule->trigger.threshold - 1e-9)
		return false;
	if (finding->matched && excepted(detect, judge))
		finding->matched = false;
	if (!found(finding))
		return false;
	if (prints && finding->matched && !prints_suffice(detect, hit))
		return false;
	if (!key_memo_make(detect, judge->memo))
		return false;
	keyed_prefetch(&judge->keyed, judge->memo->hash);
	return true;
}

/* The rules that the event concerns, in their order; how many. */
static uint32_t hits_find(struct detect *detect, const struct gate *gate)
{
	struct hit *hit = NULL;
	uint32_t count = 0;

	gate_open(gate, &detect->cache, detect->units);
	for (uint32_t word = 0; word < gate->words; word++) {
		uint64_t left = detect->units[word];
		for (; left; left &= left - 1) {
			const struct gate_unit *unit =
			        &gate->units[word * 64 + (unsigned)__builtin_ctzll(left)];
			struct judge *judge = &detect->judges[unit->judge];
			if (!hit || hit->judge != judge) {
				count += hit && found(&hit->finding) &&
				         concerns(detect, hit);
				hit = &detect->hits[count];
				*hit = (struct hit){.judge = judge};
			}
			weigh(detect, unit, hit);
		}
	}
	return count + (hit && found(&hit->finding) && concerns(detect, hit));
}

static void judge_event(struct detect *detect, const struct hit *hit)
{
	struct judge *judge = hit->judge;
	const struct rule *rule = judge->rule;
	const struct finding finding = hit->finding;
	const struct key_value *key = &judge->memo->key;
	const uint64_t hash = judge->memo->hash;
	struct key_state *state =
	        finding.matched || finding.speaks_for
	                ? keyed_get(&judge->keyed, key, hash, detect->now_us)
	                : keyed_find(&judge->keyed, key, hash);

	if (!state)
		return;
	if (rule->quiet_when != RULE_REJECT)
		share_note(detect, judge, state, finding.speaks_for);
	if (finding.resets)
		reset(judge, state);
	if (finding.matched)
		judge_matched(detect, hit, state);
}

static unsigned method_of(const struct event *event)
{
	if (!kind_has_method(event->kind))
		return SIP_METHOD_COUNT;
	if (event->kind == EVENT_SIP_TRANSACTION && event->transaction)
		return event->transaction->method;
	return event->message && event->message->sip ? event->message->sip->method : 0;
}

/* What the rules of its kind make of the event. */
static void judge_by(
        struct detect *detect, const struct gate *gate, const struct event *event)
{
	field_cache_open(&detect->cache, event);
	detect->event_count++;
	/* What is kept lies far apart: all of it is on its way before the first is used.
	 */
	const uint32_t count = hits_find(detect, gate);
	for (uint32_t i = 0; i < count; i++)
		keyed_prefetch_state(
		        &detect->hits[i].judge->keyed, detect->hits[i].judge->memo->hash);
	for (uint32_t i = 0; i < count; i++)
		judge_event(detect, &detect->hits[i]);
}

/* Alerts of the event made sums grow: these are events too, but weigh nothing. */
static void judge_scores(struct detect *detect, const struct event *event)
{
	const struct gate *gate = detect->gates[EVENT_ENTITY_SCORE][SIP_METHOD_COUNT];
	const struct score *score;

	for (unsigned i = 0; (score = scores_next(&detect->scores)); i++) {
		struct event *told = &detect->grown[i];
		*told = *event;
		told->kind = EVENT_ENTITY_SCORE;
		told->scored = event->kind;
		told->score = score;
		if (gate)
			judge_by(detect, gate, told);
	}
}

void detect_event(struct detect *detect, const struct event *event)
{
	const struct gate *gate = detect->gates[event->kind][method_of(event)];

	if (event->time_us > detect->now_us)
		detect->now_us = event->time_us;
	if (event->kind == EVENT_SENSOR && !event->sensor_shared)
		detect->lossy_until_us = detect->now_us + LOSSY_US;
	if (event->kind == EVENT_SENSOR && makes_unsure(event))
		detect->unsure_until_us = detect->now_us + UNSURE_US;
	/* An answer that was not seen. */
	if (event->kind == EVENT_SIP_TRANSACTION && !event->message &&
	        detect->now_us < detect->unsure_until_us)
		return;
	if (event->packet && event->packet->number != detect->verdict_packet) {
		detect->verdict_packet = event->packet->number;
		detect->judgement = (struct judgement){.verdict = VERDICT_PASS};
	}
	if (!gate)
		return;
	judge_by(detect, gate, event);
	if (detect->scores.pending_count)
		judge_scores(detect, event);
}

static void absences(struct detect *detect, struct judge *judge)
{
	uint32_t index;

	wheel_advance(judge->keyed.wheel, detect->now_us);
	while ((index = wheel_expired(judge->keyed.wheel)) != 0) {
		struct key_state *state = slab_at(&judge->keyed.slab, index);
		struct key_alerts *alerts = key_state_alerts(&judge->keyed, state);
		const struct trigger_result result = {.fired = true,
		        .value = 1,
		        .count = state->matched,
		        .span_us = detect->now_us - alerts->armed_us};
		alerts->armed_us = 0;
		if (detect->now_us >= detect->unsure_until_us)
			alert_raise(detect, judge, state, &result);
	}
}

void detect_advance(struct detect *detect, uint64_t now_us)
{
	if (now_us > detect->now_us)
		detect->now_us = now_us;
	detect->judgement = (struct judgement){.verdict = VERDICT_PASS};
	if (!detect->waiting_count)
		return;
	detect->cache.event = NULL;
	for (uint32_t i = 0; i < detect->waiting_count; i++)
		absences(detect, detect->waiting[i]);
}

uint64_t detect_next_us(const struct detect *detect, uint64_t limit_us)
{
	for (uint32_t i = 0; i < detect->waiting_count; i++)
		limit_us = wheel_next_us(detect->waiting[i]->keyed.wheel, limit_us);
	return kpis_next_us(detect->kpis, limit_us);
}

void detect_accounts(struct detect *detect, struct accounts *accounts)
{
	detect->cache.accounts = accounts;
	detect->accounts = accounts;
}

const struct alert *detect_next(struct detect *detect)
{
	if (detect->pending_at < detect->pending_count)
		return &detect->pending[detect->pending_at++].alert;
	detect->pending_at = 0;
	detect->pending_count = 0;
	return NULL;
}

enum verdict detect_verdict(const struct detect *detect)
{
	return detect->judgement.verdict;
}

const struct judgement *detect_judgement(const struct detect *detect)
{
	return &detect->judgement;
}
