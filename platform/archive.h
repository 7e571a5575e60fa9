/*
 * The archive: what the engine reported, kept for questions. Each kind of event is a
 * table; a row is the event's JSON line, word for word, with the fields taken out of it
 * by which it can be found. Lists are read by keyset, never by offset: newest first,
 * each page going on where the last one stopped.
 *
 * This is the narrow face; behind it is SQLite (one file, WAL). One archive belongs to
 * one thread; several may be open on one file.
 */
#ifndef RINGFENCE_PLATFORM_ARCHIVE_H
#define RINGFENCE_PLATFORM_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum archive_kind {
	ARCHIVE_ALERTS,
	ARCHIVE_CALLS,
	ARCHIVE_REGISTRATIONS,
	ARCHIVE_STREAMS,
	ARCHIVE_ANOMALIES,
	ARCHIVE_KINDS,
};

enum archive_type {
	ARCHIVE_TEXT,
	ARCHIVE_NUMBER,     /* as it stands in the event */
	ARCHIVE_HUNDREDTHS, /* a decimal, kept as hundredths */
	ARCHIVE_ADDRESS,    /* an IP address: filters take networks */
	ARCHIVE_STATE,      /* text that is not in the event: set by archive_update */
};

enum { ARCHIVE_FIELDS_MAX = 24, ARCHIVE_TERMS_MAX = 64, ARCHIVE_ERROR_BYTES = 256 };

struct archive_field {
	const char *name; /* of the column and of the filter */
	enum archive_type type;
	const char
	        *paths[2]; /* in the event, "call.from.user"; of two the lesser number */
	bool indexed;
	const char *help;
};

struct archive_table {
	const char *name;       /* "alerts" */
	const char *event_type; /* of the events that belong here */
	const struct archive_field *fields;
	size_t field_count;
};

const struct archive_table *archive_table(enum archive_kind kind);
/* ARCHIVE_KINDS when events of this type are not kept. */
enum archive_kind archive_kind_of(struct slice event_type);
/* NULL when the table has no such field. */
const struct archive_field *archive_field(enum archive_kind kind, struct slice name);

struct archive;

struct archive_error {
	char text[ARCHIVE_ERROR_BYTES];
};

/* Opens or makes the file and brings its tables to this version. */
struct archive *archive_open(const char *path, struct archive_error *error);
void archive_close(struct archive **archive);

/* Where an event came from. */
struct archive_origin {
	struct slice id;      /* unique of its event: storing it again changes nothing */
	struct slice node;    /* who reported it */
	struct slice capture; /* the capture whose replay reported it; absent = live */
};

enum archive_stored {
	ARCHIVE_STORED,
	ARCHIVE_KNOWN,   /* was there already */
	ARCHIVE_IGNORED, /* an event of a type that is not kept */
	ARCHIVE_BAD,     /* no event at all */
	ARCHIVE_FAILED,  /* the disk or the file: archive_error_text says what */
};

/* Many stores between begin and commit cost one write to the disk. */
bool archive_begin(struct archive *archive);
bool archive_commit(struct archive *archive);
void archive_rollback(struct archive *archive);
enum archive_stored archive_store(
        struct archive *archive, const struct archive_origin *origin, struct slice event);
/* Of the last call that failed. */
const char *archive_error_text(const struct archive *archive);

enum archive_comparison {
	ARCHIVE_IS,
	ARCHIVE_LEAST, /* at least */
	ARCHIVE_MOST,  /* at most */
	ARCHIVE_BEGINS,
	ARCHIVE_HOLDS,       /* the event's text contains it; field NULL */
	ARCHIVE_ANY_ADDRESS, /* the source or the destination lies within; field NULL */
};

/* Terms with the same group are alternatives; every group must hold. */
struct archive_term {
	const struct archive_field *field;
	enum archive_comparison comparison;
	struct slice value;
	bool negated;
	unsigned group;
};

struct archive_query {
	enum archive_kind kind;
	uint64_t from_us, to_us; /* the event's time, both inclusive; to 0 = no end */
	struct archive_term terms[ARCHIVE_TERMS_MAX];
	size_t term_count;
	/* The last row of the page before: rows come behind it. Both 0: from the newest.
	 */
	uint64_t after_us;
	int64_t after_id;
	unsigned limit;
};

struct archive_row {
	int64_t id;
	uint64_t time_us;
	struct slice event_id;
	struct slice node;
	struct slice capture;
	struct slice body; /* the event's JSON */
	/* What archive_update set, by the table's ARCHIVE_STATE fields in their order. */
	struct slice states[4];
	size_t state_count;
};

/* Called for each row, which is borrowed until it returns; false ends the list. */
struct archive_reader {
	void *context;
	bool (*row)(void *context, const struct archive_row *row);
};

enum archive_listed {
	ARCHIVE_LISTED,
	ARCHIVE_BAD_VALUE, /* a term's value is not of its field's type */
	ARCHIVE_TOO_SLOW,  /* gave up after ARCHIVE_PATIENCE_MS */
	ARCHIVE_UNREADABLE,
};

enum { ARCHIVE_PATIENCE_MS = 4000 };

enum archive_listed archive_list(struct archive *archive,
        const struct archive_query *query, const struct archive_reader *reader);
/* The row of this id; false when there is none. */
bool archive_get(struct archive *archive, enum archive_kind kind, int64_t id,
        const struct archive_reader *reader);

/* A value of a field and how many rows have it. */
struct archive_count {
	struct slice value; /* absent: the rows without one */
	uint64_t rows;
	uint64_t first_us, last_us;
	int64_t last_id;
};

struct archive_counter {
	void *context;
	bool (*count)(void *context, const struct archive_count *count);
};

/* The most frequent values among the query's rows, query->limit of them. */
enum archive_listed archive_aggregate(struct archive *archive,
        const struct archive_query *query, const struct archive_field *field,
        const struct archive_counter *counter);

/* Sets an ARCHIVE_STATE field of a row; false when there is no such row. */
bool archive_update(struct archive *archive, enum archive_kind kind, int64_t id,
        const struct archive_field *field, struct slice value);

/* Removes what is older; how many rows. */
uint64_t archive_forget(
        struct archive *archive, enum archive_kind kind, uint64_t before_us);

#endif
