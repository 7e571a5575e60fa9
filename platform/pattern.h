/*
 * Regular expressions for rules, by PCRE2 with its just-in-time compiler. Matching is
 * bounded in steps, depth and memory, so that no pattern can stop the packet path.
 */
#ifndef RINGFENCE_PLATFORM_PATTERN_H
#define RINGFENCE_PLATFORM_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/detect/pattern.h"

struct pattern;

enum {
	PATTERN_TEXT_MAX = 4096,        /* bytes of a pattern */
	PATTERN_MATCH_LIMIT = 100000,   /* steps of one match */
	PATTERN_DEPTH_LIMIT = 1000,     /* of backtracking */
	PATTERN_STACK_BYTES = 64 * 1024 /* of one match */
};

/* NULL with *error set when the pattern is wrong or there is no memory. */
struct pattern *pattern_compile(
        struct slice text, bool nocase, struct pattern_error *error);

/* Whether the pattern occurs in the subject; false also when it gave up. */
bool pattern_match(const struct pattern *pattern, struct slice subject);

/* Matches that were given up at a limit. */
uint64_t pattern_limited(const struct pattern *pattern);

void pattern_free(struct pattern **pattern);

/* The same as the engine's seam. */
struct pattern_ops pattern_ops(void);

#endif
