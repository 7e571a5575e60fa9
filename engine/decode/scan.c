#include "engine/decode/scan.h"

#ifdef __SSE2__
/*
 * The octet of up to three digits at p, behind which others may stand; more than 255 when
 * it has none, more than three or is more than 255.
 */
static uint32_t octet_at(const char *p, unsigned digits)
{
	uint32_t word;
	memcpy(&word, p, sizeof(word));
	/* The last digit goes to the highest byte but one, zeroes to the front. */
	word = (word ^ 0x30303030) << (8 * (3 - (digits & 3))) & 0x00ffffff;
	uint32_t octet = (word & 0xff) * 100 + (word >> 8 & 0xff) * 10 + (word >> 16);
	return digits - 1 < 3 ? octet : UINT32_MAX;
}

/* Without a loop over the digits: where a number ends no processor can foresee. */
bool scan_ipv4(struct slice text, uint32_t *value)
{
	char bytes[32] = {0};
	if (text.len < 7 || text.len > 15)
		return false;
	__m128i block = scan_load_tail(text.data, text.len);
	unsigned all = (1u << text.len) - 1;
	unsigned dots =
	        (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('.')));
	unsigned digits = (unsigned)_mm_movemask_epi8(scan_range(block, '0', 9));
	if ((dots | digits) != all || !dots)
		return false;
	unsigned first = (unsigned)__builtin_ctz(dots);
	dots &= dots - 1;
	unsigned second = dots ? (unsigned)__builtin_ctz(dots) : 16;
	dots &= dots - 1;
	unsigned third = dots ? (unsigned)__builtin_ctz(dots) : 16;
	if (!dots || dots & (dots - 1))
		return false;
	memcpy(bytes, &block, sizeof(block));
	uint32_t a = octet_at(bytes, first);
	uint32_t b = octet_at(bytes + first + 1, second - first - 1);
	uint32_t c = octet_at(bytes + second + 1, third - second - 1);
	uint32_t d = octet_at(bytes + third + 1, (unsigned)text.len - third - 1);
	if ((a | b | c | d) > 255)
		return false;
	*value = a << 24 | b << 16 | c << 8 | d;
	return true;
}
#else
bool scan_ipv4(struct slice text, uint32_t *value)
{
	const char *p = text.data, *end = text.data + text.len;
	uint32_t address = 0;
	if (text.len < 7 || text.len > 15)
		return false;
	for (int left = 4; left; left--) {
		const char *start = p;
		uint32_t octet = 0;
		for (; p < end && p - start < 3 && scan_digit(*p); p++)
			octet = octet * 10 + (uint32_t)(*p - '0');
		bool dot = left > 1 ? p < end && *p == '.' : p == end;
		if (p == start || octet > 255 || !dot)
			return false;
		p += left > 1;
		address = address << 8 | octet;
	}
	*value = address;
	return true;
}
#endif
