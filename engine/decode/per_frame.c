/*
 * What is open while a message is decoded: nodes that others lie in, and boxes, which are
 * encodings of their own. An error inside of a box stays there.
 */
#include <assert.h>

#include "engine/decode/per_inside.h"

static_assert(sizeof(struct per_node) == 24, "a node fills three words");

struct per_node *per_node_add(struct per_decoder *decoder, uint16_t name, uint16_t type)
{
	struct per_tape *tape = decoder->tape;

	if (tape->made == LIMIT_PER_NODES || tape->count == tape->size) {
		decoder->exhausted = true;
		return NULL;
	}
	tape->made++;
	struct per_node *node = &tape->nodes[tape->count++];
	*node = (struct per_node){
	        .next = tape->count,
	        .name = name,
	        .type = type,
	        .kind = PER_TYPES[type].kind,
	};
	return node;
}

struct per_frame *per_frame_push(
        struct per_decoder *decoder, enum per_frame_kind kind, uint32_t first)
{
	struct per_tape *tape = decoder->tape;
	const uint32_t depth = decoder->depth;
	uint32_t level = depth ? decoder->frames[depth - 1].level : 0;

	level += tape->count - first;
	if (depth == LIMIT_PER_DEPTH || level > LIMIT_PER_DEPTH) {
		decoder->exhausted = true;
		return NULL;
	}
	struct per_frame *frame = &decoder->frames[decoder->depth++];
	frame->kind = (uint8_t)kind;
	frame->first = first;
	frame->behind = tape->count;
	frame->level = level;
	return frame;
}

void per_nodes_close(struct per_tape *tape, uint32_t first, uint32_t behind)
{
	for (uint32_t i = first; i < behind; i++)
		tape->nodes[i].next = tape->count;
}

void per_frame_close(struct per_decoder *decoder)
{
	const struct per_frame *frame = &decoder->frames[--decoder->depth];
	per_nodes_close(decoder->tape, frame->first, frame->behind);
}

void per_box_begin(struct per_decoder *decoder, struct slice content,
        struct per_field inside, uint32_t first, bool octets)
{
	struct per_frame *frame = per_frame_push(decoder, PER_FRAME_BOX, first);

	if (!frame)
		return;
	frame->type = inside.type;
	frame->name = inside.name;
	frame->octets = octets;
	frame->content = content;
	frame->outside = decoder->bits;
	decoder->bits = per_bits_inside(&decoder->bits, content);
}

/* The encoding of the open type as it is. */
static void raw_add(struct per_decoder *decoder, struct slice content, uint16_t name,
        enum per_node_flag flag)
{
	struct per_node *node = per_node_add(decoder, name, PER_NO_TYPE);

	if (!node)
		return;
	node->kind = PER_KIND_OPEN;
	node->flags = (uint8_t)flag;
	node->data = (const uint8_t *)content.data;
	node->len = (uint32_t)content.len;
}

void per_unknown_take(struct per_decoder *decoder)
{
	struct slice content = per_open(decoder);

	if (decoder->bits.failed)
		return;
	raw_add(decoder, content, PER_NO_NAME, PER_NODE_UNKNOWN);
	decoder->tape->anomalies |= PER_UNKNOWN;
}

void per_open_begin(
        struct per_decoder *decoder, const struct per_field *field, uint32_t first)
{
	struct slice content = per_open(decoder);

	if (!decoder->bits.failed)
		per_box_begin(decoder, content, *field, first, false);
}

void per_box_close(struct per_decoder *decoder, struct per_frame *frame)
{
	const struct per_bits *inside = &decoder->bits;
	bool nothing = inside->at == 0 && inside->end == 8 && inside->base[0] == 0;

	if (inside->end - inside->at >= 8 && !nothing)
		decoder->tape->anomalies |= PER_TRAILING;
	decoder->bits = frame->outside;
	per_frame_close(decoder);
}

bool per_contain(struct per_decoder *decoder)
{
	struct per_tape *tape = decoder->tape;

	uint32_t depth = decoder->depth;

	while (depth && decoder->frames[depth - 1].kind != PER_FRAME_BOX)
		depth--;
	if (!depth)
		return false;
	decoder->depth = depth - 1;
	const struct per_frame *frame = &decoder->frames[decoder->depth];
	tape->anomalies |= PER_CONTAINED;
	decoder->bits = frame->outside;
	tape->count = frame->behind;
	if (frame->octets)
		tape->nodes[frame->behind - 1].flags |= PER_NODE_RAW;
	else
		raw_add(decoder, frame->content, frame->name, PER_NODE_RAW);
	per_nodes_close(tape, frame->first, frame->behind);
	return true;
}
