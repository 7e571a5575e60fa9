#include <stddef.h>
#include <stdint.h>

#include "engine/base/ensure.h"
#include "platform/document.h"
#include "platform/json.h"
#include "platform/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read holds what the tree promises. */
static void walk(const struct node *node, int depth)
{
	ENSURE(depth <= LIMIT_DOCUMENT_DEPTH);
	uint32_t count = 0;
	if (node->kind == NODE_SCALAR)
		ENSURE(slice_present(node->text) && !node->first_child);
	for (const struct node *child = node->first_child; child; child = child->next) {
		ENSURE(slice_present(child->key) == (node->kind == NODE_MAP));
		walk(child, depth + 1);
		count++;
	}
	ENSURE(count == node->count);
}

static void look(struct document *document, const struct document_error *error)
{
	ENSURE(document || error->text[0]);
	if (document)
		walk(document->root, 0);
	document_free(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document_error error;
	look(yaml_parse("x", slice_of(data, size), &error), &error);
	look(json_parse("x", slice_of(data, size), &error), &error);
	return 0;
}
