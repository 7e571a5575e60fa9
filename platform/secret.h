/*
 * Secrets: random ones, passwords (argon2id) and digests of both, by libsodium.
 */
#ifndef RINGFENCE_PLATFORM_SECRET_H
#define RINGFENCE_PLATFORM_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/slice.h"

enum {
	SECRET_TEXT_BYTES = 44,      /* 256 bits as base64url, with its end */
	SECRET_DIGEST_BYTES = 65,    /* SHA-256 in hexadecimal, with its end */
	SECRET_PASSWORD_BYTES = 128, /* of a stored password */
};

/* Once, before anything else here; false when the system has no randomness. */
bool secret_start(void);
/* bits (a multiple of 8, at most 256) of randomness as base64url. */
void secret_random(char text[SECRET_TEXT_BYTES], unsigned bits);
void secret_digest(struct slice text, char digest[SECRET_DIGEST_BYTES]);
/* HMAC-SHA-256 (RFC 2104) in hexadecimal. */
void secret_sign(struct slice key, struct slice text, char digest[SECRET_DIGEST_BYTES]);
/* In a time that tells nothing of where they differ. */
bool secret_equal(struct slice a, struct slice b);

/* Costs about a tenth of a second and 64 MB; false without memory. */
bool password_keep(struct slice password, char kept[SECRET_PASSWORD_BYTES]);
bool password_check(const char *kept, struct slice password);

#endif
