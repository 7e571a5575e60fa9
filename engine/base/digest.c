#include "engine/base/digest.h"

#include <string.h>

static const uint32_t md5_sines[64] = {0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee,
        0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
        0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
        0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
        0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681,
        0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5,
        0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
        0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0,
        0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static const uint8_t md5_turns[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static const uint32_t sha256_roots[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
        0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
        0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
        0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
        0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
        0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
        0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
        0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t left(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static void md5_block(struct digest *digest)
{
	uint32_t a = digest->state[0];
	uint32_t b = digest->state[1];
	uint32_t c = digest->state[2];
	uint32_t d = digest->state[3];

	for (unsigned i = 0; i < 64; i++) {
		static const uint8_t steps[4] = {1, 5, 3, 7};
		static const uint8_t starts[4] = {0, 1, 5, 0};
		const unsigned round = i / 16;
		const unsigned at = (starts[round] + steps[round] * i) % 16 * 4;
		const uint8_t *p = &digest->block[at];
		const uint32_t word = (uint32_t)p[0] | (uint32_t)p[1] << 8 |
		                      (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		const uint32_t mix = round == 0   ? (b & c) | (~b & d)
		                     : round == 1 ? (d & b) | (~d & c)
		                     : round == 2 ? b ^ c ^ d
		                                  : c ^ (b | ~d);
		const uint32_t next =
		        b + left(a + mix + md5_sines[i] + word, md5_turns[round][i % 4]);
		a = d;
		d = c;
		c = b;
		b = next;
	}
	digest->state[0] += a;
	digest->state[1] += b;
	digest->state[2] += c;
	digest->state[3] += d;
}

static void sha256_schedule(const struct digest *digest, uint32_t words[64])
{
	for (unsigned i = 0; i < 16; i++) {
		const uint8_t *p = &digest->block[i * 4];
		words[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		           (uint32_t)p[2] << 8 | (uint32_t)p[3];
	}
	for (unsigned i = 16; i < 64; i++) {
		const uint32_t x = words[i - 15];
		const uint32_t y = words[i - 2];
		words[i] = words[i - 16] + (left(x, 25) ^ left(x, 14) ^ x >> 3) +
		           words[i - 7] + (left(y, 15) ^ left(y, 13) ^ y >> 10);
	}
}

static void sha256_block(struct digest *digest)
{
	uint32_t words[64];
	uint32_t s[8];

	sha256_schedule(digest, words);
	memcpy(s, digest->state, sizeof(s));
	for (unsigned i = 0; i < 64; i++) {
		const uint32_t high = left(s[4], 26) ^ left(s[4], 21) ^ left(s[4], 7);
		const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		const uint32_t one = s[7] + high + choice + sha256_roots[i] + words[i];
		const uint32_t low = left(s[0], 30) ^ left(s[0], 19) ^ left(s[0], 10);
		const uint32_t most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += one;
		s[0] = one + low + most;
	}
	for (unsigned i = 0; i < 8; i++)
		digest->state[i] += s[i];
}

void digest_begin(struct digest *digest, enum digest_kind kind)
{
	static const uint32_t begins[][8] = {
	        [DIGEST_MD5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476},
	        [DIGEST_SHA256] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

	*digest = (struct digest){.kind = kind};
	memcpy(digest->state, begins[kind], sizeof(digest->state));
}

static void add_byte(struct digest *digest, uint8_t byte)
{
	digest->block[digest->bytes++ % DIGEST_BLOCK] = byte;
	if (digest->bytes % DIGEST_BLOCK)
		return;
	if (digest->kind == DIGEST_MD5)
		md5_block(digest);
	else
		sha256_block(digest);
}

void digest_add(struct digest *digest, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		add_byte(digest, (uint8_t)bytes.data[i]);
}

struct slice digest_end(struct digest *digest, char text[DIGEST_TEXT_MAX])
{
	static const char hex[] = "0123456789abcdef";
	const uint64_t bits = digest->bytes * 8;
	const bool little = digest->kind == DIGEST_MD5;
	const unsigned words = little ? 4 : 8;

	add_byte(digest, 0x80);
	while (digest->bytes % DIGEST_BLOCK != DIGEST_BLOCK - 8)
		add_byte(digest, 0);
	for (unsigned i = 0; i < 8; i++)
		add_byte(digest, (uint8_t)(bits >> (little ? i : 7 - i) * 8));
	for (unsigned i = 0; i < words * 4; i++) {
		const unsigned shift = (little ? i % 4 : 3 - i % 4) * 8;
		const uint8_t byte = (uint8_t)(digest->state[i / 4] >> shift);
		text[2 * i] = hex[byte >> 4];
		text[2 * i + 1] = hex[byte & 15];
	}
	return slice_of(text, words * 8);
}
