/*
 * The archive: what the engine reported, kept for questions. Each kind of event is a
 * table; a row is the event's JSON line, word for word, with the fields taken out of it
 * by which it can be found. Lists are read by keyset, never by offset: newest first,
 * each page going on where the last one stopped.
 *
 * This is the narrow face; behind it is SQLite (one file, WAL), or ClickHouse for those
 * who outgrow it. One archive belongs to one thread; several may be open on one place.
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
	ARCHIVE_DEVICES,
	ARCHIVE_KINDS,
};

enum archive_type {
	ARCHIVE_TEXT,
	ARCHIVE_NUMBER,     /* as it stands in the event */
	ARCHIVE_HUNDREDTHS, /* a decimal, kept as hundredths */
	ARCHIVE_ADDRESS,    /* an IP address: filters take networks */
	ARCHIVE_STATE,      /* text that is not in the event: set by archive_update */
};

enum archive_index {
	ARCHIVE_UNINDEXED,
	ARCHIVE_INDEXED,
	ARCHIVE_WALKED, /* indexed, and beside the time too: rows are passed over quickly
	                 */
};

enum { ARCHIVE_FIELDS_MAX = 24, ARCHIVE_TERMS_MAX = 64, ARCHIVE_ERROR_BYTES = 256 };

struct archive_field {
	const char *name; /* of the column and of the filter */
	enum archive_type type;
	const char
	        *paths[2]; /* in the event, "call.from.user"; of two the lesser number */
	enum archive_index index;
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

/*
 * Opens or makes it and brings its tables to this version. path is a file, or the address
 * of a ClickHouse and a database there: "http://host:8123/ringfence".
 */
struct archive *archive_open(const char *path, struct archive_error *error);
void archive_close(struct archive **archive);

/* Where an event came from. */
struct archive_origin {
	struct slice id;      /* unique of its event: storing it again changes nothing */
	struct slice node;    /* who reported it */
	struct slice capture; /* the capture whose replay reported it; absent = live */
	struct slice state;   /* of an alert; absent = open */
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
	struct slice node;       /* who reported it; absent or empty = anybody */
	struct slice
	        capture; /* the capture it came from; absent or empty = any, or live */
	struct archive_term terms[ARCHIVE_TERMS_MAX];
	size_t term_count;
	/* The last row of the page before: rows come behind it. Both 0: from the newest.
	 */
	uint64_t after_us;
	int64_t after_id;
	unsigned limit;
	/* Of calls: only those that an open alert of level high or critical names, or
	 * whose account or source it is about. */
	bool at_risk;
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

/* Whether the terms of the query hold of an event of its kind that is not stored yet;
 * its times and its place do not count. */
bool archive_match(const struct archive_query *query, struct slice event);

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

/* By what calls and streams are summed up. */
enum archive_by {
	ARCHIVE_BY_ALL,
	ARCHIVE_BY_HOUR,   /* RFC 3339 */
	ARCHIVE_BY_PREFIX, /* the first digits of the called number */
	ARCHIVE_BY_FIELD,
};

/* Key figures of calls (ITU-T E.411, E.425; RFC 6076 where SIP defines them). */
struct archive_kpi {
	struct slice key; /* absent: of the rows without one */
	uint64_t attempts;
	uint64_t answered;  /* of ASR, the answer-seizure ratio */
	uint64_t effective; /* of NER: answered, or the user was busy, away or refused */
	double duration_s;  /* of all answered calls: ACD = duration_s / answered */
	double pdd_ms;      /* mean of those that rang */
	double mos;         /* mean, 0 = none measured */
	uint64_t mos_low;   /* calls below MOS 3.6 */
	double cost;        /* by the site's tariffs */
	struct slice currency; /* absent: nothing had a price */
};

struct archive_kpi_reader {
	void *context;
	bool (*kpi)(void *context, const struct archive_kpi *kpi);
};

/* Of the query's calls, the keys with most attempts first; query->limit of them. */
enum archive_listed archive_kpis(struct archive *archive,
        const struct archive_query *query, enum archive_by by,
        const struct archive_field *field, const struct archive_kpi_reader *reader);

/* A value of streams by key. */
struct archive_quality {
	struct slice key;
	uint64_t streams;
	uint64_t packets, lost;
	double mos, mos_least; /* 0 = none measured */
	double jitter_ms;
};

struct archive_quality_reader {
	void *context;
	bool (*quality)(void *context, const struct archive_quality *quality);
};

enum archive_listed archive_qualities(struct archive *archive,
        const struct archive_query *query, enum archive_by by,
        const struct archive_field *field, const struct archive_quality_reader *reader);

/* A device and when it was seen. */
struct archive_device {
	struct slice kind; /* sip or h323 */
	struct slice name;
	struct slice address;
	struct slice product; /* absent: it did not say */
	uint64_t first_us, last_us;
	uint64_t seen; /* registrations, or messages that told of it */
};

struct archive_devices {
	void *context;
	bool (*device)(void *context, const struct archive_device *device);
};

/* Of the query only its times and its limit count; last seen first. */
enum archive_listed archive_inventory(struct archive *archive,
        const struct archive_query *query, const struct archive_devices *reader);

/* Sets an ARCHIVE_STATE field of a row; false when there is no such row. */
bool archive_update(struct archive *archive, enum archive_kind kind, int64_t id,
        const struct archive_field *field, struct slice value);

/* Removes what is older and was seen live; how many rows. */
uint64_t archive_forget(
        struct archive *archive, enum archive_kind kind, uint64_t before_us);
/* Removes what the replay of a capture found. */
uint64_t archive_forget_capture(
        struct archive *archive, enum archive_kind kind, struct slice capture);

#endif
