/*
 * Which way to the rows: a condition that is a range (a network, a beginning) either
 * matches so few rows that they are looked up and sorted, or so many that walking back in
 * time meets enough of them soon. Counting up to a limit tells which.
 */
#include "platform/archive_question.h"

enum { FEW_ROWS = 10000 };

static bool alone(const struct archive_query *query, size_t index)
{
	const struct archive_term *terms = query->terms;
	return (index == 0 || terms[index - 1].group != terms[index].group) &&
	       (index + 1 == query->term_count ||
	               terms[index + 1].group != terms[index].group);
}

static bool is_range(const struct archive_term *term)
{
	struct network network;
	if (term->comparison != ARCHIVE_IS)
		return true;
	return term->field->type == ARCHIVE_ADDRESS &&
	       network_parse(term->value, &network) && network.prefix < 128;
}

/* Whether the term alone matches few rows. */
static bool few_rows(
        struct archive *archive, enum archive_kind kind, const struct archive_term *term)
{
	struct question question;
	const char *table = archive_table(kind)->name;
	question_init(&question);
	question_sql(&question, "SELECT count(*) FROM (SELECT 1 FROM ");
	question_sql(&question, table);
	if (term->field) {
		question_sql(&question, " INDEXED BY ");
		question_sql(&question, table);
		question_sql(&question, "_");
		question_sql(&question, term->field->name);
	}
	question_sql(&question, " WHERE ");
	question_term(&question, term);
	question_sql(&question, " LIMIT ");
	question_number(&question, FEW_ROWS);
	question_sql(&question, ")");
	sqlite3_stmt *statement =
	        question.bad_value ? NULL : question_ask(archive, &question);
	if (!statement)
		return false;
	const int step = sqlite3_step(statement);
	const bool few =
	        step == SQLITE_ROW && sqlite3_column_int64(statement, 0) < FEW_ROWS;
	return question_end(archive, statement, step) == ARCHIVE_LISTED && few;
}

void question_way(struct archive *archive, struct question *question,
        const struct archive_query *query)
{
	const char *table = archive_table(query->kind)->name;
	bool any_range = false;
	for (size_t i = 0; i < query->term_count; i++) {
		const struct archive_term *term = &query->terms[i];
		const bool either = term->comparison == ARCHIVE_ANY_ADDRESS;
		if (term->negated || !alone(query, i) ||
		        term->comparison == ARCHIVE_HOLDS ||
		        (term->field && term->field->index == ARCHIVE_UNINDEXED))
			continue;
		/* One value's rows lie in their index by time already. */
		if (!either && !is_range(term))
			return;
		any_range = true;
		if (!few_rows(archive, query->kind, term))
			continue;
		if (either)
			return;
		question_sql(question, " INDEXED BY ");
		question_sql(question, table);
		question_sql(question, "_");
		question_sql(question, term->field->name);
		return;
	}
	if (!any_range)
		return;
	question_sql(question, " INDEXED BY ");
	question_sql(question, table);
	question_sql(question, "_time");
}
