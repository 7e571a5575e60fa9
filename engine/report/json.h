/*
 * JSON over a bounded writer (RFC 8259). There is no state but the text itself: a member
 * is preceded by a comma unless it is the first behind '{' or '[', or one stands there.
 * What is written is always valid UTF-8; what the wire sent that is not is replaced by
 * U+FFFD and given once more, byte for byte, as base64 under the key with "_raw_b64"
 * behind it.
 *
 * A key of NULL writes a bare value: an element of an array. Keys are our own and need no
 * escapes. Text of the wire is cut at LIMIT_REPORT_TEXT, with its length as "_bytes".
 */
#ifndef RINGFENCE_REPORT_JSON_H
#define RINGFENCE_REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/base/writer.h"

#define JSON_INLINE static inline __attribute__((always_inline))

/* What the members below are made of. */
void json_key_cut(struct writer *out, struct slice key);
void json_text_value(struct writer *out, const char *key, struct slice text);
void json_literal_value(struct writer *out, const char *text);
void json_time_value(struct writer *out, uint64_t time_us);
void json_address_value(struct writer *out, const struct address *address);
void json_endpoint_value(struct writer *out, const struct endpoint *endpoint);
void json_hex_value(struct writer *out, uint64_t value, int digits);

static inline void json_comma(struct writer *out)
{
	const char last = out->len ? out->data[out->len - 1] : '{';

	if (last != '{' && last != '[' && last != ',' && last != '\n')
		writer_byte(out, ',');
}

/* In place, so that the compiler knows the lengths of keys and copies them as words. */
JSON_INLINE void json_key(struct writer *out, const char *key)
{
	const size_t len = key ? strlen(key) : 0;

	json_comma(out);
	if (!key)
		return;
	if (out->truncated || len + 3 > out->size - out->len) {
		json_key_cut(out, slice_of(key, len));
		return;
	}
	char *const at = out->data + out->len;
	at[0] = '"';
	memcpy(at + 1, key, len);
	at[len + 1] = '"';
	at[len + 2] = ':';
	out->len += len + 3;
}

JSON_INLINE void json_object(struct writer *out, const char *key)
{
	json_key(out, key);
	writer_byte(out, '{');
}

static inline void json_object_end(struct writer *out)
{
	writer_byte(out, '}');
}

JSON_INLINE void json_array(struct writer *out, const char *key)
{
	json_key(out, key);
	writer_byte(out, '[');
}

static inline void json_array_end(struct writer *out)
{
	writer_byte(out, ']');
}

/* Text of the wire; an absent slice writes nothing at all. */
JSON_INLINE void json_text(struct writer *out, const char *key, struct slice text)
{
	if (!slice_present(text))
		return;
	json_key(out, key);
	json_text_value(out, key, text);
}

/* Text of ours, or of the wire where it must be there: an absent slice writes "". */
JSON_INLINE void json_string(struct writer *out, const char *key, struct slice text)
{
	json_key(out, key);
	json_text_value(out, key, slice_present(text) ? text : SLICE(""));
}

JSON_INLINE void json_literal(struct writer *out, const char *key, const char *text)
{
	json_key(out, key);
	json_literal_value(out, text);
}

JSON_INLINE void json_u64(struct writer *out, const char *key, uint64_t value)
{
	json_key(out, key);
	writer_u64(out, value);
}

JSON_INLINE void json_i64(struct writer *out, const char *key, int64_t value)
{
	json_key(out, key);
	writer_i64(out, value);
}

JSON_INLINE void json_fixed(
        struct writer *out, const char *key, double value, int decimals)
{
	json_key(out, key);
	writer_fixed(out, value, decimals);
}

JSON_INLINE void json_bool(struct writer *out, const char *key, bool value)
{
	json_key(out, key);
	writer_slice(out, value ? SLICE("true") : SLICE("false"));
}

JSON_INLINE void json_time(struct writer *out, const char *key, uint64_t time_us)
{
	json_key(out, key);
	json_time_value(out, time_us);
}

JSON_INLINE void json_address(
        struct writer *out, const char *key, const struct address *address)
{
	json_key(out, key);
	json_address_value(out, address);
}

JSON_INLINE void json_endpoint(
        struct writer *out, const char *key, const struct endpoint *endpoint)
{
	json_key(out, key);
	json_endpoint_value(out, endpoint);
}

/* "0x…" with that many digits. */
JSON_INLINE void json_hex(struct writer *out, const char *key, uint64_t value, int digits)
{
	json_key(out, key);
	json_hex_value(out, value, digits);
}

/* A member whose key comes from the wire or a rule: escaped, cut, never doubled as
 * base64. */
void json_count(struct writer *out, struct slice key, uint64_t value);

/* The escaped text between the quotes; true when nothing had to be replaced. */
bool json_escape(struct writer *out, struct slice text);
/* RFC 4648 4, with padding. */
void writer_base64(struct writer *out, struct slice bytes);

#endif
