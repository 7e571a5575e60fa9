#include "engine/detect/detect.h"

#include "engine/detect/explain.h"
#include "engine/detect/keyed.h"
#include "engine/detect/match.h"
#include "engine/detect/trigger.h"
#include "engine/track/call.h"
#include "engine/track/transaction.h"

enum {
	BUCKETS = SIP_METHOD_COUNT + 1, /* per method, and one for streams without */
	LOSSY_US = 10000000,
	BACKOFF_MAX_US = 1800000000, /* half an hour */
	NUMBER_BITS = 48,            /* of a packet's number in a packed reference */
};

struct judge {
	const struct rule *rule;
	struct keyed keyed;
	uint64_t hits;
};

struct bucket {
	uint16_t *judges;
	uint32_t count;
};

struct pending {
	struct alert alert;
	char key[ALERT_KEY_MAX];
	char explain[ALERT_EXPLAIN_MAX];
	char entity[ALERT_KEY_MAX];
};

struct detect {
	struct hash_key hash_key;
	const struct pattern_ops *patterns;
	struct judge *judges;
	uint32_t judge_count;
	uint32_t absence_count;
	struct bucket buckets[EVENT_COUNT][BUCKETS];
	struct field_cache cache;
	uint64_t now_us;
	uint64_t lossy_until_us;
	uint64_t alert_id;
	uint64_t alerts_lost;
	uint64_t verdict_packet;
	enum verdict verdict;
	uint32_t pending_count;
	uint32_t pending_at;
	struct pending pending[LIMIT_ALERTS_PENDING];
};

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
	if (!judges_init(detect, memory, share) || !buckets_init(detect, memory))
		return NULL;
	return detect;
}

static bool event_proven(const struct event *event)
{
	return event->proven;
}

static uint64_t packed(uint64_t number, uint16_t source)
{
	return (number & (((uint64_t)1 << NUMBER_BITS) - 1)) | (uint64_t)source
	                                                               << NUMBER_BITS;
}

static void evidence_push(
        const struct judge *judge, struct key_state *state, uint64_t reference)
{
	uint64_t *ring = key_state_evidence(&judge->keyed, state);
	const uint8_t size = (uint8_t)judge->rule->evidence;
	const uint8_t newest = (uint8_t)((state->evidence_at + size - 1) % size);

	if (state->evidence_count && ring[newest] == reference)
		return;
	ring[state->evidence_at] = reference;
	state->evidence_at = (uint8_t)((state->evidence_at + 1) % size);
	if (state->evidence_count < size)
		state->evidence_count++;
}

/* The packets that count: of a transaction its request, then what completed it. */
static void evidence_note(
        const struct judge *judge, struct key_state *state, const struct event *event)
{
	const struct transaction *transaction = event->transaction;

	if (!judge->rule->evidence)
		return;
	if (event->kind == EVENT_SIP_TRANSACTION && transaction &&
	        transaction->first_packet)
		evidence_push(judge, state,
		        packed(transaction->first_packet, transaction->first_source));
	if (event->packet)
		evidence_push(judge, state,
		        packed(event->packet->number, event->packet->source));
}

static void evidence_write(
        const struct judge *judge, struct key_state *state, struct alert *alert)
{
	const uint64_t *ring = key_state_evidence(&judge->keyed, state);
	const uint32_t size = judge->rule->evidence;

	for (uint32_t i = 0; i < state->evidence_count; i++) {
		const uint32_t at =
		        (state->evidence_at + size - state->evidence_count + i) % size;
		alert->evidence[i] = (struct packet_ref){
		        .number = ring[at] & (((uint64_t)1 << NUMBER_BITS) - 1),
		        .source = (uint16_t)(ring[at] >> NUMBER_BITS),
		};
	}
	alert->evidence_count = state->evidence_count;
}

static void entity_write(struct detect *detect, const struct rule *rule,
        struct key_state *state, struct writer *writer)
{
	struct value value = {0};

	if (rule->entity_given && detect->cache.event)
		field_value(&detect->cache, &rule->entity, &value);
	if (value.type == VALUE_TEXT)
		writer_slice(writer, value.text);
	else if (value.type == VALUE_ADDRESS)
		writer_address(writer, &value.ip);
	else
		key_write_first(rule, key_state_bytes(state), writer);
}

/* Whether suppression holds this alert back; each further alert waits longer. */
static bool held_back(struct key_state *state, const struct rule *rule, uint64_t now_us)
{
	if (state->alerts && now_us < state->quiet_until_us) {
		state->suppressed++;
		return true;
	}
	const bool goes_on = state->alerts &&
	                     now_us < state->quiet_until_us + state->quiet_for_us &&
	                     rule->backoff > 1;
	state->quiet_for_us =
	        goes_on ? state->quiet_for_us * rule->backoff : rule->suppress_us;
	if (state->quiet_for_us > BACKOFF_MAX_US &&
	        state->quiet_for_us > rule->suppress_us)
		state->quiet_for_us = BACKOFF_MAX_US;
	state->quiet_until_us = now_us + state->quiet_for_us;
	return false;
}

static enum verdict verdict_of(const struct rule *rule, bool proven)
{
	if (rule->verdict == VERDICT_BLOCK && rule->needs_proof && !proven)
		return VERDICT_LIMIT;
	return rule->verdict;
}

static void verdict_raise(struct detect *detect, enum verdict verdict)
{
	if (verdict > detect->verdict)
		detect->verdict = verdict;
}

static void raise(struct detect *detect, struct judge *judge, struct key_state *state,
        const struct trigger_result *result)
{
	const struct rule *rule = judge->rule;
	const struct event *event = detect->cache.event;
	const enum verdict would = verdict_of(rule, state->proven);

	verdict_raise(detect, would);
	if (held_back(state, rule, detect->now_us))
		return;
	if (detect->pending_count == LIMIT_ALERTS_PENDING) {
		detect->alerts_lost++;
		return;
	}
	struct pending *pending = &detect->pending[detect->pending_count++];
	struct writer key = writer_of(pending->key, sizeof(pending->key));
	struct writer words = writer_of(pending->explain, sizeof(pending->explain));
	struct writer entity = writer_of(pending->entity, sizeof(pending->entity));
	const char *metric = trigger_name(rule->trigger.kind);
	const double threshold =
	        rule->trigger.threshold > 0 ? rule->trigger.threshold : rule->trigger.n;

	key_write(rule, key_state_bytes(state), &key);
	explain_alert(rule, result, &words);
	entity_write(detect, rule, state, &entity);
	pending->alert = (struct alert){
	        .id = ++detect->alert_id,
	        .time_us = detect->now_us,
	        .rule = rule,
	        .event = event,
	        .entity_type = rule->entity_type,
	        .entity = writer_text(&entity),
	        .key = writer_text(&key),
	        .explain = writer_text(&words),
	        .metric = slice_of(metric, strlen(metric)),
	        .value = result->value,
	        .threshold = threshold > 0 ? threshold : 1,
	        .window_s = (double)rule->trigger.window_us / 1e6,
	        .count = state->matched,
	        .suppressed = state->suppressed,
	        .lower_bound = detect->now_us < detect->lossy_until_us,
	        .proven = state->proven,
	        .would = would,
	};
	evidence_write(judge, state, &pending->alert);
	state->alerts++;
	state->suppressed = 0;
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

/* What an event is to a rule. */
struct finding {
	bool matched;
	bool resets;
	bool speaks_for; /* quiet_if */
};

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
	state->proven |= event_proven(detect->cache.event);
	evidence_note(judge, state, detect->cache.event);
	if (judge->rule->trigger.kind == TRIGGER_ABSENCE) {
		absence_arm(detect, judge, state);
		return;
	}
	const struct trigger_result result =
	        trigger_event(input, key_state_trigger(&judge->keyed, state), &text);
	if (result.fired && !share_silences(judge->rule, state))
		raise(detect, judge, state, &result);
}

static void judge_event(struct detect *detect, struct judge *judge)
{
	const struct rule *rule = judge->rule;
	const struct finding finding = finding_of(detect, rule);
	struct trigger_input input = {.rule = rule,
	        .patterns = detect->patterns,
	        .hash_key = &detect->hash_key,
	        .cache = &detect->cache,
	        .now_us = detect->now_us};
	struct key_value key;

	if (!finding.matched && !finding.resets && !finding.speaks_for)
		return;
	if (finding.matched && prints_only(rule)) {
		uint64_t scratch[8] = {0};
		char names[160];
		struct writer text = writer_of(names, sizeof(names));
		if (!trigger_event(&input, scratch, &text).fired)
			return;
	}
	if (!key_of(rule, &detect->cache, &detect->hash_key, &key))
		return;
	const uint64_t hash = hash_bytes(&detect->hash_key, key.bytes, key.len);
	struct key_state *state = finding.matched || finding.speaks_for
	                                  ? keyed_get(&judge->keyed, &key, hash)
	                                  : keyed_find(&judge->keyed, &key, hash);
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

	if (event->time_us > detect->now_us)
		detect->now_us = event->time_us;
	if (event->kind == EVENT_SENSOR)
		detect->lossy_until_us = detect->now_us + LOSSY_US;
	if (event->packet && event->packet->number != detect->verdict_packet) {
		detect->verdict_packet = event->packet->number;
		detect->verdict = VERDICT_PASS;
	}
	field_cache_open(&detect->cache, event);
	for (uint32_t i = 0; i < bucket->count; i++) {
		struct judge *judge = &detect->judges[bucket->judges[i]];
		if (!by_method(event->kind) || (judge->rule->classes & class_bit))
			judge_event(detect, judge);
	}
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
		raise(detect, judge, state, &result);
	}
}

void detect_advance(struct detect *detect, uint64_t now_us)
{
	if (now_us > detect->now_us)
		detect->now_us = now_us;
	detect->verdict = VERDICT_PASS;
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
	return detect->verdict;
}
