/*
 * The texts of one owner (a call, a transaction), all in one block of a pool: a table of
 * places, then the bytes. The owner holds a pointer, a text costs four bytes besides its
 * own, and equal ones are kept once. The block moves when it grows: slices and pointers
 * into it are good until the next text is kept.
 */
#ifndef RINGFENCE_BASE_TEXTS_H
#define RINGFENCE_BASE_TEXTS_H

#include "engine/base/pool.h"

struct text {
	uint16_t at; /* bytes from the beginning of the struct texts; 0 = absent */
	uint16_t len;
};

struct texts {
	uint16_t used; /* bytes */
	uint16_t count;
	struct text table[]; /* count places, which the owner numbers */
};

/* What an owner will add to its first texts. */
struct texts_later {
	uint16_t
	        places; /* numbers below this have a place even if their text is absent */
	uint16_t bytes;
};

/*
 * A copy of count slices under the numbers from 0; NULL when the pool is exhausted. What
 * goes beyond 64 KiB in all is absent. Absent ones at the end take no place in the table.
 */
struct texts *texts_new(struct pool *pool, const struct slice *slices, uint16_t count,
        const struct texts_later *later);

/*
 * Keeps one more text, without a number; absent, like the slice or when there is no room.
 */
struct text texts_add(struct pool *pool, struct texts **texts, struct slice slice);

/* Keeps a text under a number that has a place, for the one before; false without room.
 */
bool texts_set(
        struct pool *pool, struct texts **texts, uint16_t number, struct slice slice);

/*
 * Keeps bytes of its own, equal to others or not: over those at *place when they fit
 * there, else at a new place that *place then tells; false when there is no room. The
 * caller knows how many of place->len they are.
 */
bool texts_put(
        struct pool *pool, struct texts **texts, struct text *place, struct slice bytes);

/* Gives all back and clears the pointer; of NULL nothing. */
void texts_free(struct pool *pool, struct texts **texts);

static inline struct slice texts_slice(const struct texts *texts, struct text text)
{
	if (!text.at)
		return (struct slice){0};
	return slice_of((const char *)texts + text.at, text.len);
}

/* The text of a number; absent when texts is NULL. */
static inline struct slice texts_get(const struct texts *texts, unsigned number)
{
	if (!texts || number >= texts->count)
		return (struct slice){0};
	return texts_slice(texts, texts->table[number]);
}

#endif
