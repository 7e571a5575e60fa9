/*
 * A judge's beginning: its tables and gates are made of the rules once.
 */
#include "engine/detect/judge.h"
#include "engine/detect/stir.h"

bool kind_has_method(enum event_kind kind)
{
	return kind == EVENT_SIP_REQUEST || kind == EVENT_SIP_RESPONSE ||
	       kind == EVENT_SIP_TRANSACTION;
}

static bool exceptions_init(struct detect *detect, struct memory *work)
{
	for (uint32_t i = 0; i < detect->judge_count; i++) {
		struct judge *judge = &detect->judges[i];
		const size_t mark = work->used;
		const struct paths *all = paths_of(judge->rule, work);
		if (!all)
			return false;
		for (unsigned e = 0; e < judge->rule->exception_count; e++) {
			const uint16_t when = judge->rule->exceptions[e].when;
			if (paths_at(all, when)->count)
				judge->exceptions[judge->exception_count++] = when;
		}
		memory_rewind(work, mark);
	}
	return true;
}

static bool same_choice(const struct gate_choice *a, const struct gate_choice *b)
{
	return a->count == b->count &&
	       memcmp(a->drafts, b->drafts, a->count * sizeof(*a->drafts)) == 0;
}

/* The gates of one kind of event; methods with the same units share theirs. */
static bool kind_init(struct detect *detect, struct memory *memory, struct memory *work,
        const struct gate_drafts *drafts, enum event_kind kind)
{
	const unsigned first = kind_has_method(kind) ? 0 : SIP_METHOD_COUNT;
	const unsigned last = kind_has_method(kind) ? SIP_METHOD_COUNT : BUCKETS;
	struct gate_choice choices[BUCKETS];
	struct gate **gates = detect->gates[kind];

	for (unsigned i = first; i < last; i++) {
		if (!gate_choose(&choices[i], work, drafts, kind, i))
			return false;
		if (choices[i].count == 0)
			continue;
		unsigned same = first;
		while (!same_choice(&choices[same], &choices[i]))
			same++;
		if (same == i) {
			gates[i] = memory_take(memory, sizeof(*gates[i]));
			if (!gates[i] ||
			        !gate_init(gates[i], memory, work, drafts, &choices[i]))
				return false;
		}
		gates[i] = gates[same];
	}
	return true;
}

static bool gates_make(struct detect *detect, struct memory *memory, struct memory *work)
{
	const struct rule **rules =
	        memory_take(work, (detect->judge_count + 1u) * sizeof(*rules));
	struct gate_drafts drafts;

	if (!rules)
		return false;
	for (uint32_t i = 0; i < detect->judge_count; i++)
		rules[i] = detect->judges[i].rule;
	if (!gate_draft(&drafts, work, rules, detect->judge_count))
		return false;
	for (unsigned kind = 0; kind < EVENT_COUNT; kind++) {
		const size_t mark = work->used;
		if (!kind_init(detect, memory, work, &drafts, (enum event_kind)kind))
			return false;
		memory_rewind(work, mark);
	}
	detect->units = memory_take(memory, GATE_WORDS_MAX * sizeof(*detect->units));
	return detect->units != NULL;
}

/* What is only needed meanwhile comes from the region's end and goes back to it. */
static bool gates_init(struct detect *detect, struct memory *memory)
{
	const size_t end = memory->bytes & ~(size_t)63;
	const size_t bytes = memory_left(memory) / 3 & ~(size_t)63;
	struct memory work = {.base = memory->base + end - bytes, .bytes = bytes};
	struct memory rest = *memory;

	rest.bytes = end - bytes;
	const bool fine =
	        exceptions_init(detect, &work) && gates_make(detect, &rest, &work);
	memory_rewind(&work, 0);
	memory->used = rest.used;
	return fine;
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
	}
	return true;
}

/* Time passes with every packet: who waits for it is known without looking for them. */
static bool waiting_init(struct detect *detect, struct memory *memory)
{
	detect->waiting =
	        memory_take(memory, (detect->judge_count + 1) * sizeof(*detect->waiting));
	if (!detect->waiting)
		return false;
	for (uint32_t i = 0; i < detect->judge_count; i++)
		if (detect->judges[i].keyed.wheel)
			detect->waiting[detect->waiting_count++] = &detect->judges[i];
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

static bool stir_init(
        struct detect *detect, struct memory *memory, const struct rule_set *rules)
{
	struct stir *stir = memory_take(memory, sizeof(*stir));

	if (!stir)
		return false;
	memset(stir, 0, sizeof(*stir));
	stir->certificates = rules->certificates;
	stir->key = &detect->hash_key;
	detect->cache.stir = stir;
	return true;
}

/* A fiftieth of the share, and some at least. */
static uint32_t scores_capacity(size_t share)
{
	const size_t count = share / 50 / scores_bytes(1);
	return count < 256 ? 256 : count > 65536 ? 65536 : (uint32_t)count;
}

struct detect *detect_new(struct memory *memory, size_t share, const struct hash_key *key,
        const struct rule_set *rules)
{
	struct detect *detect = memory_take(memory, sizeof(*detect));
	const size_t before = memory->used;

	if (!detect)
		return NULL;
	detect->hash_key = *key;
	detect->patterns = rules->patterns;
	detect->cache.geo = rules->geo;
	detect->cache.site = &rules->site;
	detect->kpis = kpis_new(memory, share / 64, key);
	if (!detect->kpis || !stir_init(detect, memory, rules))
		return NULL;
	detect->judges =
	        memory_take(memory, (rules->count + 1) * sizeof(*detect->judges));
	if (!detect->judges)
		return NULL;
	for (uint32_t i = 0; i < rules->count; i++)
		if (rules->rules[i].enabled)
			detect->judges[detect->judge_count++].rule = &rules->rules[i];
	if (!memos_init(detect, memory) || !gates_init(detect, memory) ||
	        !told_init(&detect->told, memory, share / 8))
		return NULL;
	if (!scores_init(&detect->scores, memory, scores_capacity(share)))
		return NULL;
	const size_t taken = memory->used - before;
	const bool fine =
	        judges_init(detect, memory, taken < share ? share - taken : 0) &&
	        waiting_init(detect, memory);
	return fine ? detect : NULL;
}
