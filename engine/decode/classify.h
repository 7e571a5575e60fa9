/*
 * What a datagram is, by its content alone (RFC 7983, RFC 5761 4): ports do not count.
 */
#ifndef RINGFENCE_DECODE_CLASSIFY_H
#define RINGFENCE_DECODE_CLASSIFY_H

#include "engine/base/slice.h"

enum payload_class {
	CLASS_OTHER,
	CLASS_BLANK, /* empty, or CR, LF and NUL bytes alone */
	CLASS_SIP,   /* may be SIP */
	CLASS_METHOD, /* the name of a SIP method and nothing else */
	CLASS_STUN,  /* has STUN's header */
	CLASS_DTLS,  /* has a DTLS record's header */
	CLASS_RAS,   /* may be RAS of H.225.0 */
	CLASS_RTCP,  /* may be RTCP, else RTP */
	CLASS_RTP,   /* may be RTP */
};

enum payload_class classify(struct slice bytes);

#endif
