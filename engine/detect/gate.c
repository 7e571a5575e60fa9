#include "engine/detect/gate.h"

#include "engine/detect/field_source.h"

/* Most guards strike in one word of units or two. */
static inline void strike(uint64_t *units, const struct guard *guard, const uint64_t *row)
{
	unsigned i = 0;

	do
		units[i] &= row[i];
	while (++i < guard->words);
}

static inline const uint64_t *row_at(const struct guard *guard, size_t row)
{
	return guard->rows + row * guard->words;
}

/* Whether units remain that ask for the guard's field. */
static inline bool asked_for(const uint64_t *units, const struct guard *guard)
{
	const uint64_t *asks = row_at(guard, ROW_ASKS);
	uint64_t any = 0;
	unsigned i = 0;

	do
		any |= units[i] & asks[i];
	while (++i < guard->words);
	return any != 0;
}

static inline const uint64_t *number_row(const struct guard *guard, double number)
{
	size_t at = 0;

	while (at < guard->point_count && guard->points[at] < number)
		at++;
	at = 2 * at + (at < guard->point_count && !(guard->points[at] > number));
	return row_at(guard, ROW_NUMBERS + at);
}

/*
 * Which keys of four bytes occur in the text, as bits; *kinds: of the other keys, those
 * that may begin in it.
 */
static uint64_t fours_in(
        const struct guard_keys *keys, struct slice text, unsigned *kinds)
{
	const uint8_t *at = (const uint8_t *)text.data;
	const uint8_t *end = at + text.len;
	uint64_t seen = 0;

	for (; end - at >= 4; at += 4) {
		const unsigned first = keys->begins[at[0]];
		*kinds |= first | keys->begins[at[1]] | keys->begins[at[2]] |
		          keys->begins[at[3]];
		if (first & KEY_FOUR)
			seen |= (uint64_t)1 << keys->four[key_four_hash(at)];
	}
	for (; at < end; at++)
		*kinds |= keys->begins[*at];
	return seen;
}

/* Which keys occur in the text, as bits from bit 1 on. */
static uint64_t keys_in(const struct guard_keys *keys, struct slice text)
{
	const uint8_t *bytes = (const uint8_t *)text.data;
	unsigned kinds = 0;
	uint64_t seen = fours_in(keys, text, &kinds);

	for (size_t i = 0; kinds & KEY_BYTE && i < text.len; i++)
		seen |= (uint64_t)1 << keys->byte[bytes[i]];
	for (size_t i = 0; kinds & KEY_PAIR && i + 2 <= text.len; i += keys->pair_step)
		seen |= (uint64_t)1 << keys->pair[key_pair_hash(bytes + i)];
	return seen & ~(uint64_t)1;
}

/* Leaves those that need no key, and those that need one of the seen. */
static void strike_others(uint64_t *units, const struct guard *guard, uint64_t seen)
{
	const uint64_t *keyless = row_at(guard, ROW_KEYLESS);

	for (unsigned i = 0; i < guard->words; i++) {
		uint64_t kept = keyless[i];
		for (uint64_t left = seen; left; left &= left - 1) {
			const size_t key = (size_t)__builtin_ctzll(left) - 1;
			kept |= guard->keys->rows[key * guard->words + i];
		}
		units[i] &= kept;
	}
}

static void strike_keys(uint64_t *units, const struct guard *guard, struct slice text)
{
	const uint64_t seen = keys_in(guard->keys, text);

	if (seen)
		strike_others(units, guard, seen);
	else
		strike(units, guard, row_at(guard, ROW_KEYLESS));
}

/* What length and first byte leave; whether units are among it that need a key. */
static inline bool strike_both(uint64_t *units, const struct guard *guard,
        const uint64_t *by_len, const uint64_t *by_first)
{
	const uint64_t *keyless = row_at(guard, ROW_KEYLESS);
	uint64_t any = 0;
	unsigned i = 0;

	do {
		units[i] &= by_len[i] & by_first[i];
		any |= units[i] & ~keyless[i];
	} while (++i < guard->words);
	return any != 0;
}

static inline void guard_text(
        uint64_t *units, const struct guard *guard, struct slice text)
{
	if (!slice_present(text)) {
		strike(units, guard, row_at(guard, ROW_ABSENT));
		return;
	}
	const uint64_t *by_len = text.len < GUARD_LENS
	                                 ? guard->rows + guard->lens[text.len]
	                                 : number_row(guard, (double)text.len);
	const uint64_t *by_first =
	        text.len ? guard->by_first + guard->first[(uint8_t)text.data[0]] : by_len;
	if (strike_both(units, guard, by_len, by_first))
		strike_keys(units, guard, text);
}

static inline const void *place_of(
        const struct guard *guard, const struct field_cache *cache)
{
	const uint8_t *base = cache->bases[guard->base];

	return base ? base + guard->at : NULL;
}

static inline struct slice text_at(
        const struct guard *guard, const struct field_cache *cache)
{
	const struct slice *at = place_of(guard, cache);

	return at ? *at : slice_of(NULL, 0);
}

static inline struct slice header_at(
        const struct guard *guard, const struct field_cache *cache)
{
	const struct sip_message *sip = cache->bases[BASE_SIP];

	if (!sip || !sip->first[guard->at])
		return slice_of(NULL, 0);
	return sip_value(sip, (enum sip_header_id)guard->at);
}

/* What lies at a place needs no field cache. */
static inline const uint64_t *row_of_truth(
        const struct guard *guard, const struct field_cache *cache)
{
	const bool *at = place_of(guard, cache);

	return at ? guard->rows + guard->lens[*at ? 1 : 0] : row_at(guard, ROW_ABSENT);
}

static inline const uint64_t *row_of_number(
        const struct guard *guard, const struct field_cache *cache)
{
	const void *at = place_of(guard, cache);
	double number;

	return at && field_number(guard->as, at, &number) ? number_row(guard, number)
	                                                  : row_at(guard, ROW_ABSENT);
}

static inline const uint64_t *row_of_name(
        const struct guard *guard, const struct field_cache *cache)
{
	const void *at = place_of(guard, cache);
	const unsigned name = at ? field_name(guard->as, at) : 0;

	return row_at(guard, at ? ROW_NUMBERS + (size_t)name : ROW_ABSENT);
}

static inline const uint64_t *row_of_address(
        const struct guard *guard, const struct field_cache *cache)
{
	const struct address *at = place_of(guard, cache);

	return row_at(guard, at && !address_none(at) ? ROW_NUMBERS : ROW_ABSENT);
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
		strike(units, guard, row_at(guard, ROW_ABSENT));
	else if (value->type == VALUE_TEXT)
		guard_text(units, guard, value->text);
	else if (value->type == VALUE_ADDRESS)
		strike(units, guard, row_at(guard, ROW_NUMBERS));
	else
		strike(units, guard, number_row(guard, value->number));
}

/* The row when nothing is there for any of those that follow, else NULL. */
static const uint64_t *row_of_several(
        const struct guard *guard, const struct field_cache *cache)
{
	if (guard->look == LOOK_BASE)
		return cache->bases[guard->base] ? NULL : row_at(guard, ROW_ABSENT);
	const struct message *message = cache->bases[BASE_MESSAGE];
	if (!message || !message->anomalies)
		return row_at(guard, ROW_ABSENT);
	return anomalies_meet(message->anomalies, &guard->anomalies)
	               ? NULL
	               : row_at(guard, ROW_IDLE);
}

void gate_open(const struct gate *gate, struct field_cache *cache, uint64_t *units)
{
	const struct guard *end = gate->guards + gate->guard_count;

	memcpy(units, gate->all, gate->words * sizeof(*units));
	for (const struct guard *guard = gate->guards; guard < end; guard++) {
		uint64_t *own = units + guard->first_word;

		if (!asked_for(own, guard)) {
			guard += guard->span;
			continue;
		}
		switch ((enum guard_look)guard->look) {
		case LOOK_TEXT:
			guard_text(own, guard, text_at(guard, cache));
			break;
		case LOOK_HEADER:
			guard_text(own, guard, header_at(guard, cache));
			break;
		case LOOK_TRUTH:
			strike(own, guard, row_of_truth(guard, cache));
			break;
		case LOOK_NUMBER:
			strike(own, guard, row_of_number(guard, cache));
			break;
		case LOOK_NAME:
			strike(own, guard, row_of_name(guard, cache));
			break;
		case LOOK_ADDRESS:
			strike(own, guard, row_of_address(guard, cache));
			break;
		case LOOK_VALUE:
			guard_value(own, guard, cache);
			break;
		case LOOK_BASE:
		case LOOK_ANOMALIES:;
			const uint64_t *row = row_of_several(guard, cache);
			if (row) {
				strike(own, guard, row);
				guard += guard->span;
			}
			break;
		}
	}
}
