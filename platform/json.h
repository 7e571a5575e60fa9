/*
 * JSON (RFC 8259, strictly) into the engine's document tree, with the place of every
 * value. Strings are quoted scalars; numbers keep their digits as they were written;
 * true, false and null are plain scalars. Keys of an object are unique.
 */
#ifndef RINGFENCE_PLATFORM_JSON_H
#define RINGFENCE_PLATFORM_JSON_H

#include "engine/base/slice.h"
#include "engine/detect/document.h"

/* The document of a text; NULL with *error set. path is for messages and is copied. */
struct document *json_parse(
        const char *path, struct slice text, struct document_error *error);

#endif
