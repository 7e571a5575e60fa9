/*
 * Inside of the PER decoder: its tables, its reader of bits and its stack.
 */
#ifndef RINGFENCE_DECODE_PER_INSIDE_H
#define RINGFENCE_DECODE_PER_INSIDE_H

#include "engine/decode/per.h"
#include "engine/limits.h"

/* How a number, an index or a size is written (X.691 11.5 to 11.9). */
enum per_mode {
	PER_MODE_FIXED, /* no bits: it can be but one */
	PER_MODE_FIELD, /* width bits */
	PER_MODE_OCTET, /* one octet, aligned */
	PER_MODE_TWO,   /* two octets, aligned */
	PER_MODE_LONG,  /* a length of width bits, then octets */
	PER_MODE_LOWER, /* a length, then octets: no upper bound */
	PER_MODE_FREE,  /* a length, then octets of a signed number; a general length */
};

struct per_field {
	uint16_t name;
	uint16_t type;
	bool optional;
};

struct per_type {
	int64_t lower;  /* of the number or the size */
	int64_t span;   /* upper - lower */
	uint16_t first; /* of PER_FIELDS: fields, alternatives or items */
	uint16_t count; /* with extension additions */
	uint16_t root;  /* without them */
	uint16_t element;
	uint8_t kind;
	uint8_t mode;
	uint8_t width;
	uint8_t unit;     /* bits of an element of a string */
	uint8_t alphabet; /* 0 = characters as they are */
	uint8_t optionals;
	bool extensible;
	bool aligned;
};

extern const char *const PER_NAMES[];
extern const struct per_field PER_FIELDS[];
extern const struct per_type PER_TYPES[];

/* Positions in bits; alignment is relative to base, where a complete encoding begins. */
struct per_bits {
	const uint8_t *base;
	size_t at;
	size_t end;
	bool failed; /* sticky */
};

enum per_frame_kind { PER_FRAME_SEQUENCE, PER_FRAME_CHOICE, PER_FRAME_OF, PER_FRAME_BOX };

struct per_frame {
	uint8_t kind;
	bool more;         /* OF: another fragment follows */
	bool octets;       /* BOX: its node is the OCTET STRING around it */
	uint16_t type;     /* of a CHOICE and a BOX: 0 once its content was begun */
	uint16_t name;     /* of the BOX's or the CHOICE's content */
	uint16_t field;    /* the next one of a SEQUENCE's root */
	uint32_t node;     /* to be closed; of an open type's BOX: the value in it */
	uint32_t left;     /* OF: elements; SEQUENCE: number of addition bits */
	uint32_t addition; /* the next one */
	uint64_t present;  /* bits of the optional fields to come, first one highest */
	size_t additions;  /* where the bits of the additions stand */
	struct per_bits outside; /* of a BOX: the reader behind it */
	struct slice content;    /* of a BOX */
};

struct per_decoder {
	struct per_bits bits;
	struct per_tape *tape;
	uint32_t depth;
	bool exhausted;
	struct per_frame frames[LIMIT_PER_DEPTH];
};

/* The next count (0 to 57) bits as a number. */
static inline uint64_t per_bits_take(struct per_bits *bits, unsigned count)
{
	if (bits->end - bits->at < count) {
		bits->failed = true;
		bits->at = bits->end;
		return 0;
	}
	if (count == 0)
		return 0;
	const uint8_t *at = bits->base + bits->at / 8;
	const unsigned shift = bits->at % 8;
	const size_t octets = bits->end / 8 - bits->at / 8;
	uint64_t word = 0;
	if (octets >= 8) {
		memcpy(&word, at, 8);
		word = __builtin_bswap64(word);
	} else {
		for (unsigned i = 0; i < octets; i++)
			word |= (uint64_t)at[i] << (56 - 8 * i);
	}
	bits->at += count;
	return word << shift >> (64 - count);
}

static inline void per_bits_align(struct per_bits *bits)
{
	bits->at = (bits->at + 7) & ~(size_t)7;
}

static inline struct per_bits per_bits_of(struct slice bytes)
{
	return (struct per_bits){(const uint8_t *)bytes.data, 0, bytes.len * 8, false};
}

/* A general length (X.691 11.9.3.5 to 11.9.3.8); *more tells that it is of a fragment. */
uint32_t per_length(struct per_bits *bits, bool *more);
/* A normally small number (X.691 11.6). */
uint32_t per_small(struct per_bits *bits);
/* A number of 0 to span that is neither PER_MODE_LOWER nor PER_MODE_FREE; unchecked. */
uint64_t per_constrained(struct per_bits *bits, const struct per_type *type);
/* The size of a string or list with the constraint of the type. */
uint32_t per_size(struct per_decoder *decoder, const struct per_type *type, bool *more);
/* The content of an open type. */
struct slice per_open(struct per_decoder *decoder);
/* Reads a value that is not made of others into the node. */
void per_primitive(
        struct per_decoder *decoder, const struct per_type *type, struct per_node *node);

#endif
