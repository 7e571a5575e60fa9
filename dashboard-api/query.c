#include "dashboard-api/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/search.h"
#include "platform/instant.h"

void cursor_write(char text[40], uint64_t time_us, int64_t id)
{
	(void)snprintf(text, 40, "%016" PRIx64 "%016" PRIx64, time_us, (uint64_t)id);
}

static bool cursor_read(
        struct visit *visit, struct slice text, struct archive_query *query)
{
	uint64_t id;
	if (text.len != 32 ||
	        !slice_hex_to_u64(slice_first(text, 16), &query->after_us) ||
	        !slice_hex_to_u64(slice_from(text, 16), &id))
		return problem_at(visit, 400, "?cursor",
		        "this is not a cursor that a page's 'next' gave");
	query->after_id = (int64_t)id;
	return true;
}

static bool time_read(
        struct visit *visit, const char *place, struct slice text, uint64_t *time_us)
{
	if (instant_parse(text, visit->now_us, time_us))
		return true;
	return problem_at(visit, 400, place,
	        "a time is as 2026-01-31T23:59:59Z, or as -15m, -1h, -7d before now");
}

/* A comparison that a parameter's name ends with. */
struct suffix {
	struct slice text;
	enum archive_comparison comparison;
};

static bool field_split(
        enum archive_kind kind, struct slice name, struct archive_term *term)
{
	static const struct suffix SUFFIXES[] = {
	        {{"_gte", 4}, ARCHIVE_LEAST},
	        {{"_lte", 4}, ARCHIVE_MOST},
	        {{"_prefix", 7}, ARCHIVE_BEGINS},
	};
	term->comparison = ARCHIVE_IS;
	term->field = archive_field(kind, name);
	for (size_t i = 0; !term->field && i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]);
	        i++) {
		if (!slice_ends(name, SUFFIXES[i].text))
			continue;
		term->field = archive_field(
		        kind, slice_first(name, name.len - SUFFIXES[i].text.len));
		term->comparison = SUFFIXES[i].comparison;
	}
	/* Only text has a beginning. */
	return term->field &&
	       (term->comparison != ARCHIVE_BEGINS || term->field->type == ARCHIVE_TEXT ||
	               term->field->type == ARCHIVE_STATE);
}

static bool search_parameter(struct visit *visit, struct slice text, unsigned group,
        struct archive_query *query)
{
	struct search_problem trouble;
	return search_read(text, group, query, &trouble) ||
	       problem_at(visit, 400, "?q", "%s", trouble.text);
}

static bool known_elsewhere(const char *const *also, struct slice name)
{
	for (; also && *also; also++)
		if (slice_equal(name, slice_text(*also)))
			return true;
	return false;
}

/* A field's parameter with all its repetitions: one of the values must hold. */
static bool field_read(struct visit *visit, size_t index, struct archive_query *query)
{
	const struct http_request *request = visit->request;
	const struct slice name = request->parameters[index].name;
	struct archive_term term = {.group = (unsigned)index};

	for (size_t i = 0; i < index; i++)
		if (slice_equal(request->parameters[i].name, name))
			return true;
	if (!field_split(query->kind, name, &term))
		return problem_at(visit, 400, "?", "%s have no parameter '%.*s'",
		        archive_table(query->kind)->name, (int)slice_first(name, 60).len,
		        name.data);
	for (size_t i = index; i < request->parameter_count; i++) {
		if (!slice_equal(request->parameters[i].name, name))
			continue;
		term.value = request->parameters[i].value;
		if (!search_term(query, &term))
			return problem(
			        visit, 400, "more than %d conditions", ARCHIVE_TERMS_MAX);
	}
	return true;
}

bool query_read(struct visit *visit, enum archive_kind kind, const char *const *also,
        struct archive_query *query)
{
	*query = (struct archive_query){.kind = kind};
	if (!paging_limit(visit, &query->limit))
		return false;
	for (size_t i = 0; i < visit->request->parameter_count; i++) {
		const struct http_parameter *given = &visit->request->parameters[i];
		bool fine = true;
		if (slice_equal(given->name, SLICE("limit")))
			continue;
		if (slice_equal(given->name, SLICE("cursor")))
			fine = cursor_read(visit, given->value, query);
		else if (slice_equal(given->name, SLICE("from")))
			fine = time_read(visit, "?from", given->value, &query->from_us);
		else if (slice_equal(given->name, SLICE("to")))
			fine = time_read(visit, "?to", given->value, &query->to_us);
		else if (slice_equal(given->name, SLICE("node")))
			query->node = given->value;
		else if (slice_equal(given->name, SLICE("capture")))
			query->capture = given->value;
		else if (slice_equal(given->name, SLICE("q")))
			fine = search_parameter(visit, given->value,
			        HTTP_PARAMETERS_MAX * (unsigned)(i + 1), query);
		else if (!known_elsewhere(also, given->name))
			fine = field_read(visit, i, query);
		if (!fine)
			return false;
	}
	return true;
}
