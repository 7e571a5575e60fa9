#include "dashboard-api/mask.h"

#include <string.h>

enum { DIGITS_LEAST = 6, DIGITS_BEFORE = 3, DIGITS_BEHIND = 2 };

bool mask_wanted(const struct visit *visit)
{
	return visit->who.role < ROLE_ANALYST;
}

/* Members whose value is, or contains, a person's number. */
static bool key_personal(struct slice key)
{
	static const struct slice KEYS[] = {{"user", 4}, {"display", 7}, {"uri", 3},
	        {"request_line", 12}, {"contact", 7}, {"account", 7}, {"asserted", 8},
	        {"preferred", 9}, {"remote_party", 12}, {"diversion", 9}, {"value", 5},
	        {"key", 3}, {"text", 4}, {"caller_number", 13}, {"called_number", 13},
	        {"e164", 4}, {"refer_to", 8}};
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
		if (slice_equal(key, KEYS[i]))
			return true;
	return false;
}

static bool digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* A run of digits that is no part of an IP address or of a fraction. */
static size_t number_len(struct slice text, size_t at)
{
	size_t len = 0;
	while (at + len < text.len && digit(text.data[at + len]))
		len++;
	return len;
}

static void value_mask(struct slice text, struct buffer *out)
{
	for (size_t i = 0; i < text.len;) {
		const size_t len = number_len(text, i);
		if (len < DIGITS_LEAST) {
			const size_t plain = len ? len : 1;
			buffer_slice(out, slice_of(text.data + i, plain));
			i += plain;
			continue;
		}
		buffer_slice(out, slice_of(text.data + i, DIGITS_BEFORE));
		for (size_t hidden = DIGITS_BEFORE; hidden + DIGITS_BEHIND < len;
		        hidden++)
			buffer_string(out, "•");
		buffer_slice(out,
		        slice_of(text.data + i + len - DIGITS_BEHIND, DIGITS_BEHIND));
		i += len;
	}
}

/* The string that begins at text[at], a quote, up to its closing quote. */
static size_t string_end(struct slice text, size_t at)
{
	for (size_t i = at + 1; i < text.len; i++) {
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			return i;
	}
	return text.len;
}

/*
 * The event was written by our own writer: one line, valid. Its strings are walked as
 * they stand; whether one is a key tells the colon behind it.
 */
void mask_event(struct slice event, bool masked, struct buffer *out)
{
	const struct slice inside = slice_from(event, 1);
	struct slice key = {0};
	if (!masked) {
		buffer_slice(out, inside);
		return;
	}
	for (size_t i = 0; i < inside.len;) {
		if (inside.data[i] != '"') {
			buffer_slice(out, slice_of(inside.data + i, 1));
			i++;
			continue;
		}
		const size_t end = string_end(inside, i);
		const struct slice text = slice_of(inside.data + i + 1, end - i - 1);
		const bool is_key = end + 1 < inside.len && inside.data[end + 1] == ':';
		buffer_string(out, "\"");
		if (!is_key && key_personal(key))
			value_mask(text, out);
		else
			buffer_slice(out, text);
		buffer_string(out, "\"");
		if (is_key)
			key = text;
		i = end + 1;
	}
}
