#include "engine/detect/accounts.h"
#include "engine/detect/explain.h"
#include "engine/detect/judge.h"
#include "engine/track/transaction.h"

enum {
	BACKOFF_MAX_US = 1800000000, /* half an hour */
	NUMBER_BITS = 48,            /* of a packet's number in a packed reference */
};

static uint64_t packed(uint64_t number, uint16_t source)
{
	return (number & (((uint64_t)1 << NUMBER_BITS) - 1)) | (uint64_t)source
	                                                               << NUMBER_BITS;
}

/* The newest waits in the state: most keys have no other. */
static void evidence_push(
        const struct judge *judge, struct key_state *state, uint64_t reference)
{
	const uint32_t size = judge->rule->evidence - 1;
	const uint64_t before = state->newest;

	if (before == reference)
		return;
	state->newest = reference;
	if (!before || !size)
		return;
	key_state_evidence(&judge->keyed, state)[state->evidence_at] = before;
	if (++state->evidence_at == size)
		state->evidence_at = 0;
	if (state->evidence_count < size)
		state->evidence_count++;
}

void evidence_note(
        const struct judge *judge, struct key_state *state, const struct event *event)
{
	const struct transaction *transaction = event->transaction;

	if (!judge->rule->evidence)
		return;
	const bool answered =
	        event->kind == EVENT_SIP_TRANSACTION || event->kind == EVENT_REGISTRATION;
	if (answered && transaction && transaction->first_packet)
		evidence_push(judge, state,
		        packed(transaction->first_packet, transaction->first_source));
	if (event->packet)
		evidence_push(judge, state,
		        packed(event->packet->number, event->packet->source));
}

static struct packet_ref unpacked(uint64_t reference)
{
	return (struct packet_ref){
	        .number = reference & (((uint64_t)1 << NUMBER_BITS) - 1),
	        .source = (uint16_t)(reference >> NUMBER_BITS)};
}

static void evidence_write(
        const struct judge *judge, struct key_state *state, struct alert *alert)
{
	const uint64_t *ring = key_state_evidence(&judge->keyed, state);
	const uint32_t size = judge->rule->evidence - 1;
	uint32_t count = 0;

	if (!state->newest)
		return;
	for (uint32_t i = 0; i < state->evidence_count; i++)
		alert->evidence[count++] = unpacked(
		        ring[(state->evidence_at + size - state->evidence_count + i) %
		                size]);
	alert->evidence[count++] = unpacked(state->newest);
	alert->evidence_count = count;
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
static bool held_back(struct key_alerts *alerts, const struct rule *rule, uint64_t now_us)
{
	if (alerts->raised && now_us < alerts->quiet_until_us) {
		alerts->suppressed++;
		return true;
	}
	const bool goes_on = alerts->raised &&
	                     now_us < alerts->quiet_until_us + alerts->quiet_for_us &&
	                     rule->backoff > 1;
	alerts->quiet_for_us =
	        goes_on ? alerts->quiet_for_us * rule->backoff : rule->suppress_us;
	if (alerts->quiet_for_us > BACKOFF_MAX_US &&
	        alerts->quiet_for_us > rule->suppress_us)
		alerts->quiet_for_us = BACKOFF_MAX_US;
	alerts->quiet_until_us = now_us + alerts->quiet_for_us;
	return false;
}

/* Of the rule and the key, whatever is still known of it. */
static uint64_t told_hash(const struct detect *detect, const struct judge *judge,
        const struct key_state *state)
{
	const struct keyed *keyed = &judge->keyed;

	return hash_words(&detect->hash_key,
	        keyed->marks[slab_index(&keyed->slab, state)].hash, judge->rule->number);
}

/* A key that was forgotten and is back goes on where it was. */
static void told_recall(struct detect *detect, uint64_t hash, struct key_alerts *alerts)
{
	struct told *told = told_find(&detect->told, hash);

	if (!told)
		return;
	alerts->quiet_until_us = told->quiet_until_us;
	alerts->quiet_for_us = told->quiet_for_us;
	alerts->raised = told->raised;
	alerts->suppressed = told->suppressed;
	if (detect->now_us < told->quiet_until_us)
		told->suppressed++;
}

static void told_note(
        struct detect *detect, uint64_t hash, const struct key_alerts *alerts)
{
	struct told *told = told_take(&detect->told, hash);

	told->quiet_until_us = alerts->quiet_until_us;
	told->quiet_for_us = alerts->quiet_for_us;
	told->raised = alerts->raised;
	told->suppressed = alerts->suppressed;
}

static enum verdict verdict_of(const struct rule *rule, bool proven)
{
	if (rule->verdict == VERDICT_BLOCK && rule->needs_proof && !proven)
		return VERDICT_LIMIT;
	return rule->verdict;
}

static void verdict_raise(struct detect *detect, const struct rule *rule, bool proven)
{
	static const struct field_ref source = {.field = FIELD_SRC_IP};
	const enum verdict verdict = verdict_of(rule, proven);
	struct value value = {0};

	if (verdict <= detect->judgement.verdict)
		return;
	if (detect->cache.event)
		field_value(&detect->cache, &source, &value);
	detect->judgement = (struct judgement){
	        .verdict = verdict, .rule = rule, .offender = value.ip, .proven = proven};
}

/* The number that the rule counts by is suspected from here on. */
static void mark(struct detect *detect, const struct rule *rule, struct key_state *state)
{
	char text[ALERT_KEY_MAX];
	struct writer writer = writer_of(text, sizeof(text));

	key_write_first(rule, key_state_bytes(state), &writer);
	accounts_mark(detect->accounts, writer_text(&writer),
	        detect->now_us + rule->mark_us);
}

void alert_raise(struct detect *detect, struct judge *judge, struct key_state *state,
        const struct trigger_result *result)
{
	const struct rule *rule = judge->rule;
	const struct event *event = detect->cache.event;
	const bool unsure = detect->now_us < detect->unsure_until_us;
	const bool proven = state->proven && !unsure;
	const enum verdict would = verdict_of(rule, proven);
	struct key_alerts *alerts = key_state_alerts(&judge->keyed, state);

	const uint64_t told = told_hash(detect, judge, state);

	verdict_raise(detect, rule, proven);
	if (!alerts->raised)
		told_recall(detect, told, alerts);
	if (rule->mark_us && detect->accounts)
		mark(detect, rule, state);
	if (held_back(alerts, rule, detect->now_us))
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
	        .metric = slice_text(metric),
	        .value = result->value,
	        .threshold = threshold > 0 ? threshold : 1,
	        .window_s = (double)rule->trigger.window_us / 1e6,
	        .count = state->matched,
	        .suppressed = alerts->suppressed,
	        .lower_bound = unsure || detect->now_us < detect->lossy_until_us,
	        .proven = proven,
	        .would = would,
	};
	evidence_write(judge, state, &pending->alert);
	if (rule->score > 0 && event && event->kind != EVENT_ENTITY_SCORE)
		scores_add(&detect->scores, &detect->hash_key, &detect->cache, rule->score);
	alerts->raised++;
	alerts->suppressed = 0;
	told_note(detect, told, alerts);
	keyed_keep(&judge->keyed, state);
}
