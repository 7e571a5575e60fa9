/*
 * TPKT (RFC 1006 6): a version of 3, a reserved octet, a length of 16 bits that counts
 * its own header of four. H.225.0 and H.245 send their messages over TCP in it.
 */
#ifndef RINGFENCE_DECODE_TPKT_H
#define RINGFENCE_DECODE_TPKT_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum { TPKT_HEADER = 4, TPKT_VERSION = 3 };

enum tpkt_result {
	TPKT_COMPLETE,   /* payload is a message */
	TPKT_EMPTY,      /* a header alone: a keep-alive */
	TPKT_INCOMPLETE, /* more bytes may make it one */
	TPKT_NO_VERSION, /* no TPKT at all */
	TPKT_NO_LENGTH,  /* the length is less than the header */
	TPKT_HUGE, /* the length is more than LIMIT_TPKT, and its bytes are not there */
};

/* The TPKT at the head of the bytes; payload is borrowed, consumed counts the header. */
enum tpkt_result tpkt_read(struct slice bytes, struct slice *payload, size_t *consumed);

/*
 * Where, from an offset on, a TPKT may begin that holds a Q.931 message; bytes.len when
 * nowhere. A head that is not all there yet counts.
 */
size_t tpkt_find_q931(struct slice bytes, size_t from);
/* Where a TPKT may begin whose end is the end of the bytes or another such TPKT. */
size_t tpkt_find_chain(struct slice bytes, size_t from);

#endif
