/*
 * Base64 for URLs and file names, without padding (RFC 4648 5, RFC 7515 2).
 */
#ifndef RINGFENCE_BASE_BASE64URL_H
#define RINGFENCE_BASE_BASE64URL_H

#include <stdbool.h>

#include "engine/base/slice.h"
#include "engine/base/writer.h"

/*
 * Appends the bytes that the text stands for. False when it is no base64url, holds bits
 * that stand for nothing, or its bytes do not fit. Padding at the end is let pass.
 */
bool base64url_decode(struct slice text, struct writer *out);

void base64url_encode(struct slice bytes, struct writer *out);

#endif
