/* SipHash-1-3: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF". */
#include "engine/base/hash.h"

#include <string.h>

struct sip_state {
	uint64_t v0;
	uint64_t v1;
	uint64_t v2;
	uint64_t v3;
};

static inline uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void sip_round(struct sip_state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline struct sip_state sip_start(const struct hash_key *key)
{
	return (struct sip_state){
	        .v0 = key->k0 ^ 0x736f6d6570736575,
	        .v1 = key->k1 ^ 0x646f72616e646f6d,
	        .v2 = key->k0 ^ 0x6c7967656e657261,
	        .v3 = key->k1 ^ 0x7465646279746573,
	};
}

static inline void sip_word(struct sip_state *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

static inline uint64_t sip_end(struct sip_state *s)
{
	s->v2 ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* Little-endian, so that a hash is the same on every machine. */
static inline uint64_t load_word(const uint8_t *data)
{
	uint64_t word;
	memcpy(&word, data, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* Less than eight bytes, the first in the lowest; whole is what stands in front of them.
 */
static inline uint64_t load_tail(const uint8_t *at, size_t left, size_t whole)
{
	uint64_t word = 0;
	if (whole && left)
		return load_word(at + left - 8) >> (8 * (8 - left));
	for (size_t i = 0; i < left; i++)
		word |= (uint64_t)at[i] << (8 * i);
	return word;
}

uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len)
{
	struct sip_state state = sip_start(key);
	const uint8_t *at = data;
	size_t left = len;
	for (; left >= 8; left -= 8, at += 8)
		sip_word(&state, load_word(at));
	sip_word(&state, (uint64_t)len << 56 | load_tail(at, left, len - left));
	return sip_end(&state);
}

uint64_t hash_words(const struct hash_key *key, uint64_t a, uint64_t b)
{
	struct sip_state state = sip_start(key);
	sip_word(&state, a);
	sip_word(&state, b);
	return sip_end(&state);
}
