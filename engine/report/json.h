/*
 * JSON over a bounded writer (RFC 8259). There is no state but the text itself: a member
 * is preceded by a comma unless it is the first behind '{' or '[', or one stands there. What is written is
 * always valid UTF-8; what the wire sent that is not is replaced by U+FFFD and given
 * once more, byte for byte, as base64 under the key with "_raw_b64" behind it.
 *
 * A key of NULL writes a bare value: an element of an array. Keys are our own and need no
 * escapes. Text of the wire is cut at LIMIT_REPORT_TEXT, with its length as "_bytes".
 */
#ifndef RINGFENCE_REPORT_JSON_H
#define RINGFENCE_REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/base/writer.h"

void json_object(struct writer *out, const char *key);
void json_object_end(struct writer *out);
void json_array(struct writer *out, const char *key);
void json_array_end(struct writer *out);

/* Text of the wire; an absent slice writes nothing at all. */
void json_text(struct writer *out, const char *key, struct slice text);
/* Text of ours, or of the wire where it must be there: an absent slice writes "". */
void json_string(struct writer *out, const char *key, struct slice text);
void json_literal(struct writer *out, const char *key, const char *text);
void json_u64(struct writer *out, const char *key, uint64_t value);
void json_i64(struct writer *out, const char *key, int64_t value);
void json_fixed(struct writer *out, const char *key, double value, int decimals);
void json_bool(struct writer *out, const char *key, bool value);
void json_time(struct writer *out, const char *key, uint64_t time_us);
void json_address(struct writer *out, const char *key, const struct address *address);
void json_endpoint(struct writer *out, const char *key, const struct endpoint *endpoint);
/* "0x…" with that many digits. */
void json_hex(struct writer *out, const char *key, uint64_t value, int digits);
/* A member whose key comes from the wire or a rule: escaped, cut, never doubled as
 * base64. */
void json_count(struct writer *out, struct slice key, uint64_t value);

/* The escaped text between the quotes; true when nothing had to be replaced. */
bool json_escape(struct writer *out, struct slice text);
/* RFC 4648 4, with padding. */
void writer_base64(struct writer *out, struct slice bytes);

#endif
