#include "dashboard-api/search.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/address.h"
#include "platform/archive_value.h"

__attribute__((format(printf, 2, 3))) static bool refuse(
        struct search_problem *trouble, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(trouble->text, sizeof(trouble->text), format, arguments);
	va_end(arguments);
	return false;
}

bool search_term(struct archive_query *query, const struct archive_term *term)
{
	if (query->term_count == ARCHIVE_TERMS_MAX)
		return false;
	query->terms[query->term_count++] = *term;
	return true;
}

static bool term_add(struct archive_query *query, const struct archive_term *term,
        struct search_problem *trouble)
{
	return search_term(query, term) ||
	       refuse(trouble, "more than %d conditions", ARCHIVE_TERMS_MAX);
}

/* The word up to the next space outside quotes; *text moves behind it. */
static struct slice word_take(struct slice *text)
{
	size_t len = 0;
	bool quoted = false;
	*text = slice_trim(*text);
	for (; len < text->len && (quoted || text->data[len] != ' '); len++)
		if (text->data[len] == '"')
			quoted = !quoted;
	const struct slice word = slice_first(*text, len);
	*text = slice_from(*text, len);
	return word;
}

static struct slice unquoted(struct slice text)
{
	if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
		return slice_of(text.data + 1, text.len - 2);
	return text;
}

static bool field_word(enum archive_kind kind, struct slice name, struct slice value,
        struct archive_term *term, struct search_problem *trouble)
{
	if (slice_equal(name, SLICE("is")))
		name = SLICE("state");
	term->field = archive_field(kind, name);
	if (!term->field)
		return refuse(trouble, "%s have no field '%.*s'",
		        archive_table(kind)->name, (int)slice_first(name, 60).len,
		        name.data);
	if (slice_starts(value, SLICE(">="))) {
		term->comparison = ARCHIVE_LEAST;
		value = slice_from(value, 2);
	} else if (slice_starts(value, SLICE("<="))) {
		term->comparison = ARCHIVE_MOST;
		value = slice_from(value, 2);
	} else if (slice_ends(value, SLICE("*"))) {
		term->comparison = ARCHIVE_BEGINS;
		value.len--;
	}
	term->value = unquoted(value);
	return true;
}

static bool word_read(enum archive_kind kind, struct slice word, unsigned group,
        struct archive_query *query, struct search_problem *trouble)
{
	struct archive_term term = {.group = group, .comparison = ARCHIVE_IS};
	if (word.len > 1 && word.data[0] == '-') {
		term.negated = true;
		word = slice_from(word, 1);
	}
	struct slice value = word;
	const struct slice name = slice_split(&value, ':');
	if (word.data[0] == '"' || !slice_present(value)) {
		term.comparison = ARCHIVE_HOLDS;
		term.value = unquoted(word);
		return term.value.len == 0 || term_add(query, &term, trouble);
	}
	if (slice_equal(name, SLICE("@ip"))) {
		term.comparison = ARCHIVE_ANY_ADDRESS;
		term.value = value;
		return term_add(query, &term, trouble);
	}
	if (slice_equal(name, SLICE("event_type"))) {
		const char *type = archive_table(kind)->event_type;
		return slice_equal(value, slice_text(type)) ||
		       refuse(trouble, "this list holds events of type %s", type);
	}
	return field_word(kind, name, value, &term, trouble) &&
	       term_add(query, &term, trouble);
}

bool search_read(struct slice text, unsigned group, struct archive_query *query,
        struct search_problem *trouble)
{
	struct slice word;
	while ((word = word_take(&text)).len)
		if (!word_read(query->kind, word, group++, query, trouble))
			return false;
	return true;
}

static bool address_fits(struct slice value)
{
	struct network network;
	return network_parse(value, &network);
}

static bool value_fits(const struct archive_term *term)
{
	int64_t number;
	if (term->comparison == ARCHIVE_ANY_ADDRESS)
		return address_fits(term->value);
	if (!term->field)
		return true;
	switch (term->field->type) {
	case ARCHIVE_ADDRESS:
		return term->comparison == ARCHIVE_IS && address_fits(term->value);
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		return term->comparison != ARCHIVE_BEGINS &&
		       archive_number(term->field, term->value, &number);
	case ARCHIVE_TEXT:
	case ARCHIVE_STATE:
		break;
	}
	return true;
}

bool search_keep(struct search *search, enum archive_kind kind, struct slice text,
        struct search_problem *problem)
{
	*search = (struct search){.query = {.kind = kind}};
	if (text.len > SEARCH_TEXT_MAX)
		return refuse(problem, "at most %d bytes", SEARCH_TEXT_MAX);
	if (text.len)
		memcpy(search->text, text.data, text.len);
	if (!search_read(slice_of(search->text, text.len), 0, &search->query, problem))
		return false;
	for (size_t i = 0; i < search->query.term_count; i++)
		if (!value_fits(&search->query.terms[i]))
			return refuse(problem, "'%.*s' does not fit its field",
			        (int)slice_first(search->query.terms[i].value, 60).len,
			        search->query.terms[i].value.data);
	return true;
}
