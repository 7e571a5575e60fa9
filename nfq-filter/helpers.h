/*
 * The kernel's own helpers for SIP and H.323: where they are active they open holes and
 * rewrite messages behind our back.
 */
#ifndef RINGFENCE_FILTER_HELPERS_H
#define RINGFENCE_FILTER_HELPERS_H

#include <stdbool.h>

/* The signs of one, as a sentence; NULL = none. */
const char *helpers_sign(void);

#endif
