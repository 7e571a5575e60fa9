#include "engine/detect/detect.h"

#include "engine/detect/judge.h"
#include "engine/detect/match.h"
#include "engine/track/call.h"
#include "engine/track/transaction.h"

enum { LOSSY_US = 10000000 };

static bool by_method(enum event_kind kind)
{
	return kind == EVENT_SIP_REQUEST || kind == EVENT_SIP_RESPONSE ||
	       kind == EVENT_SIP_TRANSACTION;
}

static bool bucket_wants(const struct rule *rule, unsigned kind, unsigned method)
{
	if (!(rule->streams >> kind & 1))
		return false;
	if (!by_method((enum event_kind)kind))
		return method == SIP_METHOD_COUNT;
	return method < SIP_METHOD_COUNT && (rule->methods >> method & 1);
}

static bool buckets_init(struct detect *detect, struct memory *memory)
{
	for (unsigned kind = 0; kind < EVENT_COUNT; kind++) {
		for (unsigned method = 0; method < BUCKETS; method++) {
			struct bucket *bucket = &detect->buckets[kind][method];
			uint32_t count = 0;
			for (uint32_t i = 0; i < detect->judge_count; i++)
				count += bucket_wants(
				        detect->judges[i].rule, kind, method);
			if (!count)
				continue;
			bucket->judges = memory_take(memory, count * sizeof(uint16_t));
			if (!bucket->judges)
				return false;
			for (uint32_t i = 0; i < detect->judge_count; i++)
				if (bucket_wants(detect->judges[i].rule, kind, method))
					bucket->judges[bucket->count++] = (uint16_t)i;
		}
	}
	return true;
}

static uint32_t keys_scaled(const struct rule *rule, size_t want, size_t have)
{
	const double share = want > have ? (double)have / (double)want : 1;
	const uint32_t keys = (uint32_t)(rule->max_keys * share);
	return keys < 16 ? 16 : keys;
}

/* When the rules want more than there is, each gets its share of it. */
static bool judges_init(struct detect *detect, struct memory *memory, size_t share)
{
	size_t want = 0;
	const size_t have = share / 8 * 7;

	for (uint32_t i = 0; i < detect->judge_count; i++)
		want += keyed_bytes(
		        detect->judges[i].rule, detect->judges[i].rule->max_keys);
	for (uint32_t i = 0; i < detect->judge_count; i++) {
		const struct rule *rule = detect->judges[i].rule;
		if (!keyed_init(&detect->judges[i].keyed, memory, rule,
		            keys_scaled(rule, want, have)))
			return false;
		detect->absence_count += rule->trigger.kind == TRIGGER_ABSENCE;
	}
	return true;
}

static bool same_key(const struct rule *a, const struct rule *b)
{
	if (a->key_count != b->key_count)
		return false;
	for (unsigned i = 0; i < a->key_count; i++) {
		const struct rule_key *x = &a->keys[i];
		const struct rule_key *y = &b->keys[i];
		if (x->field.field != y->field.field || x->type != y->type ||
		        x->field.argument != y->field.argument ||
		        x->prefix != y->prefix ||
		        !slice_equal(x->field.name, y->field.name))
			return false;
	}
	return true;
}

/* Rules with the same key share the place where an event's is made. */
static bool memos_init(struct detect *detect, struct memory *memory)
{
	const size_t count = (size_t)detect->judge_count + 1;

	detect->memos = memory_take(memory, count * sizeof(*detect->memos));
	detect->hits = memory_take(memory, count * sizeof(*detect->hits));
	if (!detect->memos || !detect->hits)
		return false;
	for (uint32_t i = 0; i < detect->judge_count; i++) {
		const struct rule *rule = detect->judges[i].rule;
		uint32_t at = 0;
		while (at < detect->memo_count && !same_key(detect->memos[at].rule, rule))
			at++;
		detect->judges[i].memo = &detect->memos[at];
		if (at < detect->memo_count)
			continue;
		detect->memos[at].rule = rule;
		detect->memo_count++;
	}
	return true;
}

struct detect *detect_new(struct memory *memory, size_t share, const struct hash_key *key,
        const struct rule_set *rules)
{
	struct detect *detect = memory_take(memory, sizeof(*detect));

	if (!detect)
		return NULL;
	detect->hash_key = *key;
	detect->patterns = rules->patterns;
	detect->judges =
	        memory_take(memory, (rules->count + 1) * sizeof(*detect->judges));
	if (!detect->judges)
		return NULL;
	for (uint32_t i = 0; i < rules->count; i++)
		if (rules->rules[i].enabled)
			detect->judges[detect->judge_count++].rule = &rules->rules[i];
	if (!memos_init(detect, memory) || !judges_init(detect, memory, share) ||
	        !buckets_init(detect, memory))
		return NULL;
	return detect;
}

static bool excepted(struct detect *detect, const struct rule *rule)
{
	for (unsigned i = 0; i < rule->exception_count; i++)
		if (match_condition(rule, detect->patterns, rule->exceptions[i].when,
		            &detect->cache))
			return true;
	return false;
}

/* Shares are of the recent past: both halves fade with each window. */
static void share_note(struct detect *detect, const struct rule *rule,
        struct key_state *state, bool part)
{
	const uint64_t window =
	        rule->trigger.window_us ? rule->trigger.window_us : 60000000;

	if (detect->now_us - state->share_since_us > window) {
		state->share_since_us = detect->now_us;
		state->share_of /= 2;
		state->share_rest /= 2;
	}
	if (part)
		state->share_of++;
	else
		state->share_rest++;
}

static bool share_silences(const struct rule *rule, const struct key_state *state)
{
	const double all = (double)state->share_of + (double)state->share_rest;
	return rule->quiet_when != RULE_REJECT && all > 0 &&
	       state->share_of > rule->quiet_over * all;
}

static struct finding finding_of(struct detect *detect, const struct rule *rule)
{
	struct field_cache *cache = &detect->cache;
	struct finding finding = {
	        .matched = match_condition(rule, detect->patterns, rule->when, cache)};

	if (rule->reset_on != RULE_REJECT)
		finding.resets =
		        match_condition(rule, detect->patterns, rule->reset_on, cache);
	if (rule->trigger.kind == TRIGGER_ABSENCE)
		finding.resets =
		        match_condition(rule, detect->patterns, rule->trigger.of, cache);
	if (rule->quiet_when != RULE_REJECT)
		finding.speaks_for =
		        match_condition(rule, detect->patterns, rule->quiet_when, cache);
	if (finding.matched && excepted(detect, rule))
		finding.matched = false;
	return finding;
}

static void absence_arm(
        struct detect *detect, struct judge *judge, struct key_state *state)
{
	if (state->armed_us)
		return;
	state->armed_us = detect->now_us;
	wheel_advance(judge->keyed.wheel, detect->now_us);
	wheel_arm(judge->keyed.wheel, slab_index(&judge->keyed.slab, state),
	        detect->now_us + judge->rule->trigger.window_us);
}

static void reset(struct judge *judge, struct key_state *state)
{
	memset(key_state_trigger(&judge->keyed, state), 0, trigger_bytes(judge->rule));
	if (state->armed_us)
		wheel_disarm(judge->keyed.wheel, slab_index(&judge->keyed.slab, state));
	state->armed_us = 0;
}

/* Prints within one message are summed before any state is touched: most sum to nothing.
 */
static bool prints_only(const struct rule *rule)
{
	return rule->trigger.kind == TRIGGER_SCORE && rule->trigger.prints &&
	       !rule->trigger.half_life_us;
}

static void judge_matched(struct detect *detect, struct judge *judge,
        struct key_state *state, const struct trigger_input *input)
{
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
	        trigger_event(input, key_state_trigger(&judge->keyed, state), &text);
	if (result.fired && !share_silences(judge->rule, state))
		alert_raise(detect, judge, state, &result);
}

static struct trigger_input input_of(struct detect *detect, const struct rule *rule)
{
	return (struct trigger_input){.rule = rule,
	        .patterns = detect->patterns,
	        .hash_key = &detect->hash_key,
	        .cache = &detect->cache,
	        .now_us = detect->now_us};
}

static bool prints_suffice(struct detect *detect, const struct rule *rule)
{
	const struct trigger_input input = input_of(detect, rule);
	uint64_t scratch[8] = {0};
	char names[160];
	struct writer text = writer_of(names, sizeof(names));

	return trigger_event(&input, scratch, &text).fired;
}

/* The event's key of the rule; false when it lacks a field of it. */
static bool key_memo_make(struct detect *detect, struct key_memo *memo)
{
	if (memo->made)
		return memo->present;
	memo->made = true;
	memo->present = key_of(memo->rule, &detect->cache, &detect->hash_key, &memo->key);
	if (memo->present)
		memo->hash =
		        hash_bytes(&detect->hash_key, memo->key.bytes, memo->key.len);
	return memo->present;
}

/* Whether the event concerns the rule at all; touches nothing that is kept. */
static bool concerns(struct detect *detect, struct judge *judge, struct hit *hit)
{
	const struct rule *rule = judge->rule;

	hit->judge = judge;
	hit->finding = finding_of(detect, rule);
	if (!hit->finding.matched && !hit->finding.resets && !hit->finding.speaks_for)
		return false;
	if (hit->finding.matched && prints_only(rule) && !prints_suffice(detect, rule))
		return false;
	if (!key_memo_make(detect, judge->memo))
		return false;
	keyed_prefetch(&judge->keyed, judge->memo->hash);
	return true;
}

static void judge_event(struct detect *detect, const struct hit *hit)
{
	struct judge *judge = hit->judge;
	const struct rule *rule = judge->rule;
	const struct finding finding = hit->finding;
	const struct trigger_input input = input_of(detect, rule);
	const struct key_value *key = &judge->memo->key;
	const uint64_t hash = judge->memo->hash;
	struct key_state *state = finding.matched || finding.speaks_for
	                                  ? keyed_get(&judge->keyed, key, hash)
	                                  : keyed_find(&judge->keyed, key, hash);

	if (!state)
		return;
	if (rule->quiet_when != RULE_REJECT)
		share_note(detect, rule, state, finding.speaks_for);
	if (finding.resets)
		reset(judge, state);
	if (finding.matched)
		judge_matched(detect, judge, state, &input);
}

static unsigned status_class(const struct event *event)
{
	unsigned status = 0;

	if (event->kind == EVENT_SIP_TRANSACTION && event->transaction)
		status = event->transaction->status;
	else if (event->message && event->message->sip)
		status = event->message->sip->status;
	return status / 100 & 7;
}

static unsigned method_of(const struct event *event)
{
	if (!by_method(event->kind))
		return SIP_METHOD_COUNT;
	if (event->kind == EVENT_SIP_TRANSACTION && event->transaction)
		return event->transaction->method;
	return event->message && event->message->sip ? event->message->sip->method : 0;
}

void detect_event(struct detect *detect, const struct event *event)
{
	const struct bucket *bucket = &detect->buckets[event->kind][method_of(event)];
	const uint32_t class_bit = 1u << status_class(event);
	uint32_t count = 0;

	if (event->time_us > detect->now_us)
		detect->now_us = event->time_us;
	if (event->kind == EVENT_SENSOR)
		detect->lossy_until_us = detect->now_us + LOSSY_US;
	if (event->packet && event->packet->number != detect->verdict_packet) {
		detect->verdict_packet = event->packet->number;
		detect->judgement = (struct judgement){.verdict = VERDICT_PASS};
	}
	field_cache_open(&detect->cache, event);
	for (uint32_t i = 0; i < detect->memo_count; i++)
		detect->memos[i].made = false;
	/* What is kept lies far apart: all of it is on its way before the first is used.
	 */
	for (uint32_t i = 0; i < bucket->count; i++) {
		struct judge *judge = &detect->judges[bucket->judges[i]];
		if (by_method(event->kind) && !(judge->rule->classes & class_bit))
			continue;
		count += concerns(detect, judge, &detect->hits[count]);
	}
	for (uint32_t i = 0; i < count; i++)
		keyed_prefetch_state(
		        &detect->hits[i].judge->keyed, detect->hits[i].judge->memo->hash);
	for (uint32_t i = 0; i < count; i++)
		judge_event(detect, &detect->hits[i]);
}

static void absences(struct detect *detect, struct judge *judge)
{
	uint32_t index;

	wheel_advance(judge->keyed.wheel, detect->now_us);
	while ((index = wheel_expired(judge->keyed.wheel)) != 0) {
		struct key_state *state = slab_at(&judge->keyed.slab, index);
		const struct trigger_result result = {.fired = true,
		        .value = 1,
		        .count = state->matched,
		        .span_us = detect->now_us - state->armed_us};
		state->armed_us = 0;
		alert_raise(detect, judge, state, &result);
	}
}

void detect_advance(struct detect *detect, uint64_t now_us)
{
	if (now_us > detect->now_us)
		detect->now_us = now_us;
	detect->judgement = (struct judgement){.verdict = VERDICT_PASS};
	if (!detect->absence_count)
		return;
	detect->cache.event = NULL;
	for (uint32_t i = 0; i < detect->judge_count; i++)
		if (detect->judges[i].keyed.wheel)
			absences(detect, &detect->judges[i]);
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
