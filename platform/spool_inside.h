/*
 * What the parts of the spool share among themselves.
 */
#ifndef RINGFENCE_PLATFORM_SPOOL_INSIDE_H
#define RINGFENCE_PLATFORM_SPOOL_INSIDE_H

#include <pthread.h>

#include "platform/spool.h"

enum spool_size {
	SPOOL_FILE_BYTES = 8 << 20, /* then the next file begins */
	SPOOL_FILES_MAX = 65536,
	SPOOL_PATH_BYTES = 4096,
	SPOOL_NAME_DIGITS = 16,
};

struct record_head {
	uint32_t len;
	uint32_t sum; /* CRC-32 of the bytes */
};

/* A run of records: its first number is its name. */
struct segment {
	uint64_t first;
	uint64_t bytes;
};

struct spool {
	pthread_mutex_t lock;
	char directory[SPOOL_PATH_BYTES - 64];
	char name[SPOOL_NAME_BYTES];
	uint64_t quota_bytes;
	struct segment *segments; /* oldest first */
	size_t segment_count;
	uint64_t next;  /* number of the next record to append */
	uint64_t taken; /* number of the first record that was not acknowledged */
	uint64_t lost;
	uint64_t damaged;
	int out; /* the newest segment, -1 = none is open */
	/* the reader's */
	int in;
	uint64_t in_first;  /* the segment that is open for reading, 0 = none */
	uint64_t in_number; /* of the record at in_offset */
	uint64_t in_offset;
	int cursor;
	char *buffer;
};

void spool_segment_path(const struct spool *spool, uint64_t first, char *path);

/* The record at the offset, into a buffer of room bytes; false at the end of what is
 * whole. */
bool spool_record_read(
        int file, uint64_t offset, char *buffer, size_t room, struct slice *record);

/* Finds what an earlier run left, or begins; false with *error set. */
bool spool_begin(struct spool *spool, struct spool_error *error);
bool spool_refuse(struct spool_error *error, const char *path, const char *why);

#endif
