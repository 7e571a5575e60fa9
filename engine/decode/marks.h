/*
 * Marks of a text: a bit for every byte at which something may end, sixty-four bytes at
 * once. A decoder looks at the bytes of a field once and then goes from mark to mark,
 * whatever delimiters its grammar has: what lies between two marks costs nothing, and
 * above all no loop whose length no processor can foresee. Nothing is read at or behind
 * the end of the text.
 */
#ifndef RINGFENCE_DECODE_MARKS_H
#define RINGFENCE_DECODE_MARKS_H

#include <stdint.h>

#include "engine/decode/scan.h"

enum { MARKS_BLOCK = 64 };

enum marks_kind {
	MARKS_WORDS, /* what is no letter, no digit and not '-', '.' or '_' */
	MARKS_LINES, /* CR, LF and what is not ASCII */
};

struct marks {
	const char *block; /* the byte of bit 0, borrowed */
	const char *end;   /* of the text */
	uint64_t bits;     /* of the block's bytes up to the end, but those behind us */
	enum marks_kind kind;
};

/* The bits of the first sixty-four bytes at most. */
uint64_t marks_bits(const char *p, size_t len, enum marks_kind kind);

static inline struct marks marks_of(struct slice text, enum marks_kind kind)
{
	return (struct marks){.block = text.data,
	        .end = scan_end(text),
	        .bits = marks_bits(text.data, text.len, kind),
	        .kind = kind};
}

/* The next mark, or the end when there is none. */
static inline const char *marks_peek(struct marks *marks)
{
	while (__builtin_expect(!marks->bits, 0)) {
		if (marks->end - marks->block <= MARKS_BLOCK)
			return marks->end;
		marks->block += MARKS_BLOCK;
		marks->bits = marks_bits(
		        marks->block, (size_t)(marks->end - marks->block), marks->kind);
	}
	return marks->block + __builtin_ctzll(marks->bits);
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
	size_t ahead = (size_t)(p - marks->block);
	if (__builtin_expect(ahead < MARKS_BLOCK, 1))
		marks->bits &= ~(uint64_t)0 << ahead;
	else
		*marks = marks_of(slice_of(p, (size_t)(marks->end - p)), marks->kind);
}

/* The marks in front of end, which is in front of their end; these stay as they are. */
static inline struct marks marks_until(const struct marks *marks, const char *end)
{
	struct marks part = *marks;
	size_t ahead = (size_t)(end - marks->block);
	part.end = end;
	if (ahead < MARKS_BLOCK)
		part.bits &= ~(~(uint64_t)0 << ahead);
	return part;
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

/*
 * Of lines: the next CR or LF, or the end; *high becomes true when a byte in front of it
 * is not ASCII.
 */
static inline const char *marks_eol(struct marks *marks, bool *high)
{
	const char *p = marks_peek(marks);
	for (; p < marks->end && *p & 0x80; p = marks_peek(marks)) {
		*high = true;
		marks_drop(marks);
	}
	return p;
}

#endif
