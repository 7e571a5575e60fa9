#include "engine/base/texts.h"

#include "engine/base/ensure.h"

enum { TEXTS_MAX = POOL_BLOCK_MAX - 16, NUMBERS_MAX = 32 };

/* One that is kept already under a number. */
static struct text find(const struct texts *texts, struct slice slice)
{
	for (unsigned i = 0; i < texts->count; i++) {
		const struct text text = texts->table[i];
		if (text.at && text.len == slice.len &&
		        slice_equal(texts_slice(texts, text), slice))
			return text;
	}
	return (struct text){0};
}

/* Of a slice that the block has room for. */
static struct text append(struct texts *texts, struct slice slice)
{
	const struct text text = {texts->used, (uint16_t)slice.len};
	if (slice.len > 0)
		memcpy((char *)texts + text.at, slice.data, slice.len);
	texts->used = (uint16_t)(texts->used + slice.len);
	return text;
}

/* Where the texts come to lie, equal ones at one place; returns where they end. */
static uint16_t lay_out(const struct slice *slices, uint16_t count, struct text *table)
{
	size_t used = sizeof(struct texts) + count * sizeof(struct text);
	for (uint16_t i = 0; i < count; i++) {
		const struct slice slice = slices[i];
		uint16_t same = 0;
		table[i] = (struct text){0};
		if (!slice_present(slice))
			continue;
		while (same < i && !(table[same].at && slice_equal(slices[same], slice)))
			same++;
		if (same < i) {
			table[i] = table[same];
		} else if (slice.len <= TEXTS_MAX - used) {
			table[i] = (struct text){(uint16_t)used, (uint16_t)slice.len};
			used += slice.len;
		}
	}
	return (uint16_t)used;
}

struct texts *texts_new(struct pool *pool, const struct slice *slices, uint16_t count,
        const struct texts_later *later)
{
	struct text table[NUMBERS_MAX];
	ENSURE(count <= NUMBERS_MAX);
	while (count > later->places && !slice_present(slices[count - 1]))
		count--;
	const uint16_t used = lay_out(slices, count, table);
	struct texts *texts = pool_take(pool, used + later->bytes);
	if (!texts)
		return NULL;
	*texts = (struct texts){.count = count,
	        .used = (uint16_t)(sizeof(*texts) + count * sizeof(*table))};
	memcpy(texts->table, table, count * sizeof(*table));
	/* The first of equal ones is the one that lies where the bytes end. */
	for (uint16_t i = 0; i < count; i++)
		if (table[i].at == texts->used)
			(void)append(texts, slices[i]);
	return texts;
}

/* Makes room for size more bytes, in a larger block when this one is full. */
static bool make_room(struct pool *pool, struct texts **texts, size_t size)
{
	struct texts *old = *texts;
	if (!old || size > (size_t)(TEXTS_MAX - old->used))
		return false;
	if (size <= pool_block_room(old) - old->used)
		return true;
	struct texts *grown = pool_take(pool, old->used + size);
	if (!grown)
		return false;
	memcpy(grown, old, old->used);
	pool_give(pool, old);
	*texts = grown;
	return true;
}

struct text texts_add(struct pool *pool, struct texts **texts, struct slice slice)
{
	if (!slice_present(slice) || !*texts)
		return (struct text){0};
	const struct text known = find(*texts, slice);
	if (known.at)
		return known;
	return make_room(pool, texts, slice.len) ? append(*texts, slice)
	                                         : (struct text){0};
}

bool texts_set(
        struct pool *pool, struct texts **texts, uint16_t number, struct slice slice)
{
	ENSURE(!*texts || number < (*texts)->count);
	const struct text text = texts_add(pool, texts, slice);
	if (*texts)
		(*texts)->table[number] = text;
	return text.at || !slice_present(slice);
}

bool texts_put(
        struct pool *pool, struct texts **texts, struct text *place, struct slice bytes)
{
	if (place->at && bytes.len <= place->len) {
		if (bytes.len > 0)
			memcpy((char *)*texts + place->at, bytes.data, bytes.len);
		return true;
	}
	if (!make_room(pool, texts, bytes.len))
		return false;
	*place = append(*texts, bytes);
	return true;
}

void texts_free(struct pool *pool, struct texts **texts)
{
	if (*texts)
		pool_give(pool, *texts);
	*texts = NULL;
}
