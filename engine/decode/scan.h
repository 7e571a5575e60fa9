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

enum { SCAN_STEP = 16 };

/* Less than sixteen bytes, zeroes behind them, without a look behind their end. */
static inline __m128i scan_load_tail(const char *p, size_t len)
{
	uint64_t low = 0, high = 0;
	if (len >= 8) {
		memcpy(&low, p, 8);
		memcpy(&high, p + len - 8, 8);
		high = len > 8 ? high >> (8 * (16 - len)) : 0;
	} else if (len >= 4) {
		uint32_t first, last;
		memcpy(&first, p, 4);
		memcpy(&last, p + len - 4, 4);
		low = first | (uint64_t)last << (8 * (len - 4));
	} else if (len) {
		low = (uint64_t)(uint8_t)p[0] |
		      (uint64_t)(uint8_t)p[len / 2] << (8 * (len / 2)) |
		      (uint64_t)(uint8_t)p[len - 1] << (8 * (len - 1));
	}
	return _mm_set_epi64x((int64_t)high, (int64_t)low);
}

static inline __m128i scan_load(const char *p)
{
	__m128i block;
	memcpy(&block, p, sizeof(block));
	return block;
}

/* Bytes from low to low + span. */
static inline __m128i scan_range(__m128i block, char low, char span)
{
	__m128i offset = _mm_sub_epi8(block, _mm_set1_epi8(low));
	return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(span)), offset);
}

static inline __m128i scan_alnum(__m128i block)
{
	__m128i letters = _mm_or_si128(block, _mm_set1_epi8(0x20));
	return _mm_or_si128(scan_range(letters, 'a', 25), scan_range(block, '0', 9));
}

/* A bit for each byte that is a or b. */
static inline unsigned scan_either_bits(__m128i block, char a, char b)
{
	return (unsigned)_mm_movemask_epi8(
	        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(a)),
	                _mm_cmpeq_epi8(block, _mm_set1_epi8(b))));
}

static inline unsigned scan_eol_bits(__m128i block)
{
	return scan_either_bits(block, '\r', '\n');
}

#endif

/* The first CR or LF, or end; *high becomes non-zero when a byte before it is not ASCII.
 */
static inline const char *scan_eol(const char *p, const char *end, unsigned *high)
{
#ifdef __SSE2__
	size_t len = (size_t)(end - p);
	for (; len >= SCAN_STEP; p += SCAN_STEP, len -= SCAN_STEP) {
		__m128i block = scan_load(p);
		unsigned hits = scan_eol_bits(block);
		unsigned top = (unsigned)_mm_movemask_epi8(block);
		if (hits) {
			*high |= top & (hits - 1) & ~hits;
			return p + __builtin_ctz(hits);
		}
		*high |= top;
	}
	__m128i block = scan_load_tail(p, len);
	unsigned hits = scan_eol_bits(block) | 1u << len;
	*high |= (unsigned)_mm_movemask_epi8(block) & (hits - 1) & ~hits;
	return p + __builtin_ctz(hits);
#else
	for (; p < end && *p != '\r' && *p != '\n'; p++)
		*high |= (unsigned char)*p & 0x80u;
	return p;
#endif
}

/* The first byte that is a or b, or end. Neither is NUL. */
static inline const char *scan_either(const char *p, const char *end, char a, char b)
{
#ifdef __SSE2__
	size_t len = (size_t)(end - p);
	for (; len >= SCAN_STEP; p += SCAN_STEP, len -= SCAN_STEP) {
		unsigned hits = scan_either_bits(scan_load(p), a, b);
		if (hits)
			return p + __builtin_ctz(hits);
	}
	return p +
	       __builtin_ctz(scan_either_bits(scan_load_tail(p, len), a, b) | 1u << len);
#else
	while (p < end && *p != a && *p != b)
		p++;
	return p;
#endif
}

static inline const char *scan_byte(const char *p, const char *end, char byte)
{
	return scan_either(p, end, byte, byte);
}

/* The first byte that is this or no visible character (a control, a blank), or end. */
static inline const char *scan_low_or(const char *p, const char *end, char byte)
{
#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(' '), wanted = _mm_set1_epi8(byte);
	for (; end - p >= SCAN_STEP; p += SCAN_STEP) {
		__m128i block = scan_load(p);
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, space), block);
		__m128i hit = _mm_or_si128(low, _mm_cmpeq_epi8(block, wanted));
		unsigned hits = (unsigned)_mm_movemask_epi8(hit);
		if (hits)
			return p + __builtin_ctz(hits);
	}
#endif
	while (p < end && (unsigned char)*p > ' ' && *p != byte)
		p++;
	return p;
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
	static const uint64_t spaces = 1ull << ' ' | 1 << '\t' | 1 << '\r' | 1 << '\n';
	return (unsigned char)c <= ' ' && (spaces >> (unsigned char)c & 1);
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

/* The bytes of host names and numbers, and of most names. */
static inline bool scan_host_char(char c)
{
	return scan_alpha(c) || scan_digit(c) || c == '-' || c == '.' || c == '_';
}

/* The bytes that stand nowhere in a URI: controls, white space, < > and quotes. */
static inline bool scan_barred(char c)
{
	return (unsigned char)c <= ' ' || c == '<' || c == '>' || c == '"';
}

/* A dotted address of four numbers, all of the text; false leaves *value alone. */
bool scan_ipv4(struct slice text, uint32_t *value);

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

/* 0x20 in each byte that is a small letter, of a word of ASCII. */
static inline uint64_t scan_case(uint64_t known)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t from_a = known + ones * (0x80 - 'a'),
	         behind_z = known + ones * (0x7f - 'z');
	return (from_a & ~behind_z & ones * 0x80) >> 2;
}

/* All of less than nine bytes in a word; in the middle some stand in it twice. */
static inline uint64_t scan_word(const char *p, size_t len)
{
	uint64_t word = 0;
	uint32_t first, last;
	if (len == 8) {
		memcpy(&word, p, 8);
	} else if (len >= 4) {
		memcpy(&first, p, 4);
		memcpy(&last, p + len - 4, 4);
		word = first | (uint64_t)last << 32;
	} else if (len) {
		word = (uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[len / 2] << 8 |
		       (uint64_t)(uint8_t)p[len - 1] << 16;
	}
	return word;
}

static inline bool scan_word_is(const char *text, const char *lower, size_t len)
{
	uint64_t known = scan_word(lower, len);
	return (scan_word(text, len) | scan_case(known)) == known;
}

/* Equal to a lower-case word, without regard to the case of the text. */
static inline bool scan_is(struct slice text, const char *lower, size_t len)
{
	if (text.len != len)
		return false;
	size_t at = 0;
	for (; len - at > 8; at += 8) {
		if (!scan_word_is(text.data + at, lower + at, 8))
			return false;
	}
	/* The last eight bytes may overlap some that are known to be equal. */
	if (len > 8)
		at = len - 8;
	return scan_word_is(text.data + at, lower + at, len - at);
}
#define SCAN_IS(text, literal) scan_is((text), (literal), sizeof(literal) - 1)

static inline bool scan_starts(struct slice text, const char *lower, size_t len)
{
	return text.len >= len && scan_is(slice_first(text, len), lower, len);
}
#define SCAN_STARTS(text, literal) scan_starts((text), (literal), sizeof(literal) - 1)

/* The value of up to eight digits, the first in the lowest byte, zero in front of them.
 */
static inline uint64_t scan_eight_digits(uint64_t digits)
{
	digits = (digits * (10 << 8 | 1) >> 8) & 0x00ff00ff00ff00ff;
	digits = (digits * (100 << 16 | 1) >> 16) & 0x0000ffff0000ffff;
	return digits * (10000ull << 32 | 1) >> 32;
}

/*
 * Decimal digits at p: moves *p behind them and gives their value, held at 2^63 - 1 when
 * they are more than that. No digit at all gives 0 and leaves *p. Less than eight digits
 * in front of something else are read at once.
 */
static inline uint64_t scan_number(const char **p, const char *end)
{
	const uint64_t ones = 0x0101010101010101;
	const char *q = *p;
	uint64_t value = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (end - q >= 8) {
		memcpy(&value, q, 8);
		value ^= ones * '0';
		/* A byte over nine overflows into its high bit, or has it. */
		uint64_t others = ((value + ones * (0x7f - 9)) | value) & ones * 0x80;
		if (others) {
			int digits = __builtin_ctzll(others) / 8;
			*p = q + digits;
			return digits ? scan_eight_digits(value << (64 - 8 * digits)) : 0;
		}
		value = 0;
	}
#endif
	for (; q < end && scan_digit(*q); q++)
		value = value > (INT64_MAX - 9) / 10 ? INT64_MAX
		                                     : value * 10 + (uint64_t)(*q - '0');
	*p = q;
	return value;
}

#endif
