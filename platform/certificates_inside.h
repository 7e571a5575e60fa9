/*
 * What the files of certificates share.
 */
#ifndef RINGFENCE_PLATFORM_CERTIFICATES_INSIDE_H
#define RINGFENCE_PLATFORM_CERTIFICATES_INSIDE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "platform/certificates.h"

/* One that is held. */
struct certificate {
	char *name; /* of its file, without the directory */
	X509 *leaf;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

struct certificates {
	size_t count;
	struct certificate *items;
	X509_STORE *roots; /* NULL = whom to trust is not said */
};

/* certificates_verify.c */
struct signature_answer certificate_verify(
        const void *context, const struct signature_question *question);

/* certificate_numbers.c: whether a certificate speaks for the number (RFC 8226 9). */
bool certificate_has_number(const X509 *leaf, struct slice digits);

#endif
