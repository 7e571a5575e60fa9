#include "engine/decode/per.h"
#include "engine/decode/per_inside.h"

#include <assert.h>

static_assert(sizeof(struct per_node) == 24, "a node fills three words");

/* The next node of the tape; NULL and the end of the message when the budget is spent. */
static struct per_node *node_add(
        struct per_decoder *decoder, uint16_t name, uint16_t type)
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

static struct per_frame *frame_push(struct per_decoder *decoder, enum per_frame_kind kind)
{
	if (decoder->depth == LIMIT_PER_DEPTH) {
		decoder->exhausted = true;
		return NULL;
	}
	struct per_frame *frame = &decoder->frames[decoder->depth++];
	frame->kind = (uint8_t)kind;
	frame->node = decoder->tape->count - 1;
	return frame;
}

/* The values inside the frame's node are complete. */
static void frame_close(struct per_decoder *decoder)
{
	const struct per_frame *frame = &decoder->frames[--decoder->depth];
	decoder->tape->nodes[frame->node].next = decoder->tape->count;
}

/* What follows is a complete encoding of the type, in octets of its own. */
static struct per_frame *box_begin(
        struct per_decoder *decoder, struct slice content, uint16_t type)
{
	struct per_frame *frame = frame_push(decoder, PER_FRAME_BOX);

	if (!frame)
		return NULL;
	frame->type = type;
	frame->name = PER_NO_NAME;
	frame->octets = true;
	frame->content = content;
	frame->outside = decoder->bits;
	decoder->bits = per_bits_of(content);
	return frame;
}

/* An open type, whose content stands for it on the tape. */
static void open_begin(struct per_decoder *decoder, uint16_t name, uint16_t type)
{
	struct slice content = per_open(decoder);

	if (decoder->bits.failed)
		return;
	struct per_frame *frame = box_begin(decoder, content, type);
	if (!frame)
		return;
	frame->name = name;
	frame->octets = false;
	frame->node = decoder->tape->count;
}

/* The encoding of the open type as it is. */
static void raw_add(struct per_decoder *decoder, struct slice content, uint16_t name,
        enum per_node_flag flag)
{
	struct per_node *node = node_add(decoder, name, PER_NO_TYPE);

	if (!node)
		return;
	node->kind = PER_KIND_OPEN;
	node->flags = (uint8_t)flag;
	node->data = (const uint8_t *)content.data;
	node->len = (uint32_t)content.len;
}

static void unknown_take(struct per_decoder *decoder)
{
	struct slice content = per_open(decoder);

	if (decoder->bits.failed)
		return;
	raw_add(decoder, content, PER_NO_NAME, PER_NODE_UNKNOWN);
	decoder->tape->anomalies |= PER_UNKNOWN;
}

static void sequence_begin(struct per_decoder *decoder, const struct per_type *type)
{
	struct per_frame *frame = frame_push(decoder, PER_FRAME_SEQUENCE);
	struct per_bits *bits = &decoder->bits;

	if (!frame)
		return;
	bool extended = type->extensible && per_bits_take(bits, 1);
	unsigned optionals = type->optionals;
	frame->type = (uint16_t)(type - PER_TYPES);
	frame->field = 0;
	frame->addition = 0;
	frame->left = extended;
	frame->present = 0;
	if (optionals > 32) {
		optionals -= 32;
		frame->present = per_bits_take(bits, 32) << 32;
		frame->present |= per_bits_take(bits, optionals) << (32 - optionals);
	} else if (optionals) {
		frame->present = per_bits_take(bits, optionals) << (64 - optionals);
	}
}

/* Which additions are there (X.691 19.7 and 19.8): a bit each, looked at where it stands.
 */
static void additions_begin(struct per_decoder *decoder, struct per_frame *frame)
{
	struct per_bits *bits = &decoder->bits;
	bool more = false;
	uint32_t count = 0;

	if (per_bits_take(bits, 1))
		count = per_length(bits, &more);
	else
		count = (uint32_t)per_bits_take(bits, 6) + 1;
	if (bits->failed || more || bits->end - bits->at < count) {
		bits->failed = true;
		return;
	}
	frame->additions = bits->at;
	frame->left = count;
	bits->at += count;
}

static void choice_begin(struct per_decoder *decoder, const struct per_type *type)
{
	struct per_bits *bits = &decoder->bits;
	bool extended = type->extensible && per_bits_take(bits, 1);
	uint32_t index = extended ? per_small(bits) : 0;
	struct per_frame *frame = frame_push(decoder, PER_FRAME_CHOICE);

	if (!frame)
		return;
	if (extended)
		index = index < UINT16_MAX ? index + type->root : UINT16_MAX;
	else
		index = (uint32_t)per_constrained(bits, type);
	if (!extended && index >= type->root)
		bits->failed = true;
	decoder->tape->nodes[frame->node].len = index;
	frame->type = 0;
	if (bits->failed)
		return;
	if (extended && index >= type->count) {
		unknown_take(decoder);
		return;
	}
	const struct per_field *field = &PER_FIELDS[type->first + index];
	frame->name = field->name;
	if (extended)
		open_begin(decoder, field->name, field->type);
	else
		frame->type = field->type;
}

static void list_begin(struct per_decoder *decoder, const struct per_type *type)
{
	struct per_frame *frame = frame_push(decoder, PER_FRAME_OF);
	bool more;

	if (!frame)
		return;
	frame->type = type->element;
	frame->left = per_size(decoder, type, &more);
	frame->more = more;
	decoder->tape->nodes[frame->node].len = frame->left;
}

/* Octets that hold a message: they stay on the tape and the message is their child. */
static void octets_take(
        struct per_decoder *decoder, const struct per_type *type, struct per_node *node)
{
	per_primitive(decoder, type, node);
	if (type->element && !decoder->bits.failed)
		(void)box_begin(decoder, slice_of(node->data, node->len), type->element);
}

/*
 * Begins a value: true when it is complete. Else a frame was pushed for what is inside
 * it, or it failed.
 */
static bool value(struct per_decoder *decoder, uint16_t name, uint16_t type_id)
{
	const struct per_type *type = &PER_TYPES[type_id];
	const uint32_t depth = decoder->depth;

	if (type->kind == PER_KIND_OPEN && type->element) {
		open_begin(decoder, name, type->element);
		return false;
	}
	struct per_node *node = node_add(decoder, name, type_id);
	if (!node)
		return false;
	if (type->kind == PER_KIND_SEQUENCE)
		sequence_begin(decoder, type);
	else if (type->kind == PER_KIND_CHOICE)
		choice_begin(decoder, type);
	else if (type->kind == PER_KIND_OF)
		list_begin(decoder, type);
	else if (type->kind == PER_KIND_OCTETS)
		octets_take(decoder, type, node);
	else
		per_primitive(decoder, type, node);
	return decoder->depth == depth && !decoder->bits.failed && !decoder->exhausted;
}

static bool addition_present(
        const struct per_decoder *decoder, const struct per_frame *frame, uint32_t index)
{
	size_t at = frame->additions + index;
	return decoder->bits.base[at / 8] >> (7 - at % 8) & 1;
}

static void sequence_step(struct per_decoder *decoder, struct per_frame *frame)
{
	const struct per_type *type = &PER_TYPES[frame->type];

	while (frame->field < type->root) {
		const struct per_field *field = &PER_FIELDS[type->first + frame->field++];
		if (field->optional) {
			bool present = frame->present >> 63;
			frame->present <<= 1;
			if (!present)
				continue;
		}
		if (!value(decoder, field->name, field->type))
			return;
	}
	if (frame->left && frame->field == type->root) {
		frame->field++;
		additions_begin(decoder, frame);
	}
	while (!decoder->bits.failed && frame->addition < frame->left) {
		uint32_t index = frame->addition++;
		if (!addition_present(decoder, frame, index))
			continue;
		if (index + type->root >= type->count) {
			unknown_take(decoder);
			if (decoder->exhausted)
				return;
			continue;
		}
		const struct per_field *field =
		        &PER_FIELDS[type->first + type->root + index];
		open_begin(decoder, field->name, field->type);
		return;
	}
	if (!decoder->bits.failed)
		frame_close(decoder);
}

static void list_step(struct per_decoder *decoder, struct per_frame *frame)
{
	do {
		while (frame->left) {
			frame->left--;
			if (!value(decoder, PER_NO_NAME, frame->type))
				return;
		}
		if (frame->more) {
			frame->left = per_length(&decoder->bits, &frame->more);
			decoder->tape->nodes[frame->node].len += frame->left;
		}
	} while (frame->left && !decoder->bits.failed);
	if (!decoder->bits.failed)
		frame_close(decoder);
}

/* The content of a choice or of a box is begun once; then it is complete. */
static bool content_begin(struct per_decoder *decoder, struct per_frame *frame)
{
	uint16_t type = frame->type;

	if (!type)
		return false;
	frame->type = 0;
	return !value(decoder, frame->name, type);
}

/* One octet of zero is how a value without bits is written (X.691 11.2.7). */
static void box_close(struct per_decoder *decoder, struct per_frame *frame)
{
	const struct per_bits *inside = &decoder->bits;
	bool nothing = inside->at == 0 && inside->end == 8 && inside->base[0] == 0;

	if (inside->end - inside->at >= 8 && !nothing)
		decoder->tape->anomalies |= PER_TRAILING;
	decoder->bits = frame->outside;
	frame_close(decoder);
}

static void step(struct per_decoder *decoder)
{
	struct per_frame *frame = &decoder->frames[decoder->depth - 1];

	switch ((enum per_frame_kind)frame->kind) {
	case PER_FRAME_SEQUENCE:
		sequence_step(decoder, frame);
		break;
	case PER_FRAME_OF:
		list_step(decoder, frame);
		break;
	case PER_FRAME_CHOICE:
		if (!content_begin(decoder, frame) && !decoder->bits.failed)
			frame_close(decoder);
		break;
	case PER_FRAME_BOX:
		if (!content_begin(decoder, frame) && !decoder->bits.failed)
			box_close(decoder, frame);
		break;
	}
}

/*
 * An error inside a box is contained: what it gave is taken back and the box is raw.
 * False when there is no box around it.
 */
static bool contain(struct per_decoder *decoder)
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
	if (frame->octets) {
		tape->count = frame->node + 1;
		tape->nodes[frame->node].next = tape->count;
		tape->nodes[frame->node].flags |= PER_NODE_RAW;
	} else {
		tape->count = frame->node;
		raw_add(decoder, frame->content, frame->name, PER_NODE_RAW);
	}
	return true;
}

bool per_append(enum per_type_id root, struct slice message, struct per_tape *tape)
{
	struct per_decoder decoder; /* its stack is written before it is read */

	decoder.bits = per_bits_of(message);
	decoder.tape = tape;
	decoder.depth = 0;
	decoder.exhausted = false;
	bool fine = value(&decoder, PER_NO_NAME, (uint16_t)root) || decoder.depth;
	fine = fine && !decoder.bits.failed;
	while (decoder.depth && fine && !decoder.exhausted) {
		step(&decoder);
		if (decoder.bits.failed && !decoder.exhausted)
			fine = contain(&decoder);
	}
	fine = fine && !decoder.bits.failed && !decoder.exhausted;
	if (!fine)
		tape->anomalies |= decoder.exhausted ? PER_EXHAUSTED : PER_BROKEN;
	/* Of a message that ended early the values are closed that were open. */
	while (decoder.depth) {
		if (decoder.frames[decoder.depth - 1].node < tape->count)
			frame_close(&decoder);
		else
			decoder.depth--;
	}
	per_bits_align(&decoder.bits);
	tape->consumed = decoder.bits.at / 8;
	return fine;
}

bool per_decode(enum per_type_id root, struct slice message, struct per_tape *tape)
{
	tape->count = tape->made = tape->text_used = tape->anomalies = 0;
	return per_append(root, message, tape);
}
