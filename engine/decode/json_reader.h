/*
 * Reads JSON (RFC 8259) value by value, without a tree and without memory of its own:
 * texts are unescaped where they stand. For what small messages of others hold; depth is
 * limited, and what is beyond it is an error.
 */
#ifndef RINGFENCE_DECODE_JSON_READER_H
#define RINGFENCE_DECODE_JSON_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/limits.h"

enum json_kind { JSON_END, JSON_BAD, JSON_TEXT, JSON_NUMBER, JSON_WORD };

struct json_reader {
	char *data; /* borrowed, and changed */
	size_t len;
	size_t at;
	uint8_t depth;
	bool begun;
	bool fresh; /* the innermost holds nothing yet */
	bool object[LIMIT_JSON_DEPTH];
	struct slice keys[LIMIT_JSON_DEPTH]; /* the way to the value; empty in an array */
};

struct json_reader json_reader_of(char *data, size_t len);

/*
 * The next text, number or word (true, false, null), without regard to what it is in:
 * the way to it is in keys. JSON_END behind a whole object, JSON_BAD where it is broken;
 * the same again after either.
 */
enum json_kind json_reader_next(struct json_reader *reader, struct slice *value);

/* Whether the value that was read last stands at this way: outer, or outer.inner. */
bool json_reader_at(
        const struct json_reader *reader, const char *outer, const char *inner);

#endif
