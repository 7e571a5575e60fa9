#include "engine/base/base64url.h"

#include <stdint.h>

static const char ALPHABET[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value_of(char byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A';
	if (byte >= 'a' && byte <= 'z')
		return byte - 'a' + 26;
	if (byte >= '0' && byte <= '9')
		return byte - '0' + 52;
	if (byte == '-')
		return 62;
	return byte == '_' ? 63 : -1;
}

bool base64url_decode(struct slice text, struct writer *out)
{
	uint32_t bits = 0;
	unsigned held = 0;

	for (int padding = 0; padding < 2 && text.len && text.data[text.len - 1] == '=';
	        padding++)
		text.len--;
	if (text.len % 4 == 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const int value = value_of(text.data[i]);
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		writer_byte(out, (char)(bits >> held & 0xff));
		bits &= (1u << held) - 1;
	}
	return bits == 0 && !out->truncated;
}

void base64url_encode(struct slice bytes, struct writer *out)
{
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		bits = (bits << 8 | (uint8_t)bytes.data[i]) & 0xffff;
		held += 8;
		while (held >= 6) {
			held -= 6;
			writer_byte(out, ALPHABET[bits >> held & 63]);
		}
	}
	if (held)
		writer_byte(out, ALPHABET[bits << (6 - held) & 63]);
}
