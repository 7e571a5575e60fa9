/*
 * YAML 1.1 into the engine's document tree, by libyaml. Aliases are expanded within a
 * budget, keys of a map are unique, nothing is converted: 00972 stays text. What a rule
 * or configuration file never needs is refused with its place: tags that are not the
 * standard ones, keys that are not scalars, merge keys, several documents in one file.
 */
#ifndef RINGFENCE_PLATFORM_YAML_H
#define RINGFENCE_PLATFORM_YAML_H

#include "engine/base/slice.h"
#include "engine/detect/document.h"

/* The document of a text; NULL with *error set. path is for messages and is copied. */
struct document *yaml_parse(
        const char *path, struct slice text, struct document_error *error);

/* Of a file of at most DOCUMENT_BYTES_MAX; "-" is standard input. */
struct document *yaml_read(const char *path, struct document_error *error);

#endif
