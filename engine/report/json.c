#include "engine/report/json.h"

#include "engine/limits.h"

/* Bytes that follow a leading byte of UTF-8 (RFC 3629); 0 = no leading byte. */
static unsigned utf8_tail(uint8_t lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 1;
	if (lead >= 0xe0 && lead <= 0xef)
		return 2;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 3;
	return 0;
}

/* The second byte has a narrower range behind some leads: no overlong, no surrogate. */
static bool utf8_second(uint8_t lead, uint8_t second)
{
	switch (lead) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

/* Length of the valid sequence at the beginning of the bytes, 0 = none. */
static size_t utf8_sequence(const uint8_t *bytes, size_t len)
{
	unsigned tail = utf8_tail(bytes[0]);
	if (tail == 0 || len <= tail || !utf8_second(bytes[0], bytes[1]))
		return 0;
	for (unsigned i = 2; i <= tail; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return tail + 1;
}

static bool plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* The byte in each of the eight of a word. */
static inline uint64_t in_each(uint8_t byte)
{
	return UINT64_MAX / UINT8_MAX * byte;
}

/* Has the high bit set when a byte of the word is this one. */
static inline uint64_t holds_byte(uint64_t word, uint8_t byte)
{
	const uint64_t apart = word ^ in_each(byte);

	return (apart - in_each(1)) & ~apart;
}

/* Whether eight bytes are plain, none of them looked at alone. */
static bool plain_eight(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return !((word | ((word - in_each(0x20)) & ~word) | holds_byte(word, 0x7f) |
	                 holds_byte(word, '"') | holds_byte(word, '\\')) &
	         in_each(0x80));
}

/* Where the plain bytes from there on end. */
static size_t plain_end(const uint8_t *bytes, size_t from, size_t len)
{
	while (len - from >= sizeof(uint64_t) && plain_eight(bytes + from))
		from += sizeof(uint64_t);
	while (from < len && plain(bytes[from]))
		from++;
	return from;
}

static void escape_byte(struct writer *out, uint8_t byte)
{
	switch (byte) {
	case '"':
		writer_slice(out, SLICE("\\\""));
		break;
	case '\\':
		writer_slice(out, SLICE("\\\\"));
		break;
	case '\n':
		writer_slice(out, SLICE("\\n"));
		break;
	case '\r':
		writer_slice(out, SLICE("\\r"));
		break;
	case '\t':
		writer_slice(out, SLICE("\\t"));
		break;
	default:
		writer_slice(out, SLICE("\\u"));
		writer_hex(out, byte, 4);
	}
}

bool json_escape(struct writer *out, struct slice text)
{
	const uint8_t *bytes = (const uint8_t *)text.data;
	bool exact = true;
	size_t i = 0;

	while (i < text.len) {
		const size_t from = i;
		i = plain_end(bytes, i, text.len);
		if (i > from)
			writer_slice(out, slice_of(bytes + from, i - from));
		if (i == text.len)
			break;
		if (bytes[i] < 0x80) {
			escape_byte(out, bytes[i++]);
			continue;
		}
		size_t sequence = utf8_sequence(bytes + i, text.len - i);
		if (sequence) {
			writer_slice(out, slice_of(bytes + i, sequence));
			i += sequence;
		} else {
			writer_slice(out, SLICE("\xef\xbf\xbd"));
			exact = false;
			i++;
		}
	}
	return exact;
}

void writer_base64(struct writer *out, struct slice bytes)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = (const uint8_t *)bytes.data;

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t group = (uint32_t)p[i] << 16;
		if (left > 1)
			group |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			group |= p[i + 2];
		const char text[4] = {digits[group >> 18], digits[(group >> 12) & 63],
		        left > 1 ? digits[(group >> 6) & 63] : '=',
		        left > 2 ? digits[group & 63] : '='};
		writer_slice(out, slice_of(text, sizeof(text)));
	}
}

/* The comma, the key and the colon, one by one, where they do not fit. */
void json_key_cut(struct writer *out, struct slice key)
{
	writer_byte(out, '"');
	writer_slice(out, key);
	writer_slice(out, SLICE("\":"));
}

/* A member that tells more of the one with this key. */
static void json_key_more(struct writer *out, const char *key, const char *suffix)
{
	json_comma(out);
	writer_byte(out, '"');
	writer_string(out, key);
	writer_string(out, suffix);
	writer_slice(out, SLICE("\":"));
}

/* A cut must not split a sequence: that would look like broken text of the wire. */
static struct slice cut(struct slice text)
{
	if (text.len <= LIMIT_REPORT_TEXT)
		return text;
	size_t len = LIMIT_REPORT_TEXT;
	for (unsigned back = 0; back < 3 && ((uint8_t)text.data[len] & 0xc0) == 0x80;
	        back++)
		len--;
	return slice_first(text, len);
}

void json_text_value(struct writer *out, const char *key, struct slice text)
{
	struct slice kept = cut(text);
	writer_byte(out, '"');
	bool exact = json_escape(out, kept);
	writer_byte(out, '"');
	if (!exact && key) {
		json_key_more(out, key, "_raw_b64");
		writer_byte(out, '"');
		writer_base64(out, kept);
		writer_byte(out, '"');
	}
	if (kept.len < text.len && key) {
		json_key_more(out, key, "_bytes");
		writer_u64(out, text.len);
	}
}

void json_literal_value(struct writer *out, const char *text)
{
	writer_byte(out, '"');
	writer_string(out, text);
	writer_byte(out, '"');
}

void json_time_value(struct writer *out, uint64_t time_us)
{
	writer_byte(out, '"');
	writer_time(out, time_us);
	writer_byte(out, '"');
}

void json_address_value(struct writer *out, const struct address *address)
{
	writer_byte(out, '"');
	writer_address(out, address);
	writer_byte(out, '"');
}

void json_endpoint_value(struct writer *out, const struct endpoint *endpoint)
{
	writer_byte(out, '"');
	writer_endpoint(out, endpoint);
	writer_byte(out, '"');
}

void json_hex_value(struct writer *out, uint64_t value, int digits)
{
	writer_slice(out, SLICE("\"0x"));
	writer_hex(out, value, digits);
	writer_byte(out, '"');
}

void json_count(struct writer *out, struct slice key, uint64_t value)
{
	json_comma(out);
	writer_byte(out, '"');
	(void)json_escape(out, cut(key));
	writer_slice(out, SLICE("\":"));
	writer_u64(out, value);
}
