/*
 * A document as rules and configuration are written in: a tree of maps, sequences and
 * scalars. It is built outside the engine (from YAML or JSON) and only read in here.
 * Every node knows its place in the file, so that a refusal can name it. A scalar is
 * always text (00972 stays 00972); what it means is decided by who reads it.
 *
 * Order is the file's order. An alias of YAML is expanded: the tree has no sharing and
 * no cycles, its depth is at most LIMIT_DOCUMENT_DEPTH and its size is bounded by whoever
 * built it. Keys of one map are unique. Nothing here allocates.
 */
#ifndef RINGFENCE_DETECT_DOCUMENT_H
#define RINGFENCE_DETECT_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum { LIMIT_DOCUMENT_DEPTH = 64 };

enum node_kind {
	NODE_SCALAR,
	NODE_SEQUENCE,
	NODE_MAP,
};

struct node {
	enum node_kind kind;
	bool quoted; /* a scalar that stood in quotes or a block: text, never null or true
	              */
	uint32_t line;     /* of the value, from 1; 0 = unknown */
	uint32_t column;   /* from 1, in characters */
	struct slice text; /* of a scalar, UTF-8, never absent; owned by the document */
	struct slice key;  /* of an entry of a map, else absent */
	uint32_t key_line;
	uint32_t key_column;
	uint32_t count; /* children */
	const struct node *first_child;
	const struct node *next; /* the following child of the same parent */
};

struct document {
	const char *path; /* as the user gave it, for messages; owned by the document */
	const struct node *root; /* never NULL in a document that was read; empty file: a
	                            scalar "" */
	void *storage;           /* of whoever built it */
};

/* What was wrong with a document, and where; line 0 = no particular place. */
struct document_error {
	uint32_t line;
	uint32_t column;
	char text[240]; /* one sentence, without path and place */
};

/* The entry of a map with this key, or NULL; NULL and other kinds have no entries. */
static inline const struct node *node_find(const struct node *map, struct slice key)
{
	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (const struct node *entry = map->first_child; entry; entry = entry->next)
		if (slice_equal(entry->key, key))
			return entry;
	return NULL;
}

/* A plain (unquoted) scalar that means "nothing": empty, ~ or null. */
static inline bool node_null(const struct node *node)
{
	return node->kind == NODE_SCALAR && !node->quoted &&
	       (node->text.len == 0 || slice_equal(node->text, SLICE("~")) ||
	               slice_equal(node->text, SLICE("null")));
}

#endif
