/*
 * Marks of a text: a bit for every byte at which something may end. A decoder looks at
 * the bytes of a message once and then goes from mark to mark, whatever delimiters its
 * grammar has: what lies between two marks costs nothing, and above all no loop whose
 * length no processor can foresee. A map keeps the marks of a whole message, so that its
 * lines and then its fields find them made; wherever one begins to read, it sees the next
 * sixty-four bytes at once. Nothing is read at or behind the end of the text.
 */
#ifndef RINGFENCE_DECODE_MARKS_H
#define RINGFENCE_DECODE_MARKS_H

#include <stdint.h>

#include "engine/decode/scan.h"

enum {
	MARKS_VIEW = 64,   /* bytes that are seen at once */
	MARKS_BLOCKS = 64, /* of a map: nearly all messages fit; the rest is not kept */
};

enum marks_kind {
	MARKS_WORDS, /* what is no letter, no digit and not '-', '.' or '_' */
	MARKS_LINES, /* CR, LF and what is not ASCII */
	MARKS_KINDS
};

/* The marks of a text, made some blocks at a time when they are asked for. */
struct marks_map {
	const char *text; /* borrowed */
	const char *end;
	size_t known; /* bytes whose marks are made, or that the text does not have */
	uint64_t bits[MARKS_KINDS][MARKS_BLOCKS + 1]; /* one may be looked at ahead */
};

/* Marks of words on the way from mark to mark. */
struct marks {
	struct marks_map *map;
	const char *view; /* the byte of bit 0 */
	const char *end;  /* of the part that is read */
	uint64_t bits;    /* of the bytes in view up to the end, but those behind us */
};

/* Empties the map for a text. */
void marks_map_init(struct marks_map *map, struct slice text);

/* The marks at p and behind that the map does not have yet, or has no room for. */
uint64_t marks_view_more(struct marks_map *map, const char *p, enum marks_kind kind);

/* A bit for each of the sixty-four bytes from p on; behind the text they mean nothing. */
static inline uint64_t marks_view(
        struct marks_map *map, const char *p, enum marks_kind kind)
{
	size_t at = (size_t)(p - map->text);
	if (__builtin_expect(at + MARKS_VIEW > map->known, 0))
		return marks_view_more(map, p, kind);
	const uint64_t *block = &map->bits[kind][at / MARKS_VIEW];
	unsigned shift = at % MARKS_VIEW;
	return block[0] >> shift | block[1] << 1 << (63 - shift);
}

/* The next CR or LF, or the map's end; *high becomes true when a byte before it is not
 * ASCII. */
static inline const char *marks_eol(struct marks_map *map, const char *p, bool *high)
{
	for (; p < map->end; p += MARKS_VIEW) {
		uint64_t bits = marks_view(map, p, MARKS_LINES);
		for (; bits; bits &= bits - 1) {
			const char *mark = p + __builtin_ctzll(bits);
			if (__builtin_expect(mark >= map->end, 0))
				return map->end;
			if (__builtin_expect(!(*mark & 0x80), 1))
				return mark;
			*high = true;
		}
	}
	return map->end;
}

/* The first mark of words at p or behind when it is in view; NULL when it is not. */
static inline const char *marks_first(struct marks_map *map, const char *p)
{
	uint64_t bits = marks_view(map, p, MARKS_WORDS);
	return bits ? p + __builtin_ctzll(bits) : NULL;
}

/* The marks from p on; the end of the part counts as one. */
static inline uint64_t marks_bits(struct marks_map *map, const char *p, const char *end)
{
	uint64_t bits = marks_view(map, p, MARKS_WORDS);
	size_t left = (size_t)(end - p);
	if (left < MARKS_VIEW) {
		bits |= (uint64_t)1 << left;
		bits &= ~(uint64_t)0 >> (MARKS_VIEW - 1 - left);
	}
	return bits;
}

/* The marks of a part of the map's text. */
static inline struct marks marks_in(struct marks_map *map, struct slice part)
{
	const char *end = scan_end(part);
	return (struct marks){.map = map,
	        .view = part.data,
	        .end = end,
	        .bits = marks_bits(map, part.data, end)};
}

/* Goes on at p, forwards or backwards. */
static inline void marks_go(struct marks *marks, const char *p)
{
	marks->view = p;
	marks->bits = marks_bits(marks->map, p, marks->end);
}

/* When there is no mark left in view: moves on; false when the end is behind us. */
bool marks_move(struct marks *marks);

/* The next mark; the end is one, and when it is behind us it is what comes next. */
static inline const char *marks_peek(struct marks *marks)
{
	if (__builtin_expect(!marks->bits, 0) && !marks_move(marks))
		return marks->end;
	return marks->view + __builtin_ctzll(marks->bits);
}

/* The mark that marks_peek gave is behind us. */
static inline void marks_drop(struct marks *marks)
{
	marks->bits &= marks->bits - 1;
}

static inline const char *marks_take(struct marks *marks)
{
	const char *p = marks_peek(marks);
	marks_drop(marks);
	return p;
}

/* Forgets the marks in front of p; p is not in front of any that is behind us. */
static inline void marks_skip(struct marks *marks, const char *p)
{
	size_t ahead = (size_t)(p - marks->view);
	if (__builtin_expect(ahead < MARKS_VIEW, 1))
		marks->bits &= ~(uint64_t)0 << ahead;
	else
		marks_go(marks, p);
}

/* The next mark that is this byte, or the end; those in front of it are behind us. */
static inline const char *marks_find(struct marks *marks, char byte)
{
	const char *p = marks_peek(marks);
	for (; p < marks->end && *p != byte; p = marks_peek(marks))
		marks_drop(marks);
	return p;
}

static inline const char *marks_either(struct marks *marks, char a, char b)
{
	const char *p = marks_peek(marks);
	for (; p < marks->end && *p != a && *p != b; p = marks_peek(marks))
		marks_drop(marks);
	return p;
}

/* The next mark that no token has in it (RFC 3261 25.1), or the end. */
static inline const char *marks_token(struct marks *marks)
{
	const char *p = marks_peek(marks);
	for (; p < marks->end && scan_token_char(*p); p = marks_peek(marks))
		marks_drop(marks);
	return p;
}

#endif
