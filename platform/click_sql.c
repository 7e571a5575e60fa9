#include "platform/click_sql.h"

#include <inttypes.h>
#include <string.h>

#include "platform/archive_value.h"

enum { SQL_BYTES_MAX = 4 << 20 };

static const char AT_RISK[] =
        " AND (ifNull(call_id IN (SELECT call_id FROM alerts FINAL WHERE state = 'open' "
        "AND severity <= 2), 0) OR ifNull(account IN (SELECT entity FROM alerts FINAL "
        "WHERE state = 'open' AND severity <= 2 AND entity_type = 'account'), 0) OR "
        "ifNull(src_ip IN (SELECT src_ip FROM alerts FINAL WHERE state = 'open' AND "
        "severity <= 2 AND entity_type = 'ip'), 0))";

struct click_sql click_sql_new(void)
{
	return (struct click_sql){.text = buffer_of(SQL_BYTES_MAX)};
}

void click_quote(struct buffer *out, struct slice text)
{
	buffer_string(out, "'");
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\'' || text.data[i] == '\\')
			buffer_string(out, "\\");
		buffer_slice(out, slice_of(text.data + i, 1));
	}
	buffer_string(out, "'");
}

void click_address(const struct address *address, char text[33])
{
	static const char DIGITS[] = "0123456789abcdef";
	for (size_t i = 0; i < sizeof(address->bytes); i++) {
		text[2 * i] = DIGITS[address->bytes[i] >> 4];
		text[2 * i + 1] = DIGITS[address->bytes[i] & 15];
	}
	text[32] = 0;
}

struct slice click_address_text(struct slice kept, char text[64])
{
	struct address address;
	struct writer out = writer_of(text, 64);
	uint64_t byte;
	if (kept.len != 2 * sizeof(address.bytes))
		return kept;
	for (size_t i = 0; i < sizeof(address.bytes); i++) {
		if (!slice_hex_to_u64(slice_of(kept.data + 2 * i, 2), &byte))
			return kept;
		address.bytes[i] = (uint8_t)byte;
	}
	writer_address(&out, &address);
	return writer_text(&out);
}

static void address_term(struct click_sql *sql, const char *column, struct slice value)
{
	struct network network;
	struct address first;
	struct address last;
	char begin[33];
	char end[33];
	if (!network_parse(value, &network)) {
		sql->bad_value = true;
		return;
	}
	network_range(&network, &first, &last);
	click_address(&first, begin);
	click_address(&last, end);
	buffer_format(
	        &sql->text, "(%s >= '%s' AND %s <= '%s')", column, begin, column, end);
}

static void value_term(struct click_sql *sql, const struct archive_term *term)
{
	static const char *const OPERATORS[] = {
	        [ARCHIVE_IS] = "=", [ARCHIVE_LEAST] = ">=", [ARCHIVE_MOST] = "<="};
	const char *name = term->field->name;
	const char *operator= OPERATORS[term->comparison];
	int64_t number;
	switch (term->field->type) {
	case ARCHIVE_ADDRESS:
		if (term->comparison == ARCHIVE_IS)
			address_term(sql, name, term->value);
		else
			sql->bad_value = true;
		return;
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		if (!archive_number(term->field, term->value, &number))
			sql->bad_value = true;
		else
			buffer_format(
			        &sql->text, "%s %s %" PRId64, name, operator, number);
		return;
	case ARCHIVE_TEXT:
	case ARCHIVE_STATE:
		break;
	}
	buffer_format(&sql->text, "%s %s ", name, operator);
	click_quote(&sql->text, term->value);
}

static void term_write(struct click_sql *sql, const struct archive_term *term)
{
	buffer_string(&sql->text, term->negated ? "NOT ifNull(" : "ifNull(");
	switch (term->comparison) {
	case ARCHIVE_IS:
	case ARCHIVE_LEAST:
	case ARCHIVE_MOST:
		value_term(sql, term);
		break;
	case ARCHIVE_BEGINS:
		buffer_format(&sql->text, "substring(%s, 1, %zu) = ", term->field->name,
		        term->value.len);
		click_quote(&sql->text, term->value);
		break;
	case ARCHIVE_HOLDS:
		buffer_string(&sql->text, "positionCaseInsensitive(body, ");
		click_quote(&sql->text, term->value);
		buffer_string(&sql->text, ") > 0");
		break;
	case ARCHIVE_ANY_ADDRESS:
		buffer_string(&sql->text, "ifNull(");
		address_term(sql, "src_ip", term->value);
		buffer_string(&sql->text, ", 0) OR ifNull(");
		address_term(sql, "dest_ip", term->value);
		buffer_string(&sql->text, ", 0)");
		break;
	}
	buffer_string(&sql->text, ", 0)");
}

void click_where(struct click_sql *sql, const struct archive_query *query)
{
	struct buffer *out = &sql->text;
	buffer_format(out, " WHERE time >= %" PRIu64, query->from_us);
	if (query->to_us)
		buffer_format(out, " AND time <= %" PRIu64, query->to_us);
	if (query->after_us || query->after_id)
		buffer_format(out,
		        " AND (time < %" PRIu64 " OR (time = %" PRIu64
		        " AND id < %" PRId64 "))",
		        query->after_us, query->after_us, query->after_id);
	if (query->node.len) {
		buffer_string(out, " AND node = ");
		click_quote(out, query->node);
	}
	if (query->capture.len) {
		buffer_string(out, " AND capture = ");
		click_quote(out, query->capture);
	}
	if (query->at_risk)
		buffer_string(out, AT_RISK);
	for (size_t i = 0; i < query->term_count; i++) {
		const struct archive_term *term = &query->terms[i];
		const bool goes_on = i > 0 && query->terms[i - 1].group == term->group;
		const bool followed = i + 1 < query->term_count &&
		                      query->terms[i + 1].group == term->group;
		buffer_string(out, goes_on ? " OR " : " AND (");
		term_write(sql, term);
		if (!followed)
			buffer_string(out, ")");
	}
}
