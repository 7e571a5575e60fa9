#include "engine/report/sha1.h"

#include <string.h>

#include "engine/base/ensure.h"

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void expand(const uint8_t block[64], uint32_t words[80])
{
	for (unsigned i = 0; i < 16; i++)
		words[i] = (uint32_t)block[4 * i] << 24 |
		           (uint32_t)block[4 * i + 1] << 16 |
		           (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 16; i < 80; i++)
		words[i] = rotate(
		        words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

/* A round: what was mixed goes before the others, which move on by one place. */
static inline void turn(uint32_t s[5], uint32_t mixed, uint32_t word)
{
	const uint32_t next = rotate(s[0], 5) + mixed + s[4] + word;

	s[4] = s[3];
	s[3] = s[2];
	s[2] = rotate(s[1], 30);
	s[1] = s[0];
	s[0] = next;
}

static void rounds(uint32_t s[5], const uint32_t words[80])
{
	for (unsigned i = 0; i < 20; i++)
		turn(s, ((s[1] & s[2]) | (~s[1] & s[3])) + 0x5a827999, words[i]);
	for (unsigned i = 20; i < 40; i++)
		turn(s, (s[1] ^ s[2] ^ s[3]) + 0x6ed9eba1, words[i]);
	for (unsigned i = 40; i < 60; i++)
		turn(s, ((s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3])) + 0x8f1bbcdc,
		        words[i]);
	for (unsigned i = 60; i < 80; i++)
		turn(s, (s[1] ^ s[2] ^ s[3]) + 0xca62c1d6, words[i]);
}

void sha1_short(const uint8_t *data, size_t len, uint8_t digest[SHA1_BYTES])
{
	static const uint32_t start[5] = {
	        0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	uint8_t block[64] = {0};
	uint32_t words[80];
	uint32_t s[5];

	ENSURE(len <= SHA1_SHORT_MAX);
	memcpy(block, data, len);
	block[len] = 0x80;
	block[62] = (uint8_t)(len * 8 >> 8);
	block[63] = (uint8_t)(len * 8);
	expand(block, words);
	memcpy(s, start, sizeof(s));
	rounds(s, words);
	for (unsigned i = 0; i < 5; i++) {
		uint32_t sum = s[i] + start[i];
		for (unsigned byte = 0; byte < 4; byte++)
			digest[4 * i + byte] = (uint8_t)(sum >> (24 - 8 * byte));
	}
}
