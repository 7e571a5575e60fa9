/*
 * Whether a certificate's URL is one that a verifier may follow (RFC 8224 6.2.1): one
 * into a private network makes the verifier a scanner of it.
 */
#ifndef RINGFENCE_DETECT_STIR_URL_H
#define RINGFENCE_DETECT_STIR_URL_H

#include "engine/base/slice.h"

/* NULL when nothing is wrong with it, or it is absent; else "scheme", "host", "address".
 */
const char *stir_url_fault(struct slice url);

#endif
