#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/archive_inside.h"
#include "platform/instant.h"

enum {
	BUSY_MS = 5000,        /* another thread is writing */
	PROGRESS_STEPS = 5000, /* of SQLite's machine, between looks at the clock */
	SCHEMA_VERSION = 1,
};

bool archive_fail(struct archive *archive, const char *doing)
{
	(void)snprintf(archive->error.text, sizeof(archive->error.text), "%s: %s", doing,
	        archive->database ? sqlite3_errmsg(archive->database) : "out of memory");
	return false;
}

bool archive_run(struct archive *archive, const char *sql)
{
	if (sqlite3_exec(archive->database, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return archive_fail(archive, "archive");
}

const char *archive_error_text(const struct archive *archive)
{
	if (archive->click)
		return click_problem(archive->click);
	return archive->error.text;
}

/* Ends a question that has run too long. */
static int out_of_patience(void *context)
{
	const struct archive *archive = context;
	return archive->deadline_ms && instant_steady_ms() > archive->deadline_ms;
}

static const char *column_type(enum archive_type type)
{
	switch (type) {
	case ARCHIVE_NUMBER:
	case ARCHIVE_HUNDREDTHS:
		return "INTEGER";
	case ARCHIVE_ADDRESS:
		return "BLOB";
	case ARCHIVE_TEXT:
	case ARCHIVE_STATE:
		break;
	}
	return "TEXT";
}

__attribute__((format(printf, 2, 3))) static bool run_format(
        struct archive *archive, const char *format, ...)
{
	char sql[512];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(sql, sizeof(sql), format, arguments);
	va_end(arguments);
	return archive_run(archive, sql);
}

static bool column_there(struct archive *archive, const char *table, const char *column)
{
	return sqlite3_table_column_metadata(archive->database, NULL, table, column, NULL,
	               NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* Time first, and behind it what rows are passed over by. */
static bool time_index_make(struct archive *archive, const struct archive_table *table)
{
	char columns[256] = "";
	for (size_t i = 0; i < table->field_count; i++) {
		const size_t used = strlen(columns);
		if (table->fields[i].index == ARCHIVE_WALKED)
			(void)snprintf(columns + used, sizeof(columns) - used, ", %s",
			        table->fields[i].name);
	}
	return run_format(archive,
	        "CREATE INDEX IF NOT EXISTS %s_time ON %s (time, id%s)", table->name,
	        table->name, columns);
}

/* Makes what the table's description has and the file has not. */
static bool table_make(struct archive *archive, const struct archive_table *table)
{
	if (!run_format(archive,
	            "CREATE TABLE IF NOT EXISTS %s (id INTEGER PRIMARY KEY, time INTEGER "
	            "NOT "
	            "NULL, event_id TEXT NOT NULL, node TEXT, capture TEXT, body TEXT "
	            "NOT NULL)",
	            table->name) ||
	        !run_format(archive,
	                "CREATE UNIQUE INDEX IF NOT EXISTS %s_event ON %s (event_id)",
	                table->name, table->name) ||
	        !run_format(archive,
	                "CREATE INDEX IF NOT EXISTS %s_time ON %s (time, id)",
	                table->name, table->name) ||
	        !run_format(archive,
	                "CREATE INDEX IF NOT EXISTS %s_capture ON %s (capture, time, id) "
	                "WHERE capture IS NOT NULL",
	                table->name, table->name))
		return false;
	for (size_t i = 0; i < table->field_count; i++) {
		const struct archive_field *field = &table->fields[i];
		if (!column_there(archive, table->name, field->name) &&
		        !run_format(archive, "ALTER TABLE %s ADD COLUMN %s %s",
		                table->name, field->name, column_type(field->type)))
			return false;
		if (field->index != ARCHIVE_UNINDEXED &&
		        !run_format(archive,
		                "CREATE INDEX IF NOT EXISTS %s_%s ON %s "
		                "(%s, time, id) WHERE %s "
		                "IS NOT NULL",
		                table->name, field->name, table->name, field->name,
		                field->name))
			return false;
	}
	return time_index_make(archive, table);
}

static bool version_read(struct archive *archive, int *version)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(archive->database, "PRAGMA user_version", -1, &statement,
	            NULL) != SQLITE_OK ||
	        sqlite3_step(statement) != SQLITE_ROW)
		return archive_fail(archive, "archive");
	*version = sqlite3_column_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return true;
}

static bool migrate(struct archive *archive)
{
	int version;
	if (!archive_run(archive, "BEGIN IMMEDIATE") || !version_read(archive, &version))
		return false;
	if (version > SCHEMA_VERSION) {
		(void)snprintf(archive->error.text, sizeof(archive->error.text),
		        "archive: made by a newer version (its tables are of version %d, "
		        "this "
		        "program knows %d)",
		        version, SCHEMA_VERSION);
		return false;
	}
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++)
		if (!table_make(archive, archive_table((enum archive_kind)i)))
			return false;
	return run_format(archive, "PRAGMA user_version = %d", SCHEMA_VERSION) &&
	       archive_run(archive, "COMMIT");
}

struct archive *archive_open(const char *path, struct archive_error *error)
{
	struct archive *archive = calloc(1, sizeof(*archive));
	if (!archive) {
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
		return NULL;
	}
	if (click_is_place(path)) {
		archive->click = click_open(path, error);
		if (!archive->click)
			archive_close(&archive);
		return archive;
	}
	const int flags =
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(path, &archive->database, flags, NULL) != SQLITE_OK) {
		(void)archive_fail(archive, path);
		goto failed;
	}
	(void)sqlite3_busy_timeout(archive->database, BUSY_MS);
	if (!archive_run(archive,
	            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	            "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824;"
	            "PRAGMA cache_size = -65536; PRAGMA journal_size_limit = "
	            "67108864;") ||
	        !migrate(archive))
		goto failed;
	sqlite3_progress_handler(
	        archive->database, PROGRESS_STEPS, out_of_patience, archive);
	return archive;
failed:
	*error = archive->error;
	archive_close(&archive);
	return NULL;
}

void archive_close(struct archive **archive)
{
	struct archive *old = *archive;
	if (!old)
		return;
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++)
		(void)sqlite3_finalize(old->inserts[i]);
	(void)sqlite3_close(old->database);
	click_close(&old->click);
	free(old);
	*archive = NULL;
}

bool archive_begin(struct archive *archive)
{
	if (archive->click) {
		click_begin(archive->click);
		return true;
	}
	return archive_run(archive, "BEGIN IMMEDIATE");
}

bool archive_commit(struct archive *archive)
{
	if (archive->click)
		return click_commit(archive->click);
	return archive_run(archive, "COMMIT");
}

void archive_rollback(struct archive *archive)
{
	if (archive->click) {
		click_rollback(archive->click);
		return;
	}
	(void)archive_run(archive, "ROLLBACK");
}
