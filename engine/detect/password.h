/*
 * Whether digest credentials (RFC 7616, RFC 2617) were made of a given password.
 */
#ifndef RINGFENCE_DETECT_PASSWORD_H
#define RINGFENCE_DETECT_PASSWORD_H

#include <stdbool.h>

#include "engine/decode/sip.h"

/* False also when the credentials are no digest, or of an algorithm that is not known. */
bool password_fits(const struct sip_message *sip, struct slice password);

#endif
