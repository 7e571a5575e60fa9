/*
 * A message of H.323 as JSON, with the whole tree of its values: a SEQUENCE is an object,
 * a CHOICE an object of one member, a list an array, an OCTET STRING that holds a message
 * that message, octets are hexadecimal. What is secret (keys, hashes, passwords, digits
 * of the keypad) is told by its length only.
 */
#include "engine/limits.h"
#include "engine/report/event_parts.h"
#include "engine/report/json.h"

enum { HEX_MAX = 512, KEY_MAX = 32, TEXT_MAX = 3 * LIMIT_REPORT_TEXT, OID_MAX = 512 };

static const uint16_t SECRETS[] = {PER_password, PER_hash, PER_alphanumeric,
        PER_signalType, PER_h235Key, PER_keyMaterial, PER_secureChannel,
        PER_secureChannelExt, PER_encryptedAlphanumeric, PER_encryptedSignalType,
        PER_dhkey};

static bool secret(uint16_t name)
{
	for (size_t i = 0; i < sizeof(SECRETS) / sizeof(SECRETS[0]); i++)
		if (SECRETS[i] == name)
			return true;
	return false;
}

static void hex_json(struct writer *out, const char *key, const uint8_t *data, size_t len)
{
	char digits[2 * HEX_MAX];
	struct writer text = writer_of(digits, sizeof(digits));

	writer_hex_bytes(&text, slice_of(data, len < HEX_MAX ? len : HEX_MAX));
	json_string(out, key, writer_text(&text));
}

/* X.690 8.19: the first octets hold two arcs, each further one is base 128. */
static void oid_json(struct writer *out, const char *key, const struct per_node *node)
{
	char digits[OID_MAX];
	struct writer text = writer_of(digits, sizeof(digits));
	uint64_t arc = 0;
	bool first = true;

	for (uint32_t i = 0; i < node->len; i++) {
		arc = arc << 7 | (node->data[i] & 0x7f);
		if (node->data[i] & 0x80)
			continue;
		if (first) {
			uint64_t top = arc < 80 ? arc / 40 : 2;
			writer_u64(&text, top);
			arc -= top * 40;
		}
		writer_byte(&text, '.');
		writer_u64(&text, arc);
		first = false;
		arc = 0;
	}
	json_string(out, key, writer_text(&text));
}

static void text_json(struct writer *out, const char *key, struct slice wire, bool wide)
{
	char bytes[TEXT_MAX];
	struct writer text = writer_of(bytes, sizeof(bytes));

	h323_text(slice_first(wire, LIMIT_REPORT_TEXT), wide, &text);
	json_string(out, key, writer_text(&text));
}

static void leaf_json(struct writer *out, const char *key, const struct per_node *node)
{
	const char *name = per_enum_name(node);

	switch ((enum per_kind)node->kind) {
	case PER_KIND_BOOL:
		json_bool(out, key, node->value != 0);
		break;
	case PER_KIND_INT:
		if (node->flags & PER_NODE_BIG)
			hex_json(out, key, node->data, node->len);
		else
			json_i64(out, key, node->value);
		break;
	case PER_KIND_ENUM:
		if (name)
			json_literal(out, key, name);
		else
			json_i64(out, key, node->value);
		break;
	case PER_KIND_OID:
		oid_json(out, key, node);
		break;
	case PER_KIND_STRING:
	case PER_KIND_BMP:
		text_json(out, key, slice_of(node->data, node->len),
		        node->kind == PER_KIND_BMP);
		break;
	case PER_KIND_BITS:
		hex_json(out, key, node->data, ((size_t)node->len + 7) / 8);
		break;
	case PER_KIND_OCTETS:
	case PER_KIND_OPEN:
		hex_json(out, key, node->data, node->len);
		break;
	case PER_KIND_NULL:
	case PER_KIND_SEQUENCE:
	case PER_KIND_CHOICE:
	case PER_KIND_OF:
		json_bool(out, key, true);
		break;
	}
}

/* A value whose content nobody may see. */
static void secret_json(struct writer *out, const char *key, const struct per_node *node)
{
	json_object(out, key);
	json_bool(out, "redacted", true);
	json_u64(out, "length", node->len);
	json_object_end(out);
}

/* Where a tree is written: what is open, as ends on the tape. */
struct tree {
	const struct per_tape *tape;
	struct writer *out;
	uint32_t depth;
	uint32_t ends[LIMIT_PER_DEPTH + 2];
	bool lists[LIMIT_PER_DEPTH + 2];
};

static bool holds_members(const struct per_node *node)
{
	return node->kind == PER_KIND_SEQUENCE || node->kind == PER_KIND_CHOICE;
}

static void close_until(struct tree *tree, uint32_t at)
{
	while (tree->depth && at >= tree->ends[tree->depth - 1]) {
		tree->depth--;
		if (tree->lists[tree->depth])
			json_array_end(tree->out);
		else
			json_object_end(tree->out);
	}
}

/* The member's key: its name, or a number where the schema has none. */
static const char *key_of(const struct tree *tree, uint32_t at, char *buffer)
{
	const struct per_node *node = &tree->tape->nodes[at];
	struct writer text = writer_of(buffer, KEY_MAX - 1);

	if (!tree->depth || tree->lists[tree->depth - 1])
		return NULL;
	if (node->name != PER_NO_NAME)
		return per_name_text(node->name);
	writer_string(&text, "extension_");
	writer_u64(&text, at);
	buffer[text.len] = '\0';
	return buffer;
}

static void node_json(struct tree *tree, uint32_t at, const char *key)
{
	const struct per_node *node = &tree->tape->nodes[at];
	bool list = node->kind == PER_KIND_OF;

	if (secret(node->name)) {
		secret_json(tree->out, key, node);
	} else if (list || (holds_members(node) && !(node->flags & PER_NODE_RAW))) {
		if (list)
			json_array(tree->out, key);
		else
			json_object(tree->out, key);
		tree->ends[tree->depth] = node->next;
		tree->lists[tree->depth++] = list;
	} else {
		leaf_json(tree->out, key, node);
	}
}

/*
 * A tree from its root. Octets that hold a message give their place and name to it.
 * Behind LIMIT_REPORT_NODES values what is open is closed.
 */
static void tree_json(
        const struct per_tape *tape, uint32_t root, const char *key, struct writer *out)
{
	struct tree tree = {.tape = tape, .out = out};
	uint32_t end = tape->nodes[root].next;
	char buffer[KEY_MAX];
	uint32_t written = 0;

	for (uint32_t at = root; at < end && written < LIMIT_REPORT_NODES;) {
		const struct per_node *node = &tape->nodes[at];
		close_until(&tree, at);
		const char *name = at == root ? key : key_of(&tree, at, buffer);
		bool box = node->kind == PER_KIND_OCTETS && node->next > at + 1;
		bool hidden = secret(node->name);
		node_json(&tree, box && !hidden ? at + 1 : at, name);
		if (hidden)
			at = node->next;
		else
			at += box ? 2 : 1;
		written++;
	}
	close_until(&tree, UINT32_MAX);
}

static void number_json(
        struct writer *out, const char *key, const struct q931_number *number)
{
	if (!number->present)
		return;
	json_object(out, key);
	json_text(out, "digits", number->digits);
	json_u64(out, "type", number->type);
	json_u64(out, "plan", number->plan);
	if (number->screened) {
		json_u64(out, "presentation", number->presentation);
		json_u64(out, "screening", number->screening);
	}
	if (number->has_reason)
		json_u64(out, "reason", number->reason);
	json_object_end(out);
}

static void q931_json(const struct q931_message *q931, struct writer *out)
{
	const char *name = q931_type_name(q931->type);

	json_object(out, "q931");
	json_u64(out, "type", q931->type);
	json_literal(out, "name", name ? name : "unknown");
	json_u64(out, "call_reference", q931->reference);
	json_bool(out, "from_destination", q931->from_destination);
	number_json(out, "calling", &q931->calling);
	number_json(out, "called", &q931->called);
	number_json(out, "redirecting", &q931->redirecting);
	number_json(out, "connected", &q931->connected);
	json_text(out, "display", q931->display);
	if (q931->has_cause)
		json_u64(out, "cause", q931->cause);
	if (q931->has_progress)
		json_u64(out, "progress", q931->progress);
	if (q931->has_notification)
		json_u64(out, "notification", q931->notification);
	if (slice_present(q931->keypad))
		json_u64(out, "keypad_digits", q931->keypad.len);
	json_array(out, "elements");
	for (uint32_t i = 0; i < q931->element_count; i++)
		json_u64(out, NULL, q931->elements[i].id);
	json_array_end(out);
	json_object_end(out);
}

static void pdu_json(
        const struct per_tape *tape, const struct h323_pdu *pdu, struct writer *out)
{
	static const char *const ways[] = {
	        [H323_DIRECT] = "direct",
	        [H323_TUNNEL] = "tunnel",
	        [H323_PARALLEL] = "parallel",
	        [H323_REPORT] = "report",
	};
	json_object(out, NULL);
	json_literal(out, "kind", h323_pdu_kind_name((enum h323_pdu_kind)pdu->kind));
	json_literal(out, "name", per_name_text(pdu->id));
	json_literal(out, "way", ways[pdu->way]);
	if (pdu->value >= 0)
		json_i64(out, "code", pdu->value);
	if (pdu->content)
		tree_json(tape, pdu->content, "content", out);
	json_object_end(out);
}

/* Roots that are decoded parameters stand with their PDU. */
static bool is_content(const struct h323_message *message, uint32_t root)
{
	for (uint32_t i = 0; i < message->pdu_count; i++)
		if (message->pdus[i].content == root)
			return root != 0;
	return false;
}

void h323_json(const struct h323_message *message, struct writer *out)
{
	static const char *const kinds[] = {
	        [H323_RAS] = "ras", [H323_CALL] = "h225", [H323_CONTROL] = "h245"};
	const struct per_tape *tape = message->tape;

	json_object(out, "h323");
	json_literal(out, "kind", kinds[message->kind]);
	json_literal(out, "message", per_name_text(message->id));
	json_bool(out, "whole", message->whole);
	if (message->version)
		json_u64(out, "version", message->version);
	if (message->q931)
		q931_json(message->q931, out);
	json_array(out, "pdus");
	for (uint32_t i = 0; i < message->pdu_count; i++)
		pdu_json(tape, &message->pdus[i], out);
	json_array_end(out);
	json_array(out, "anomalies");
	for (unsigned i = 0; i < ANOMALY_COUNT; i++)
		if (anomaly_has(&message->anomalies, (enum anomaly)i))
			json_literal(out, NULL, anomaly_name((enum anomaly)i));
	json_array_end(out);
	json_array(out, "trees");
	for (uint32_t i = 0; i < tape->count; i = tape->nodes[i].next)
		if (!is_content(message, i))
			tree_json(tape, i, NULL, out);
	json_array_end(out);
	json_object_end(out);
}
