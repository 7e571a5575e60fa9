/*
 * Values of aligned PER that are not made of others: numbers, strings, lengths.
 */
#include "engine/decode/per_inside.h"

/* In the order of their codes, which is that of their characters (X.691 30.5.4). */
static const char *const ALPHABETS[] = {
        "",
        " 0123456789",
        "#*,0123456789",
        "#*0123456789abc",
        "0123456789ABCDE",
        "0123456789",
};

static const uint8_t ALPHABET_COUNT[] = {0, 11, 13, 15, 15, 10};

uint32_t per_length(struct per_bits *bits, bool *more)
{
	per_bits_align(bits);
	uint32_t first = (uint32_t)per_bits_take(bits, 8);
	*more = false;
	if (first < 0x80)
		return first;
	if (first < 0xc0)
		return (first & 0x3f) << 8 | (uint32_t)per_bits_take(bits, 8);
	if (first < 0xc1 || first > 0xc4) {
		bits->failed = true;
		return 0;
	}
	*more = true;
	return (first & 0x3f) * 16384;
}

uint32_t per_small(struct per_bits *bits)
{
	bool more;

	if (!per_bits_take(bits, 1))
		return (uint32_t)per_bits_take(bits, 6);
	uint32_t len = per_length(bits, &more);
	if (more || len == 0 || len > 4) {
		bits->failed = true;
		return 0;
	}
	return (uint32_t)per_bits_take(bits, len * 8);
}

uint64_t per_constrained(struct per_bits *bits, const struct per_type *type)
{
	unsigned octets;

	switch (type->mode) {
	case PER_MODE_FIELD:
		return per_bits_take(bits, type->width);
	case PER_MODE_OCTET:
		per_bits_align(bits);
		return per_bits_take(bits, 8);
	case PER_MODE_TWO:
		per_bits_align(bits);
		return per_bits_take(bits, 16);
	case PER_MODE_LONG:
		octets = (unsigned)per_bits_take(bits, type->width) + 1;
		per_bits_align(bits);
		if (octets <= 7)
			return per_bits_take(bits, octets * 8);
		return per_bits_take(bits, 32) << 32 | per_bits_take(bits, 32);
	default:
		return 0;
	}
}

uint32_t per_size(struct per_decoder *decoder, const struct per_type *type, bool *more)
{
	struct per_bits *bits = &decoder->bits;

	*more = false;
	if (type->mode == PER_MODE_FREE || (type->extensible && per_bits_take(bits, 1)))
		return per_length(bits, more);
	uint64_t above = per_constrained(bits, type);
	if (above > (uint64_t)type->span)
		decoder->tape->anomalies |= PER_RANGE;
	return (uint32_t)(above + (uint64_t)type->lower);
}

static uint8_t *text_take(struct per_decoder *decoder, size_t len)
{
	struct per_tape *tape = decoder->tape;

	if (tape->text_size - tape->text_used < len) {
		decoder->exhausted = true;
		decoder->bits.failed = true;
		return NULL;
	}
	uint8_t *text = tape->text + tape->text_used;
	tape->text_used += (uint32_t)len;
	return text;
}

/*
 * The next count bits as octets, the last one filled up with zeroes. They are borrowed
 * where they begin and end with an octet.
 */
static const uint8_t *run_take(struct per_decoder *decoder, size_t count)
{
	struct per_bits *bits = &decoder->bits;

	if (bits->failed || bits->end - bits->at < count) {
		bits->failed = true;
		return NULL;
	}
	const uint8_t *data = bits->base + bits->at / 8;
	if (count == 0 || (bits->at % 8 == 0 && count % 8 == 0)) {
		bits->at += count;
		return data;
	}
	uint8_t *text = text_take(decoder, (count + 7) / 8);
	for (size_t i = 0; text && count; i++) {
		unsigned some = count < 8 ? (unsigned)count : 8;
		text[i] = (uint8_t)(per_bits_take(bits, some) << (8 - some));
		count -= some;
	}
	return text;
}

/*
 * Fragments of a value (X.691 11.9.3.8), put together in the tape's text. All but the
 * last have 16384 elements or a multiple, so that each begins with an octet there.
 */
static const uint8_t *gather(struct per_decoder *decoder, unsigned unit, uint32_t *count)
{
	struct per_bits *bits = &decoder->bits;
	const uint8_t *gathered = decoder->tape->text + decoder->tape->text_used;
	uint32_t piece = *count;
	bool more = true;

	for (*count = 0; !bits->failed; piece = per_length(bits, &more)) {
		const size_t run = (size_t)piece * unit;
		if (bits->end - bits->at < run)
			break;
		uint8_t *text = text_take(decoder, (run + 7) / 8);
		if (!text)
			break;
		memcpy(text, bits->base + bits->at / 8, (run + 7) / 8);
		bits->at += run;
		*count += piece;
		if (!more)
			return gathered;
	}
	bits->failed = true;
	return NULL;
}

/* The elements of a string, packed; *count tells how many they are. */
static const uint8_t *packed(
        struct per_decoder *decoder, const struct per_type *type, uint32_t *count)
{
	struct per_bits *bits = &decoder->bits;
	bool more;

	*count = per_size(decoder, type, &more);
	if (more)
		return gather(decoder, type->unit, count);
	/* Nothing takes no padding; behind a general length all is aligned as it is. */
	if (type->aligned && *count)
		per_bits_align(bits);
	return run_take(decoder, (size_t)*count * type->unit);
}

struct slice per_open(struct per_decoder *decoder)
{
	bool more;
	uint32_t len = per_length(&decoder->bits, &more);
	const uint8_t *data =
	        more ? gather(decoder, 8, &len) : run_take(decoder, (size_t)len * 8);
	return slice_of(data, data ? len : 0);
}

/* Characters that are written as indices into a permitted alphabet. */
static void spell(
        struct per_decoder *decoder, const struct per_type *type, struct per_node *node)
{
	uint8_t *text = text_take(decoder, node->len);
	const char *alphabet = ALPHABETS[type->alphabet];

	if (!text)
		return;
	for (uint32_t i = 0; i < node->len; i++) {
		unsigned index = i % 2 ? node->data[i / 2] & 15 : node->data[i / 2] >> 4;
		if (index >= ALPHABET_COUNT[type->alphabet]) {
			decoder->tape->anomalies |= PER_RANGE;
			text[i] = '?';
		} else {
			text[i] = (uint8_t)alphabet[index];
		}
	}
	node->data = text;
}

/* A number in octets behind a general length, as it may have any size. */
static void number_take(
        struct per_decoder *decoder, struct per_node *node, bool is_signed, int64_t lower)
{
	struct slice octets = per_open(decoder);
	const uint8_t *data = (const uint8_t *)octets.data;
	uint64_t value = 0;

	if (decoder->bits.failed)
		return;
	if (octets.len == 0)
		decoder->tape->anomalies |= PER_RANGE;
	if (octets.len > 8 || (octets.len == 8 && !is_signed && data[0] & 0x80)) {
		node->data = data;
		node->len = (uint32_t)octets.len;
		node->flags = PER_NODE_BIG;
		return;
	}
	if (is_signed && octets.len && data[0] & 0x80)
		value = UINT64_MAX;
	for (size_t i = 0; i < octets.len; i++)
		value = value << 8 | data[i];
	/* Around the end of the range there is a sum that int64_t cannot hold. */
	node->value = (int64_t)(value + (uint64_t)lower);
}

static void integer(
        struct per_decoder *decoder, const struct per_type *type, struct per_node *node)
{
	struct per_bits *bits = &decoder->bits;

	if (type->mode == PER_MODE_FREE || (type->extensible && per_bits_take(bits, 1))) {
		number_take(decoder, node, true, 0);
	} else if (type->mode == PER_MODE_LOWER) {
		number_take(decoder, node, false, type->lower);
	} else {
		uint64_t above = per_constrained(bits, type);
		if (above > (uint64_t)type->span)
			decoder->tape->anomalies |= PER_RANGE;
		node->value = (int64_t)(above + (uint64_t)type->lower);
	}
}

static void enumeration(
        struct per_decoder *decoder, const struct per_type *type, struct per_node *node)
{
	struct per_bits *bits = &decoder->bits;

	if (type->extensible && per_bits_take(bits, 1)) {
		node->value = (int64_t)per_small(bits) + type->root;
		if (node->value >= type->count)
			decoder->tape->anomalies |= PER_UNKNOWN;
		return;
	}
	uint64_t index = per_constrained(bits, type);
	if (index >= type->root)
		bits->failed = true;
	node->value = (int64_t)index;
}

void per_primitive(
        struct per_decoder *decoder, const struct per_type *type, struct per_node *node)
{
	struct slice open;

	switch ((enum per_kind)type->kind) {
	case PER_KIND_BOOL:
		node->value = (int64_t)per_bits_take(&decoder->bits, 1);
		break;
	case PER_KIND_INT:
		integer(decoder, type, node);
		break;
	case PER_KIND_ENUM:
		enumeration(decoder, type, node);
		break;
	case PER_KIND_OPEN:
	case PER_KIND_OID:
		open = per_open(decoder);
		node->data = (const uint8_t *)open.data;
		node->len = (uint32_t)open.len;
		if (type->kind == PER_KIND_OID && open.len == 0)
			decoder->tape->anomalies |= PER_OID_EMPTY;
		if (type->kind == PER_KIND_OID && open.len > LIMIT_PER_OID)
			decoder->tape->anomalies |= PER_OID_LONG;
		break;
	case PER_KIND_BITS:
	case PER_KIND_OCTETS:
	case PER_KIND_STRING:
		node->data = packed(decoder, type, &node->len);
		if (type->alphabet && !decoder->bits.failed)
			spell(decoder, type, node);
		break;
	case PER_KIND_BMP:
		node->data = packed(decoder, type, &node->len);
		node->len *= 2;
		break;
	case PER_KIND_NULL:
	case PER_KIND_SEQUENCE:
	case PER_KIND_CHOICE:
	case PER_KIND_OF:
		break;
	}
	/* Of what is not there nobody reads. */
	if (decoder->bits.failed) {
		node->value = 0;
		node->len = 0;
		node->flags = PER_NODE_RAW;
	}
}
