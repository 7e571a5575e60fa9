/*
 * What the files of the SDP parser share with each other and with nobody else.
 */
#ifndef RINGFENCE_DECODE_SDP_INSIDE_H
#define RINGFENCE_DECODE_SDP_INSIDE_H

#include <stdbool.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"
#include "engine/decode/sdp.h"

/* What the attributes of the session give to every media that says nothing else. */
struct sdp_defaults {
	enum sdp_direction direction;
	struct slice fingerprint;
	struct slice ice_ufrag;
};

struct sdp_reading {
	struct sdp *sdp;
	struct sdp_media *media; /* the current one; NULL in the session's part */
	bool skipping;           /* behind an m= line beyond the limit */
	struct sdp_defaults defaults;
	struct anomalies *anomalies;
};

/* Takes the next word off *rest; absent when there is none. */
struct slice sdp_word(struct slice *rest);

/* m= line: clears the media and fills it. False when it does not parse. */
bool sdp_media_read(
        struct slice value, struct sdp_media *media, struct anomalies *anomalies);

/* a= line, without "a=". */
void sdp_attribute_read(struct sdp_reading *reading, struct slice value);

/* The address text of a c= value ("IN IP4 192.0.2.1/127"); absent when it does not parse.
 */
struct slice sdp_connection_read(struct slice value, struct address *ip);

#endif
