#include "platform/json.h"

#include <string.h>

#include "platform/document.h"

/* The first byte that is not read yet is at; a line begins at line_start. */
struct json {
	struct document *document;
	struct document_error *error;
	struct slice text;
	size_t at;
	size_t line_start;
	uint32_t line;
	size_t nodes;
	size_t depth;
	struct node *levels[LIMIT_DOCUMENT_DEPTH];
};

static uint32_t column_of(const struct json *json)
{
	return (uint32_t)(json->at - json->line_start) + 1;
}

static bool refuse(struct json *json, const char *why)
{
	return document_refuse(json->error, json->line, column_of(json), "%s", why);
}

static bool out_of_memory(struct json *json)
{
	return document_refuse(json->error, 0, 0, "out of memory");
}

/* The next byte, 0 at the end; a zero byte in the text is refused wherever it stands. */
static char peek(const struct json *json)
{
	return json->at < json->text.len ? json->text.data[json->at] : '\0';
}

static void skip_space(struct json *json)
{
	for (; json->at < json->text.len; json->at++) {
		const char byte = json->text.data[json->at];
		if (byte == '\n') {
			json->line++;
			json->line_start = json->at + 1;
		} else if (byte != ' ' && byte != '\t' && byte != '\r') {
			return;
		}
	}
}

/* Bytes of the UTF-8 character (RFC 3629) that the text begins with; 0 = it is none. */
static size_t character_len(struct slice text)
{
	const uint8_t *bytes = (const uint8_t *)text.data;
	const size_t len = bytes[0] < 0x80   ? 1
	                   : bytes[0] < 0xe0 ? 2
	                   : bytes[0] < 0xf0 ? 3
	                                     : 4;
	if (len == 1)
		return 1;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || text.len < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	/* Neither longer than needed, nor a surrogate, nor beyond the last one. */
	if ((bytes[0] == 0xe0 && bytes[1] < 0xa0) ||
	        (bytes[0] == 0xed && bytes[1] > 0x9f) ||
	        (bytes[0] == 0xf0 && bytes[1] < 0x90) ||
	        (bytes[0] == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return len;
}

/* Four hexadecimal digits. */
static bool read_hex(struct json *json, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		const int digit = slice_hex_digit(peek(json));
		if (digit < 0)
			return refuse(json, "\\u needs four hexadecimal digits");
		*value = *value << 4 | (uint32_t)digit;
		json->at++;
	}
	return true;
}

/* Writes a code point as UTF-8; it takes at most as many bytes as its escape. */
static size_t put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const uint8_t leads[] = {0, 0xc0, 0xe0, 0xf0};
	out[0] = (char)(leads[more] | code >> (6 * more));
	for (int i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3f));
	return (size_t)more + 1;
}

/* The part of an escape behind \u, with the second half of a surrogate pair. */
static bool read_unicode(struct json *json, uint32_t *code)
{
	if (!read_hex(json, code))
		return false;
	if (*code >= 0xdc00 && *code < 0xe000)
		return refuse(json, "the second half of a character without its first");
	if (*code < 0xd800 || *code >= 0xdc00)
		return true;
	uint32_t low;
	if (!slice_starts(slice_from(json->text, json->at), SLICE("\\u")))
		return refuse(json, "the first half of a character without its second");
	json->at += 2;
	if (!read_hex(json, &low))
		return false;
	if (low < 0xdc00 || low >= 0xe000)
		return refuse(json, "the first half of a character without its second");
	*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

/* What stands behind a backslash, to out; the count of bytes, 0 when refused. */
static size_t read_escape(struct json *json, char *out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char byte = peek(json);
	const char *found = byte ? strchr(names, byte) : NULL;
	if (found) {
		json->at++;
		*out = values[found - names];
		return 1;
	}
	uint32_t code;
	if (byte != 'u') {
		(void)refuse(json, "this escape is not known");
		return 0;
	}
	json->at++;
	return read_unicode(json, &code) ? put_utf8(out, code) : 0;
}

/* A string, the opening quote of which is next. */
static bool read_string(struct json *json, struct slice *string)
{
	const struct slice rest = slice_from(json->text, json->at + 1);
	size_t quote = 0;
	while (quote < rest.len && rest.data[quote] != '"')
		quote += rest.data[quote] == '\\' ? 2 : 1;
	if (quote >= rest.len)
		return refuse(json, "this string does not end");
	char *out = document_take(json->document, quote + 1);
	if (!out)
		return out_of_memory(json);
	size_t len = 0;
	json->at++;
	while (peek(json) != '"') {
		const char byte = peek(json);
		if ((unsigned char)byte < ' ')
			return refuse(json, "a control character inside a string");
		if (byte != '\\') {
			const struct slice left = slice_from(json->text, json->at);
			const size_t count = character_len(left);
			if (!count)
				return refuse(json, "these bytes are not UTF-8");
			memcpy(out + len, left.data, count);
			len += count;
			json->at += count;
			continue;
		}
		json->at++;
		const size_t count = read_escape(json, out + len);
		if (!count)
			return false;
		len += count;
	}
	json->at++;
	*string = slice_of(out, len);
	return true;
}

static size_t count_digits(struct slice text, size_t at)
{
	size_t count = 0;
	while (at + count < text.len && text.data[at + count] >= '0' &&
	        text.data[at + count] <= '9')
		count++;
	return count;
}

/* The length of the number that the text begins with, 0 when it is none. */
static size_t number_len(struct slice text)
{
	size_t at = text.len && text.data[0] == '-';
	size_t digits = count_digits(text, at);
	if (!digits || (digits > 1 && text.data[at] == '0'))
		return 0;
	at += digits;
	if (at < text.len && text.data[at] == '.') {
		digits = count_digits(text, at + 1);
		if (!digits)
			return 0;
		at += 1 + digits;
	}
	if (at < text.len && (text.data[at] | 0x20) == 'e') {
		at++;
		if (at < text.len && (text.data[at] == '+' || text.data[at] == '-'))
			at++;
		digits = count_digits(text, at);
		if (!digits)
			return 0;
		at += digits;
	}
	return at;
}

/* A number, true, false or null. */
static bool read_plain(struct json *json, struct slice *plain)
{
	static const struct slice words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
	const struct slice rest = slice_from(json->text, json->at);
	size_t len = number_len(rest);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && !len; i++)
		if (slice_starts(rest, words[i]))
			len = words[i].len;
	if (!len)
		return refuse(json, "a value was expected here");
	*plain = document_keep(json->document, slice_first(rest, len));
	if (!plain->data)
		return out_of_memory(json);
	json->at += len;
	return true;
}

/* The key of an object's next value, with its colon. */
static bool read_key(struct json *json, struct node *entry)
{
	if (peek(json) != '"')
		return refuse(json, "a key in quotes was expected here");
	entry->key_line = json->line;
	entry->key_column = column_of(json);
	if (!read_string(json, &entry->key))
		return false;
	skip_space(json);
	if (peek(json) != ':')
		return refuse(json, "a colon was expected behind this key");
	json->at++;
	skip_space(json);
	return true;
}

static bool read_value(struct json *json)
{
	struct node *parent = json->depth ? json->levels[json->depth - 1] : NULL;
	struct node key = {0};
	skip_space(json);
	if (parent && parent->kind == NODE_MAP && !read_key(json, &key))
		return false;
	if (++json->nodes > DOCUMENT_NODES_MAX)
		return refuse(json, "the document has too many values");
	const char byte = peek(json);
	enum node_kind kind = NODE_SCALAR;
	if (byte == '{')
		kind = NODE_MAP;
	else if (byte == '[')
		kind = NODE_SEQUENCE;
	struct node *node = document_add(json->document, parent, kind);
	if (!node)
		return out_of_memory(json);
	node->key = key.key;
	node->key_line = key.key_line;
	node->key_column = key.key_column;
	node->line = json->line;
	node->column = column_of(json);
	node->quoted = byte == '"';
	if (node->quoted)
		return read_string(json, &node->text);
	if (kind == NODE_SCALAR)
		return read_plain(json, &node->text);
	if (json->depth == LIMIT_DOCUMENT_DEPTH)
		return refuse(json, "the document is nested too deeply");
	json->at++;
	json->levels[json->depth++] = node;
	return true;
}

/* Closes the innermost collection, whose bracket is next. */
static bool close_level(struct json *json)
{
	const struct node *level = json->levels[json->depth - 1];
	const char bracket = level->kind == NODE_MAP ? '}' : ']';
	if (peek(json) != bracket)
		return refuse(json, level->kind == NODE_MAP
		                            ? "a comma or } was expected here"
		                            : "a comma or ] was expected here");
	json->at++;
	json->depth--;
	if (level->kind != NODE_MAP)
		return true;
	bool no_memory;
	const struct node *duplicate = document_duplicate(level, &no_memory);
	if (no_memory)
		return out_of_memory(json);
	if (!duplicate)
		return true;
	const struct slice key = slice_first(duplicate->key, 80);
	return document_refuse(json->error, duplicate->key_line, duplicate->key_column,
	        "the key \"%.*s\" stands here a second time", (int)key.len, key.data);
}

static bool build(struct json *json)
{
	if (!read_value(json))
		return false;
	while (json->depth) {
		const struct node *level = json->levels[json->depth - 1];
		skip_space(json);
		const char byte = peek(json);
		const bool closing = byte == '}' || byte == ']';
		if (level->count == 0 && !closing) {
			if (!read_value(json))
				return false;
		} else if (level->count > 0 && byte == ',') {
			json->at++;
			if (!read_value(json))
				return false;
		} else if (!close_level(json)) {
			return false;
		}
	}
	skip_space(json);
	if (json->at < json->text.len)
		return refuse(json, "nothing was expected behind the value");
	return true;
}

struct document *json_parse(
        const char *path, struct slice text, struct document_error *error)
{
	*error = (struct document_error){0};
	if (text.len > DOCUMENT_BYTES_MAX) {
		(void)document_refuse(
		        error, 0, 0, "more than %d bytes of JSON", DOCUMENT_BYTES_MAX);
		return NULL;
	}
	struct json json = {.text = text, .line = 1, .error = error};
	json.document = document_new(path);
	if (!json.document) {
		(void)out_of_memory(&json);
		return NULL;
	}
	if (!build(&json))
		document_free(&json.document);
	return json.document;
}
