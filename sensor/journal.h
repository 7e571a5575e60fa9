/*
 * A file of lines that is put aside when it grows large: PATH, PATH.1, … PATH.n, the
 * newest first. One thread.
 */
#ifndef RINGFENCE_SENSOR_JOURNAL_H
#define RINGFENCE_SENSOR_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum { JOURNAL_BUFFER = 1 << 18 };

struct journal {
	const char *path; /* borrowed; NULL = there is none */
	uint64_t bytes_max;
	uint64_t keep; /* files put aside */
	int file;      /* -1 = closed */
	uint64_t bytes;
	uint64_t lost; /* lines that the disk refused */
	size_t used;
	uint64_t used_lines;
	char buffer[JOURNAL_BUFFER];
};

/* False, told on standard error, when the file cannot be written. */
bool journal_open(struct journal *journal);
void journal_add(struct journal *journal, struct slice line);
/* What was added is in the file, or lost and counted. */
void journal_flush(struct journal *journal);
/* Opens the path anew: somebody moved the file away. */
void journal_reopen(struct journal *journal);
void journal_close(struct journal *journal);

#endif
