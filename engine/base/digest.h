/*
 * MD5 (RFC 1321) and SHA-256 (FIPS 180-4), as HTTP digests use them (RFC 7616): to tell
 * whether a password is a trivial one. They guard nothing here.
 */
#ifndef RINGFENCE_BASE_DIGEST_H
#define RINGFENCE_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA256 };

enum { DIGEST_BLOCK = 64, DIGEST_TEXT_MAX = 64 };

struct digest {
	enum digest_kind kind;
	uint32_t state[8];
	uint64_t bytes;
	uint8_t block[DIGEST_BLOCK];
};

void digest_begin(struct digest *digest, enum digest_kind kind);
void digest_add(struct digest *digest, struct slice bytes);
/* In lower-case hexadecimal: 32 or 64 bytes into text. */
struct slice digest_end(struct digest *digest, char text[DIGEST_TEXT_MAX]);

#endif
