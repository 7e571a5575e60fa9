/*
 * Output formats, and what the verbs share in writing them.
 */
#ifndef RINGFENCE_CLI_OUTPUT_H
#define RINGFENCE_CLI_OUTPUT_H

#include "engine/base/slice.h"

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_NDJSON, OUTPUT_CSV };

/* The same as words of an option. */
#define OUTPUTS "table|json|ndjson|csv"

/* One quoted field of CSV on standard output (RFC 4180); controls become blanks. */
void csv_text(struct slice text);
/* A time in UTC with microseconds. */
void csv_time(uint64_t time_us);

/* Between the items of a list: '[' or ',' of a JSON array, nothing for lines. */
void list_item(enum output output, size_t index);
void list_end(enum output output, size_t count);

#endif
