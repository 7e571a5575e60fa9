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

/* The next sixteen bytes; *valid has a bit for each that is in front of end. */
static inline __m128i scan_load(const char *p, const char *end, unsigned *valid)
{
	size_t left = (size_t)(end - p);
	if (__builtin_expect(left >= SCAN_STEP, 1)) {
		__m128i block;
		memcpy(&block, p, sizeof(block));
		*valid = 0xffff;
		return block;
	}
	*valid = (1u << left) - 1;
	return scan_load_tail(p, left);
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
#endif

/* The first CR or LF, or end; *high becomes non-zero when a byte before it is not ASCII.
 */
static inline const char *scan_eol(const char *p, const char *end, unsigned *high)
{
#ifdef __SSE2__
	const __m128i cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');
	for (; p < end; p += SCAN_STEP) {
		unsigned valid;
		__m128i block = scan_load(p, end, &valid);
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
	return end;
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
	const __m128i first = _mm_set1_epi8(a), second = _mm_set1_epi8(b);
	for (; p < end; p += SCAN_STEP) {
		unsigned valid;
		__m128i block = scan_load(p, end, &valid);
		__m128i hit = _mm_or_si128(
		        _mm_cmpeq_epi8(block, first), _mm_cmpeq_epi8(block, second));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz(mask);
	}
	return end;
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

/* Behind the letters, digits, '.', '-' and '_' of a host name. */
static inline const char *scan_host(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; p < end; p += SCAN_STEP) {
		unsigned valid;
		__m128i block = scan_load(p, end, &valid);
		__m128i good = _mm_or_si128(scan_alnum(block),
		        _mm_or_si128(scan_range(block, '-', 1),
		                _mm_cmpeq_epi8(block, _mm_set1_epi8('_'))));
		unsigned bad = ~(unsigned)_mm_movemask_epi8(good) & valid;
		if (bad)
			return p + __builtin_ctz(bad);
	}
	return end;
#else
	while (p < end &&
	        (scan_alpha(*p) || scan_digit(*p) || *p == '.' || *p == '-' || *p == '_'))
		p++;
	return p;
#endif
}

/* The first byte that no user part may have: controls, white space, < > and quotes. */
static inline const char *scan_user(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; p < end; p += SCAN_STEP) {
		unsigned valid;
		__m128i block = scan_load(p, end, &valid);
		__m128i bad = _mm_or_si128(scan_range(block, 0, ' '),
		        _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('<')),
		                _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('>')),
		                        _mm_cmpeq_epi8(block, _mm_set1_epi8('"')))));
		unsigned mask = (unsigned)_mm_movemask_epi8(bad) & valid;
		if (mask)
			return p + __builtin_ctz(mask);
	}
	return end;
#else
	while (p < end && (unsigned char)*p > ' ' && *p != '<' && *p != '>' && *p != '"')
		p++;
	return p;
#endif
}

/* A dotted address of four numbers, all of the text; false leaves *value alone. */
static inline bool scan_ipv4(struct slice text, uint32_t *value)
{
	uint32_t address = 0, octet = 0;
	unsigned dots = 0, digits = 0;
	if (text.len < 7 || text.len > 15)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';
		if (digit < 10 && digits < 3) {
			octet = octet * 10 + digit;
			digits++;
		} else if (text.data[i] == '.' && digits && octet < 256 && dots < 3) {
			address = address << 8 | octet;
			octet = digits = 0;
			dots++;
		} else {
			return false;
		}
	}
	if (dots != 3 || !digits || octet > 255)
		return false;
	*value = address << 8 | octet;
	return true;
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
