/*
 * The seam to who can tell whether a signature holds: the engine links no library for it,
 * its face hands one in with the rules. It knows certificates that it was given; it never
 * fetches one, and waits for nothing.
 */
#ifndef RINGFENCE_DETECT_CERTIFICATES_H
#define RINGFENCE_DETECT_CERTIFICATES_H

#include <stdint.h>

#include "engine/base/slice.h"

enum signature_state {
	SIGNATURE_UNVERIFIED, /* no certificate is held for this URL */
	SIGNATURE_GOOD,
	SIGNATURE_BAD,
};

enum certificate_state {
	CERTIFICATE_UNKNOWN, /* not held, or there is no root to judge it by */
	CERTIFICATE_TRUSTED,
	CERTIFICATE_UNTRUSTED,
	CERTIFICATE_EXPIRED,
	CERTIFICATE_NOT_YET,
	CERTIFICATE_OTHER_NUMBER, /* its TNAuthList (RFC 8226) does not have the caller's
	                           */
};

struct signature_question {
	struct slice url;         /* of the certificate */
	struct slice text;        /* that was signed */
	const uint8_t *signature; /* of ES256: r and s, 32 bytes each */
	struct slice number;      /* digits that the signer speaks for; may be empty */
	int64_t time_s;           /* when, since 1970 */
};

struct signature_answer {
	enum signature_state signature;
	enum certificate_state certificate;
};

struct certificate_ops {
	const void *context; /* of the face */
	struct signature_answer (*verify)(
	        const void *context, const struct signature_question *question);
};

#endif
