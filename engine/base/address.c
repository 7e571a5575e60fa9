#include "engine/base/address.h"

static const uint8_t MAPPED[12] = {[10] = 0xff, [11] = 0xff};

struct scope_v4 {
	uint32_t ip;
	uint8_t prefix;
	enum address_scope scope;
};

struct scope_v6 {
	uint8_t bytes[8];
	uint8_t prefix;
	enum address_scope scope;
};

/* IANA's special-purpose registries (RFC 6890); the first row that fits counts. */
static const struct scope_v4 SCOPES_V4[] = {
        {0x00000000, 32, ADDRESS_NONE},
        {0xffffffff, 32, ADDRESS_BROADCAST},
        {0x00000000, 8, ADDRESS_RESERVED},
        {0x0a000000, 8, ADDRESS_PRIVATE},
        {0x64400000, 10, ADDRESS_SHARED},
        {0x7f000000, 8, ADDRESS_LOOPBACK},
        {0xa9fe0000, 16, ADDRESS_LINK_LOCAL},
        {0xac100000, 12, ADDRESS_PRIVATE},
        {0xc0000000, 29, ADDRESS_SHARED},
        {0xc0000000, 24, ADDRESS_RESERVED},
        {0xc0000200, 24, ADDRESS_RESERVED},
        {0xc0586300, 24, ADDRESS_RESERVED},
        {0xc0a80000, 16, ADDRESS_PRIVATE},
        {0xc6120000, 15, ADDRESS_RESERVED},
        {0xc6336400, 24, ADDRESS_RESERVED},
        {0xcb007100, 24, ADDRESS_RESERVED},
        {0xe0000000, 4, ADDRESS_MULTICAST},
        {0xf0000000, 4, ADDRESS_RESERVED},
};

static const struct scope_v6 SCOPES_V6[] = {
        {{0xff}, 8, ADDRESS_MULTICAST},
        {{0xfe, 0x80}, 10, ADDRESS_LINK_LOCAL},
        {{0xfe, 0xc0}, 10, ADDRESS_PRIVATE},
        {{0xfc}, 7, ADDRESS_PRIVATE},
        {{0x20, 0x01, 0x0d, 0xb8}, 32, ADDRESS_RESERVED},
        {{0x3f, 0xff}, 20, ADDRESS_RESERVED},
        {{0x20, 0x01, 0x00, 0x02}, 48, ADDRESS_RESERVED},
        {{0x20}, 3, ADDRESS_PUBLIC},
        {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, ADDRESS_PRIVATE},
        {{0x00, 0x64, 0xff, 0x9b}, 64, ADDRESS_PUBLIC},
};

static bool prefix_equal(const uint8_t *a, const uint8_t *b, uint8_t bits)
{
	const size_t whole = bits / 8;
	if (memcmp(a, b, whole) != 0)
		return false;
	if (bits % 8 == 0)
		return true;
	const uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));
	return ((a[whole] ^ b[whole]) & mask) == 0;
}

struct address address_v4(uint32_t host_order)
{
	struct address address;
	memcpy(address.bytes, MAPPED, sizeof(MAPPED));
	address.bytes[12] = (uint8_t)(host_order >> 24);
	address.bytes[13] = (uint8_t)(host_order >> 16);
	address.bytes[14] = (uint8_t)(host_order >> 8);
	address.bytes[15] = (uint8_t)host_order;
	return address;
}

struct address address_v6(const uint8_t bytes[16])
{
	struct address address;
	memcpy(address.bytes, bytes, sizeof(address.bytes));
	return address;
}

bool address_is_v4(const struct address *address)
{
	return memcmp(address->bytes, MAPPED, sizeof(MAPPED)) == 0;
}

uint32_t address_to_v4(const struct address *address)
{
	const uint8_t *b = address->bytes + 12;
	if (!address_is_v4(address))
		return 0;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

bool address_none(const struct address *address)
{
	static const struct address none = {{0}};
	return address_equal(address, &none);
}

static enum address_scope scope_v4(uint32_t ip)
{
	for (size_t i = 0; i < sizeof(SCOPES_V4) / sizeof(*SCOPES_V4); i++) {
		const struct scope_v4 *row = &SCOPES_V4[i];
		if ((ip ^ row->ip) >> (32 - row->prefix) == 0)
			return row->scope;
	}
	return ADDRESS_PUBLIC;
}

enum address_scope address_scope(const struct address *address)
{
	static const struct address loopback = {{[15] = 1}};
	if (address_is_v4(address))
		return scope_v4(address_to_v4(address));
	if (address_none(address))
		return ADDRESS_NONE;
	if (address_equal(address, &loopback))
		return ADDRESS_LOOPBACK;
	for (size_t i = 0; i < sizeof(SCOPES_V6) / sizeof(*SCOPES_V6); i++) {
		const struct scope_v6 *row = &SCOPES_V6[i];
		if (prefix_equal(address->bytes, row->bytes, row->prefix))
			return row->scope;
	}
	return ADDRESS_RESERVED;
}

static bool parse_v4(struct slice text, uint8_t bytes[4])
{
	struct slice rest = text;
	for (size_t i = 0; i < 4; i++) {
		if (!slice_present(rest))
			return false;
		const struct slice part = slice_split(&rest, '.');
		uint32_t value;
		if (part.len > 3 || !slice_to_u32(part, &value) || value > 255)
			return false;
		bytes[i] = (uint8_t)value;
	}
	return !slice_present(rest);
}

static bool parse_group(struct slice text, uint8_t bytes[2])
{
	uint64_t value;
	if (text.len > 4 || !slice_hex_to_u64(text, &value))
		return false;
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
	return true;
}

/* Groups between colons, the last one perhaps an IPv4 address; the count of bytes. */
static bool parse_groups(struct slice text, uint8_t bytes[16], size_t *count)
{
	struct slice rest = text;
	*count = 0;
	if (text.len == 0)
		return true;
	while (slice_present(rest)) {
		const struct slice group = slice_split(&rest, ':');
		const bool dotted =
		        !slice_present(rest) && slice_index(group, '.') < group.len;
		const size_t size = dotted ? 4 : 2;
		if (*count + size > 16)
			return false;
		uint8_t *to = bytes + *count;
		if (!(dotted ? parse_v4(group, to) : parse_group(group, to)))
			return false;
		*count += size;
	}
	return true;
}

static bool parse_v6(struct slice text, uint8_t bytes[16])
{
	uint8_t head[16], tail[16];
	size_t head_len, tail_len;
	const size_t gap = slice_find(text, SLICE("::"));
	if (gap == text.len)
		return parse_groups(text, bytes, &head_len) && head_len == 16;
	const struct slice before = slice_first(text, gap);
	if (slice_index(before, '.') < before.len)
		return false;
	if (!parse_groups(before, head, &head_len) ||
	        !parse_groups(slice_from(text, gap + 2), tail, &tail_len) ||
	        head_len + tail_len > 14)
		return false;
	memset(bytes, 0, 16);
	memcpy(bytes, head, head_len);
	memcpy(bytes + 16 - tail_len, tail, tail_len);
	return true;
}

bool address_parse(struct slice text, struct address *address)
{
	uint8_t bytes[16];
	if (text.len >= 2 && text.data[0] == '[' && text.data[text.len - 1] == ']')
		text = slice_first(slice_from(text, 1), text.len - 2);
	if (slice_index(text, ':') == text.len) {
		if (!parse_v4(text, bytes))
			return false;
		memcpy(address->bytes, MAPPED, sizeof(MAPPED));
		memcpy(address->bytes + 12, bytes, 4);
		return true;
	}
	if (!parse_v6(text, bytes))
		return false;
	*address = address_v6(bytes);
	return true;
}

bool endpoint_parse(struct slice text, struct endpoint *endpoint)
{
	size_t colon = text.len;
	struct endpoint found;
	uint32_t port;
	while (colon && text.data[colon - 1] != ':')
		colon--;
	if (!colon || !slice_to_u32(slice_from(text, colon), &port) ||
	        port > UINT16_MAX ||
	        !address_parse(slice_first(text, colon - 1), &found.ip))
		return false;
	found.port = (uint16_t)port;
	*endpoint = found;
	return true;
}

bool network_parse(struct slice text, struct network *network)
{
	struct slice rest = text;
	struct network result;
	const struct slice ip = slice_split(&rest, '/');
	if (!address_parse(ip, &result.ip))
		return false;
	/* A mapped address written as IPv6 counts its prefix from the whole. */
	const bool dotted = slice_index(ip, ':') == ip.len;
	uint32_t prefix = dotted ? 32 : 128;
	if (slice_present(rest)) {
		uint32_t given;
		if (!slice_to_u32(rest, &given) || given > prefix)
			return false;
		prefix = given;
	}
	result.prefix = (uint8_t)(dotted ? prefix + 96 : prefix);
	*network = result;
	return true;
}

bool network_contains(const struct network *network, const struct address *address)
{
	return prefix_equal(network->ip.bytes, address->bytes, network->prefix);
}

static void write_v4(struct writer *writer, const uint8_t bytes[4])
{
	char text[sizeof("255.255.255.255.")];
	char *at = text;

	for (size_t i = 0; i < 4; i++) {
		const unsigned hundreds = bytes[i] / 100;
		const unsigned tens = bytes[i] / 10 % 10;
		if (hundreds)
			*at++ = (char)('0' + hundreds);
		if (hundreds || tens)
			*at++ = (char)('0' + tens);
		*at++ = (char)('0' + bytes[i] % 10);
		*at++ = '.';
	}
	writer_slice(writer, slice_of(text, (size_t)(at - text) - 1));
}

static unsigned group_at(const struct address *address, size_t i)
{
	return (unsigned)address->bytes[2 * i] << 8 | address->bytes[2 * i + 1];
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952, 4.2). */
static size_t longest_run(const struct address *address, size_t *count)
{
	size_t best = 8;
	*count = 1;
	for (size_t i = 0; i < 8; i++) {
		size_t end = i;
		while (end < 8 && group_at(address, end) == 0)
			end++;
		if (end - i > *count) {
			best = i;
			*count = end - i;
		}
	}
	return best;
}

void writer_address(struct writer *writer, const struct address *address)
{
	if (address_is_v4(address)) {
		write_v4(writer, address->bytes + 12);
		return;
	}
	size_t run_len;
	const size_t run = longest_run(address, &run_len);
	for (size_t i = 0; i < 8; i++) {
		if (i == run) {
			writer_slice(writer, SLICE("::"));
			i += run_len - 1;
			continue;
		}
		if (i > 0 && (run == 8 || i != run + run_len))
			writer_byte(writer, ':');
		writer_hex(writer, group_at(address, i), 1);
	}
}

void writer_endpoint(struct writer *writer, const struct endpoint *endpoint)
{
	const bool v4 = address_is_v4(&endpoint->ip);
	if (!v4)
		writer_byte(writer, '[');
	writer_address(writer, &endpoint->ip);
	if (!v4)
		writer_byte(writer, ']');
	writer_byte(writer, ':');
	writer_u64(writer, endpoint->port);
}

/* The two halves of an address as words of this machine. */
static void words_of(const struct address *address, uint64_t words[2])
{
	memcpy(words, address->bytes, sizeof(address->bytes));
}

uint64_t hash_address(const struct hash_key *key, const struct address *address)
{
	uint64_t words[2];
	words_of(address, words);
	return hash_words(key, words[0], words[1]);
}

uint64_t hash_endpoint(const struct hash_key *key, const struct endpoint *endpoint)
{
	uint64_t words[3];
	words_of(&endpoint->ip, words);
	words[2] = endpoint->port;
	return hash_bytes(key, words, sizeof(words));
}

uint64_t hash_endpoints(const struct hash_key *key, const struct endpoint *src,
        const struct endpoint *dst)
{
	uint64_t words[5];
	words_of(&src->ip, words);
	words_of(&dst->ip, words + 2);
	words[4] = (uint64_t)src->port << 16 | dst->port;
	return hash_bytes(key, words, sizeof(words));
}
