/*
 * A queue on disk between one that writes and one that reads: what a far end has not yet
 * taken waits there in order, also over a restart. Records are numbered from 1; files
 * hold runs of them, each record with its checksum. When the quota is reached, the oldest
 * file goes and its unread records are counted as lost. Nothing is flushed to the
 * platter: a power cut may cost the last seconds, a killed program costs nothing.
 *
 * Two threads may share a spool: one appends, the other reads and acknowledges.
 */
#ifndef RINGFENCE_PLATFORM_SPOOL_H
#define RINGFENCE_PLATFORM_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

struct spool;

enum {
	SPOOL_RECORD_MAX = 2 << 20, /* bytes */
	SPOOL_BATCH_MAX = 256,      /* records of one batch */
	SPOOL_BATCH_BYTES = 4 << 20,
	SPOOL_NAME_BYTES = 17,
};

struct spool_error {
	char text[300]; /* "PATH: what is wrong", without a full stop */
};

struct spool_counters {
	uint64_t waiting; /* records that were appended and not acknowledged */
	uint64_t bytes;   /* on disk */
	uint64_t lost;    /* to the quota, or because the disk refused them */
	uint64_t damaged; /* files whose end was torn or overwritten */
};

struct spool_batch {
	uint64_t first; /* number of the first record */
	size_t count;
	struct slice records[SPOOL_BATCH_MAX]; /* borrowed until the next spool_read */
};

/* Opens or makes the directory's queue; quota in bytes, at least two files' worth. */
struct spool *spool_open(
        const char *directory, uint64_t quota_bytes, struct spool_error *error);

/* False when the disk refuses; then the record is counted as lost. */
bool spool_append(struct spool *spool, struct slice record);

/* The oldest records that were not acknowledged; false when there are none. */
bool spool_read(struct spool *spool, struct spool_batch *batch);
/* Everything before this number was taken by the far end. */
void spool_done(struct spool *spool, uint64_t next);

void spool_counters(struct spool *spool, struct spool_counters *counters);
/* A name of this queue that no other queue has: records are unique by it and number. */
const char *spool_name(const struct spool *spool);

/* Keeps what waits, closes and clears; NULL inside is fine. */
void spool_close(struct spool **spool);

#endif
