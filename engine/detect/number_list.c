#include "engine/detect/number_list.h"

#include <math.h>

static int compare(const struct number_entry *entry, struct slice prefix)
{
	return slice_compare(slice_of(entry->prefix, entry->len), prefix);
}

int number_entry_compare(const struct number_entry *a, const struct number_entry *b)
{
	return compare(a, slice_of(b->prefix, b->len));
}

static const struct number_entry *find_exact(
        const struct number_list *list, struct slice prefix, uint64_t now_us)
{
	uint32_t low = 0;
	uint32_t high = list->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (compare(&list->entries[middle], prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < list->count && compare(&list->entries[low], prefix) == 0; low++) {
		const uint64_t expires_us = list->entries[low].expires_us;
		if (!expires_us || now_us < expires_us)
			return &list->entries[low];
	}
	return NULL;
}

const struct number_entry *number_list_find(
        const struct number_list *list, struct slice digits, uint64_t now_us)
{
	size_t len = digits.len < PREFIX_DIGITS ? digits.len : PREFIX_DIGITS;

	for (; list->count && len; len--) {
		const struct number_entry *entry =
		        find_exact(list, slice_first(digits, len), now_us);
		if (entry)
			return entry;
	}
	return NULL;
}

double number_entry_cost(const struct number_entry *tariff, double seconds)
{
	const double paid = ceil(seconds / tariff->increment_s) * tariff->increment_s;

	return seconds > 0 ? tariff->fee + tariff->weight * paid / 60 : 0;
}
