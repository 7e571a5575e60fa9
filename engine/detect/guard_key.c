/*
 * The keys of one guard: bytes of which some must occur in a text for a unit to hold.
 */
#include "engine/detect/guard_build.h"

#include <limits.h>

enum { KEYS_MAX = 63 };

/* Fields that hold whole values of headers or lines, with their punctuation. */
static bool whole_line(const struct field_ref *field)
{
	return field->field == FIELD_HEADER || field->field == FIELD_CONTACT ||
	       field->field == FIELD_SDP_ORIGIN || field->field == FIELD_REQUEST_URI ||
	       field->field == FIELD_HEADER_ORDER;
}

/* How often a byte stands in the field's texts: what is rare tells most. */
static unsigned commonness(const struct guard *guard, char byte)
{
	static const char structure[] = " -./_";
	static const char brackets[] = ":;=@\"<>,";
	static const char frequent[] = "sipetagonrlc";
	const char small = folded(byte);

	if (byte >= '0' && byte <= '9')
		return 4;
	if (!byte || memchr(structure, byte, sizeof(structure) - 1))
		return 6;
	if (memchr(brackets, byte, sizeof(brackets) - 1))
		return whole_line(&guard->field) ? 6 : 1;
	if (memchr(frequent, small, sizeof(frequent) - 1))
		return 5;
	return small >= 'a' && small <= 'z' ? 3 : 0;
}

/* The run of count grams, each so long, whose most common one is the rarest. */
static const uint8_t *rarest_run(
        const struct guard *guard, struct slice text, size_t gram, size_t count)
{
	size_t rarest = 0;
	unsigned least = UINT_MAX;

	for (size_t at = 0; at + gram + count - 1 <= text.len; at++) {
		unsigned worst = 0;
		for (size_t i = at; i < at + count; i++) {
			unsigned common = 0;
			for (size_t byte = i; byte < i + gram; byte++)
				common += commonness(guard, text.data[byte]);
			worst = common > worst ? common : worst;
		}
		if (worst >= least)
			continue;
		least = worst;
		rarest = at;
	}
	return (const uint8_t *)text.data + rarest;
}

/* Where the keys of a text are kept, and what of the text they are. */
struct cut {
	const uint8_t *at;
	unsigned count; /* of keys, of which one is met wherever the text begins */
	enum { CUT_BYTE, CUT_PAIR, CUT_FOUR } kind;
};

/* A rare byte; else of a long text four bytes that lie side by side, else two. */
static struct cut cut_of(const struct guard *guard, struct slice text)
{
	const uint8_t *byte = rarest_run(guard, text, 1, 1);

	if (text.len < 2 || commonness(guard, (char)*byte) <= 1)
		return (struct cut){byte, 1, CUT_BYTE};
	if (text.len >= 7)
		return (struct cut){rarest_run(guard, text, 4, 4), 4, CUT_FOUR};
	if (text.len >= 3)
		return (struct cut){rarest_run(guard, text, 2, 2), 2, CUT_PAIR};
	return (struct cut){rarest_run(guard, text, 2, 1), 1, CUT_PAIR};
}

/* Letters are told with and without their case by the same key, pairs and fours only. */
static uint8_t *key_place(struct builder *builder, const struct cut *cut, unsigned i)
{
	struct guard_keys *keys = builder->keys;
	const uint8_t byte = cut->at[i];
	const uint8_t kind = cut->kind == CUT_BYTE   ? KEY_BYTE
	                     : cut->kind == CUT_PAIR ? KEY_PAIR
	                                             : KEY_FOUR;

	keys->begins[byte] |= kind;
	if (cut->kind == CUT_BYTE)
		return &keys->byte[byte];
	keys->begins[byte ^ 32] |= kind;
	if (cut->kind == CUT_FOUR)
		return &keys->four[key_four_hash(cut->at + i)];
	if (!keys->pair_step || cut->count == 1)
		keys->pair_step = (uint8_t)cut->count;
	return &keys->pair[key_pair_hash(cut->at + i)];
}

/* Has the unit need one of the text's keys; false when there is no room for them. */
static bool key_add(struct builder *builder, struct slice text, unsigned unit)
{
	const struct guard *guard = builder->guard;
	const struct cut cut = cut_of(guard, text);
	uint8_t fresh = 0;

	for (unsigned i = 0; i < cut.count; i++) {
		uint8_t *place = key_place(builder, &cut, i);
		if (!*place && !fresh) {
			if (builder->keys->count == KEYS_MAX)
				return false;
			fresh = ++builder->keys->count;
		}
		if (!*place)
			*place = fresh;
		builder->by_key[(size_t)(*place - 1) * guard->words + unit / 64] |=
		        (uint64_t)1 << unit % 64;
	}
	return true;
}

/* Whether every way for the comparison to hold needs a text to occur. */
static bool keyed_by(const struct asked *asked)
{
	const struct rule_test *test = asked->test;
	const bool letters = test->nocase && test->op != OP_ENDS;
	bool keyed = asked->truth && is_text(test) && test->count <= KEYS_MAX &&
	             (test->op == OP_EQ || test->op == OP_STARTS || test->op == OP_ENDS ||
	                     test->op == OP_CONTAINS || test->op == OP_MATCHES);

	/* One letter alone is told with its case. */
	for (uint32_t i = 0; keyed && i < test->count; i++)
		keyed = test->values[i].text.len > (letters ? 1 : 0);
	return keyed;
}

/* A unit needs one of the keys of its first such comparison; more would tell little. */
static void key_unit(struct builder *builder, const struct asked *asked)
{
	uint64_t *keyless = row_of(builder, ROW_KEYLESS);
	bool all = true;

	if (!(keyless[asked->unit / 64] >> asked->unit % 64 & 1))
		return;
	for (uint32_t i = 0; i < asked->test->count; i++)
		all = key_add(builder, asked->test->values[i].text, asked->unit) && all;
	if (all)
		row_clear(keyless, asked->unit);
}

bool guard_build_keys(struct builder *builder)
{
	struct guard *guard = builder->guard;
	bool any = false;

	for (uint32_t n = 0; n < builder->asked_count; n++)
		any = any || keyed_by(&builder->asked[n]);
	if (!any || guard->field.field == FIELD_RAW || guard->field.field == FIELD_BODY)
		return true;
	builder->keys = memory_take(builder->memory, sizeof(*builder->keys));
	builder->by_key = memory_take(builder->memory,
	        (size_t)KEYS_MAX * guard->words * sizeof(*builder->by_key));
	if (!builder->keys || !builder->by_key)
		return false;
	for (uint32_t n = 0; n < builder->asked_count; n++)
		if (keyed_by(&builder->asked[n]))
			key_unit(builder, &builder->asked[n]);
	builder->keys->rows = builder->by_key;
	guard->keys = builder->keys;
	return true;
}
