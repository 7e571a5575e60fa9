/*
 * The seam to regular expressions: the engine links no library for them, its face hands
 * one in. Patterns are compiled when rules are loaded and matched between packets without
 * allocating. Matching is bounded: a pattern that gives up at its limit does not match,
 * and is counted.
 */
#ifndef RINGFENCE_DETECT_PATTERN_H
#define RINGFENCE_DETECT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

struct pattern_error {
	size_t offset;  /* bytes into the pattern's text */
	char text[160]; /* one sentence, without the place */
};

struct pattern_ops {
	/*
	 * A compiled pattern that the caller gives back with free, or NULL with *error
	 * set. The text is borrowed until return.
	 */
	void *(*compile)(struct slice text, bool nocase, struct pattern_error *error);
	/* Whether the pattern occurs in the subject, which may be any bytes. */
	bool (*match)(const void *pattern, struct slice subject);
	/* Matches that were given up at a limit since compile. */
	uint64_t (*limited)(const void *pattern);
	/* NULL is fine. */
	void (*free)(void *pattern);
};

#endif
