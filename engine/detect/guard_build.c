/*
 * The rows of one guard: which units remain for each value of its field.
 */
#include "engine/detect/guard_build.h"

#include <limits.h>

#include "engine/detect/match.h"

enum {
	POINTED_MAX = 16, /* values of a comparison that become points */
	KEYS_MAX = 63,
	BYTES = 256,
};

static bool is_text(const struct rule_test *test)
{
	return test->type == VALUE_TEXT && !test->length;
}

/* Whether the guard's points tell how the comparison turns out. */
static bool pointed(const struct rule_test *test)
{
	return test->type != VALUE_ADDRESS && test->op > OP_EXISTS &&
	       test->op <= OP_MATCHES && test->count <= POINTED_MAX;
}

/* Least length of a text for which the comparison with this value can hold. */
static double least_len(const struct rule_test *test, const struct rule_value *value)
{
	size_t stars = 0;

	for (size_t i = 0; test->op == OP_LIKE && i < value->text.len; i++)
		stars += value->text.data[i] == '*';
	return (double)(value->text.len - stars);
}

static double point_of(const struct rule_test *test, const struct rule_value *value)
{
	return is_text(test) ? least_len(test, value) : value->number;
}

static bool len_possible(const struct rule_test *test, double len)
{
	for (uint32_t i = 0; i < test->count; i++) {
		const double least = least_len(test, &test->values[i]);
		if (test->op == OP_EQ ? !(least < len) && !(least > len) : least <= len)
			return true;
	}
	return false;
}

/* Whether the comparison can turn out so for a present value of this number or length. */
static bool number_possible(const struct asked *asked, double number)
{
	const struct rule_test *test = asked->test;

	if (test->op == OP_EXISTS)
		return asked->truth;
	if (!pointed(test))
		return true;
	if (is_text(test))
		return !asked->truth || len_possible(test, number);
	return match_number(test, number) == asked->truth;
}

static bool decided_by(const struct rule_test *test)
{
	return test->op == OP_EXISTS || (pointed(test) && !is_text(test));
}

static char folded(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

/* The first bytes with which the comparison can hold. */
static void first_possible(const struct rule_test *test, bool *possible)
{
	const bool tells = test->op == OP_EQ || test->op == OP_STARTS;

	memset(possible, !tells || !is_text(test), BYTES);
	for (uint32_t i = 0; tells && is_text(test) && i < test->count; i++) {
		const struct slice text = test->values[i].text;
		if (text.len == 0 && test->op == OP_STARTS)
			memset(possible, true, BYTES);
		for (unsigned byte = 0; text.len && byte < BYTES; byte++)
			possible[byte] |= (char)byte == text.data[0] ||
			                  (test->nocase && folded((char)byte) ==
			                                           folded(text.data[0]));
	}
}

static void row_clear(uint64_t *row, unsigned unit)
{
	row[unit / 64] &= ~((uint64_t)1 << unit % 64);
}

static uint64_t *rows_take(struct memory *memory, const struct guard *guard, size_t count)
{
	const size_t bytes = count * guard->words * sizeof(uint64_t);
	uint64_t *rows = memory_take(memory, bytes);

	if (rows)
		memset(rows, 0xff, bytes);
	return rows;
}

static bool points_collect(struct builder *builder)
{
	struct guard *guard = builder->guard;
	size_t most = 0;

	for (uint32_t n = 0; n < builder->asked_count; n++)
		most += pointed(builder->asked[n].test) ? builder->asked[n].test->count
		                                        : 0;
	double *points = memory_take(builder->memory, (most + 1) * sizeof(*points));
	if (!points)
		return false;
	for (uint32_t n = 0; n < builder->asked_count; n++) {
		const struct asked *asked = &builder->asked[n];
		for (uint32_t i = 0; pointed(asked->test) && i < asked->test->count;
		        i++) {
			const double point =
			        point_of(asked->test, &asked->test->values[i]);
			unsigned place = 0;
			while (place < guard->point_count && points[place] < point)
				place++;
			if (place < guard->point_count && !(points[place] > point))
				continue;
			memmove(points + place + 1, points + place,
			        (guard->point_count - place) * sizeof(*points));
			points[place] = point;
			guard->point_count++;
		}
	}
	guard->points = points;
	return true;
}

/* A number of the row's range: below the first point, at it, between it and the next … */
static double number_of_row(const struct guard *guard, unsigned row)
{
	const unsigned at = row / 2;

	if (guard->point_count == 0)
		return 0;
	if (row % 2)
		return guard->points[at];
	if (at == 0)
		return guard->points[0] - 1;
	if (at == guard->point_count)
		return guard->points[at - 1] + 1;
	return (guard->points[at - 1] + guard->points[at]) / 2;
}

static bool numbers_build(struct builder *builder)
{
	struct guard *guard = builder->guard;
	const unsigned count = 2u * guard->point_count + 1;
	uint64_t *rows = rows_take(builder->memory, guard, count);
	uint64_t *absent = rows_take(builder->memory, guard, 1);

	if (!rows || !absent)
		return false;
	for (uint32_t n = 0; n < builder->asked_count; n++) {
		const struct asked *asked = &builder->asked[n];
		if (asked->truth)
			row_clear(absent, asked->unit);
		for (unsigned row = 0; row < count; row++)
			if (!number_possible(asked, number_of_row(guard, row)))
				row_clear(rows + (size_t)row * guard->words, asked->unit);
	}
	guard->by_number = rows;
	guard->absent = absent;
	return true;
}

/* Rows of first bytes that are the same are kept once. */
static bool first_build(struct builder *builder)
{
	struct guard *guard = builder->guard;
	const size_t mark = builder->work->used;
	const size_t bytes = guard->words * sizeof(uint64_t);
	uint64_t *all = rows_take(builder->work, guard, BYTES);
	uint8_t *row_of = memory_take(builder->memory, BYTES);
	unsigned count = 0;

	if (!all || !row_of)
		return false;
	for (uint32_t n = 0; n < builder->asked_count; n++) {
		const struct asked *asked = &builder->asked[n];
		bool possible[BYTES];
		if (!asked->truth)
			continue;
		first_possible(asked->test, possible);
		for (unsigned byte = 0; byte < BYTES; byte++)
			if (!possible[byte])
				row_clear(all + (size_t)byte * guard->words, asked->unit);
	}
	for (unsigned byte = 0; byte < BYTES; byte++) {
		const uint64_t *row = all + (size_t)byte * guard->words;
		unsigned same = 0;
		while (same < count &&
		        memcmp(all + (size_t)same * guard->words, row, bytes))
			same++;
		if (same == count)
			memmove(all + (size_t)count++ * guard->words, row, bytes);
		row_of[byte] = (uint8_t)same;
	}
	uint64_t *rows = rows_take(builder->memory, guard, count);
	if (!rows)
		return false;
	memcpy(rows, all, count * bytes);
	memory_rewind(builder->work, mark);
	guard->by_first = rows;
	guard->first = count > 1 ? row_of : NULL;
	return true;
}

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

/* The rarest run of so many bytes. */
static const uint8_t *rarest_run(const struct guard *guard, struct slice text, size_t len)
{
	size_t rarest = 0;
	unsigned least = UINT_MAX;

	for (size_t at = 0; at + len <= text.len; at++) {
		unsigned common = 0;
		for (size_t i = 0; i < len; i++)
			common += commonness(guard, text.data[at + i]);
		if (common >= least)
			continue;
		least = common;
		rarest = at;
	}
	return (const uint8_t *)text.data + rarest;
}

/* The key of a text that must occur: a rare byte, else bytes side by side; 0 = no room.
 */
static unsigned key_add(struct builder *builder, struct slice text)
{
	struct guard *guard = builder->guard;
	const uint8_t *byte = rarest_run(guard, text, 1);
	uint8_t *key;

	if (text.len < 2 || commonness(guard, (char)*byte) <= 1) {
		key = &builder->keys[*byte];
		guard->key = builder->keys;
	} else if (text.len >= 4) {
		key = &builder->fours[key_four_hash(rarest_run(guard, text, 4))];
		guard->key_four = builder->fours;
	} else {
		key = &builder->pairs[key_pair_hash(rarest_run(guard, text, 2))];
		guard->key_pair = builder->pairs;
	}
	if (!*key && guard->key_count < KEYS_MAX)
		*key = ++guard->key_count;
	return *key;
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
static void key_unit(struct builder *builder, const struct asked *asked, uint64_t *by_key)
{
	struct guard *guard = builder->guard;
	uint64_t *keyless = builder->keyless;
	bool all = true;

	if (!(keyless[asked->unit / 64] >> asked->unit % 64 & 1))
		return;
	for (uint32_t i = 0; i < asked->test->count; i++) {
		const unsigned key = key_add(builder, asked->test->values[i].text);
		all = all && key;
		if (key)
			by_key[(size_t)(key - 1) * guard->words + asked->unit / 64] |=
			        (uint64_t)1 << asked->unit % 64;
	}
	if (all)
		row_clear(keyless, asked->unit);
}

static bool keys_build(struct builder *builder)
{
	struct guard *guard = builder->guard;
	bool any = false;

	for (uint32_t n = 0; n < builder->asked_count; n++)
		any = any || keyed_by(&builder->asked[n]);
	if (!any || guard->field.field == FIELD_RAW || guard->field.field == FIELD_BODY)
		return true;
	builder->keys = memory_take(builder->memory, BYTES);
	builder->pairs = memory_take(builder->memory, KEY_HASHES);
	builder->fours = memory_take(builder->memory, KEY_HASHES);
	uint64_t *by_key = memory_take(
	        builder->memory, (size_t)KEYS_MAX * guard->words * sizeof(*by_key));
	builder->keyless = rows_take(builder->memory, guard, 1);
	if (!builder->keys || !builder->pairs || !builder->fours || !by_key ||
	        !builder->keyless)
		return false;
	for (uint32_t n = 0; n < builder->asked_count; n++)
		if (keyed_by(&builder->asked[n]))
			key_unit(builder, &builder->asked[n], by_key);
	guard->keyless = builder->keyless;
	guard->by_key = by_key;
	return true;
}

bool guard_build(struct builder *builder)
{
	struct guard *guard = builder->guard;

	uint64_t *asks = memory_take(builder->memory, guard->words * sizeof(*asks));
	if (!asks || !points_collect(builder) || !numbers_build(builder))
		return false;
	guard->asks = asks;
	for (uint32_t n = 0; n < builder->asked_count; n++) {
		const struct asked *asked = &builder->asked[n];
		asks[asked->unit / 64] |= (uint64_t)1 << asked->unit % 64;
		if (!decided_by(asked->test))
			builder->units[asked->unit].decided = false;
	}
	if (guard->type != VALUE_TEXT)
		return true;
	return first_build(builder) && keys_build(builder);
}
