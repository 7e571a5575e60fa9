#include "platform/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, ALIGNMENT = 16 };

struct document_block {
	struct document_block *next;
	size_t size;
	size_t used;
	_Alignas(16) uint8_t bytes[];
};

static struct document_block *block_new(size_t bytes)
{
	const size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
	if (size > SIZE_MAX - sizeof(struct document_block))
		return NULL;
	struct document_block *block = calloc(1, sizeof(*block) + size);
	if (block)
		block->size = size;
	return block;
}

void *document_take(struct document *document, size_t bytes)
{
	struct document_block *front = document->storage;
	if (bytes > SIZE_MAX - ALIGNMENT)
		return NULL;
	bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (front->size - front->used < bytes) {
		struct document_block *block = block_new(bytes);
		if (!block)
			return NULL;
		block->next = front;
		document->storage = front = block;
	}
	void *taken = front->bytes + front->used;
	front->used += bytes;
	return taken;
}

struct slice document_keep(struct document *document, struct slice text)
{
	/* One more byte: an empty text is present, and a debugger sees an end. */
	char *copy = document_take(document, text.len + 1);
	if (!copy)
		return (struct slice){0};
	if (text.len)
		memcpy(copy, text.data, text.len);
	return slice_of(copy, text.len);
}

struct document *document_new(const char *path)
{
	struct document *document = calloc(1, sizeof(*document));
	if (!document)
		return NULL;
	document->storage = block_new(0);
	if (document->storage)
		document->path = document_keep(document, slice_text(path)).data;
	if (!document->path)
		document_free(&document);
	return document;
}

void document_free(struct document **document)
{
	if (!*document)
		return;
	struct document_block *block = (*document)->storage;
	while (block) {
		struct document_block *next = block->next;
		free(block);
		block = next;
	}
	free(*document);
	*document = NULL;
}

/* A node with what only its builder needs: where the next child goes. */
struct building_node {
	struct node node; /* first */
	struct building_node *last_child;
};

struct node *document_add(
        struct document *document, struct node *parent, enum node_kind kind)
{
	struct building_node *added = document_take(document, sizeof(*added));
	if (!added)
		return NULL;
	added->node.kind = kind;
	if (!parent) {
		document->root = &added->node;
		return &added->node;
	}
	struct building_node *above = (struct building_node *)parent;
	if (above->last_child)
		above->last_child->node.next = &added->node;
	else
		parent->first_child = &added->node;
	above->last_child = added;
	parent->count++;
	return &added->node;
}

/* An entry of a map with its place among its siblings. */
struct sorted_entry {
	const struct node *node;
	size_t index;
};

static int compare_entries(const void *a, const void *b)
{
	const struct sorted_entry *left = a;
	const struct sorted_entry *right = b;
	const struct slice x = left->node->key;
	const struct slice y = right->node->key;
	const size_t shorter = x.len < y.len ? x.len : y.len;
	const int order = shorter ? memcmp(x.data, y.data, shorter) : 0;
	if (order)
		return order;
	if (x.len != y.len)
		return x.len < y.len ? -1 : 1;
	return left->index < right->index ? -1 : 1;
}

const struct node *document_duplicate(const struct node *map, bool *no_memory)
{
	*no_memory = false;
	if (map->count < 2)
		return NULL;
	struct sorted_entry *entries = calloc(map->count, sizeof(*entries));
	if (!entries) {
		*no_memory = true;
		return NULL;
	}
	size_t count = 0;
	for (const struct node *entry = map->first_child; entry; entry = entry->next) {
		entries[count] = (struct sorted_entry){entry, count};
		count++;
	}
	qsort(entries, count, sizeof(*entries), compare_entries);
	const struct node *duplicate = NULL;
	for (size_t i = 1; i < count && !duplicate; i++)
		if (slice_equal(entries[i - 1].node->key, entries[i].node->key))
			duplicate = entries[i].node;
	free(entries);
	return duplicate;
}

bool document_refuse(struct document_error *error, uint32_t line, uint32_t column,
        const char *format, ...)
{
	error->line = line;
	error->column = column;
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return false;
}
