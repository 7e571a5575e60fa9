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
	const uint8_t *floor; /* where the bytes around it begin, which may be read */
	bool failed;          /* sticky */
};

enum per_frame_kind { PER_FRAME_SEQUENCE, PER_FRAME_OF, PER_FRAME_BOX };

/*
 * What is open: the nodes from first up to behind end where its content ends. They are
 * the choices that chose it, and itself; of an open type's BOX only the choices.
 */
struct per_frame {
	uint32_t first;
	uint32_t behind;
	uint32_t level;    /* nodes of the tape that it lies in */
	uint32_t left;     /* OF: elements; SEQUENCE: number of addition bits */
	uint32_t addition; /* SEQUENCE: the next one of them */
	uint16_t type;     /* of the OF's elements, of the BOX's content; 0 once begun */
	uint16_t name;     /* of the BOX's content */
	uint8_t kind;
	bool more;   /* OF: another fragment follows */
	bool octets; /* BOX: the last of its nodes is the OCTET STRING around it */
	union {
		struct {
			const struct per_field *field; /* the next one of the root */
			const struct per_field *root_end;
			const struct per_field *end;
			uint64_t present; /* optional fields, the first one highest */
			struct per_bits additions; /* where their bits stand */
		};
		struct {
			struct per_bits outside; /* the reader behind the BOX */
			struct slice content;
		};
	};
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
	} else if ((size_t)(at - bits->floor) + octets >= 8) {
		memcpy(&word, at + octets - 8, 8);
		word = __builtin_bswap64(word) << (64 - 8 * octets);
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
	const uint8_t *base = (const uint8_t *)bytes.data;
	return (struct per_bits){base, 0, bytes.len * 8, base, false};
}

/* Of content inside what is being read; of one that was put together it stands alone. */
static inline struct per_bits per_bits_inside(
        const struct per_bits *outside, struct slice content)
{
	struct per_bits bits = per_bits_of(content);
	if (bits.base >= outside->base && bits.base <= outside->base + outside->end / 8)
		bits.floor = outside->floor;
	return bits;
}

/* The next node of the tape; NULL and the end of the message when the budget is spent. */
struct per_node *per_node_add(struct per_decoder *decoder, uint16_t name, uint16_t type);
/* What lies between the two ends here. */
void per_nodes_close(struct per_tape *tape, uint32_t first, uint32_t behind);

/*
 * A frame for what is inside the last nodes from first on: all of them end with it. NULL
 * and the end of the message when they lie too deep.
 */
struct per_frame *per_frame_push(
        struct per_decoder *decoder, enum per_frame_kind kind, uint32_t first);
/* The values inside the frame's nodes are complete. */
void per_frame_close(struct per_decoder *decoder);
/*
 * What follows is a complete encoding of the type, in octets of its own: those of the
 * node before it, or of an open type, whose content stands for it on the tape.
 */
void per_box_begin(struct per_decoder *decoder, struct slice content,
        struct per_field inside, uint32_t first, bool octets);
void per_open_begin(
        struct per_decoder *decoder, const struct per_field *field, uint32_t first);
/* An open type of which the schema knows nothing. */
void per_unknown_take(struct per_decoder *decoder);
/* What the box holds is complete. */
void per_box_close(struct per_decoder *decoder, struct per_frame *frame);
/*
 * An error inside a box is contained: what it gave is taken back and the box is raw.
 * False when there is no box around it.
 */
bool per_contain(struct per_decoder *decoder);

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
