/*
 * Sums over calls and streams: the figures by which carriers and codecs are compared.
 */
#include <string.h>

#include "platform/archive_question.h"

/* What is summed up, and by what. */
struct sums_of {
	enum archive_by by;
	const struct archive_field *field;
	const char *columns; /* SQL behind key and count */
};

static void key_write(
        struct question *question, enum archive_by by, const struct archive_field *field)
{
	switch (by) {
	case ARCHIVE_BY_ALL:
		question_sql(question, "'all'");
		return;
	case ARCHIVE_BY_HOUR:
		question_sql(question,
		        "strftime('%Y-%m-%dT%H:00:00Z', time / 1000000, 'unixepoch')");
		return;
	case ARCHIVE_BY_PREFIX:
		/* International without its signs: country and area, mostly. */
		question_sql(question, "substr(ltrim(called, '+0'), 1, 4)");
		return;
	case ARCHIVE_BY_FIELD:
		question_sql(question, field->name);
		return;
	}
}

static sqlite3_stmt *sums_ask(struct archive *archive, struct question *question,
        const struct archive_query *query, const char *order)
{
	question_sql(question, " FROM ");
	question_sql(question, archive_table(query->kind)->name);
	question_where(question, query);
	question_sql(question, " GROUP BY key ORDER BY ");
	question_sql(question, order);
	question_sql(question, " LIMIT ");
	question_number(question, query->limit);
	return question->bad_value ? NULL : question_ask(archive, question);
}

/* What one row of sums says, to whom it is told; false ends it. */
struct sums_reader {
	const void *told;
	bool (*row)(const void *told, struct slice key, sqlite3_stmt *row);
};

static enum archive_listed sums_read(struct archive *archive,
        const struct archive_query *query, const struct sums_of *of,
        const struct sums_reader *reader)
{
	struct question question;
	char text[64];
	int step;
	question_init(&question);
	question_sql(&question, "SELECT ");
	key_write(&question, of->by, of->field);
	question_sql(&question, " AS key, count(*)");
	question_sql(&question, of->columns);
	sqlite3_stmt *statement = sums_ask(
	        archive, &question, query, of->by == ARCHIVE_BY_HOUR ? "1" : "2 DESC, 1");
	if (!statement)
		return question.bad_value ? ARCHIVE_BAD_VALUE : ARCHIVE_UNREADABLE;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW)
		if (!reader->row(
		            reader->told, column_address(statement, 0, text), statement))
			break;
	return question_end(archive, statement, step);
}

static bool kpi_row(const void *told, struct slice key, sqlite3_stmt *row)
{
	const struct archive_kpi_reader *reader = told;
	const struct archive_kpi kpi = {
	        .key = key,
	        .attempts = (uint64_t)sqlite3_column_int64(row, 1),
	        .answered = (uint64_t)sqlite3_column_int64(row, 2),
	        .effective = (uint64_t)sqlite3_column_int64(row, 3),
	        .duration_s = sqlite3_column_double(row, 4),
	        .pdd_ms = sqlite3_column_double(row, 5),
	        .mos = sqlite3_column_double(row, 6),
	        .mos_low = (uint64_t)sqlite3_column_int64(row, 7),
	        .cost = sqlite3_column_double(row, 8),
	        .currency = column_text(row, 9),
	};
	return reader->kpi(reader->context, &kpi);
}

enum archive_listed archive_kpis(struct archive *archive,
        const struct archive_query *query, enum archive_by by,
        const struct archive_field *field, const struct archive_kpi_reader *reader)
{
	const struct click_by click = {by, field};
	if (archive->click)
		return click_kpis(archive->click, query, &click, reader);
	/* Busy, no answer, gone, declined: the network did its part. A Q.850 cause says
	 * it for H.323. */
	const struct sums_of of = {by, field,
	        ", ifnull(sum(duration_s > 0), 0),"
	        " ifnull(sum(duration_s > 0 OR status IN (480, 486, 487, 600, 603) OR "
	        "q850_cause IN (16, 17, 18, 19, 21)), 0),"
	        " ifnull(sum(duration_s), 0) / 100.0, ifnull(avg(pdd_ms), 0),"
	        " ifnull(avg(mos), 0) / 100.0, ifnull(sum(mos < 360), 0),"
	        " ifnull(sum(cost), 0) / 100.0, max(currency)"};
	const struct sums_reader rows = {reader, kpi_row};
	return sums_read(archive, query, &of, &rows);
}

static bool quality_row(const void *told, struct slice key, sqlite3_stmt *row)
{
	const struct archive_quality_reader *reader = told;
	const struct archive_quality quality = {
	        .key = key,
	        .streams = (uint64_t)sqlite3_column_int64(row, 1),
	        .packets = (uint64_t)sqlite3_column_int64(row, 2),
	        .lost = (uint64_t)sqlite3_column_int64(row, 3),
	        .mos = sqlite3_column_double(row, 4),
	        .mos_least = sqlite3_column_double(row, 5),
	        .jitter_ms = sqlite3_column_double(row, 6),
	};
	return reader->quality(reader->context, &quality);
}

enum archive_listed archive_qualities(struct archive *archive,
        const struct archive_query *query, enum archive_by by,
        const struct archive_field *field, const struct archive_quality_reader *reader)
{
	const struct click_by click = {by, field};
	if (archive->click)
		return click_qualities(archive->click, query, &click, reader);
	const struct sums_of of = {by, field,
	        ", ifnull(sum(packets), 0), ifnull(sum(lost), 0),"
	        " ifnull(avg(mos), 0) / 100.0, ifnull(min(mos), 0) / 100.0,"
	        " ifnull(avg(jitter_ms), 0) / 100.0"};
	const struct sums_reader rows = {reader, quality_row};
	return sums_read(archive, query, &of, &rows);
}
