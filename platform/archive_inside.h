/*
 * Between the archive's files: SQLite behind the face.
 */
#ifndef RINGFENCE_PLATFORM_ARCHIVE_INSIDE_H
#define RINGFENCE_PLATFORM_ARCHIVE_INSIDE_H

#include <sqlite3.h>

#include "platform/archive.h"
#include "platform/click.h"

enum { ARCHIVE_SQL_BYTES = 16384 };

struct archive {
	struct click *click; /* it lies there; NULL = in SQLite */
	sqlite3 *database;
	sqlite3_stmt *inserts[ARCHIVE_KINDS];
	uint64_t deadline_ms; /* of the question at hand, 0 = none */
	struct archive_error error;
};

/* Keeps SQLite's words as the last error. Returns false. */
bool archive_fail(struct archive *archive, const char *doing);
/* A statement without result. */
bool archive_run(struct archive *archive, const char *sql);

#endif
