#include "engine/decode/per.h"
#include "engine/decode/per_inside.h"

static void sequence_begin(
        struct per_decoder *decoder, const struct per_type *type, uint32_t first)
{
	struct per_frame *frame = per_frame_push(decoder, PER_FRAME_SEQUENCE, first);
	struct per_bits *bits = &decoder->bits;

	if (!frame)
		return;
	unsigned optionals = type->optionals;
	frame->field = &PER_FIELDS[type->first];
	frame->root_end = frame->field + type->root;
	frame->end = frame->field + type->count;
	frame->left = type->extensible && per_bits_take(bits, 1);
	frame->addition = 0;
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
		count = 0;
	}
	frame->additions = *bits;
	frame->left = count;
	bits->at += count;
}

/* The next addition that is there; false when there is none. */
static bool addition_next(struct per_frame *frame, uint32_t *index)
{
	while (frame->addition < frame->left) {
		const uint32_t left = frame->left - frame->addition;
		const unsigned some = left < 56 ? left : 56;
		struct per_bits peek = frame->additions;
		peek.at += frame->addition;
		const uint64_t word = per_bits_take(&peek, some) << (64 - some);
		if (!word) {
			frame->addition += some;
			continue;
		}
		*index = frame->addition + (uint32_t)__builtin_clzll(word);
		frame->addition = *index + 1;
		return true;
	}
	return false;
}

/*
 * What a choice chose, to be decoded next; NULL when that was done, begun in a box, or
 * failed.
 */
static const struct per_field *choice_take(
        struct per_decoder *decoder, const struct per_type *type, uint32_t first)
{
	struct per_bits *bits = &decoder->bits;
	struct per_node *node = &decoder->tape->nodes[decoder->tape->count - 1];
	bool extended = type->extensible && per_bits_take(bits, 1);
	uint32_t index =
	        extended ? per_small(bits) : (uint32_t)per_constrained(bits, type);

	if (extended)
		index = index < UINT16_MAX ? index + type->root : UINT16_MAX;
	else if (index >= type->root)
		bits->failed = true;
	node->len = index;
	if (bits->failed)
		return NULL;
	if (extended && index >= type->count) {
		per_unknown_take(decoder);
		return NULL;
	}
	const struct per_field *field = &PER_FIELDS[type->first + index];
	if (!extended)
		return field;
	per_open_begin(decoder, field, first);
	return NULL;
}

static void list_begin(
        struct per_decoder *decoder, const struct per_type *type, uint32_t first)
{
	struct per_frame *frame = per_frame_push(decoder, PER_FRAME_OF, first);
	bool more;

	if (!frame)
		return;
	frame->type = type->element;
	frame->left = per_size(decoder, type, &more);
	frame->more = more;
	decoder->tape->nodes[frame->behind - 1].len = frame->left;
}

/* Octets that hold a message: they stay on the tape and the message is their child. */
static void octets_take(struct per_decoder *decoder, const struct per_type *type,
        struct per_node *node, uint32_t first)
{
	const struct per_field inside = {.name = PER_NO_NAME, .type = type->element};

	per_primitive(decoder, type, node);
	if (type->element && !decoder->bits.failed)
		per_box_begin(
		        decoder, slice_of(node->data, node->len), inside, first, true);
}

/* A value that no other is inside of; or it begins one, with a frame. */
static void value_take(struct per_decoder *decoder, const struct per_type *type,
        struct per_node *node, uint32_t first)
{
	switch ((enum per_kind)type->kind) {
	case PER_KIND_SEQUENCE:
		sequence_begin(decoder, type, first);
		break;
	case PER_KIND_OF:
		list_begin(decoder, type, first);
		break;
	case PER_KIND_OCTETS:
		octets_take(decoder, type, node, first);
		break;
	case PER_KIND_NULL:
	case PER_KIND_CHOICE:
		break;
	case PER_KIND_BOOL:
		node->value = (int64_t)per_bits_take(&decoder->bits, 1);
		break;
	case PER_KIND_INT:
	case PER_KIND_ENUM:
	case PER_KIND_OID:
	case PER_KIND_BITS:
	case PER_KIND_STRING:
	case PER_KIND_BMP:
	case PER_KIND_OPEN:
		per_primitive(decoder, type, node);
		break;
	}
}

/*
 * Begins a value: true when it is complete. Else a frame was pushed for what is inside
 * it, or it failed. A choice and what it chose end together: they are taken in one go.
 */
static bool value(struct per_decoder *decoder, const struct per_field *field)
{
	struct per_tape *tape = decoder->tape;
	const uint32_t depth = decoder->depth;
	const uint32_t first = tape->count;

	while (field) {
		const struct per_type *type = &PER_TYPES[field->type];
		if (type->kind == PER_KIND_OPEN && type->element) {
			const struct per_field inside = {
			        field->name, type->element, false};
			per_open_begin(decoder, &inside, first);
			break;
		}
		struct per_node *node = per_node_add(decoder, field->name, field->type);
		if (!node || tape->count - first > LIMIT_PER_CHOICES) {
			decoder->exhausted = true;
			break;
		}
		if (type->kind == PER_KIND_CHOICE) {
			field = choice_take(decoder, type, first);
			continue;
		}
		value_take(decoder, type, node, first);
		break;
	}
	if (decoder->depth != depth)
		return false;
	per_nodes_close(tape, first, tape->count);
	return !decoder->bits.failed && !decoder->exhausted;
}

static void sequence_step(struct per_decoder *decoder, struct per_frame *frame)
{
	uint32_t index;

	while (frame->field < frame->root_end) {
		const struct per_field *field = frame->field++;
		if (field->optional) {
			bool present = frame->present >> 63;
			frame->present <<= 1;
			if (!present)
				continue;
		}
		if (!value(decoder, field))
			return;
	}
	if (frame->left && frame->field == frame->root_end) {
		frame->field++;
		additions_begin(decoder, frame);
	}
	while (!decoder->bits.failed && addition_next(frame, &index)) {
		if (index < (uint32_t)(frame->end - frame->root_end)) {
			per_open_begin(
			        decoder, frame->root_end + index, decoder->tape->count);
			return;
		}
		per_unknown_take(decoder);
		if (decoder->exhausted)
			return;
	}
	if (!decoder->bits.failed)
		per_frame_close(decoder);
}

static void list_step(struct per_decoder *decoder, struct per_frame *frame)
{
	const struct per_field element = {PER_NO_NAME, frame->type, false};

	do {
		while (frame->left) {
			frame->left--;
			if (!value(decoder, &element))
				return;
		}
		if (frame->more) {
			frame->left = per_length(&decoder->bits, &frame->more);
			decoder->tape->nodes[frame->behind - 1].len += frame->left;
		}
	} while (frame->left && !decoder->bits.failed);
	if (!decoder->bits.failed)
		per_frame_close(decoder);
}

static void box_step(struct per_decoder *decoder, struct per_frame *frame)
{
	const struct per_field inside = {frame->name, frame->type, false};

	frame->type = PER_NO_TYPE;
	/* Its content is begun once; when that is done it is complete. */
	if (inside.type && !value(decoder, &inside))
		return;
	if (!decoder->bits.failed)
		per_box_close(decoder, frame);
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
	case PER_FRAME_BOX:
		box_step(decoder, frame);
		break;
	}
}

bool per_append(enum per_type_id root, struct slice message, struct per_tape *tape)
{
	struct per_decoder decoder; /* its stack is written before it is read */

	decoder.bits = per_bits_of(message);
	decoder.tape = tape;
	decoder.depth = 0;
	decoder.exhausted = false;
	const struct per_field whole = {PER_NO_NAME, (uint16_t)root, false};
	bool fine = value(&decoder, &whole) || decoder.depth;
	fine = fine && !decoder.bits.failed;
	while (decoder.depth && fine && !decoder.exhausted) {
		step(&decoder);
		if (decoder.bits.failed && !decoder.exhausted)
			fine = per_contain(&decoder);
	}
	fine = fine && !decoder.bits.failed && !decoder.exhausted;
	if (!fine)
		tape->anomalies |= decoder.exhausted ? PER_EXHAUSTED : PER_BROKEN;
	/* Of a message that ended early the values are closed that were open. */
	while (decoder.depth)
		per_frame_close(&decoder);
	per_bits_align(&decoder.bits);
	tape->consumed = decoder.bits.at / 8;
	return fine;
}

bool per_decode(enum per_type_id root, struct slice message, struct per_tape *tape)
{
	tape->count = tape->made = tape->text_used = tape->anomalies = 0;
	return per_append(root, message, tape);
}
