/*
 * Inner loops of the text decoders: the next line end, the next byte of a few, the end of
 * a token. Sixteen bytes at a time where the machine has SSE2, else one by one. All
 * pointers are borrowed; nothing is read at or behind end.
 */
#ifndef RINGFENCE_DECODE_SCAN_H
#define RINGFENCE_DECODE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/slice.h"

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i scan_load(const char *p)
{
	__m128i block;
	memcpy(&block, p, sizeof(block));
	return block;
}
#endif

/* The first CR or LF, or end; *high becomes non-zero when a byte before it is not ASCII.
 */
static inline const char *scan_eol(const char *p, const char *end, unsigned *high)
{
#ifdef __SSE2__
	const __m128i cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');
	for (; end - p >= 16; p += 16) {
		__m128i block = scan_load(p);
		__m128i hit = _mm_or_si128(
		        _mm_cmpeq_epi8(block, cr), _mm_cmpeq_epi8(block, lf));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);
		unsigned top = (unsigned)_mm_movemask_epi8(block);
		if (mask) {
			*high |= top & (mask - 1) & ~mask;
			return p + __builtin_ctz(mask);
		}
		*high |= top;
	}
#endif
	for (; p < end && *p != '\r' && *p != '\n'; p++)
		*high |= (unsigned char)*p & 0x80u;
	return p;
}

/* The first byte that is a or b, or end. */
static inline const char *scan_either(const char *p, const char *end, char a, char b)
{
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8(a), second = _mm_set1_epi8(b);
	for (; end - p >= 16; p += 16) {
		__m128i block = scan_load(p);
		__m128i hit = _mm_or_si128(
		        _mm_cmpeq_epi8(block, first), _mm_cmpeq_epi8(block, second));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz(mask);
	}
#endif
	while (p < end && *p != a && *p != b)
		p++;
	return p;
}

static inline const char *scan_byte(const char *p, const char *end, char byte)
{
	return scan_either(p, end, byte, byte);
}

static inline bool scan_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline char scan_lower(char c)
{
	return (unsigned char)(c - 'A') < 26 ? (char)(c | 0x20) : c;
}

static inline bool scan_alpha(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline bool scan_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Linear white space: a folded line's end counts as white space (RFC 3261 25.1, LWS). */
static inline bool scan_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* token of RFC 3261 25.1: alphanum - . ! % * _ + ` ' ~ */
static inline bool scan_token_char(char c)
{
	static const uint64_t low = 0x03ff6ca200000000, upper = 0x47ffffff87fffffe;
	unsigned char u = (unsigned char)c;
	if (u >= 128)
		return false;
	return ((u < 64 ? low : upper) >> (u & 63)) & 1;
}

static inline const char *scan_token(const char *p, const char *end)
{
	while (p < end && scan_token_char(*p))
		p++;
	return p;
}

static inline const char *scan_skip_space(const char *p, const char *end)
{
	while (p < end && scan_space(*p))
		p++;
	return p;
}

/* The slice from p to end without white space at both ends. */
static inline struct slice scan_trimmed(const char *p, const char *end)
{
	while (p < end && scan_space(*p))
		p++;
	while (p < end && scan_space(end[-1]))
		end--;
	return slice_of(p, (size_t)(end - p));
}

static inline const char *scan_end(struct slice slice)
{
	return slice.len ? slice.data + slice.len : slice.data;
}

/* Equal to a lower-case word, without regard to the case of the text. */
static inline bool scan_is(struct slice text, const char *lower, size_t len)
{
	if (text.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (scan_lower(text.data[i]) != lower[i])
			return false;
	}
	return true;
}
#define SCAN_IS(text, literal) scan_is((text), (literal), sizeof(literal) - 1)

static inline bool scan_starts(struct slice text, const char *lower, size_t len)
{
	return text.len >= len && scan_is(slice_first(text, len), lower, len);
}
#define SCAN_STARTS(text, literal) scan_starts((text), (literal), sizeof(literal) - 1)

/*
 * Decimal digits at p: moves *p behind them and gives their value, held at 2^63 - 1 when
 * they are more than that. No digit at all gives 0 and leaves *p.
 */
static inline uint64_t scan_number(const char **p, const char *end)
{
	uint64_t value = 0;
	for (; *p < end && scan_digit(**p); (*p)++) {
		if (value > (INT64_MAX - 9) / 10)
			value = INT64_MAX;
		else
			value = value * 10 + (uint64_t)(**p - '0');
	}
	return value;
}

#endif
