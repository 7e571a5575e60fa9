/*
 * Certificates that signatures of callers are checked with (RFC 8226), from a directory:
 * DIR/HOST/PATH for https://HOST/PATH, or DIR/NAME for any URL that ends in /NAME; those
 * of DIR/roots are whom to trust. A file is PEM: the certificate, then those between it
 * and a root. Nothing is ever fetched.
 */
#ifndef RINGFENCE_PLATFORM_CERTIFICATES_H
#define RINGFENCE_PLATFORM_CERTIFICATES_H

#include "engine/detect/certificates.h"

struct certificates;

struct certificates_error {
	char text[400]; /* one sentence, without the directory */
};

/* NULL with *error set; given back with certificates_close. */
struct certificates *certificates_open(
        const char *directory, struct certificates_error *error);
void certificates_close(struct certificates **certificates);

/* For the engine, valid until certificates_close. */
struct certificate_ops certificate_ops(const struct certificates *certificates);

#endif
