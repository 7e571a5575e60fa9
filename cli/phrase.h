/*
 * Parts of sentences: names, times and numbers as a reader expects them in running text.
 */
#ifndef RINGFENCE_CLI_PHRASE_H
#define RINGFENCE_CLI_PHRASE_H

#include <stdint.h>
#include <stdio.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"

/* The first 60 bytes, as they came from the wire. */
void phrase_text(FILE *to, struct slice text);
/* "2026-01-31 23:59:59" */
void phrase_time(FILE *to, uint64_t time_us);
/* "1 call", "2 calls" */
void phrase_count(FILE *to, uint64_t count, const char *one, const char *many);
/* "0.8 s", "12 s", "3 min", "2 h 05 min" */
void phrase_span(FILE *to, double seconds);
void phrase_address(FILE *to, const struct address *ip);

#endif
