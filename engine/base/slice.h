/*
 * A slice is a run of bytes that somebody else owns: text of a message, a value of a
 * header. It has no terminator. An absent slice has data == NULL; an empty one that is
 * present has data != NULL and len 0.
 */
#ifndef RINGFENCE_BASE_SLICE_H
#define RINGFENCE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *data; /* borrowed */
	size_t len;       /* bytes */
};

/* A slice over a string literal. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})

static inline struct slice slice_of(const void *data, size_t len)
{
	return (struct slice){data, len};
}

/* The slice over a terminated string, without its terminator; absent for NULL. */
static inline struct slice slice_text(const char *text)
{
	return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_present(struct slice slice)
{
	return slice.data != NULL;
}

/* The slice without its first count bytes; count beyond its length gives an empty one. */
static inline struct slice slice_from(struct slice slice, size_t count)
{
	if (count > slice.len)
		count = slice.len;
	if (!slice.data)
		return slice;
	return (struct slice){slice.data + count, slice.len - count};
}

/* The first count bytes of the slice, or all of it if it is shorter. */
static inline struct slice slice_first(struct slice slice, size_t count)
{
	return (struct slice){slice.data, count < slice.len ? count : slice.len};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Equal but for the case of ASCII letters. */
bool slice_equal_nocase(struct slice a, struct slice b);

bool slice_starts(struct slice slice, struct slice prefix);
bool slice_starts_nocase(struct slice slice, struct slice prefix);
bool slice_ends(struct slice slice, struct slice suffix);

/* Byte order comparison, as of memcmp, the shorter first: <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/* Index of the first byte, or slice.len when it does not occur. */
size_t slice_index(struct slice slice, char byte);

/* Index of the first occurrence of needle, or slice.len; an empty needle is at 0. */
size_t slice_find(struct slice slice, struct slice needle);
size_t slice_find_nocase(struct slice slice, struct slice needle);

/* Without spaces, tabs, CR and LF at both ends. */
struct slice slice_trim(struct slice slice);

/*
 * Splits at the first separator: returns what stands before it and moves *rest behind
 * it; when the separator does not occur, returns all and leaves *rest absent.
 */
struct slice slice_split(struct slice *rest, char separator);

/* Decimal digits only, all of the slice, at most 2^64-1; false leaves *value alone. */
bool slice_to_u64(struct slice slice, uint64_t *value);
bool slice_to_u32(struct slice slice, uint32_t *value);

/* The value of a hexadecimal digit of either case, -1 when it is none. */
int slice_hex_digit(char byte);
/* Hexadecimal digits only, 1 to 16 of them; false leaves *value alone. */
bool slice_hex_to_u64(struct slice slice, uint64_t *value);

#endif
