#include "platform/number_csv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"

enum { CSV_BYTES_MAX = 256 << 20, VALUES_MAX = 5, PATH_BYTES = 4096, TOLD_MAX = 20 };

/* A file while it is read. */
struct csv {
	const char *path;
	enum number_list_kind kind;
	unsigned line;
	unsigned lines_read; /* that hold something */
	unsigned told;
};

static bool csv_refuse(struct csv *csv, const char *text, struct slice what)
{
	if (csv->told++ < TOLD_MAX)
		fprintf(stderr, "%s:%u: '%.*s' %s\n", csv->path, csv->line,
		        (int)(what.len < 80 ? what.len : 80), what.len ? what.data : "",
		        text);
	return false;
}

static struct slice value_next(struct slice *rest)
{
	struct slice value = slice_trim(slice_split(rest, ','));
	if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
		value = slice_trim(slice_of(value.data + 1, value.len - 2));
	return value;
}

static bool number_parse(struct slice text, double *number)
{
	char copy[32];
	char *end;
	if (!text.len || text.len >= sizeof(copy) || !strchr("0123456789.", text.data[0]))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = 0;
	*number = strtod(copy, &end);
	return *end == 0 && isfinite(*number) && *number >= 0;
}

static bool prefix_parse(struct slice text, struct number_entry *entry)
{
	if (slice_starts(text, SLICE("+")))
		text = slice_from(text, 1);
	if (!text.len || text.len > PREFIX_DIGITS)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	memcpy(entry->prefix, text.data, text.len);
	entry->len = (uint8_t)text.len;
	return true;
}

static bool list_values(struct csv *csv, const struct slice values[VALUES_MAX],
        struct number_entry *entry)
{
	uint32_t days;

	entry->weight = 1;
	if (values[1].len && !number_parse(values[1], &entry->weight))
		return csv_refuse(csv, "is no weight; write 1 or 0.5", values[1]);
	if (!values[2].len)
		return true;
	if (!site_date(values[2], &days))
		return csv_refuse(csv, "is no date; write 2026-12-25", values[2]);
	entry->expires_us = ((uint64_t)days + 1) * 86400 * 1000000;
	return true;
}

static bool tariff_values(struct csv *csv, const struct slice values[VALUES_MAX],
        struct number_entry *entry)
{
	double increment = 1;

	if (!number_parse(values[1], &entry->weight))
		return csv_refuse(csv, "is no price; write 0.05", values[1]);
	if (values[2].len != CURRENCY_LEN)
		return csv_refuse(csv, "is no currency; write EUR", values[2]);
	memcpy(entry->currency, values[2].data, CURRENCY_LEN);
	if (values[3].len && !number_parse(values[3], &entry->fee))
		return csv_refuse(csv, "is no fee; write 0.10", values[3]);
	if (values[4].len && (!number_parse(values[4], &increment) || increment < 1 ||
	                             increment > 3600 || increment != floor(increment)))
		return csv_refuse(
		        csv, "is no increment; write seconds, as 60", values[4]);
	entry->increment_s = (uint32_t)increment;
	return true;
}

/* False when the line is wrong; entry->len 0 when it holds none. */
static bool line_parse(struct csv *csv, struct slice line, struct number_entry *entry)
{
	struct slice rest = slice_trim(slice_first(line, slice_index(line, '#')));
	struct slice values[VALUES_MAX] = {0};
	const struct slice whole = rest;

	*entry = (struct number_entry){.increment_s = 1};
	if (!rest.len)
		return true;
	csv->lines_read++;
	for (size_t i = 0; i < VALUES_MAX && slice_present(rest); i++)
		values[i] = value_next(&rest);
	if (slice_present(rest))
		return csv_refuse(csv, "has too many values", whole);
	if (!prefix_parse(values[0], entry)) {
		/* The first line may name the columns. */
		if (csv->lines_read == 1 &&
		        slice_starts_nocase(values[0], SLICE("prefix")))
			return true;
		return csv_refuse(csv, "is no prefix of digits", values[0]);
	}
	return csv->kind == LIST_TARIFF ? tariff_values(csv, values, entry)
	                                : list_values(csv, values, entry);
}

static bool text_parse(struct csv *csv, struct slice text, struct memory *memory,
        struct number_list *list)
{
	size_t lines = 1;
	bool fine = true;

	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	struct number_entry *entries =
	        memory_take(memory, (list->count + lines) * sizeof(*entries));
	if (!entries)
		return csv_refuse(csv, "is too large for the memory of rules",
		        slice_text(csv->path));
	if (list->count)
		memcpy(entries, list->entries, list->count * sizeof(*entries));
	list->entries = entries;
	while (slice_present(text)) {
		struct number_entry *entry = &entries[list->count];
		csv->line++;
		fine = line_parse(csv, slice_split(&text, '\n'), entry) && fine;
		list->count += entry->len && fine;
	}
	return fine;
}

static int compare(const void *a, const void *b)
{
	return number_entry_compare(a, b);
}

static bool file_parse(struct site *site, enum number_list_kind kind, struct slice name,
        struct memory *memory)
{
	char path[PATH_BYTES];
	struct csv csv = {.path = path, .kind = kind};
	struct file_text text;
	struct file_error error;
	const char *slash = strrchr(site->path, '/');
	const int folder =
	        slash && name.data[0] != '/' ? (int)(slash - site->path) + 1 : 0;

	(void)snprintf(path, sizeof(path), "%.*s%.*s", folder, site->path, (int)name.len,
	        name.data);
	if (!file_read(path, CSV_BYTES_MAX, &text, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", path, error.text);
		return false;
	}
	const bool fine = text_parse(
	        &csv, slice_of(text.data, text.len), memory, &site->lists[kind]);
	file_text_free(&text);
	return fine;
}

/* The entries are the loader's own until they are in order. */
static void list_sort(struct number_list *list)
{
	union {
		const struct number_entry *kept;
		struct number_entry *entries;
	} list_of = {.kept = list->entries};
	qsort(list_of.entries, list->count, sizeof(*list_of.entries), compare);
}

bool number_csv_load(struct site *site, struct memory *memory)
{
	bool fine = true;

	for (unsigned kind = 0; kind < LIST_KINDS; kind++) {
		struct number_list *list = &site->lists[kind];
		for (uint32_t i = 0; i < site->files[kind].count; i++)
			fine = file_parse(site, (enum number_list_kind)kind,
			               site->files[kind].items[i], memory) &&
			       fine;
		if (list->count)
			list_sort(list);
	}
	return fine;
}
