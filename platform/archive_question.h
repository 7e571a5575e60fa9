/*
 * A question to the archive while its SQL is written: every value from outside is bound,
 * never written into it.
 */
#ifndef RINGFENCE_PLATFORM_ARCHIVE_QUESTION_H
#define RINGFENCE_PLATFORM_ARCHIVE_QUESTION_H

#include "engine/base/address.h"
#include "engine/base/writer.h"
#include "platform/archive_inside.h"

enum { BINDINGS_MAX = ARCHIVE_TERMS_MAX * 4 + 8 };

enum binding_kind { BINDING_NUMBER, BINDING_TEXT, BINDING_ADDRESS };

struct binding {
	enum binding_kind kind;
	int64_t number;
	struct slice text;
	struct address address;
};

struct question {
	struct writer sql;
	char text[ARCHIVE_SQL_BYTES];
	struct binding bindings[BINDINGS_MAX];
	size_t binding_count;
	bool bad_value;
};

void question_init(struct question *question);
/* Text of ours. */
void question_sql(struct question *question, const char *text);
/* A value in its place. */
void question_number(struct question *question, int64_t number);
void question_text(struct question *question, struct slice text);
/* The statement with its values bound and its time running; NULL when it cannot be. */
sqlite3_stmt *question_ask(struct archive *archive, const struct question *question);
/* Ends what question_ask began; last_step is what sqlite3_step said last. */
enum archive_listed question_end(
        struct archive *archive, sqlite3_stmt *statement, int last_step);
/* Absent for NULL; valid until the next step. */
struct slice column_text(sqlite3_stmt *statement, int column);
/* Likewise, an address as its text, which lies in text. */
struct slice column_address(sqlite3_stmt *statement, int column, char text[64]);
/* A term's condition. */
void question_term(struct question *question, const struct archive_term *term);
/* " INDEXED BY …" when it is known which index finds the rows fastest. */
void question_way(struct archive *archive, struct question *question,
        const struct archive_query *query);
/* " WHERE …": the query's times, its place behind a page and its terms. */
void question_where(struct question *question, const struct archive_query *query);

#endif
