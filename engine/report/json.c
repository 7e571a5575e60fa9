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
		size_t from = i;
		while (i < text.len && plain(bytes[i]))
			i++;
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
		writer_byte(out, digits[group >> 18]);
		writer_byte(out, digits[(group >> 12) & 63]);
		writer_byte(out, left > 1 ? digits[(group >> 6) & 63] : '=');
		writer_byte(out, left > 2 ? digits[group & 63] : '=');
	}
}

/* The comma, the key with its suffix, and the colon: in one piece where it fits. */
static void member(struct writer *out, const char *key, const char *suffix)
{
	const char last = out->len ? out->data[out->len - 1] : '{';
	if (last != '{' && last != '[' && last != ',' && last != '\n')
		writer_byte(out, ',');
	if (!key)
		return;
	const size_t key_len = strlen(key), suffix_len = strlen(suffix);
	const size_t len = key_len + suffix_len + 3;
	if (out->truncated || len > out->size - out->len) {
		writer_byte(out, '"');
		writer_slice(out, slice_of(key, key_len));
		writer_slice(out, slice_of(suffix, suffix_len));
		writer_slice(out, SLICE("\":"));
		return;
	}
	char *at = out->data + out->len;
	out->len += len;
	*at++ = '"';
	memcpy(at, key, key_len);
	at += key_len;
	memcpy(at, suffix, suffix_len);
	at += suffix_len;
	*at++ = '"';
	*at = ':';
}

void json_object(struct writer *out, const char *key)
{
	member(out, key, "");
	writer_byte(out, '{');
}

void json_object_end(struct writer *out)
{
	writer_byte(out, '}');
}

void json_array(struct writer *out, const char *key)
{
	member(out, key, "");
	writer_byte(out, '[');
}

void json_array_end(struct writer *out)
{
	writer_byte(out, ']');
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

void json_text(struct writer *out, const char *key, struct slice text)
{
	if (!slice_present(text))
		return;
	struct slice kept = cut(text);
	member(out, key, "");
	writer_byte(out, '"');
	bool exact = json_escape(out, kept);
	writer_byte(out, '"');
	if (!exact && key) {
		member(out, key, "_raw_b64");
		writer_byte(out, '"');
		writer_base64(out, kept);
		writer_byte(out, '"');
	}
	if (kept.len < text.len && key) {
		member(out, key, "_bytes");
		writer_u64(out, text.len);
	}
}

void json_string(struct writer *out, const char *key, struct slice text)
{
	json_text(out, key, slice_present(text) ? text : SLICE(""));
}

void json_literal(struct writer *out, const char *key, const char *text)
{
	member(out, key, "");
	writer_byte(out, '"');
	writer_string(out, text);
	writer_byte(out, '"');
}

void json_u64(struct writer *out, const char *key, uint64_t value)
{
	member(out, key, "");
	writer_u64(out, value);
}

void json_i64(struct writer *out, const char *key, int64_t value)
{
	member(out, key, "");
	writer_i64(out, value);
}

void json_fixed(struct writer *out, const char *key, double value, int decimals)
{
	member(out, key, "");
	writer_fixed(out, value, decimals);
}

void json_bool(struct writer *out, const char *key, bool value)
{
	member(out, key, "");
	writer_string(out, value ? "true" : "false");
}

void json_time(struct writer *out, const char *key, uint64_t time_us)
{
	member(out, key, "");
	writer_byte(out, '"');
	writer_time(out, time_us);
	writer_byte(out, '"');
}

void json_address(struct writer *out, const char *key, const struct address *address)
{
	member(out, key, "");
	writer_byte(out, '"');
	writer_address(out, address);
	writer_byte(out, '"');
}

void json_endpoint(struct writer *out, const char *key, const struct endpoint *endpoint)
{
	member(out, key, "");
	writer_byte(out, '"');
	writer_endpoint(out, endpoint);
	writer_byte(out, '"');
}

void json_hex(struct writer *out, const char *key, uint64_t value, int digits)
{
	member(out, key, "");
	writer_slice(out, SLICE("\"0x"));
	writer_hex(out, value, digits);
	writer_byte(out, '"');
}

void json_count(struct writer *out, struct slice key, uint64_t value)
{
	member(out, NULL, "");
	writer_byte(out, '"');
	(void)json_escape(out, cut(key));
	writer_slice(out, SLICE("\":"));
	writer_u64(out, value);
}
