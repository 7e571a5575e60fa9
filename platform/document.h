/*
 * Builds the engine's document trees: nodes and texts live in blocks that are freed at
 * once with the document. Used by the readers of YAML and JSON; whoever got a document
 * from them needs document_free only.
 */
#ifndef RINGFENCE_PLATFORM_DOCUMENT_H
#define RINGFENCE_PLATFORM_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/detect/document.h"

enum {
	DOCUMENT_BYTES_MAX = 16 * 1024 * 1024, /* of a file, and of the tree's texts */
	DOCUMENT_NODES_MAX = 1000000,          /* after aliases are expanded */
};

void document_free(struct document **document);

/* An empty document; NULL when there is no memory. */
struct document *document_new(const char *path);

/* Zeroed memory that lives as long as the document; NULL when there is none. */
void *document_take(struct document *document, size_t bytes);

/* A copy of the text that lives as long as the document; absent when there is no memory.
 */
struct slice document_keep(struct document *document, struct slice text);

/* A node at the end of its parent's children; NULL when there is no memory. */
struct node *document_add(
        struct document *document, struct node *parent, enum node_kind kind);

/*
 * Looks for two entries of the map with the same key, in the time of a sort. The later
 * one, or NULL; *no_memory is set when it could not look.
 */
const struct node *document_duplicate(const struct node *map, bool *no_memory);

/* Sets *error; line 0 is no place. Returns false, so that it can be returned. */
__attribute__((format(printf, 4, 5))) bool document_refuse(struct document_error *error,
        uint32_t line, uint32_t column, const char *format, ...);

#endif
