/*
 * A message of SIP over UDP as the other side of this router's translation must read it:
 * inner addresses become outer ones as it leaves, and back as it enters, in the request
 * line, in Via, Contact, the routes, Refer-To and the session description, with
 * Content-Length, the headers of IP and UDP and their checksums. All of it or nothing: a
 * message of which one address cannot be translated stays as it was.
 *
 * Names, tags, Call-ID and who calls whom (From, To, identities) are never touched.
 */
#ifndef RINGFENCE_FILTER_REWRITE_H
#define RINGFENCE_FILTER_REWRITE_H

#include "engine/decode/sdp.h"
#include "engine/decode/sip.h"
#include "nfq-filter/nat.h"
#include "nfq-filter/view.h"

enum { REWRITE_EDITS = 192, REWRITE_TEXT = 32, REWRITE_BYTES = 65535 };

/* Bytes of the message that give way to a text. */
struct edit {
	uint32_t at, len;
	uint8_t text_len;
	char text[REWRITE_TEXT];
};

struct rewrite {
	/* For the caller to set */
	struct nat *nat;
	const struct view *view;
	const struct sip_message *sip;
	const struct sdp *sdp; /* NULL = none */
	/* Its own */
	bool leaving;
	struct edit edits[REWRITE_EDITS]; /* in the order of their places */
	size_t count;
	const char *failed; /* why nothing is changed; NULL: nothing failed */
	uint8_t packet[REWRITE_BYTES];
	uint32_t len;
};

enum rewrite_result {
	REWRITE_NOTHING, /* nothing in it needs to change */
	REWRITE_DONE,
	REWRITE_FAILED, /* rewrite->failed says why */
};

/* Collects the changes; new translations are to be committed before the packet goes. */
enum rewrite_result rewrite_plan(struct rewrite *rewrite);
/* Makes rewrite->packet of the whole IPv4 packet that the message came in. */
enum rewrite_result rewrite_make(
        struct rewrite *rewrite, const uint8_t *data, uint32_t len);

#endif
