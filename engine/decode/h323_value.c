/*
 * Values that H.225.0 and H.245 write in several ways, read from the tape.
 */
#include "engine/decode/h323.h"

/* itu-t recommendation h 2250 version n; h 245 version n: content octets of BER. */
static const uint8_t H2250[] = {0x00, 0x08, 0x91, 0x4a, 0x00};
static const uint8_t H245[] = {0x00, 0x08, 0x81, 0x75, 0x00};

uint32_t h323_path(const struct per_tape *tape, uint32_t node, const uint16_t *path)
{
	if (node >= tape->count)
		return 0;
	for (; *path != PER_NO_NAME; path++) {
		node = per_child(tape, node, (enum per_name) * path);
		if (!node)
			return 0;
	}
	return node;
}

struct slice h323_bytes(const struct per_tape *tape, uint32_t node)
{
	if (!node || node >= tape->count)
		return (struct slice){0};
	const struct per_node *at = &tape->nodes[node];
	switch ((enum per_kind)at->kind) {
	case PER_KIND_OID:
	case PER_KIND_OCTETS:
	case PER_KIND_STRING:
	case PER_KIND_BMP:
	case PER_KIND_OPEN:
		return at->data ? slice_of(at->data, at->len) : (struct slice){0};
	case PER_KIND_NULL:
	case PER_KIND_BOOL:
	case PER_KIND_INT:
	case PER_KIND_ENUM:
	case PER_KIND_BITS:
	case PER_KIND_SEQUENCE:
	case PER_KIND_CHOICE:
	case PER_KIND_OF:
		break;
	}
	return (struct slice){0};
}

int64_t h323_number(const struct per_tape *tape, uint32_t node, int64_t otherwise)
{
	if (!node || node >= tape->count)
		return otherwise;
	const struct per_node *at = &tape->nodes[node];
	bool number = at->kind == PER_KIND_INT || at->kind == PER_KIND_BOOL ||
	              at->kind == PER_KIND_ENUM;
	return number && !(at->flags & (PER_NODE_BIG | PER_NODE_RAW)) ? at->value
	                                                              : otherwise;
}

uint32_t h323_choice(const struct per_tape *tape, uint32_t node, uint16_t *name)
{
	uint32_t chosen = 0;

	if (node < tape->count && tape->nodes[node].kind == PER_KIND_CHOICE &&
	        tape->nodes[node].next > node + 1)
		chosen = node + 1;
	if (name)
		*name = chosen ? tape->nodes[chosen].name : PER_NO_NAME;
	return chosen;
}

/* The four or sixteen octets of an address and its port, under the names they have. */
static bool endpoint_read(const struct per_tape *tape, struct slice ip, uint32_t port,
        struct endpoint *endpoint)
{
	const uint8_t *data = (const uint8_t *)ip.data;

	if (ip.len == 4)
		endpoint->ip =
		        address_v4((uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
		                   (uint32_t)data[2] << 8 | data[3]);
	else if (ip.len == 16)
		endpoint->ip = address_v6(data);
	else
		return false;
	endpoint->port = (uint16_t)h323_number(tape, port, 0);
	return true;
}

bool h323_endpoint(const struct per_tape *tape, uint32_t node, struct endpoint *endpoint)
{
	uint16_t name;
	uint32_t chosen = node ? h323_choice(tape, node, &name) : 0;

	*endpoint = (struct endpoint){0};
	if (!chosen)
		return false;
	if (name == PER_unicastAddress || name == PER_multicastAddress)
		chosen = h323_choice(tape, chosen, &name);
	if (!chosen)
		return false;
	switch (name) {
	case PER_ipAddress:
	case PER_ip6Address:
	case PER_ipSourceRoute:
		return endpoint_read(tape,
		        h323_bytes(tape, per_child(tape, chosen, PER_ip)),
		        per_child(tape, chosen, PER_port), endpoint);
	case PER_iPAddress:
	case PER_iP6Address:
		return endpoint_read(tape,
		        h323_bytes(tape, per_child(tape, chosen, PER_network)),
		        per_child(tape, chosen, PER_tsapIdentifier), endpoint);
	default:
		return false;
	}
}

struct slice h323_call_identifier(const struct per_tape *tape, uint32_t node)
{
	return h323_bytes(
	        tape, h323_path(tape, node, H323_PATH(PER_callIdentifier, PER_guid)));
}

struct slice h323_conference_id(const struct per_tape *tape, uint32_t node)
{
	return h323_bytes(tape, h323_path(tape, node, H323_PATH(PER_conferenceID)));
}

uint8_t h323_version(struct slice oid)
{
	const struct slice prefixes[] = {
	        slice_of(H2250, sizeof(H2250)), slice_of(H245, sizeof(H245))};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (slice_starts(oid, prefixes[i]) && oid.len == prefixes[i].len + 1)
			return (uint8_t)oid.data[oid.len - 1];
	return 0;
}

/* The number in a PartyNumber: a string, or a sequence of a type and digits. */
static void party_number(const struct per_tape *tape, struct h323_alias *alias)
{
	uint32_t chosen = h323_choice(tape, alias->node, &alias->number_kind);
	uint32_t digits = 0;

	if (!chosen)
		return;
	if (tape->nodes[chosen].kind != PER_KIND_SEQUENCE) {
		alias->text = h323_bytes(tape, chosen);
		return;
	}
	for (uint32_t i = chosen + 1; i < tape->nodes[chosen].next;
	        i = tape->nodes[i].next) {
		if (tape->nodes[i].kind == PER_KIND_CHOICE)
			(void)h323_choice(tape, i, &alias->number_type);
		else
			digits = i;
	}
	alias->text = h323_bytes(tape, digits);
}

bool h323_alias(const struct per_tape *tape, uint32_t node, struct h323_alias *alias)
{
	*alias = (struct h323_alias){0};
	alias->node = node ? h323_choice(tape, node, &alias->kind) : 0;
	if (!alias->node)
		return false;
	alias->wide = tape->nodes[alias->node].kind == PER_KIND_BMP;
	if (alias->kind == PER_partyNumber)
		party_number(tape, alias);
	else
		alias->text = h323_bytes(tape, alias->node);
	return true;
}

static void utf8_write(uint32_t code, struct writer *out)
{
	if (code < 0x80) {
		writer_byte(out, (char)code);
		return;
	}
	if (code >= 0x10000) {
		writer_byte(out, (char)(0xf0 | code >> 18));
		writer_byte(out, (char)(0x80 | (code >> 12 & 0x3f)));
	} else if (code >= 0x800) {
		writer_byte(out, (char)(0xe0 | code >> 12));
	} else {
		writer_byte(out, (char)(0xc0 | code >> 6));
	}
	if (code >= 0x800)
		writer_byte(out, (char)(0x80 | (code >> 6 & 0x3f)));
	writer_byte(out, (char)(0x80 | (code & 0x3f)));
}

static uint32_t unit_at(struct slice text, size_t at)
{
	const uint8_t *data = (const uint8_t *)text.data;
	return at + 1 < text.len ? (uint32_t)data[at] << 8 | data[at + 1] : 0;
}

void h323_text(struct slice text, bool wide, struct writer *out)
{
	if (!wide) {
		writer_slice(out, text);
		return;
	}
	for (size_t i = 0; i + 1 < text.len; i += 2) {
		uint32_t code = unit_at(text, i);
		uint32_t low = unit_at(text, i + 2);
		if (code >> 10 == 0x36 && low >> 10 == 0x37) {
			code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
			i += 2;
		} else if (code >> 11 == 0x1b) {
			code = 0xfffd;
		}
		utf8_write(code, out);
	}
}
