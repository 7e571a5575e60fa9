#include "engine/base/slice.h"

static unsigned char lower(char byte)
{
	const unsigned char c = (unsigned char)byte;
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.data[i] != b.data[i] && lower(a.data[i]) != lower(b.data[i]))
			return false;
	}
	return true;
}

bool slice_starts(struct slice slice, struct slice prefix)
{
	return slice_equal(slice_first(slice, prefix.len), prefix);
}

bool slice_starts_nocase(struct slice slice, struct slice prefix)
{
	return slice_equal_nocase(slice_first(slice, prefix.len), prefix);
}

bool slice_ends(struct slice slice, struct slice suffix)
{
	if (suffix.len > slice.len)
		return false;
	return slice_equal(slice_from(slice, slice.len - suffix.len), suffix);
}

int slice_compare(struct slice a, struct slice b)
{
	const size_t common = a.len < b.len ? a.len : b.len;
	const int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

size_t slice_index(struct slice slice, char byte)
{
	if (slice.len == 0)
		return 0;
	const char *found = memchr(slice.data, byte, slice.len);
	return found ? (size_t)(found - slice.data) : slice.len;
}

size_t slice_find(struct slice slice, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	for (size_t at = 0; needle.len <= slice.len - at; at++) {
		at += slice_index(slice_from(slice, at), needle.data[0]);
		if (needle.len > slice.len - at)
			break;
		if (memcmp(slice.data + at, needle.data, needle.len) == 0)
			return at;
	}
	return slice.len;
}

size_t slice_find_nocase(struct slice slice, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	for (size_t at = 0; needle.len <= slice.len - at; at++) {
		if (lower(slice.data[at]) == lower(needle.data[0]) &&
		        slice_starts_nocase(slice_from(slice, at), needle))
			return at;
	}
	return slice.len;
}

struct slice slice_trim(struct slice slice)
{
	while (slice.len > 0 && is_blank(slice.data[slice.len - 1]))
		slice.len--;
	while (slice.len > 0 && is_blank(slice.data[0])) {
		slice.data++;
		slice.len--;
	}
	return slice;
}

struct slice slice_split(struct slice *rest, char separator)
{
	const struct slice whole = *rest;
	const size_t at = slice_index(whole, separator);
	*rest = at < whole.len ? slice_from(whole, at + 1) : (struct slice){0};
	return slice_first(whole, at);
}

bool slice_to_u64(struct slice slice, uint64_t *value)
{
	uint64_t sum = 0;
	if (slice.len == 0)
		return false;
	for (size_t i = 0; i < slice.len; i++) {
		const char c = slice.data[i];
		if (c < '0' || c > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		        __builtin_add_overflow(sum, (uint64_t)(c - '0'), &sum))
			return false;
	}
	*value = sum;
	return true;
}

bool slice_to_u32(struct slice slice, uint32_t *value)
{
	uint64_t wide;
	if (!slice_to_u64(slice, &wide) || wide > UINT32_MAX)
		return false;
	*value = (uint32_t)wide;
	return true;
}

int slice_hex_digit(char byte)
{
	const char lower = (char)(byte | 0x20);
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool slice_hex_to_u64(struct slice slice, uint64_t *value)
{
	uint64_t sum = 0;
	if (slice.len < 1 || slice.len > 16)
		return false;
	for (size_t i = 0; i < slice.len; i++) {
		const int digit = slice_hex_digit(slice.data[i]);
		if (digit < 0)
			return false;
		sum = sum << 4 | (uint64_t)digit;
	}
	*value = sum;
	return true;
}
