#include "platform/archive_question.h"

#include "platform/archive_value.h"

void question_init(struct question *question)
{
	question->sql = writer_of(question->text, sizeof(question->text));
	question->binding_count = 0;
	question->bad_value = false;
}

static void bind(struct question *question, const struct binding *binding)
{
	if (question->binding_count == BINDINGS_MAX) {
		question->bad_value = true;
		return;
	}
	question->bindings[question->binding_count++] = *binding;
	writer_byte(&question->sql, '?');
}

void question_number(struct question *question, int64_t number)
{
	bind(question, &(struct binding){.kind = BINDING_NUMBER, .number = number});
}

void question_text(struct question *question, struct slice text)
{
	bind(question, &(struct binding){.kind = BINDING_TEXT, .text = text});
}

static void bind_address(struct question *question, const struct address *address)
{
	bind(question, &(struct binding){.kind = BINDING_ADDRESS, .address = *address});
}

void question_sql(struct question *question, const char *text)
{
	writer_string(&question->sql, text);
}

static void address_term(
        struct question *question, const char *column, struct slice value)
{
	struct network network;
	struct address first;
	struct address last;
	if (!network_parse(value, &network)) {
		question->bad_value = true;
		return;
	}
	network_range(&network, &first, &last);
	question_sql(question, column);
	if (network.prefix == 128) {
		question_sql(question, " = ");
		bind_address(question, &first);
		return;
	}
	question_sql(question, " BETWEEN ");
	bind_address(question, &first);
	question_sql(question, " AND ");
	bind_address(question, &last);
}

/* The text itself and all that begin with it, as a range an index can walk. */
static void begins_term(struct question *question, const struct archive_term *term)
{
	question_sql(question, "(");
	question_sql(question, term->field->name);
	question_sql(question, " >= ");
	question_text(question, term->value);
	question_sql(question, " AND ");
	question_sql(question, term->field->name);
	question_sql(question, " < ");
	question_text(question, term->value);
	/* U+10FFFF sorts behind every other character. */
	question_sql(question, " || char(1114111))");
}

static void value_term(struct question *question, const struct archive_term *term)
{
	static const char *const OPERATORS[] = {
	        [ARCHIVE_IS] = " = ", [ARCHIVE_LEAST] = " >= ", [ARCHIVE_MOST] = " <= "};
	const char *operator= OPERATORS[term->comparison];
	int64_t number;
	switch (term->field->type) {
	case ARCHIVE_ADDRESS:
		if (term->comparison == ARCHIVE_IS)
			address_term(question, term->field->name, term->value);
		else
			question->bad_value = true;
		return;
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		if (!archive_number(term->field, term->value, &number)) {
			question->bad_value = true;
			return;
		}
		question_sql(question, term->field->name);
		question_sql(question, operator);
		question_number(question, number);
		return;
	case ARCHIVE_TEXT:
	case ARCHIVE_STATE:
		break;
	}
	question_sql(question, term->field->name);
	question_sql(question, operator);
	question_text(question, term->value);
}

void question_term(struct question *question, const struct archive_term *term)
{
	if (term->negated)
		question_sql(question, "NOT ifnull(");
	switch (term->comparison) {
	case ARCHIVE_IS:
	case ARCHIVE_LEAST:
	case ARCHIVE_MOST:
		value_term(question, term);
		break;
	case ARCHIVE_BEGINS:
		begins_term(question, term);
		break;
	case ARCHIVE_HOLDS:
		question_sql(question, "instr(lower(body), lower(");
		question_text(question, term->value);
		question_sql(question, ")) > 0");
		break;
	case ARCHIVE_ANY_ADDRESS:
		question_sql(question, "(");
		address_term(question, "src_ip", term->value);
		question_sql(question, " OR ");
		address_term(question, "dest_ip", term->value);
		question_sql(question, ")");
		break;
	}
	if (term->negated)
		question_sql(question, ", 0)");
}

static const char AT_RISK[] =
        " AND (call_id IN (SELECT call_id FROM alerts WHERE state = 'open' AND severity "
        "<= 2 AND call_id IS NOT NULL) OR account IN (SELECT entity FROM alerts WHERE "
        "state = 'open' AND severity <= 2 AND entity_type = 'account') OR src_ip IN "
        "(SELECT src_ip FROM alerts WHERE state = 'open' AND severity <= 2 AND "
        "entity_type = 'ip'))";

void question_where(struct question *question, const struct archive_query *query)
{
	question_sql(question, " WHERE time >= ");
	question_number(question, (int64_t)query->from_us);
	if (query->to_us) {
		question_sql(question, " AND time <= ");
		question_number(question, (int64_t)query->to_us);
	}
	if (query->after_us || query->after_id) {
		question_sql(question, " AND (time, id) < (");
		question_number(question, (int64_t)query->after_us);
		question_sql(question, ", ");
		question_number(question, query->after_id);
		question_sql(question, ")");
	}
	if (query->node.len) {
		question_sql(question, " AND node = ");
		question_text(question, query->node);
	}
	if (query->capture.len) {
		question_sql(question, " AND capture = ");
		question_text(question, query->capture);
	}
	if (query->at_risk)
		question_sql(question, AT_RISK);
	for (size_t i = 0; i < query->term_count; i++) {
		const struct archive_term *term = &query->terms[i];
		const bool goes_on = i > 0 && query->terms[i - 1].group == term->group;
		const bool is_followed = i + 1 < query->term_count &&
		                         query->terms[i + 1].group == term->group;
		question_sql(question, goes_on ? " OR " : " AND (");
		question_term(question, term);
		if (!is_followed)
			question_sql(question, ")");
	}
}
