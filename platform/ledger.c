#include "platform/ledger.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MS = 5000, BODY_BYTES_MAX = 1 << 20 };

struct ledger {
	sqlite3 *database;
};

struct ledger *ledger_open(const char *path, struct ledger_error *error)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	if (!ledger) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return NULL;
	}
	const int flags =
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	bool fine = sqlite3_open_v2(path, &ledger->database, flags, NULL) == SQLITE_OK;
	if (fine) {
		(void)sqlite3_busy_timeout(ledger->database, BUSY_MS);
		fine = sqlite3_exec(ledger->database,
		               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		               "CREATE TABLE IF NOT EXISTS documents (space TEXT NOT "
		               "NULL, key "
		               "TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (space, "
		               "key)) "
		               "WITHOUT ROWID",
		               NULL, NULL, NULL) == SQLITE_OK;
	}
	if (!fine) {
		(void)snprintf(error->text, sizeof(error->text), "%s: %s", path,
		        sqlite3_errmsg(ledger->database));
		ledger_close(&ledger);
	}
	return ledger;
}

void ledger_close(struct ledger **ledger)
{
	struct ledger *old = *ledger;
	if (!old)
		return;
	(void)sqlite3_close(old->database);
	free(old);
	*ledger = NULL;
}

/* A statement whose first two values are space and key. */
static sqlite3_stmt *prepare(
        struct ledger *ledger, const char *sql, const char *space, struct slice key)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(ledger->database, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	(void)sqlite3_bind_text(statement, 1, space, -1, SQLITE_STATIC);
	if (slice_present(key))
		(void)sqlite3_bind_text(
		        statement, 2, key.data, (int)key.len, SQLITE_STATIC);
	return statement;
}

/* Whether it ran and changed a row. */
static bool change(struct ledger *ledger, const char *sql, const char *space,
        struct slice key, struct slice body)
{
	sqlite3_stmt *statement = prepare(ledger, sql, space, key);
	if (!statement)
		return false;
	if (slice_present(body))
		(void)sqlite3_bind_text(
		        statement, 3, body.data, (int)body.len, SQLITE_STATIC);
	const bool done = sqlite3_step(statement) == SQLITE_DONE;
	(void)sqlite3_finalize(statement);
	return done && sqlite3_changes(ledger->database) > 0;
}

bool ledger_put(
        struct ledger *ledger, const char *space, struct slice key, struct slice body)
{
	return change(ledger, "INSERT OR REPLACE INTO documents VALUES (?1, ?2, ?3)",
	        space, key, body);
}

bool ledger_put_new(
        struct ledger *ledger, const char *space, struct slice key, struct slice body)
{
	return change(ledger, "INSERT OR IGNORE INTO documents VALUES (?1, ?2, ?3)",
	        space, key, body);
}

bool ledger_delete(struct ledger *ledger, const char *space, struct slice key)
{
	return change(ledger, "DELETE FROM documents WHERE space = ?1 AND key = ?2",
	        space, key, (struct slice){0});
}

static struct slice column(sqlite3_stmt *statement, int index)
{
	const unsigned char *text = sqlite3_column_text(statement, index);
	return slice_of(text, (size_t)sqlite3_column_bytes(statement, index));
}

bool ledger_get(
        struct ledger *ledger, const char *space, struct slice key, struct buffer *body)
{
	sqlite3_stmt *statement = prepare(ledger,
	        "SELECT body FROM documents WHERE space = ?1 AND key = ?2", space, key);
	if (!statement)
		return false;
	const bool found = sqlite3_step(statement) == SQLITE_ROW;
	if (found)
		buffer_slice(body, column(statement, 0));
	(void)sqlite3_finalize(statement);
	return found && !body->failed;
}

uint64_t ledger_count(struct ledger *ledger, const char *space)
{
	uint64_t count = 0;
	sqlite3_stmt *statement =
	        prepare(ledger, "SELECT count(*) FROM documents WHERE space = ?1", space,
	                (struct slice){0});
	if (statement && sqlite3_step(statement) == SQLITE_ROW)
		count = (uint64_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return count;
}

bool ledger_list(struct ledger *ledger, const char *space, struct slice behind,
        bool newest_first, const struct ledger_reader *reader)
{
	sqlite3_stmt *statement = prepare(ledger,
	        newest_first ? "SELECT key, body FROM documents WHERE space = ?1 AND (?2 "
	                       "IS NULL OR "
	                       "key < ?2) ORDER BY key DESC"
	                     : "SELECT key, body FROM documents WHERE space = ?1 AND (?2 "
	                       "IS NULL OR "
	                       "key > ?2) ORDER BY key",
	        space, behind);
	int step = SQLITE_ERROR;
	if (!statement)
		return false;
	while ((step = sqlite3_step(statement)) == SQLITE_ROW)
		if (!reader->row(
		            reader->context, column(statement, 0), column(statement, 1)))
			break;
	(void)sqlite3_finalize(statement);
	return step == SQLITE_DONE || step == SQLITE_ROW;
}

struct last {
	uint64_t number;
	struct buffer body;
};

static bool last_note(void *context, struct slice key, struct slice body)
{
	struct last *last = context;
	(void)slice_to_u64(key, &last->number);
	buffer_slice(&last->body, body);
	return false;
}

bool ledger_append(
        struct ledger *ledger, const char *space, const struct ledger_entry *entry)
{
	struct last last = {.body = buffer_of(BODY_BYTES_MAX)};
	struct buffer body = buffer_of(BODY_BYTES_MAX);
	const struct ledger_reader reader = {&last, last_note};
	char key[24];
	bool fine = sqlite3_exec(ledger->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
	            SQLITE_OK;
	if (!fine)
		return false;
	fine = ledger_list(ledger, space, (struct slice){0}, true, &reader);
	if (fine) {
		/* Leading zeros: numbers in their order are keys in theirs. */
		(void)snprintf(key, sizeof(key), "%016" PRIu64, last.number + 1);
		entry->write(entry->context,
		        last.number ? buffer_text(&last.body) : (struct slice){0},
		        last.number + 1, &body);
		fine = !body.failed &&
		       ledger_put(ledger, space, slice_text(key), buffer_text(&body));
	}
	buffer_free(&body);
	buffer_free(&last.body);
	return sqlite3_exec(ledger->database, fine ? "COMMIT" : "ROLLBACK", NULL, NULL,
	               NULL) == SQLITE_OK &&
	       fine;
}
