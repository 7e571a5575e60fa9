#include "platform/yaml.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "engine/base/ensure.h"
#include "platform/document.h"
#include "platform/file.h"

enum { ANCHORS_MAX = 1024 };

struct anchor {
	struct slice name;
	const struct node *node;
};

/* A collection that is being read, or copied when an alias is expanded. */
struct level {
	struct node *node;
	bool has_key; /* of a map: the key of the next value was read */
	struct slice key;
	uint32_t key_line;
	uint32_t key_column;
};

struct builder {
	struct document *document;
	struct document_error *error;
	yaml_parser_t *parser;
	size_t nodes;
	size_t text_bytes;
	size_t depth;
	struct level levels[LIMIT_DOCUMENT_DEPTH];
	size_t anchors;
	struct anchor anchor[ANCHORS_MAX];
};

static uint32_t line_of(const yaml_mark_t *mark)
{
	return (uint32_t)mark->line + 1;
}

static uint32_t column_of(const yaml_mark_t *mark)
{
	return (uint32_t)mark->column + 1;
}

static bool refuse_at(struct builder *builder, const yaml_event_t *event, const char *why)
{
	const yaml_mark_t *mark = &event->start_mark;
	return document_refuse(builder->error, line_of(mark), column_of(mark), "%s", why);
}

static bool out_of_memory(struct builder *builder)
{
	return document_refuse(builder->error, 0, 0, "out of memory");
}

/* Counts what a node costs, so that aliases of aliases cannot explode. */
static bool spend(
        struct builder *builder, size_t text_bytes, uint32_t line, uint32_t column)
{
	builder->nodes++;
	builder->text_bytes += text_bytes;
	if (builder->nodes <= DOCUMENT_NODES_MAX &&
	        builder->text_bytes <= DOCUMENT_BYTES_MAX)
		return true;
	return document_refuse(builder->error, line, column,
	        "the document is too large when its aliases are expanded (at most %d "
	        "values and %d bytes)",
	        DOCUMENT_NODES_MAX, DOCUMENT_BYTES_MAX);
}

/* The new node at the place where the document is being read. */
static struct node *append(
        struct builder *builder, enum node_kind kind, uint32_t line, uint32_t column)
{
	struct level *level =
	        builder->depth ? &builder->levels[builder->depth - 1] : NULL;
	struct node *node =
	        document_add(builder->document, level ? level->node : NULL, kind);
	if (!node) {
		(void)out_of_memory(builder);
		return NULL;
	}
	node->line = line;
	node->column = column;
	if (level && level->has_key) {
		node->key = level->key;
		node->key_line = level->key_line;
		node->key_column = level->key_column;
		level->has_key = false;
	}
	return node;
}

static bool descend(struct builder *builder, struct node *node)
{
	if (builder->depth == LIMIT_DOCUMENT_DEPTH)
		return document_refuse(builder->error, node->line, node->column,
		        "nested deeper than %d levels", LIMIT_DOCUMENT_DEPTH);
	builder->levels[builder->depth++] = (struct level){.node = node};
	return true;
}

static bool ascend(struct builder *builder)
{
	const struct level *level = &builder->levels[--builder->depth];
	ENSURE(level->node);
	if (level->node->kind != NODE_MAP)
		return true;
	bool no_memory;
	const struct node *duplicate = document_duplicate(level->node, &no_memory);
	if (no_memory)
		return out_of_memory(builder);
	if (!duplicate)
		return true;
	const struct slice key = slice_first(duplicate->key, 80);
	return document_refuse(builder->error, duplicate->key_line, duplicate->key_column,
	        "the key \"%.*s\" stands here a second time", (int)key.len, key.data);
}

/* Whether the next scalar is a key. */
static bool at_key(const struct builder *builder)
{
	return builder->depth &&
	       builder->levels[builder->depth - 1].node->kind == NODE_MAP &&
	       !builder->levels[builder->depth - 1].has_key;
}

static bool remember_anchor(struct builder *builder, const yaml_event_t *event,
        const yaml_char_t *name, const struct node *node)
{
	if (!name)
		return true;
	if (builder->anchors == ANCHORS_MAX)
		return refuse_at(builder, event, "more anchors than are allowed");
	const char *text = (const char *)name;
	const struct slice kept = document_keep(builder->document, slice_text(text));
	if (!kept.data)
		return out_of_memory(builder);
	builder->anchor[builder->anchors++] = (struct anchor){kept, node};
	return true;
}

/* Standard tags say nothing new; a tag of a program of one's own is refused. */
static bool tag_standard(const yaml_char_t *tag)
{
	static const char standard[] = "tag:yaml.org,2002:";
	const char *text = (const char *)tag;
	return !text || strcmp(text, "!") == 0 ||
	       strncmp(text, standard, sizeof(standard) - 1) == 0;
}

static bool read_key(struct builder *builder, const yaml_event_t *event)
{
	struct level *level = &builder->levels[builder->depth - 1];
	const struct slice text =
	        slice_of(event->data.scalar.value, event->data.scalar.length);
	if (event->data.scalar.anchor)
		return refuse_at(builder, event, "a key cannot carry an anchor");
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	        slice_equal(text, SLICE("<<")))
		return refuse_at(builder, event, "merge keys (<<) are not supported");
	if (!spend(builder, text.len, line_of(&event->start_mark),
	            column_of(&event->start_mark)))
		return false;
	level->key = document_keep(builder->document, text);
	level->key_line = line_of(&event->start_mark);
	level->key_column = column_of(&event->start_mark);
	level->has_key = true;
	return level->key.data ? true : out_of_memory(builder);
}

static bool read_scalar(struct builder *builder, const yaml_event_t *event)
{
	if (!tag_standard(event->data.scalar.tag))
		return refuse_at(builder, event, "this tag is not known");
	if (at_key(builder))
		return read_key(builder, event);
	const uint32_t line = line_of(&event->start_mark);
	const uint32_t column = column_of(&event->start_mark);
	const struct slice text =
	        slice_of(event->data.scalar.value, event->data.scalar.length);
	if (!spend(builder, text.len, line, column))
		return false;
	struct node *node = append(builder, NODE_SCALAR, line, column);
	if (!node)
		return false;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = document_keep(builder->document, text);
	if (!node->text.data)
		return out_of_memory(builder);
	return remember_anchor(builder, event, event->data.scalar.anchor, node);
}

static bool begin_collection(struct builder *builder, const yaml_event_t *event)
{
	const bool map = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *tag =
	        map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	const yaml_char_t *anchor = map ? event->data.mapping_start.anchor
	                                : event->data.sequence_start.anchor;
	const uint32_t line = line_of(&event->start_mark);
	const uint32_t column = column_of(&event->start_mark);
	if (!tag_standard(tag))
		return refuse_at(builder, event, "this tag is not known");
	if (at_key(builder))
		return refuse_at(builder, event, "a key must be a single word or text");
	if (!spend(builder, 0, line, column))
		return false;
	struct node *node = append(builder, map ? NODE_MAP : NODE_SEQUENCE, line, column);
	return node && remember_anchor(builder, event, anchor, node) &&
	       descend(builder, node);
}

/*
 * Appends a copy of the node; a collection is entered, and its children are to follow.
 * Places are those of the original, which is where a correction has to be made.
 */
static bool copy_node(struct builder *builder, const struct node *from)
{
	if (!spend(builder, from->text.len + from->key.len, from->line, from->column))
		return false;
	struct node *node = append(builder, from->kind, from->line, from->column);
	if (!node)
		return false;
	node->quoted = from->quoted;
	node->text = from->text;
	return from->kind == NODE_SCALAR || descend(builder, node);
}

/* Copies the tree under from, with the levels as its stack. */
static bool copy_tree(struct builder *builder, const struct node *from)
{
	const struct node *next[LIMIT_DOCUMENT_DEPTH + 1] = {0};
	const size_t bottom = builder->depth;
	if (!copy_node(builder, from))
		return false;
	if (builder->depth > bottom)
		next[builder->depth] = from->first_child;
	while (builder->depth > bottom) {
		const struct node *child = next[builder->depth];
		if (!child) {
			builder->depth--;
			continue;
		}
		struct level *level = &builder->levels[builder->depth - 1];
		next[builder->depth] = child->next;
		level->has_key = slice_present(child->key);
		level->key = child->key;
		level->key_line = child->key_line;
		level->key_column = child->key_column;
		const size_t depth = builder->depth;
		if (!copy_node(builder, child))
			return false;
		if (builder->depth > depth)
			next[builder->depth] = child->first_child;
	}
	return true;
}

static bool expand_alias(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.alias.anchor;
	const struct slice name = slice_text(text);
	if (at_key(builder))
		return refuse_at(builder, event, "a key cannot be an alias");
	const struct node *from = NULL;
	/* The last anchor of a name counts. */
	for (size_t i = builder->anchors; i > 0 && !from; i--)
		if (slice_equal(builder->anchor[i - 1].name, name))
			from = builder->anchor[i - 1].node;
	if (!from)
		return refuse_at(builder, event, "no anchor of this name stands before");
	for (size_t i = 0; i < builder->depth; i++)
		if (builder->levels[i].node == from)
			return refuse_at(
			        builder, event, "an alias cannot contain itself");
	return copy_tree(builder, from);
}

static bool take_event(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(builder, event);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return begin_collection(builder, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return ascend(builder);
	case YAML_ALIAS_EVENT:
		return expand_alias(builder, event);
	case YAML_DOCUMENT_START_EVENT:
		if (!builder->document->root)
			return true;
		return refuse_at(builder, event,
		        "a second document begins here; one file holds one document");
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return true;
	}
	return true;
}

/* What the parser of libyaml was not content with. */
static bool refuse_syntax(struct builder *builder)
{
	const yaml_parser_t *parser = builder->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		return out_of_memory(builder);
	const char *problem = parser->problem ? parser->problem : "this is not YAML";
	if (parser->error == YAML_READER_ERROR)
		return document_refuse(builder->error, 0, 0, "%s at byte %zu", problem,
		        parser->problem_offset);
	const char *context = parser->context ? parser->context : "";
	return document_refuse(builder->error, line_of(&parser->problem_mark),
	        column_of(&parser->problem_mark), "%s%s%s", problem, *context ? " " : "",
	        context);
}

static bool build(struct builder *builder)
{
	bool going = true;
	while (going) {
		yaml_event_t event;
		if (!yaml_parser_parse(builder->parser, &event))
			return refuse_syntax(builder);
		const bool taken = take_event(builder, &event);
		going = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (!taken)
			return false;
	}
	if (builder->document->root)
		return true;
	/* An empty file, or one of comments only. */
	struct node *root = document_add(builder->document, NULL, NODE_SCALAR);
	if (!root)
		return out_of_memory(builder);
	root->line = root->column = 1;
	root->text = slice_of("", 0);
	return true;
}

struct document *yaml_parse(
        const char *path, struct slice text, struct document_error *error)
{
	*error = (struct document_error){0};
	yaml_parser_t parser;
	struct builder *builder = calloc(1, sizeof(*builder));
	struct document *document = builder ? document_new(path) : NULL;
	if (!document || !yaml_parser_initialize(&parser)) {
		(void)document_refuse(error, 0, 0, "out of memory");
		document_free(&document);
		free(builder);
		return NULL;
	}
	builder->document = document;
	builder->error = error;
	builder->parser = &parser;
	const char *bytes = text.data ? text.data : "";
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, text.len);
	if (!build(builder))
		document_free(&document);
	yaml_parser_delete(&parser);
	free(builder);
	return document;
}

struct document *yaml_read(const char *path, struct document_error *error)
{
	struct file_text text;
	struct file_error trouble;
	if (!file_read(path, DOCUMENT_BYTES_MAX, &text, &trouble)) {
		(void)document_refuse(error, 0, 0, "%s", trouble.text);
		return NULL;
	}
	struct document *document =
	        yaml_parse(path, slice_of(text.data, text.len), error);
	file_text_free(&text);
	return document;
}
