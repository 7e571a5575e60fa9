/*
 * A query's terms against one event in memory: what a list would find, before it is
 * stored.
 */
#include <string.h>

#include "platform/archive_value.h"

/* What a comparison of two values means for a term. */
static bool holds(enum archive_comparison comparison, int order)
{
	if (comparison == ARCHIVE_LEAST)
		return order >= 0;
	return comparison == ARCHIVE_MOST ? order <= 0 : order == 0;
}

static bool address_holds(const cJSON *value, struct slice wanted)
{
	struct network network;
	struct address address;
	return cJSON_IsString(value) && network_parse(wanted, &network) &&
	       address_parse(slice_text(value->valuestring), &address) &&
	       network_contains(&network, &address);
}

static bool value_holds(const struct archive_term *term, const cJSON *event)
{
	const cJSON *value = archive_value(term->field, event);
	struct slice text = {0};
	int64_t wanted;
	int64_t kept;
	switch (term->field->type) {
	case ARCHIVE_ADDRESS:
		return address_holds(value, term->value);
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		if (!cJSON_IsNumber(value) ||
		        !archive_number(term->field, term->value, &wanted))
			return false;
		kept = archive_kept(term->field, value->valuedouble);
		return holds(term->comparison, kept < wanted ? -1 : kept > wanted);
	case ARCHIVE_STATE:
		/* Nobody has touched it yet. */
		if (strcmp(term->field->name, "state") == 0)
			text = SLICE("open");
		break;
	case ARCHIVE_TEXT:
		if (cJSON_IsString(value))
			text = slice_text(value->valuestring);
		break;
	}
	if (!slice_present(text))
		return false;
	return term->comparison == ARCHIVE_BEGINS
	               ? slice_starts(text, term->value)
	               : holds(term->comparison, slice_compare(text, term->value));
}

static bool term_holds(
        const struct archive_term *term, struct slice line, const cJSON *event)
{
	switch (term->comparison) {
	case ARCHIVE_HOLDS:
		return slice_find_nocase(line, term->value) < line.len;
	case ARCHIVE_ANY_ADDRESS:
		return address_holds(cJSON_GetObjectItemCaseSensitive(event, "src_ip"),
		               term->value) ||
		       address_holds(cJSON_GetObjectItemCaseSensitive(event, "dest_ip"),
		               term->value);
	case ARCHIVE_IS:
	case ARCHIVE_LEAST:
	case ARCHIVE_MOST:
	case ARCHIVE_BEGINS:
		break;
	}
	return value_holds(term, event);
}

static bool terms_hold(
        const struct archive_query *query, struct slice line, const cJSON *event)
{
	for (size_t i = 0; i < query->term_count;) {
		const unsigned group = query->terms[i].group;
		bool any = false;
		for (; i < query->term_count && query->terms[i].group == group; i++)
			any = any || term_holds(&query->terms[i], line, event) !=
			                     query->terms[i].negated;
		if (!any)
			return false;
	}
	return true;
}

bool archive_match(const struct archive_query *query, struct slice line)
{
	if (!query->term_count)
		return true;
	cJSON *event = cJSON_ParseWithLength(line.data, line.len);
	const bool matches = event && terms_hold(query, line, event);
	cJSON_Delete(event);
	return matches;
}
