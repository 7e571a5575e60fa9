/*
 * The first byte chooses the root. Whatever comes, the tape is well formed: each next
 * lies forward and inside the parent, borrowed values lie in the message or the text, and
 * the same bytes give the same tape.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/fuzz/h323_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 4096, TEXT = 70000 };

static const enum per_type_id roots[] = {
        PER_TYPE_H323_UserInformation,
        PER_TYPE_RasMessage,
        PER_TYPE_MultimediaSystemControlMessage,
        PER_TYPE_OpenLogicalChannel,
        PER_TYPE_H4501SupplementaryService,
        PER_TYPE_Message,
        PER_TYPE_H235Key,
};

static struct per_node nodes[NODES];
static uint8_t text[TEXT];

static size_t bytes_of(const struct per_node *node)
{
	switch ((enum per_kind)node->kind) {
	case PER_KIND_INT:
		return node->flags & PER_NODE_BIG ? node->len : 0;
	case PER_KIND_BITS:
		return ((size_t)node->len + 7) / 8;
	case PER_KIND_OID:
	case PER_KIND_OCTETS:
	case PER_KIND_STRING:
	case PER_KIND_BMP:
	case PER_KIND_OPEN:
		return node->len;
	case PER_KIND_NULL:
	case PER_KIND_BOOL:
	case PER_KIND_ENUM:
	case PER_KIND_SEQUENCE:
	case PER_KIND_CHOICE:
	case PER_KIND_OF:
		return 0;
	}
	return 0;
}

/* Every octet that a node tells of is there to be read. */
static unsigned read_through(const struct per_tape *tape)
{
	unsigned sum = 0;

	for (uint32_t i = 0; i < tape->count; i++) {
		const struct per_node *node = &tape->nodes[i];
		for (size_t at = 0; at < bytes_of(node); at++)
			sum += node->data[at];
		(void)per_enum_name(node);
		ENSURE(per_name_text(node->name) != NULL);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct per_tape tape = {
	        .nodes = nodes,
	        .size = NODES,
	        .text = text,
	        .text_size = TEXT,
	};
	if (size < 1)
		return 0;
	enum per_type_id root = roots[data[0] % (sizeof(roots) / sizeof(roots[0]))];
	struct slice message = slice_of(data + 1, size - 1);

	bool fine = per_decode(root, message, &tape);
	ENSURE(fine == !(tape.anomalies & (PER_BROKEN | PER_EXHAUSTED)));
	ENSURE(tape.consumed <= message.len);
	h323_kit_tape(&tape);
	unsigned sum = read_through(&tape);
	uint32_t count = tape.count;
	ENSURE(per_decode(root, message, &tape) == fine && tape.count == count);
	ENSURE(read_through(&tape) == sum);
	return 0;
}
