/*
 * Words on a terminal: colour only where it is one and NO_COLOR is not set, and text of
 * the wire without what a terminal would obey.
 */
#ifndef RINGFENCE_CLI_PAINT_H
#define RINGFENCE_CLI_PAINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/detect/detect.h"

enum paint_colour {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_RED,
	PAINT_YELLOW,
	PAINT_GREEN,
	PAINT_CYAN
};

struct paint {
	FILE *to;
	bool colour;
};

struct paint paint_of(FILE *to);
void paint_begin(const struct paint *paint, enum paint_colour colour);
void paint_end(const struct paint *paint);
void paint_heading(const struct paint *paint, const char *text);
enum paint_colour paint_severity(enum severity severity);

/*
 * At most width characters of wire text, padded to -width when width is negative; control
 * characters become '.', what is cut ends in '~'.
 */
void paint_text(const struct paint *paint, struct slice text, int width);
/* "2026-01-31 23:59:59" */
void paint_time(const struct paint *paint, uint64_t time_us);
struct slice endpoint_text(const struct endpoint *endpoint, char *into, size_t size);

#endif
