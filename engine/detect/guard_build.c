/*
 * The rows of one guard: which units remain for each value of its field.
 */
#include "engine/detect/guard_build.h"

#include "engine/detect/match.h"

enum { POINTED_MAX = 16 /* values of a comparison that become points */ };

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

/* Whether a name tells how the comparison turns out. */
static bool name_decides(const struct rule_test *test)
{
	return test->length || (test->op >= OP_EQ && test->op <= OP_LIKE);
}

static bool name_possible(const struct asked *asked, struct slice name)
{
	const struct rule_test *test = asked->test;

	if (!slice_present(name))
		return !asked->truth;
	if (test->op == OP_EXISTS)
		return asked->truth;
	if (!name_decides(test))
		return true;
	const bool holds = test->length ? match_number(test, (double)name.len)
	                                : match_text(test, NULL, name);
	return holds == asked->truth;
}

static bool decided_by(const struct builder *builder, const struct rule_test *test)
{
	if (test->op == OP_EXISTS)
		return true;
	return builder->names.names ? name_decides(test)
	                            : pointed(test) && !is_text(test);
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

/* Rows of values: of names, or of the points and what lies between. */
static unsigned value_rows(const struct builder *builder)
{
	return builder->names.names ? builder->names.count
	                            : 2u * builder->guard->point_count + 1;
}

static bool row_possible(
        const struct builder *builder, const struct asked *asked, unsigned row)
{
	if (builder->names.names)
		return name_possible(asked, builder->names.names[row]);
	return number_possible(asked, number_of_row(builder->guard, row));
}

/* What is asked for, what remains without a value, and of each number. */
static void rows_build(struct builder *builder)
{
	const struct guard *guard = builder->guard;
	uint64_t *asks = row_of(builder, ROW_ASKS);

	memset(asks, 0, guard->words * sizeof(*asks));
	for (uint32_t n = 0; n < builder->asked_count; n++) {
		const struct asked *asked = &builder->asked[n];
		asks[asked->unit / 64] |= (uint64_t)1 << asked->unit % 64;
		if (asked->truth)
			row_clear(row_of(builder, ROW_ABSENT), asked->unit);
		for (unsigned row = 0; row < value_rows(builder); row++)
			if (!row_possible(builder, asked, row))
				row_clear(
				        row_of(builder, ROW_NUMBERS + row), asked->unit);
		if (!decided_by(builder, asked->test))
			builder->units[asked->unit].decided = false;
	}
}

/* Most texts are short: their lengths are looked up, not compared. */
static bool lens_build(struct builder *builder)
{
	struct guard *guard = builder->guard;
	uint16_t *lens = memory_take(builder->memory, GUARD_LENS * sizeof(*lens));
	unsigned at = 0;

	if (!lens)
		return false;
	for (unsigned len = 0; len < GUARD_LENS; len++) {
		while (at < guard->point_count && guard->points[at] < len)
			at++;
		const bool met = at < guard->point_count && !(guard->points[at] > len);
		lens[len] = (uint16_t)((ROW_NUMBERS + 2 * at + met) * guard->words);
	}
	guard->lens = lens;
	return true;
}

/* Rows of first bytes that are the same are kept once. */
static bool first_build(struct builder *builder)
{
	struct guard *guard = builder->guard;
	const size_t mark = builder->work->used;
	const size_t bytes = guard->words * sizeof(uint64_t);
	uint64_t *all = rows_take(builder->work, guard, BYTES);
	uint16_t *row_of = memory_take(builder->memory, BYTES * sizeof(*row_of));
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
		row_of[byte] = (uint16_t)(same * guard->words);
	}
	uint64_t *rows = rows_take(builder->memory, guard, count);
	if (!rows)
		return false;
	memcpy(rows, all, count * bytes);
	memory_rewind(builder->work, mark);
	guard->by_first = rows;
	guard->first = row_of;
	return true;
}

bool guard_build(struct builder *builder)
{
	struct guard *guard = builder->guard;

	if (!builder->names.names && !points_collect(builder))
		return false;
	builder->rows =
	        rows_take(builder->memory, guard, ROW_NUMBERS + value_rows(builder));
	if (!builder->rows)
		return false;
	guard->rows = builder->rows;
	rows_build(builder);
	if (guard->look == LOOK_TRUTH)
		return lens_build(builder);
	if (guard->look == LOOK_NUMBER || guard->look == LOOK_NAME ||
	        guard->look == LOOK_ADDRESS)
		return true;
	return lens_build(builder) && first_build(builder) && guard_build_keys(builder);
}

/* Strikes out of the head's row what the guard's strikes out. */
static void row_join(
        uint64_t *row, const struct guard *head, const struct guard *guard, size_t of)
{
	const uint64_t *from = guard->rows + of * guard->words;

	for (unsigned i = 0; i < guard->words; i++)
		row[guard->first_word - head->first_word + i] &= from[i];
}

/* An anomaly that the message does not have is false, not absent. */
static size_t row_of_false(const struct guard *guard)
{
	const bool met = guard->point_count && !(guard->points[0] > 0);

	return met ? ROW_NUMBERS + 1 : ROW_NUMBERS;
}

bool guard_build_several(struct memory *memory, struct guard *head)
{
	unsigned end = 0;

	head->first_word = UINT16_MAX;
	for (const struct guard *guard = head + 1; guard <= head + head->span; guard++) {
		if (guard->first_word < head->first_word)
			head->first_word = guard->first_word;
		if (guard->first_word + guard->words > end)
			end = (unsigned)guard->first_word + guard->words;
		anomaly_set(&head->anomalies, (enum anomaly)guard->field.argument);
	}
	head->words = (uint16_t)(end - head->first_word);
	uint64_t *rows = rows_take(memory, head, ROW_NUMBERS);
	if (!rows)
		return false;
	uint64_t *asks = rows + (size_t)ROW_ASKS * head->words;
	memset(asks, 0, head->words * sizeof(*asks));
	for (const struct guard *guard = head + 1; guard <= head + head->span; guard++) {
		for (unsigned i = 0; i < guard->words; i++)
			asks[guard->first_word - head->first_word + i] |= guard->rows[i];
		row_join(
		        rows + (size_t)ROW_ABSENT * head->words, head, guard, ROW_ABSENT);
		row_join(rows + (size_t)ROW_IDLE * head->words, head, guard,
		        row_of_false(guard));
	}
	head->rows = rows;
	return true;
}
