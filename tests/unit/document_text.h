/*
 * A document tree as one line of text, to compare with. For the tests of YAML and JSON.
 */
#ifndef RINGFENCE_TESTS_DOCUMENT_TEXT_H
#define RINGFENCE_TESTS_DOCUMENT_TEXT_H

#include "engine/base/writer.h"
#include "engine/detect/document.h"

/* Maps as {key:value,…}, sequences as [value,…], quoted scalars in quotes. */
static inline void document_text(struct writer *writer, const struct node *node)
{
	if (slice_present(node->key)) {
		writer_slice(writer, node->key);
		writer_byte(writer, ':');
	}
	if (node->kind == NODE_SCALAR) {
		if (node->quoted)
			writer_byte(writer, '"');
		writer_slice(writer, node->text);
		if (node->quoted)
			writer_byte(writer, '"');
		return;
	}
	writer_byte(writer, node->kind == NODE_MAP ? '{' : '[');
	for (const struct node *child = node->first_child; child; child = child->next) {
		document_text(writer, child);
		if (child->next)
			writer_byte(writer, ',');
	}
	writer_byte(writer, node->kind == NODE_MAP ? '}' : ']');
}

#endif
