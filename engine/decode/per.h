/*
 * Aligned BASIC-PER (X.691) of what H.323 speaks: H.225.0, H.235, H.245, H.450, H.460 and
 * H.501, driven by the tables that the build makes of h323.schema.
 *
 * A message becomes a tape: its values in the order of the wire, each parent before its
 * children. The children of node i follow it, node.next is what follows its last
 * descendant; both are found without pointers and a subtree is skipped in one step. Names
 * are numbers (enum per_name, generated), so that a reader of fields is a switch.
 *
 * The tape and the text that cannot be borrowed from the message live in memory of the
 * caller's; all else points into the message. An error in a nested encoding (extension
 * addition, open type, OCTET STRING that holds a message) leaves this value raw and the
 * rest is decoded; a blown budget ends the message.
 */
#ifndef RINGFENCE_DECODE_PER_H
#define RINGFENCE_DECODE_PER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/decode/per_names.h"

enum per_kind {
	PER_KIND_NULL,
	PER_KIND_BOOL,
	PER_KIND_INT,  /* value; beyond 64 bits data holds the octets, see PER_NODE_BIG */
	PER_KIND_ENUM, /* value: the index, per_enum_name its name */
	PER_KIND_OID,  /* data: content octets of BER */
	PER_KIND_BITS, /* data, len in bits */
	PER_KIND_OCTETS,   /* data; a decoded message in it is its child */
	PER_KIND_STRING,   /* data: ASCII, not checked */
	PER_KIND_BMP,      /* data: big-endian UTF-16 */
	PER_KIND_OPEN,     /* data: an encoding that was not decoded */
	PER_KIND_SEQUENCE, /* children in the order of the schema, absent ones left out */
	PER_KIND_CHOICE,   /* len: the index; one child */
	PER_KIND_OF,       /* len: the count */
};

enum per_node_flag {
	PER_NODE_BIG = 1,     /* an INT that data and len hold as it was written */
	PER_NODE_RAW = 2,     /* the encoding in it was wrong */
	PER_NODE_UNKNOWN = 4, /* extension that the schema does not have */
};

struct per_node {
	union {
		int64_t value;
		const uint8_t *data; /* borrowed from the message or the tape's text */
	};
	uint32_t len;  /* bytes, or what the kind says */
	uint32_t next; /* index behind the last descendant; > own index, <= count */
	uint16_t name; /* enum per_name; PER_NO_NAME for roots and items of lists */
	uint16_t type; /* enum per_type_id or a nameless type; 0 = unknown */
	uint8_t kind;  /* enum per_kind */
	uint8_t flags; /* enum per_node_flag */
};

/* What is understandable but wrong, of one message. */
enum per_anomaly {
	PER_CONTAINED = 1,  /* a nested value was wrong and is raw */
	PER_TRAILING = 2,   /* octets behind a nested value */
	PER_UNKNOWN = 4,    /* extensions that the schema does not have */
	PER_RANGE = 8,      /* number, size or character out of its range */
	PER_OID_EMPTY = 16, /* OBJECT IDENTIFIER of no octets */
	PER_OID_LONG = 128, /* OBJECT IDENTIFIER of over LIMIT_PER_OID octets */
	PER_BROKEN = 32,    /* the message itself is wrong or ends too early */
	PER_EXHAUSTED = 64, /* depth, nodes or text exceed the budget */
};

struct per_tape {
	struct per_node *nodes; /* borrowed */
	uint32_t size;          /* nodes that fit; at most LIMIT_PER_NODES are used */
	uint32_t count;
	uint8_t *text; /* borrowed: digits and fragmented values are gathered here */
	uint32_t text_size;
	uint32_t text_used;
	uint32_t made;      /* nodes that were made, also those that were taken back */
	uint32_t anomalies; /* bits of enum per_anomaly */
	size_t consumed;    /* bytes of the message; the next message of a run follows */
};

/*
 * Decodes one message of the root's type. False with PER_BROKEN or PER_EXHAUSTED: what
 * came before the fault stands on the tape, which is well formed in any case.
 */
bool per_decode(enum per_type_id root, struct slice message, struct per_tape *tape);
/*
 * The same behind what the tape holds, as a further root; the budgets are shared by all
 * roots, anomalies are added.
 */
bool per_append(enum per_type_id root, struct slice message, struct per_tape *tape);

/* As the schema writes it; "-" for PER_NO_NAME. */
const char *per_name_text(uint16_t name);
/* The name of an ENUM node's value; NULL when the schema has none. */
const char *per_enum_name(const struct per_node *node);
/*
 * The child of nodes[parent] with that name, 0 when there is none (the root is no child).
 * Costs a step for each child before it.
 */
uint32_t per_child(const struct per_tape *tape, uint32_t parent, enum per_name name);

#endif
