/*
 * SHA-1 (FIPS 180-4) of a short message: community ids are made of it. It guards nothing.
 */
#ifndef RINGFENCE_REPORT_SHA1_H
#define RINGFENCE_REPORT_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_BYTES = 20, SHA1_SHORT_MAX = 55 };

/* len is at most SHA1_SHORT_MAX: message and padding are one block. */
void sha1_short(const uint8_t *data, size_t len, uint8_t digest[SHA1_BYTES]);

#endif
