#include "engine/detect/gate.h"

#include "engine/detect/field_source.h"

/* Most guards strike in one word of units or two. */
static inline void strike(uint64_t *units, const struct guard *guard, const uint64_t *row)
{
	units[0] &= row[0];
	for (unsigned i = 1; i < guard->words; i++)
		units[i] &= row[i];
}

static inline bool left_of(
        const uint64_t *units, const struct guard *guard, const uint64_t *row)
{
	uint64_t any = units[0] & row[0];

	for (unsigned i = 1; i < guard->words; i++)
		any |= units[i] & row[i];
	return any != 0;
}

static inline const uint64_t *number_row(const struct guard *guard, double number)
{
	size_t at = 0;

	while (at < guard->point_count && guard->points[at] < number)
		at++;
	at = 2 * at + (at < guard->point_count && !(guard->points[at] > number));
	return guard->by_number + at * guard->words;
}

/* Which keys occur in the text, as bits from bit 1 on. */
static uint64_t keys_in(const struct guard *guard, struct slice text)
{
	const uint8_t *bytes = (const uint8_t *)text.data;
	uint64_t seen = 0;

	for (size_t i = 0; guard->key && i < text.len; i++)
		seen |= (uint64_t)1 << guard->key[bytes[i]];
	for (size_t i = 0; guard->key_pair && i + 2 <= text.len; i += guard->pair_step)
		seen |= (uint64_t)1 << guard->key_pair[key_pair_hash(bytes + i)];
	for (size_t i = 0; guard->key_four && i + 4 <= text.len; i += 4)
		seen |= (uint64_t)1 << guard->key_four[key_four_hash(bytes + i)];
	return seen & ~(uint64_t)1;
}

static void strike_keys(uint64_t *units, const struct guard *guard, struct slice text)
{
	uint64_t row[GATE_WORDS_MAX];
	uint64_t seen = keys_in(guard, text);

	memcpy(row, guard->keyless, guard->words * sizeof(*row));
	while (seen) {
		const unsigned key = (unsigned)__builtin_ctzll(seen) - 1;
		const uint64_t *more = guard->by_key + (size_t)key * guard->words;
		for (unsigned i = 0; i < guard->words; i++)
			row[i] |= more[i];
		seen &= seen - 1;
	}
	strike(units, guard, row);
}

static bool keys_matter(const uint64_t *units, const struct guard *guard)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < guard->words; i++)
		any |= units[i] & ~guard->keyless[i];
	return any != 0;
}

static void guard_text(uint64_t *units, const struct guard *guard, struct slice text)
{
	if (!slice_present(text)) {
		strike(units, guard, guard->absent);
		return;
	}
	strike(units, guard, number_row(guard, (double)text.len));
	if (guard->first && text.len)
		strike(units, guard,
		        guard->by_first + (size_t)guard->first[(uint8_t)text.data[0]] *
		                                  guard->words);
	if (guard->keyless && keys_matter(units, guard))
		strike_keys(units, guard, text);
}

static const uint8_t *place_of(const struct guard *guard, const struct field_cache *cache)
{
	const uint8_t *base = cache->bases[guard->base];

	return base ? base + guard->at : NULL;
}

/* Numbers and truths that lie at a place need no field cache. */
static void guard_number(
        uint64_t *units, const struct guard *guard, const struct field_cache *cache)
{
	const uint8_t *at = place_of(guard, cache);
	double number;

	if (at && field_number(guard->as, at, &number))
		strike(units, guard, number_row(guard, number));
	else
		strike(units, guard, guard->absent);
}

static void guard_value(
        uint64_t *units, const struct guard *guard, struct field_cache *cache)
{
	struct value spare;
	const struct value *value = &spare;

	if (guard->place < FIELD_PLACES)
		value = field_kept_at(cache, guard->place, &guard->field);
	else
		field_value(cache, &guard->field, &spare);
	if (value->type == VALUE_ABSENT)
		strike(units, guard, guard->absent);
	else if (value->type == VALUE_TEXT)
		guard_text(units, guard, value->text);
	else if (value->type == VALUE_ADDRESS)
		strike(units, guard, guard->by_number);
	else
		strike(units, guard, number_row(guard, value->number));
}

static struct slice text_at(const struct guard *guard, const struct field_cache *cache)
{
	const void *at = place_of(guard, cache);

	return at ? *(const struct slice *)at : slice_of(NULL, 0);
}

static struct slice header_at(const struct guard *guard, const struct field_cache *cache)
{
	const struct sip_message *sip = cache->bases[BASE_SIP];

	if (!sip || !sip->first[guard->at])
		return slice_of(NULL, 0);
	return sip_value(sip, (enum sip_header_id)guard->at);
}

void gate_open(const struct gate *gate, struct field_cache *cache, uint64_t *units)
{
	memcpy(units, gate->all, gate->words * sizeof(*units));
	for (unsigned i = 0; i < gate->guard_count; i++) {
		const struct guard *guard = &gate->guards[i];
		uint64_t *own = units + guard->first_word;

		if (!left_of(own, guard, guard->asks))
			continue;
		if (guard->look == LOOK_TEXT)
			guard_text(own, guard, text_at(guard, cache));
		else if (guard->look == LOOK_NUMBER)
			guard_number(own, guard, cache);
		else if (guard->look == LOOK_HEADER)
			guard_text(own, guard, header_at(guard, cache));
		else
			guard_value(own, guard, cache);
	}
}
