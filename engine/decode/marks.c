#include "engine/decode/marks.h"

/* Both kinds at once, for a map: the bytes are loaded once. */
struct both {
	uint64_t words;
	uint64_t lines;
};

#ifdef __SSE2__
#include <immintrin.h>

/* Bytes from low to high, both below 128: a comparison with sign of what is moved to the
 * bottom of its range. */
static inline __m128i between(__m128i block, int low, int high)
{
	__m128i moved = _mm_add_epi8(block, _mm_set1_epi8((char)(0x80 - low)));
	return _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(high - low + 1 - 0x80)));
}

static inline uint64_t words_of(__m128i block)
{
	__m128i letters = between(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 'z');
	__m128i others = _mm_or_si128(between(block, '0', '9'), between(block, '-', '.'));
	__m128i plain = _mm_or_si128(
	        _mm_or_si128(letters, others), _mm_cmpeq_epi8(block, _mm_set1_epi8('_')));
	return ~(unsigned)_mm_movemask_epi8(plain) & 0xffff;
}

static inline uint64_t lines_of(__m128i block)
{
	__m128i ends = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\r')),
	        _mm_cmpeq_epi8(block, _mm_set1_epi8('\n')));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(ends, block));
}

/*
 * Thirty-two bytes: a letter, a digit or one of "-._" shares a bit between the row of its
 * high half and that of its low half.
 */
__attribute__((target("avx2"))) static inline struct both thirty_two(__m256i block)
{
	const __m256i low = _mm256_broadcastsi128_si256(
	        _mm_setr_epi8(0x0a, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e, 0x0e,
	                0x0c, 0x04, 0x04, 0x05, 0x05, 0x14));
	const __m256i high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
	        0, 0, 0x01, 0x02, 0x04, 0x18, 0x04, 0x08, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i zero = _mm256_setzero_si256();
	__m256i half =
	        _mm256_and_si256(_mm256_srli_epi16(block, 4), _mm256_set1_epi8(0x0f));
	__m256i plain = _mm256_and_si256(
	        _mm256_shuffle_epi8(low, block), _mm256_shuffle_epi8(high, half));
	__m256i ends = _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('\r')),
	        _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\n')));
	return (struct both){
	        .words = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(plain, zero)),
	        .lines = (unsigned)_mm256_movemask_epi8(_mm256_or_si256(ends, block)),
	};
}

__attribute__((target("avx2"))) static void blocks_avx2(
        const char *p, size_t count, uint64_t *words, uint64_t *lines)
{
	for (size_t i = 0; i < count; i++, p += MARKS_VIEW) {
		struct both a = thirty_two(_mm256_loadu_si256((const void *)p));
		struct both b = thirty_two(_mm256_loadu_si256((const void *)(p + 32)));
		words[i] = a.words | b.words << 32;
		lines[i] = a.lines | b.lines << 32;
	}
}

static void blocks_sse2(const char *p, size_t count, uint64_t *words, uint64_t *lines)
{
	for (size_t i = 0; i < count; i++, p += MARKS_VIEW) {
		words[i] = lines[i] = 0;
		for (unsigned at = 0; at < MARKS_VIEW; at += SCAN_STEP) {
			__m128i block = scan_load(p + at);
			words[i] |= words_of(block) << at;
			lines[i] |= lines_of(block) << at;
		}
	}
}

static void blocks_mark(const char *p, size_t count, uint64_t *words, uint64_t *lines)
{
	if (__builtin_cpu_supports("avx2"))
		blocks_avx2(p, count, words, lines);
	else
		blocks_sse2(p, count, words, lines);
}
#else
static void blocks_mark(const char *p, size_t count, uint64_t *words, uint64_t *lines)
{
	for (size_t i = 0; i < count; i++, p += MARKS_VIEW) {
		words[i] = lines[i] = 0;
		for (unsigned at = 0; at < MARKS_VIEW; at++) {
			bool end = p[at] == '\r' || p[at] == '\n' || p[at] & 0x80;
			words[i] |= (uint64_t)!scan_host_char(p[at]) << at;
			lines[i] |= (uint64_t)end << at;
		}
	}
}
#endif

/* Of less than a block, at the end of the map's text. */
static void tail_mark(
        const struct marks_map *map, size_t len, uint64_t *words, uint64_t *lines)
{
	char block[MARKS_VIEW] = {0};
	*words = *lines = 0;
	if (!len)
		return;
	if (map->end - map->text >= MARKS_VIEW) {
		blocks_mark(map->end - MARKS_VIEW, 1, words, lines);
		*words >>= MARKS_VIEW - len;
		*lines >>= MARKS_VIEW - len;
		return;
	}
	memcpy(block, map->end - len, len);
	blocks_mark(block, 1, words, lines);
}

/* More blocks: as many as a short message has, or all up to the end of the text. */
static void map_more(struct marks_map *map)
{
	enum { AT_ONCE = 8 };
	size_t at = map->known / MARKS_VIEW;
	const char *p = map->text + map->known;
	uint64_t *words = map->bits[MARKS_WORDS] + at,
	         *lines = map->bits[MARKS_LINES] + at;
	size_t left = (size_t)(map->end - p), count = left / MARKS_VIEW;
	if (count >= AT_ONCE) {
		blocks_mark(p, AT_ONCE, words, lines);
		map->known += AT_ONCE * MARKS_VIEW;
		return;
	}
	blocks_mark(p, count, words, lines);
	tail_mark(map, left % MARKS_VIEW, words + count, lines + count);
	words[count + 1] = lines[count + 1] = 0;
	map->known = MARKS_BLOCKS * MARKS_VIEW;
}

void marks_map_init(struct marks_map *map, struct slice text)
{
	map->text = text.data;
	map->end = scan_end(text);
	map->known = 0;
}

uint64_t marks_view_more(struct marks_map *map, const char *p, enum marks_kind kind)
{
	uint64_t bits[MARKS_KINDS];
	size_t at = (size_t)(p - map->text), left = (size_t)(map->end - p);
	while (map->known < at + MARKS_VIEW && map->known < MARKS_BLOCKS * MARKS_VIEW)
		map_more(map);
	if (map->known >= at + MARKS_VIEW)
		return marks_view(map, p, kind);
	if (left >= MARKS_VIEW)
		blocks_mark(p, 1, &bits[MARKS_WORDS], &bits[MARKS_LINES]);
	else
		tail_mark(map, left, &bits[MARKS_WORDS], &bits[MARKS_LINES]);
	return bits[kind];
}

bool marks_move(struct marks *marks)
{
	while (marks->end - marks->view >= MARKS_VIEW) {
		marks_go(marks, marks->view + MARKS_VIEW);
		if (marks->bits)
			return true;
	}
	return false;
}
