#include "platform/http_target.h"

#include <string.h>

/* Decodes %XX in place, and + as a space where a query has it. */
static bool decode(char *data, size_t *len, bool plus_is_space)
{
	size_t to = 0;
	for (size_t from = 0; from < *len; from++) {
		char byte = data[from];
		if (byte == '+' && plus_is_space) {
			byte = ' ';
		} else if (byte == '%') {
			uint64_t value;
			if (*len - from < 3 ||
			        !slice_hex_to_u64(slice_of(data + from + 1, 2), &value))
				return false;
			byte = (char)value;
			from += 2;
		}
		data[to++] = byte;
	}
	*len = to;
	return http_text_clean(slice_of(data, to));
}

/* Bytes of the character that begins here; 0 when it is none. */
static size_t character_bytes(const unsigned char *at, size_t len)
{
	static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t bytes = at[0] < 0x80   ? 1
	               : at[0] < 0xc2 ? 0
	               : at[0] < 0xe0 ? 2
	               : at[0] < 0xf0 ? 3
	               : at[0] < 0xf5 ? 4
	                              : 0;
	if (bytes < 2)
		return bytes;
	if (bytes > len)
		return 0;
	uint32_t value = at[0] & (0x7fu >> bytes);
	for (size_t i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3fu);
	}
	const bool surrogate = value >= 0xd800 && value <= 0xdfff;
	return value < LEAST[bytes] || value > 0x10ffff || surrogate ? 0 : bytes;
}

bool http_text_clean(struct slice text)
{
	const unsigned char *data = (const unsigned char *)text.data;
	size_t bytes;
	for (size_t i = 0; i < text.len; i += bytes) {
		if ((data[i] < 0x20 && data[i] != '\t') || data[i] == 0x7f)
			return false;
		bytes = character_bytes(data + i, text.len - i);
		if (!bytes)
			return false;
	}
	return true;
}

static void parameter_add(struct http_request *request, struct slice pair)
{
	struct slice value = pair;
	struct slice name = slice_split(&value, '=');
	if (!slice_present(value))
		value = slice_of(name.data + name.len, 0);
	/* Both lie in the request's own target. */
	size_t name_len = name.len;
	size_t value_len = value.len;
	char *name_data = request->target + (name.data - request->target);
	char *value_data = request->target + (value.data - request->target);
	if (request->parameter_count == HTTP_PARAMETERS_MAX ||
	        !decode(name_data, &name_len, true) ||
	        !decode(value_data, &value_len, true)) {
		request->malformed = true;
		return;
	}
	request->parameters[request->parameter_count++] = (struct http_parameter){
	        slice_of(name_data, name_len), slice_of(value_data, value_len)};
}

void http_target_parse(struct http_request *request, struct slice target)
{
	if (target.len > sizeof(request->target)) {
		request->malformed = true;
		target.len = 0;
	}
	memcpy(request->target, target.data, target.len);
	struct slice query = slice_of(request->target, target.len);
	const struct slice path = slice_split(&query, '?');
	size_t path_len = path.len;
	if (!decode(request->target, &path_len, false) || !path_len ||
	        request->target[0] != '/')
		request->malformed = true;
	request->path = slice_of(request->target, path_len);
	while (slice_present(query) && query.len) {
		const struct slice pair = slice_split(&query, '&');
		if (pair.len)
			parameter_add(request, pair);
	}
}
