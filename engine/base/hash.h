/*
 * Keyed SipHash-1-3: tables that the wire can fill are keyed, so that nobody can choose
 * keys that collide. The key comes from the face: random in live programs, constant in
 * replays. Nothing that is written out may depend on it.
 */
#ifndef RINGFENCE_BASE_HASH_H
#define RINGFENCE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

struct hash_key {
	uint64_t k0;
	uint64_t k1;
};

uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

static inline uint64_t hash_slice(const struct hash_key *key, struct slice slice)
{
	return hash_bytes(key, slice.data, slice.len);
}

/* Of two words, cheaper than of their bytes: for keys that are numbers. */
uint64_t hash_words(const struct hash_key *key, uint64_t a, uint64_t b);

#endif
