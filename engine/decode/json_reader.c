#include "engine/decode/json_reader.h"

struct json_reader json_reader_of(char *data, size_t len)
{
	return (struct json_reader){.data = data, .len = len};
}

static char peek(const struct json_reader *reader)
{
	return reader->at < reader->len ? reader->data[reader->at] : 0;
}

static char skip_space(struct json_reader *reader)
{
	for (;;) {
		const char byte = peek(reader);
		if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n')
			return byte;
		reader->at++;
	}
}

/* Four hexadecimal digits; UINT32_MAX when they are not. */
static uint32_t read_unit(struct json_reader *reader)
{
	uint32_t unit = 0;

	if (reader->len - reader->at < 4)
		return UINT32_MAX;
	for (int i = 0; i < 4; i++) {
		const char byte = reader->data[reader->at++];
		if (byte >= '0' && byte <= '9')
			unit = unit << 4 | (uint32_t)(byte - '0');
		else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
			unit = unit << 4 | (uint32_t)((byte | 0x20) - 'a' + 10);
		else
			return UINT32_MAX;
	}
	return unit;
}

/* In UTF-8, which is never longer than the escape was. */
static size_t put_unit(char *to, uint32_t unit)
{
	if (unit < 0x80) {
		to[0] = (char)unit;
		return 1;
	}
	if (unit < 0x800) {
		to[0] = (char)(0xc0 | unit >> 6);
		to[1] = (char)(0x80 | (unit & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | unit >> 12);
	to[1] = (char)(0x80 | (unit >> 6 & 0x3f));
	to[2] = (char)(0x80 | (unit & 0x3f));
	return 3;
}

/* Behind the backslash: appends what it stands for at *end. */
static bool read_escape(struct json_reader *reader, size_t *end)
{
	static const char PLAIN[] = "\"\\/bfnrt";
	static const char MEANT[] = "\"\\/\b\f\n\r\t";
	const char byte = peek(reader);

	reader->at++;
	if (byte == 'u') {
		const uint32_t unit = read_unit(reader);
		/* Of surrogates the halves are kept apart: they are compared, not shown.
		 */
		if (unit == UINT32_MAX)
			return false;
		*end += put_unit(reader->data + *end, unit);
		return true;
	}
	for (size_t i = 0; i < sizeof(PLAIN) - 1; i++) {
		if (byte != PLAIN[i])
			continue;
		reader->data[(*end)++] = MEANT[i];
		return true;
	}
	return false;
}

static bool read_text(struct json_reader *reader, struct slice *text)
{
	const size_t start = ++reader->at;
	size_t end = start;

	while (reader->at < reader->len) {
		const char byte = reader->data[reader->at++];
		if (byte == '"') {
			*text = slice_of(reader->data + start, end - start);
			return true;
		}
		if ((uint8_t)byte < 0x20)
			return false;
		if (byte != '\\')
			reader->data[end++] = byte;
		else if (!read_escape(reader, &end))
			return false;
	}
	return false;
}

static bool is_number(struct slice text)
{
	bool digit = false;

	for (size_t i = 0; i < text.len; i++) {
		const char byte = text.data[i];
		if (byte >= '0' && byte <= '9')
			digit = true;
		else if (byte != '-' && byte != '+' && byte != '.' && byte != 'e' &&
		         byte != 'E')
			return false;
	}
	return digit;
}

static enum json_kind read_bare(struct json_reader *reader, struct slice *value)
{
	const size_t start = reader->at;

	for (;;) {
		const char byte = peek(reader);
		const char lower = byte | 0x20;
		if (!(lower >= 'a' && lower <= 'z') && !(byte >= '0' && byte <= '9') &&
		        byte != '-' && byte != '+' && byte != '.')
			break;
		reader->at++;
	}
	*value = slice_of(reader->data + start, reader->at - start);
	if (is_number(*value))
		return JSON_NUMBER;
	return slice_equal(*value, SLICE("true")) ||
	                       slice_equal(*value, SLICE("false")) ||
	                       slice_equal(*value, SLICE("null"))
	               ? JSON_WORD
	               : JSON_BAD;
}

static bool open(struct json_reader *reader, bool object)
{
	if (reader->depth == LIMIT_JSON_DEPTH)
		return false;
	reader->at++;
	reader->object[reader->depth] = object;
	reader->keys[reader->depth] = slice_of("", 0);
	reader->depth++;
	reader->fresh = true;
	return true;
}

/* A member's name and colon, before its value. */
static bool read_key(struct json_reader *reader)
{
	struct slice *key = &reader->keys[reader->depth - 1];

	if (skip_space(reader) != '"' || !read_text(reader, key) ||
	        skip_space(reader) != ':')
		return false;
	reader->at++;
	return true;
}

static enum json_kind bad(struct json_reader *reader)
{
	reader->len = 0;
	reader->at = 1; /* behind the end: nothing follows */
	return JSON_BAD;
}

/* Moves to the next value; JSON_TEXT when there is one. */
static enum json_kind to_value(struct json_reader *reader)
{
	while (reader->depth) {
		const bool object = reader->object[reader->depth - 1];
		const char byte = skip_space(reader);
		if (byte == (object ? '}' : ']')) {
			reader->at++;
			reader->depth--;
			reader->fresh = false;
			continue;
		}
		if (!reader->fresh) {
			if (byte != ',')
				return JSON_BAD;
			reader->at++;
		}
		reader->fresh = false;
		return !object || read_key(reader) ? JSON_TEXT : JSON_BAD;
	}
	(void)skip_space(reader);
	return reader->at == reader->len ? JSON_END : JSON_BAD;
}

enum json_kind json_reader_next(struct json_reader *reader, struct slice *value)
{
	if (!reader->begun) {
		reader->begun = true;
		if (skip_space(reader) != '{' || !open(reader, true))
			return bad(reader);
	}
	for (;;) {
		const enum json_kind kind = to_value(reader);
		if (kind != JSON_TEXT)
			return kind == JSON_END ? JSON_END : bad(reader);
		const char byte = skip_space(reader);
		if (byte == '{' || byte == '[') {
			if (!open(reader, byte == '{'))
				return bad(reader);
			continue;
		}
		if (byte == '"')
			return read_text(reader, value) ? JSON_TEXT : bad(reader);
		const enum json_kind bare = read_bare(reader, value);
		return bare == JSON_BAD ? bad(reader) : bare;
	}
}

bool json_reader_at(
        const struct json_reader *reader, const char *outer, const char *inner)
{
	/* An array has a place of its own on the way, without a name. */
	uint8_t depth = reader->depth;
	while (depth > 1 && !reader->object[depth - 1])
		depth--;
	return depth == (inner ? 2 : 1) &&
	       slice_equal(reader->keys[0], slice_text(outer)) &&
	       (!inner || slice_equal(reader->keys[1], slice_text(inner)));
}
