#include "engine/decode/marks.h"

#ifdef __SSE2__
static inline uint64_t sixteen(__m128i block, enum marks_kind kind)
{
	if (kind == MARKS_LINES)
		return scan_eol_bits(block) | (unsigned)_mm_movemask_epi8(block);
	__m128i plain = _mm_or_si128(
	        scan_alnum(block), _mm_or_si128(scan_range(block, '-', 1),
	                                   _mm_cmpeq_epi8(block, _mm_set1_epi8('_'))));
	return ~(unsigned)_mm_movemask_epi8(plain) & 0xffff;
}

static inline uint64_t bits_of(const char *p, size_t len, enum marks_kind kind)
{
	if (len >= MARKS_BLOCK)
		return sixteen(scan_load(p), kind) |
		       sixteen(scan_load(p + 16), kind) << 16 |
		       sixteen(scan_load(p + 32), kind) << 32 |
		       sixteen(scan_load(p + 48), kind) << 48;
	if (len < SCAN_STEP)
		return sixteen(scan_load_tail(p, len), kind) & ((1u << len) - 1);
	/* The last sixteen bytes may overlap others: they are marked twice. */
	size_t last = len - SCAN_STEP, middle = last < 16 ? last : 16;
	uint64_t bits = sixteen(scan_load(p), kind) | sixteen(scan_load(p + middle), kind)
	                                                      << middle;
	if (last > 32)
		bits |= sixteen(scan_load(p + 32), kind) << 32;
	return bits | sixteen(scan_load(p + last), kind) << last;
}
#else
static inline uint64_t bits_of(const char *p, size_t len, enum marks_kind kind)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < len && i < MARKS_BLOCK; i++) {
		bool end = p[i] == '\r' || p[i] == '\n' || p[i] & 0x80;
		bool mark = kind == MARKS_LINES ? end : !scan_host_char(p[i]);
		bits |= (uint64_t)mark << i;
	}
	return bits;
}
#endif

uint64_t marks_bits(const char *p, size_t len, enum marks_kind kind)
{
	return kind == MARKS_LINES ? bits_of(p, len, MARKS_LINES)
	                           : bits_of(p, len, MARKS_WORDS);
}
